"""Second factors of staff: sealed secrets, the last code that was taken, wrong tries, and hashes of recovery codes.

It must not know a code or open a secret: bytes, steps and hashes come in.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from store.rows import first
from store.tables.staff import recovery_codes as codes
from store.tables.staff import second_factors as factors


@dataclass(frozen=True, slots=True)
class SecondFactorRow:
    """A member's second factor. `secret` and `pending` (of a set-up under way) are sealed."""

    staff_id: UUID
    secret: bytes | None
    pending: bytes | None
    last_step: int
    """Of the last code that was accepted: each is good once."""
    wrong: int
    """Wrong codes in a row, the last at `wrong_at` (real time)."""
    wrong_at: datetime | None


def find(conn: Connection, staff_id: UUID) -> SecondFactorRow | None:
    """A member's second factor, or None."""
    return first(conn, _of(staff_id), SecondFactorRow)


def lock(conn: Connection, staff_id: UUID) -> SecondFactorRow | None:
    """The same, until the transaction ends nobody else's: one code cannot be taken twice at once."""
    return first(conn, _of(staff_id).with_for_update(), SecondFactorRow)


def _of(staff_id: UUID) -> Select[Any]:
    f = factors.c
    query = select(f.staff_id, f.secret, f.pending, f.last_step, f.wrong, f.wrong_at)
    return query.where(f.staff_id == staff_id)


def begin(conn: Connection, staff_id: UUID, pending: bytes) -> None:
    """Keep the sealed secret of a set-up under way; one that is under way already stays."""
    row = {"staff_id": staff_id, "secret": None, "pending": pending, "last_step": 0, "wrong": 0, "wrong_at": None}
    made = upsert(factors).values(row)
    conn.execute(
        made.on_conflict_do_update(
            index_elements=[factors.c.staff_id],
            set_={"pending": func.coalesce(factors.c.pending, made.excluded.pending)},
        )
    )


def change(conn: Connection, staff_id: UUID, **columns: Any) -> None:
    """Set columns of one member's."""
    conn.execute(update(factors).where(factors.c.staff_id == staff_id).values(**columns))


def remove(conn: Connection, staff_id: UUID) -> bool:
    """Take a member's second factor and recovery codes out; whether there was one."""
    conn.execute(delete(codes).where(codes.c.staff_id == staff_id))
    gone = delete(factors).where(factors.c.staff_id == staff_id)
    return conn.scalar(gone.returning(factors.c.staff_id)) is not None


def replace_codes(conn: Connection, staff_id: UUID, hashes: Iterable[str]) -> None:
    """These recovery codes instead of all earlier ones."""
    conn.execute(delete(codes).where(codes.c.staff_id == staff_id))
    conn.execute(insert(codes), [{"staff_id": staff_id, "code_hash": one, "used_at": None} for one in hashes])


def use_code(conn: Connection, staff_id: UUID, code_hash: str, at: datetime) -> bool:
    """Use a recovery code up; False when there is none such, or it was used."""
    used = update(codes).where(codes.c.staff_id == staff_id, codes.c.code_hash == code_hash, codes.c.used_at.is_(None))
    return conn.scalar(used.values(used_at=at).returning(codes.c.staff_id)) is not None


def codes_left(conn: Connection, staff_id: UUID) -> int:
    """How many recovery codes are unused."""
    query = select(func.count()).select_from(codes).where(codes.c.staff_id == staff_id, codes.c.used_at.is_(None))
    return conn.scalar(query) or 0
