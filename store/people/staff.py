"""Staff and their invitations. Signing in looks people up in national scope; pages see their own office's staff.

It must not know a token or a password: only hashes come in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Label, RowMapping, Select, Text, bindparam, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from store.roles import shown
from store.tables.registry import offices
from store.tables.staff import invitations, staff, staff_sessions
from store.tables.staff import second_factors as factors

_SHOWN = tuple(staff.columns[name] for name in shown("staff"))


def with_office() -> Select[Any]:
    """What everybody who works with the table may read: no password."""
    of_office = offices.c.code.label("office_code"), offices.c.name.label("office_name"), offices.c.level
    return select(*_SHOWN, *of_office).join(offices, offices.c.id == staff.c.office_id)


def for_sign_in(conn: Connection, email: str) -> RowMapping | None:
    """The person with this address (lower case), with password hash."""
    secrets = func.alo_sign_in(bindparam("address", email, Text))
    found = secrets.table_valued("staff_id", "password").alias("secrets")
    query = with_office().add_columns(found.c.password)
    return conn.execute(query.join(found, found.c.staff_id == staff.c.id)).mappings().first()


def by_email(conn: Connection, email: str) -> RowMapping | None:
    """The person with this address (lower case), with the office's code, name and level; or None."""
    return conn.execute(with_office().where(staff.c.email == email)).mappings().first()


def by_id(conn: Connection, staff_id: UUID) -> RowMapping | None:
    """The person with this id, or None."""
    return conn.execute(with_office().where(staff.c.id == staff_id)).mappings().first()


def names(conn: Connection) -> dict[str, str]:
    """Actor ("staff:<id>") → name, of everybody this connection may see."""
    return {
        f"staff:{row.id}": row.name or row.email
        for row in conn.execute(select(staff.c.id, staff.c.name, staff.c.email))
    }


def listed(conn: Connection, now: datetime) -> Sequence[RowMapping]:
    """Everybody by office and address; `invited_until` is when an open invitation ends, or None.

    `second_factor`: whether one is set up; `signed_in_at`: the last sign-in (real time), or None.
    """
    open_until = (
        select(func.max(invitations.c.expires_at))
        .where(invitations.c.staff_id == staff.c.id, invitations.c.used_at.is_(None), invitations.c.expires_at > now)
        .scalar_subquery()
    )
    last = select(func.max(staff_sessions.c.begun_at)).where(staff_sessions.c.staff_id == staff.c.id).scalar_subquery()
    query = with_office().order_by(offices.c.code, staff.c.email)
    query = query.add_columns(open_until.label("invited_until"), last.label("signed_in_at"), has_second_factor())
    return conn.execute(query).mappings().all()


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


def invited(conn: Connection, token_hash: str, now: datetime) -> UUID | None:
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
