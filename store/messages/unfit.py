"""Items that a loop could not process: recorded, looked up, listed, removed.

It must not know a loop nor why an item failed: codes, places and sealed bytes come in.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, delete, func, select
from sqlalchemy.dialects.postgresql import insert

from store.tables.unfit import unfit


def note(conn: Connection, row: dict[str, Any], tries: int) -> tuple[bool, bool]:
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


def counted(conn: Connection) -> Sequence[RowMapping]:
    """Loop, code and number of what is kept."""
    query = select(unfit.c.loop, unfit.c.code, func.count().label("n")).where(unfit.c.kept)
    return (
        conn.execute(query.group_by(unfit.c.loop, unfit.c.code).order_by(unfit.c.loop, unfit.c.code)).mappings().all()
    )


def listed(conn: Connection, loop: str | None = None) -> Sequence[RowMapping]:
    """What is kept, of one loop or of all, oldest first."""
    query = select(unfit).where(unfit.c.kept).order_by(unfit.c.first_at, unfit.c.id)
    return conn.execute(query if loop is None else query.where(unfit.c.loop == loop)).mappings().all()


def hold(conn: Connection, unfit_id: UUID) -> RowMapping | None:
    """The item with this id, locked, or None."""
    return conn.execute(select(unfit).where(unfit.c.id == unfit_id).with_for_update()).mappings().first()


def forget(conn: Connection, unfit_id: UUID) -> None:
    """Take the item out: its loop tries it again."""
    conn.execute(delete(unfit).where(unfit.c.id == unfit_id))
