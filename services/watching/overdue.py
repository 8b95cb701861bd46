"""What should have left and has not: by sender, how long its oldest due row waits, and how long for no good reason.

Rows that a pause, a hold, a campaign that does not run or a restore keeps back wait for nothing of ours, nor do rows of
a sender that is out of use. Hours need no look: a due row outside them is put off as soon as somebody takes it up.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from services.sending.claim import room_of
from services.work import Work
from store.messages import claims, pacing, senders


@dataclass(frozen=True, slots=True)
class Overdue:
    """A sender's oldest due row: `due_s` business seconds since it was due; `stalled_s`: of these, at most the real
    seconds in which the sender had a free slot, line and budget for it and nobody came."""

    sender: str
    due_s: float
    stalled_s: float


def overdue(work: Work, conn: Connection) -> list[Overdue]:
    """Every sender, by name; zeros where nothing waits that may leave."""
    oldest = claims.oldest_due(conn, work.clock.now())
    found = []
    for sender in senders.all_rows(conn):
        row = pacing.look(conn, sender.id)
        due_at = oldest.get(sender.id)
        if row is None or due_at is None or row.paused_reason or row.unread:
            found.append(Overdue(sender.name, 0.0, 0.0))
            continue
        due = (work.clock.now() - due_at).total_seconds()
        free = max(0.0, (work.clock.real() - row.slot_at).total_seconds())
        stalled = min(due, free) if room_of(work, conn, row) else 0.0
        found.append(Overdue(sender.name, due, stalled))
    return found
