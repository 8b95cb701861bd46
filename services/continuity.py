"""Detects a restored, older database by marks that are kept outside too; then nothing is sent until carriers are read.

While it is held nothing leaves by any sender until each carrier was read (`services.recovery.after_restore`) or staff
released it. It must not know where the marks are kept, nor how a database came to be older.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection

from services.work import Work
from store import audit
from store.messages import continuity as rows
from store.messages import unknown

MARGIN = timedelta(minutes=15)
"""Business time before the last sign of this database from which on carriers are read: what was being written then, and
clocks that differ."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A sender by which nothing leaves: its carrier is to be read since a business time; `listed`: it can be asked."""

    sender: str
    since: datetime
    listed: bool


def watch(work: Work) -> bool:
    """Let the marks grow, after they were compared with those outside. Whether the database is held.

    A mark of ours that is behind means that something left which this database knows nothing of. One that grew in the
    future means that the clock was set back: what was planned by the old one is brought back.
    """
    seen, now = work.marks.greatest(), work.clock.now()  # before ours are read: they are noted after they stand here
    with work.database.transaction() as conn:
        _compare(work, conn, seen)
        last = rows.last_marked(conn)
        if last is not None and last > now + unknown.SET_BACK:
            unknown.bring_back(conn, now)
        grown = rows.grow(conn, now)
        held = rows.is_held(conn)
    work.marks.note(grown)
    return held


def hold(work: Work, since: datetime, why: str, actor: str) -> int:
    """Let nothing leave before the carriers were read since `since` (business time). Senders held."""
    with work.database.transaction() as conn:
        return _hold(work, conn, since, why, actor)


def is_held(work: Work) -> bool:
    """Whether anything has to be read before something may leave."""
    with work.database.transaction() as conn:
        return rows.is_held(conn)


def unread(work: Work) -> Sequence[Unread]:
    """The senders whose carriers are to be read, by name; none: nothing is held."""
    with work.database.transaction() as conn:
        return [Unread(r.name, r.unread_since, r.can_reconcile) for r in rows.unread(conn)]


def _compare(work: Work, conn: Connection, seen: Mapping[UUID, int]) -> None:
    ours = rows.marks(conn)
    behind = {sender: mark for sender, mark in seen.items() if sender in ours and ours[sender] < mark}
    if not behind:
        return
    since = rows.last_marked(conn) or work.clock.now()
    _hold(work, conn, since - MARGIN, "older_than_seen", "machine:continuity")
    rows.raise_marks(conn, behind)  # told once


def _hold(work: Work, conn: Connection, since: datetime, why: str, actor: str) -> int:
    held = rows.hold_all(conn, since, work.clock.real())
    detail = {"why": why, "since": since.isoformat()}
    audit.append(conn, at=work.clock.now(), actor=actor, action="restore.held", subject="senders", detail=detail)
    return held
