"""Sessions of the staff pages: begun at a sign-in, ended at the server by signing out, by others of one's own, by time.

A browser's cookie carries a random mark, the database its hash, so neither a copied row nor an old cookie opens
anything. Times are real: a session of the demo does not end sooner. It must not know cookies or pages.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import Connection

from characters import codes
from services.refusal import Refusal
from services.work import Work
from store import audit
from store.people import staff
from store.people import staff_sessions as rows
from store.people.staff import StaffRow
from store.people.staff_sessions import SessionHolder

LASTS = timedelta(hours=8)
"""Real time from the sign-in to the end, whatever happens: a working day."""
IDLE = timedelta(minutes=30)
"""Real time without anything done after which a session is over."""
SEEN_EVERY = timedelta(minutes=1)
"""How exactly `seen_at` is kept: a page that renews itself is no row written each time."""
KEPT = timedelta(days=30)
"""How long an ended session is still told of by the database."""


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A session as its member sees it. Times are real, aware UTC."""

    id: UUID
    browser: str
    begun_at: datetime
    seen_at: datetime


def begin(work: Work, staff_id: UUID, browser: str) -> str:
    """Begin a session for somebody who has proved who they are, and note the sign-in; its mark, told once."""
    mark, at = work.ids.public(), work.clock.real()
    with work.database.transaction() as conn:
        found = staff.by_id(conn, staff_id)
        if found is None:
            raise LookupError(staff_id)
        row = {
            "id": work.ids.new(),
            "staff_id": staff_id,
            "mark_hash": mark_hash(mark),
            "role": found.role,
            "office_id": found.office_id,
            "browser": browser,
            "begun_at": at,
            "seen_at": at,
        }
        rows.forget(conn, staff_id, at - KEPT)
        rows.add(conn, row)
        staff.count_sign_in(conn, staff_id)
        _trail(work, conn, f"staff:{staff_id}", "staff.signed_in", found)
    return mark


def holder(work: Work, mark: str, *, acts: bool = True) -> SessionHolder | None:
    """Who holds the session with this mark, or None when it is over.

    `acts`: somebody did something; a page that renews itself keeps no session alive.
    """
    at = work.clock.real()
    with work.database.transaction() as conn:
        found = rows.holder(conn, mark_hash(mark), _open_since(at))
        if found is not None and acts and at - found.seen_at >= SEEN_EVERY:
            rows.see(conn, found.session_id, at)
    return found


def list_sessions(work: Work, staff_id: UUID) -> list[OpenSession]:
    """The open sessions of a member."""
    with work.database.transaction() as conn:
        found = rows.open_sessions(conn, staff_id, _open_since(work.clock.real()))
    return [OpenSession(row.id, row.browser, row.begun_at, row.seen_at) for row in found]


def list_sessions_of(work: Work, email: str) -> list[OpenSession]:
    """The same by address. Raises Refusal if unknown."""
    with work.database.transaction() as conn:
        found = _known(conn, email)
    return list_sessions(work, found.id)


def sign_out(work: Work, staff_id: UUID, session_id: UUID) -> None:
    """End the session somebody is in."""
    with work.database.transaction() as conn:
        found = staff.by_id(conn, staff_id)
        if found is not None and rows.end(conn, staff_id, work.clock.real(), only=session_id):
            _trail(work, conn, f"staff:{staff_id}", "staff.signed_out", found)


def end_own(work: Work, staff_id: UUID, *, only: UUID | None = None, but: UUID | None = None) -> int:
    """End `only` one of somebody's own sessions, or all `but` the one they are in. How many ended."""
    with work.database.transaction() as conn:
        found = staff.by_id(conn, staff_id)
        ended = rows.end(conn, staff_id, work.clock.real(), only=only, but=but) if found is not None else []
        if found is not None and ended:
            _trail(work, conn, f"staff:{staff_id}", "staff.sessions_ended", found, sessions=len(ended))
    return len(ended)


def end_of(work: Work, email: str, actor: str) -> int:
    """End every session of somebody, as an administrator. How many were open. Raises Refusal if unknown."""
    with work.database.transaction() as conn:
        found, at = _known(conn, email), work.clock.real()
        were_open = len(rows.open_sessions(conn, found.id, _open_since(at)))
        rows.end(conn, found.id, at)
        _trail(work, conn, actor, "staff.sessions_ended", found, sessions=were_open)
    return were_open


def mark_hash(mark: str) -> str:
    """Marks are 128 random bits, so a plain digest cannot be guessed back."""
    return hashlib.sha256(mark.encode()).hexdigest()


def _open_since(at: datetime) -> rows.OpenSince:
    return rows.OpenSince(begun_after=at - LASTS, seen_after=at - IDLE)


def _known(conn: Connection, email: str) -> StaffRow:
    found = staff.by_email(conn, codes.email(email))
    if found is None:
        raise Refusal("staff.unknown", email=email)
    return found


def _trail(work: Work, conn: Connection, actor: str, action: str, member: StaffRow, **detail: int) -> None:
    subject, office_id = str(member.id), member.office_id
    at = work.clock.now()
    audit.append(conn, at=at, actor=actor, action=action, subject=subject, office_id=office_id, detail=detail)
