"""Staff and their invitations. Signing in looks people up in national scope; pages see their own office's staff.

It must not know a token or a password: only hashes come in.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Label, Select, Text, bindparam, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from contact.staff_roles import StaffRole
from store.rows import fetch, first
from store.tables.registry import offices
from store.tables.staff import invitations, staff, staff_sessions
from store.tables.staff import second_factors as factors


@dataclass(frozen=True, slots=True)
class StaffRow:
    """A member of staff with their office, without what they enter with. `name` "" where none is known."""

    id: UUID
    office_id: UUID
    email: str
    name: str
    role: StaffRole
    active: bool
    language: str
    joined_at: datetime | None
    """Business time at which the first invitation was used, or None."""
    office_code: str
    office_name: str
    level: str
    """Of the office: national or province."""


@dataclass(frozen=True, slots=True)
class SignInRow(StaffRow):
    """The same with the hash of the password; None until an invitation is used."""

    password: str | None


@dataclass(frozen=True, slots=True)
class StaffListRow(StaffRow):
    """The same with what the list of staff tells."""

    invited_at: datetime
    sign_in_count: int
    invited_until: datetime | None
    """When an open invitation ends (business time), or None."""
    signed_in_at: datetime | None
    """The last sign-in (real time), or None."""
    second_factor: bool
    """Whether one is set up."""


def staff_with_office() -> Select[Any]:
    """The statement for `StaffRow`."""
    s = staff.c
    return select(
        s.id, s.office_id, s.email, s.name, s.role, s.active, s.language, s.joined_at,
        offices.c.code.label("office_code"), offices.c.name.label("office_name"), offices.c.level,
    ).join(offices, offices.c.id == s.office_id)  # fmt: skip


def for_sign_in(conn: Connection, email: str) -> SignInRow | None:
    """The person with this address (lower case), with password hash."""
    secrets = func.alo_sign_in(bindparam("address", email, Text))
    found = secrets.table_valued("staff_id", "password").alias("secrets")
    query = staff_with_office().add_columns(found.c.password)
    return first(conn, query.join(found, found.c.staff_id == staff.c.id), SignInRow)


def by_email(conn: Connection, email: str) -> StaffRow | None:
    """The person with this address (lower case), or None."""
    return first(conn, staff_with_office().where(staff.c.email == email), StaffRow)


def by_id(conn: Connection, staff_id: UUID) -> StaffRow | None:
    """The person with this id, or None."""
    return first(conn, staff_with_office().where(staff.c.id == staff_id), StaffRow)


def names(conn: Connection) -> dict[str, str]:
    """Actor ("staff:<id>") → name, of everybody this connection may see."""
    return {
        f"staff:{row.id}": row.name or row.email
        for row in conn.execute(select(staff.c.id, staff.c.name, staff.c.email))
    }


def everybody(conn: Connection, now: datetime) -> list[StaffListRow]:
    """Everybody by office and address; `now` (business time) decides which invitations are open."""
    open_until = (
        select(func.max(invitations.c.expires_at))
        .where(invitations.c.staff_id == staff.c.id, invitations.c.used_at.is_(None), invitations.c.expires_at > now)
        .scalar_subquery()
    )
    last = select(func.max(staff_sessions.c.begun_at)).where(staff_sessions.c.staff_id == staff.c.id).scalar_subquery()
    query = staff_with_office().order_by(offices.c.code, staff.c.email)
    query = query.add_columns(
        staff.c.invited_at,
        staff.c.sign_in_count,
        open_until.label("invited_until"),
        last.label("signed_in_at"),
        has_second_factor(),
    )
    return fetch(conn, query, StaffListRow)


def has_second_factor() -> Label[bool]:
    """SQL: whether the member's second factor is set up, as `second_factor`."""
    theirs = select(factors.c.staff_id).where(factors.c.staff_id == staff.c.id, factors.c.secret.is_not(None))
    return theirs.exists().label("second_factor")


def add(conn: Connection, values: Mapping[str, Any]) -> bool:
    """Insert a person; False, and nothing is changed, when the address is taken."""
    made = upsert(staff).values(dict(values)).on_conflict_do_nothing(index_elements=[staff.c.email])
    return conn.scalar(made.returning(staff.c.id)) is not None


def change(conn: Connection, staff_id: UUID, **columns: Any) -> None:
    """Set columns of one person."""
    conn.execute(update(staff).where(staff.c.id == staff_id).values(**columns))


def count_sign_in(conn: Connection, staff_id: UUID) -> None:
    """One more sign-in."""
    change(conn, staff_id, sign_in_count=staff.c.sign_in_count + 1)


def add_invitation(conn: Connection, token_hash: str, staff_id: UUID, expires_at: datetime) -> None:
    """Insert an invitation."""
    conn.execute(
        insert(invitations).values(token_hash=token_hash, staff_id=staff_id, expires_at=expires_at, used_at=None)
    )


def invitee(conn: Connection, token_hash: str, now: datetime) -> UUID | None:
    """Whom this invitation is for, or None when it was used, withdrawn, has expired or never was."""
    query = select(invitations.c.staff_id).where(
        invitations.c.token_hash == token_hash, invitations.c.used_at.is_(None), invitations.c.expires_at > now
    )
    found: UUID | None = conn.scalar(query)
    return found


def take_invitation(conn: Connection, token_hash: str, now: datetime) -> UUID | None:
    """Use the invitation up: whom it was for, or None when it is no longer open (so that it serves once)."""
    used = (
        update(invitations)
        .where(invitations.c.token_hash == token_hash, invitations.c.used_at.is_(None), invitations.c.expires_at > now)
        .values(used_at=now)
    )
    found: UUID | None = conn.scalar(used.returning(invitations.c.staff_id))
    return found


def withdraw_invitations(conn: Connection, staff_id: UUID, now: datetime) -> None:
    """Use up every open invitation of a person."""
    open_ones = update(invitations).where(invitations.c.staff_id == staff_id, invitations.c.used_at.is_(None))
    conn.execute(open_ones.values(used_at=now))
