"""One of our numbers at a carrier as a value: what it can do, how fast, and where its carrier answers.

Secrets never stand here (`credentials` is a reference); no carrier, store or clock is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from contact.calendar import Medium


@dataclass(frozen=True, slots=True)
class SenderRow:
    """A row of `senders`. `carrier` is "twilio" or "kannel"; rate per real second."""

    id: UUID
    name: str
    carrier: str
    medium: Medium
    address: str
    credentials: str
    account: str
    api_base_url: str
    can_receive: bool
    can_reconcile: bool
    simulated: bool
    rate_per_s: Decimal
    burst: int
    lines: int
    weight: int
    paused_reason: str
    detects_machines: bool
    """Calls: the carrier listens, beside the call, whether a person has answered. It costs."""
    clock_offset_s: int | None
    """Our clock minus the carrier's, in whole seconds; None: not known yet (`contact.clocks`)."""


def preferred(rows: list[SenderRow], medium: str) -> SenderRow | None:
    """The sender of `medium` with the greatest weight; of equal ones, one that can receive.

    A paused one only when no other is there: its contacts wait, rather than a step being left out.
    """
    of_medium = [s for s in rows if s.medium == medium]
    return max(of_medium, key=lambda s: (not s.paused_reason, s.weight, s.can_receive, s.name), default=None)
