"""Items that a loop could not process: recorded, looked up, listed, removed.

It must not know a loop nor why an item failed: codes, places and sealed bytes come in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from store import rows
from store.tables.unfit import unfit


def note(conn: Connection, row: Mapping[str, Any], tries: int) -> tuple[bool, bool]:
    """Note that an item failed (columns of `unfit` but `kept` and `tries`); after `tries` it is kept.

    Whether it is kept now, and whether it was not before.
    """
    before = conn.execute(
        select(unfit.c.kept, unfit.c.tries)
        .where(unfit.c.loop == row["loop"], unfit.c.item == row["item"])
        .with_for_update()
    ).first()
    failed = 1 if before is None else before.tries + 1
    kept = failed >= tries or (before is not None and before.kept)
    fresh = insert(unfit).values({**row, "kept": kept, "tries": failed})
    again = {name: fresh.excluded[name] for name in ("kept", "code", "place", "tries", "last_at")}
    conn.execute(fresh.on_conflict_do_update(index_elements=[unfit.c.loop, unfit.c.item], set_=again))
    return kept, kept and not (before is not None and before.kept)


def known(conn: Connection, loop: str, items: Sequence[str]) -> set[str]:
    """Which of `items` are kept as unfit for `loop`."""
    query = select(unfit.c.item).where(unfit.c.loop == loop, unfit.c.item.in_(items), unfit.c.kept)
    return set(conn.scalars(query))


@dataclass(frozen=True, slots=True)
class UnfitCount:
    """How many items of one loop are kept with one kind of fault."""

    loop: str
    code: str
    n: int


def counts(conn: Connection) -> Sequence[UnfitCount]:
    """What is kept, by loop and kind of fault."""
    query = select(unfit.c.loop, unfit.c.code, func.count().label("n")).where(unfit.c.kept)
    grouped = query.group_by(unfit.c.loop, unfit.c.code).order_by(unfit.c.loop, unfit.c.code)
    return rows.fetch(conn, grouped, UnfitCount)


@dataclass(frozen=True, slots=True)
class UnfitItem:
    """An item that is kept: of which loop, which kind of fault, where in our code, how often it failed, since when
    (business time)."""

    id: UUID
    loop: str
    item: str
    code: str
    place: str
    tries: int
    first_at: datetime


def kept_items(conn: Connection, loop: str | None = None) -> Sequence[UnfitItem]:
    """What is kept, of one loop or of all, oldest first."""
    query = select(*(unfit.c[name] for name in rows.field_names(UnfitItem))).where(unfit.c.kept)
    query = query.order_by(unfit.c.first_at, unfit.c.id)
    return rows.fetch(conn, query if loop is None else query.where(unfit.c.loop == loop), UnfitItem)


@dataclass(frozen=True, slots=True)
class LockedItem:
    """An item that failed, locked; `kept`: its loop tries it no more."""

    loop: str
    item: str
    code: str
    kept: bool
    raw: bytes | None
    """The item as it came, sealed; None where something else holds it."""


def lock(conn: Connection, unfit_id: UUID) -> LockedItem | None:
    """The item with this id, locked, or None."""
    query = select(*(unfit.c[name] for name in rows.field_names(LockedItem))).where(unfit.c.id == unfit_id)
    return rows.first(conn, query.with_for_update(), LockedItem)


def forget(conn: Connection, unfit_id: UUID) -> None:
    """Take the item out: its loop tries it again."""
    conn.execute(delete(unfit).where(unfit.c.id == unfit_id))
