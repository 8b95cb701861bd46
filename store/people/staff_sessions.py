"""Sessions of the staff pages, by the hash of the mark in a browser's cookie. All times are real.

It must not know a mark, nor how long a session lasts: hashes and moments come in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select, update

from store.people.staff import StaffRow, has_second_factor, staff_with_office
from store.rows import fetch, first
from store.tables.staff import staff
from store.tables.staff import staff_sessions as sessions


@dataclass(frozen=True, slots=True)
class SessionHolder(StaffRow):
    """A member of staff in a session of theirs, seen last at `seen_at`; `second_factor`: whether one is set up."""

    session_id: UUID
    seen_at: datetime
    second_factor: bool


@dataclass(frozen=True, slots=True)
class SessionRow:
    """A session as its member may see it."""

    id: UUID
    browser: str
    """ "Firefox · Windows", or "" when it says nothing known."""
    begun_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class OpenSince:
    """What a session must be to be open: begun and seen after these moments."""

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


def holder(conn: Connection, mark_hash: str, since: OpenSince) -> SessionHolder | None:
    """Whose open session this is, or None."""
    query = staff_with_office().join(sessions, sessions.c.staff_id == staff.c.id)
    query = query.add_columns(sessions.c.id.label("session_id"), sessions.c.seen_at, has_second_factor())
    return first(conn, query.where(sessions.c.mark_hash == mark_hash, since.condition), SessionHolder)


def see(conn: Connection, session_id: UUID, at: datetime) -> None:
    """Note that somebody acted in a session."""
    conn.execute(update(sessions).where(sessions.c.id == session_id, sessions.c.seen_at < at).values(seen_at=at))


def open_sessions(conn: Connection, staff_id: UUID, since: OpenSince) -> list[SessionRow]:
    """A person's open sessions, the one seen last first."""
    query = select(sessions.c.id, sessions.c.browser, sessions.c.begun_at, sessions.c.seen_at)
    query = query.join(staff, staff.c.id == sessions.c.staff_id)
    query = query.where(sessions.c.staff_id == staff_id, since.condition)
    return fetch(conn, query.order_by(sessions.c.seen_at.desc(), sessions.c.id), SessionRow)


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
