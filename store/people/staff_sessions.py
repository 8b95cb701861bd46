"""Sessions of the staff pages, by the hash of the mark in a browser's cookie. All times are real.

It must not know a mark, nor how long a session lasts: hashes and moments come in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, RowMapping, and_, delete, insert, select, update

from store.people.staff import has_second_factor, with_office
from store.tables.staff import staff
from store.tables.staff import staff_sessions as sessions


@dataclass(frozen=True, slots=True)
class Living:
    """What a session must be to count: begun and seen after these moments."""

    begun_after: datetime
    seen_after: datetime

    @property
    def condition(self) -> ColumnElement[bool]:
        """The same in SQL; the member is active, in the role and office they signed in with."""
        return and_(
            sessions.c.ended_at.is_(None),
            sessions.c.begun_at > self.begun_after,
            sessions.c.seen_at > self.seen_after,
            staff.c.active,
            staff.c.role == sessions.c.role,
            staff.c.office_id == sessions.c.office_id,
        )


def add(conn: Connection, values: Mapping[str, Any]) -> None:
    """Insert a session."""
    conn.execute(insert(sessions).values(dict(values)))


def holder(conn: Connection, mark_hash: str, living: Living) -> RowMapping | None:
    """Whose living session this is, or None: as `store.people.staff`, with `session_id`, `seen_at`, `second_factor`."""
    query = with_office().join(sessions, sessions.c.staff_id == staff.c.id)
    query = query.add_columns(sessions.c.id.label("session_id"), sessions.c.seen_at, has_second_factor())
    return conn.execute(query.where(sessions.c.mark_hash == mark_hash, living.condition)).mappings().first()


def see(conn: Connection, session_id: UUID, at: datetime) -> None:
    """Note that somebody acted in a session."""
    conn.execute(update(sessions).where(sessions.c.id == session_id, sessions.c.seen_at < at).values(seen_at=at))


def living_of(conn: Connection, staff_id: UUID, living: Living) -> Sequence[RowMapping]:
    """A person's living sessions, the one seen last first."""
    query = select(sessions).join(staff, staff.c.id == sessions.c.staff_id)
    query = query.where(sessions.c.staff_id == staff_id, living.condition)
    return conn.execute(query.order_by(sessions.c.seen_at.desc(), sessions.c.id)).mappings().all()


def end(
    conn: Connection, staff_id: UUID, at: datetime, *, only: UUID | None = None, but: UUID | None = None
) -> list[UUID]:
    """End a person's sessions, `only` one or all `but` one; the ids of those that had not ended."""
    ended = update(sessions).where(sessions.c.staff_id == staff_id, sessions.c.ended_at.is_(None))
    if only is not None:
        ended = ended.where(sessions.c.id == only)
    if but is not None:
        ended = ended.where(sessions.c.id != but)
    return list(conn.scalars(ended.values(ended_at=at).returning(sessions.c.id)))


def forget(conn: Connection, staff_id: UUID, begun_before: datetime) -> None:
    """Take out a person's old sessions."""
    conn.execute(delete(sessions).where(sessions.c.staff_id == staff_id, sessions.c.begun_at < begun_before))
