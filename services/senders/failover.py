"""Failover between senders of the same capability: weights step down with errors and drift back, rows change sender.

A weight moves at most once in a cool-down; the operator's own choice and its reason are `services.senders.senders`'
business. Real time decides when, business time is only written down.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection

from contact import elapsed
from contact.delivery import ErrorKind, Refused, Unknown
from contact.sender import SenderRow
from services.unfit import isolation, set_aside
from services.work import Work
from store import audit
from store.messages import outbox, pacing, senders

STEPS = 4
"""Steps from the weight that was set down to nothing."""
COOL_DOWN = timedelta(seconds=15)
"""Real time between two steps down."""
DRIFT = timedelta(minutes=2)
"""Real time without a step after which a weight goes a step back up."""
SENDERS_FAULT = frozenset({ErrorKind.LATER, ErrorKind.AMBIGUOUS, ErrorKind.CONFIGURATION})
"""Refusals that say something of the sender rather than of one number, or of our haste."""
BY_CARRIER = "carrier:"
"""How the reason of a pause begins that the carrier's answer made; an operator's pause moves no rows."""


def stumble(work: Work, sender_id: UUID, result: Refused | Unknown) -> bool:
    """A hand-over failed: the sender's weight goes a step down, unless it did so just now. True when it did."""
    if isinstance(result, Refused) and result.kind not in SENDERS_FAULT:
        return False
    real = work.clock.real()
    with work.database.transaction() as conn:
        row = pacing.hold(conn, sender_id)
        if row is None or row.weight <= 0 or not _rested(row.weight_at, real, work.scaled(COOL_DOWN)):
            return False
        weight = max(0, row.weight - _step(row.base_weight))
        _move(work, conn, sender_id, row.name, row.weight, weight, result.code)
    return True


def recover(work: Work) -> int:
    """Let the weights of senders in use that had no error for a while drift a step back. Senders moved."""
    with work.database.transaction() as conn:
        ids = [sender.id for sender in senders.all_rows(conn)]
    looked_at = isolation.each(
        work, "senders", ids, lambda one: _recover(work, one), key=str, aside=set_aside.sender(work)
    )
    return sum(looked_at.done)


def _recover(work: Work, sender_id: UUID) -> bool:
    real = work.clock.real()
    with work.database.transaction() as conn:
        row = pacing.hold(conn, sender_id)
        if row is None or row.paused_reason or row.weight >= row.base_weight:
            return False
        if not _rested(row.weight_at, real, work.scaled(DRIFT)):
            return False
        weight = min(row.base_weight, row.weight + _step(row.base_weight))
        _move(work, conn, sender_id, row.name, row.weight, weight, "drift")
    return True


def _rested(last: datetime | None, real: datetime, pause: timedelta) -> bool:
    return last is None or elapsed.since(last, real) >= pause


def _step(base: int) -> int:
    return max(1, base // STEPS)


def _move(work: Work, conn: Connection, sender_id: UUID, name: str, before: int, after: int, why: str) -> None:
    senders.change(conn, sender_id, weight=after, weight_at=work.clock.real())
    detail = {"from": before, "to": after, "why": why}
    audit.append(
        conn, at=work.clock.now(), actor="machine:failover", action="sender.weight", subject=name, detail=detail
    )


def reassign(work: Work) -> int:
    """Give due campaign rows of failed senders to others that can do the same. Rows moved.

    Replies stay: they come from the number the person wrote to, or not at all.
    """
    now = work.clock.now()
    with work.database.transaction() as conn:
        rows, weights = senders.all_rows(conn), senders.base_weights(conn)
    fit = [s for s in rows if not s.paused_reason and s.weight > 0]
    failed = [s for s in rows if _failed(s, weights[s.id])]
    moved = isolation.each(work, "failover", failed, lambda one: _hand_on(work, one, fit, now), key=lambda one: one.id)
    return sum(moved.done)


def _hand_on(work: Work, failed: SenderRow, fit: Sequence[SenderRow], now: datetime) -> int:
    other = max((s for s in fit if _can_stand_in(s, failed)), key=lambda s: (s.weight, s.name), default=None)
    if other is None:
        return 0
    with work.database.transaction() as conn:
        count = outbox.hand_on(conn, failed.id, other.id, {"moved_from": failed.name}, now)
        if count:
            senders.tally(conn, failed.id, "repair", "moved_to_another_sender", now, n=count)
    return count


def _failed(sender: SenderRow, base: int) -> bool:
    return sender.paused_reason.startswith(BY_CARRIER) or (sender.weight <= 0 < base)


def _can_stand_in(other: SenderRow, failed: SenderRow) -> bool:
    return (
        other.id != failed.id
        and other.medium == failed.medium
        and other.simulated == failed.simulated
        and (other.can_receive or not failed.can_receive)
    )
