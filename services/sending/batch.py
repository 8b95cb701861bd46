"""One claim of a dispatcher on its way: rows not cleared yet, their slots, orders that wait for a hand, jobs left.

Counts only, kept by `services.sending.dispatcher` under its lock. It must not know a carrier or the store.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from uuid import UUID

from contact.pacing import Pace
from contact.sender import SenderRow
from services.sending.clear import Order


class Batch:
    """Rows of one claim, and the slots they share: a row that does not leave passes its slot on to the next."""

    def __init__(self, sender: SenderRow, rows: Sequence[UUID], slots: Sequence[float]) -> None:
        self.sender = sender
        self.pace = Pace(float(sender.rate_per_s), sender.burst)
        self.size = len(rows)
        self.rows = deque(rows)
        self.slots = deque(slots)
        self.refused = 0
        self.orders: deque[tuple[Order, float]] = deque()
        self.ready = 0
        """Hands that were called for its orders and do not speak to the carrier: all but one would only wait."""
        self.jobs = 1
        """Its clearing, and orders not handed over: when none is left, it is through."""
        self.faults: list[BaseException] = []

    def page(self) -> list[UUID]:
        """As many of the rows as there are slots."""
        return [self.rows.popleft() for _ in range(min(len(self.rows), len(self.slots)))]
