"""Claims due rows of one sender for its next free slots, within its lines and its budget.

Slots are handed out by the sender's row, so any number of dispatchers together keep its rate. Nothing is sent here.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Connection

from contact import pacing, tariff
from contact.calendar import ZONE, day_start
from contact.pacing import Budget, Pace
from contact.sender import SenderRow
from services.work import Work
from store.messages import claims
from store.messages import pacing as pacing_rows
from store.messages.pacing import PacedSender

CLAIM_LEASE = timedelta(seconds=60)
AHEAD_S, REFILL_S = 0.4, 0.15
"""Slots are taken up to `AHEAD_S` real seconds ahead, and anew when less than `REFILL_S` are left: short, so that what
was cleared leaves at once, urgent rows wait little, and a dispatcher that dies takes few rows and slots with it."""
LINES_WAIT_S = 0.25
MOST_ROWS = 100
"""Rows claimed at once, however high the rate."""
CALL_MINUTES = 4
"""What a call counts against a budget in VND until its cost is known."""


@dataclass(slots=True)
class Slots:
    """The slots that came with a batch, as `time.monotonic()`, and when to come back; None: nothing more is due."""

    times: list[float] = field(default_factory=list)
    wait_s: float | None = None


def claim_batch(work: Work, sender_id: UUID, spare: int = 0) -> tuple[SenderRow | None, list[UUID], Slots]:
    """Claim rows for the slots that are free next, within lines and budget, and up to `spare` more rows than slots."""
    real, begun = work.clock.real(), time.monotonic()
    seen = work.marks.greatest().get(sender_id, 0)
    with work.database.transaction() as conn:
        row = pacing_rows.hold(conn, sender_id)
        if row is None or row.paused_reason or row.unread:
            return None, [], Slots()
        if (row.mark or 0) < seen:  # more has left than this database knows: the next watch says so
            return None, [], Slots()
        pace = Pace(float(row.rate_per_s), row.burst)
        free = pace.free(row.slot_at, real)
        ahead = (free - real).total_seconds()
        if ahead > REFILL_S:
            return row, [], Slots(wait_s=ahead - REFILL_S)
        room = room_of(work, conn, row)
        if room == 0:
            return row, [], Slots(wait_s=LINES_WAIT_S if row.medium == "call" else None)
        slots = pace.slots(free, real, real + timedelta(seconds=max(AHEAD_S, ahead)), room)
        wanted = min(len(slots) + spare, room)
        lease = real + work.scaled(CLAIM_LEASE)
        claimed = claims.claim(conn, sender_id, wanted, work.clock.now(), lease, row.served)
        used = slots[: len(claimed.rows)]
        if used:
            pacing_rows.move(conn, sender_id, used[-1] + pace.gap, claimed.served)
    if used:
        work.marks.note({sender_id: (row.mark or 0) + 1})  # before any of them leaves
    times = [begun + (slot - real).total_seconds() for slot in used]
    more = len(claimed.rows) == wanted or len(claimed.rows) > len(used)
    return row, claimed.rows, Slots(times, max(0.0, times[-1] - begun - REFILL_S) if more else None)


def room_of(work: Work, conn: Connection, row: PacedSender) -> int:
    """Rows that may be claimed now: by lines, by budget, and no more than a batch."""
    room = MOST_ROWS
    if row.medium == "call":
        room = min(room, row.lines - pacing_rows.lines_in_use(conn, row.id))
    budget = pacing.budget_from_dict(row.budget)
    if budget.set and room > 0:
        room = min(room, _affordable(conn, row, budget, work.clock.now()))
    return max(0, room)


def _affordable(conn: Connection, row: PacedSender, budget: Budget, now: datetime) -> int:
    price = _price(row, now)
    spent = pacing_rows.spent(conn, row.id, now - timedelta(hours=1), day_start(now), price, CALL_MINUTES)
    return budget.room(spent, price * CALL_MINUTES if row.medium == "call" else price)


def _price(row: PacedSender, now: datetime) -> Decimal:
    """What a segment or a minute costs; 0 where the tariff does not say: it cannot be held to then."""
    try:
        return tariff.from_dict(row.tariff).price(row.medium, now.astimezone(ZONE).date())
    except LookupError:
        return Decimal(0)
