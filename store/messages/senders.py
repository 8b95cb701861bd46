"""Our numbers at the carriers: rows to values, look-up by address or name, changes, and tallies of what went wrong.

Their pace is kept by `store.messages.pacing`. It must not know what is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert

from contact.sender import SenderRow
from store.prepared import Row
from store.tables.outbox import outbox, senders, tallies

_FIELDS = tuple(SenderRow.__dataclass_fields__)
_ROW = select(*(senders.c[name] for name in _FIELDS))


def value(row: Row) -> SenderRow:
    """The value of a row of `senders` that may hold more columns."""
    return SenderRow(**{name: row[name] for name in _FIELDS})


def _value(row: RowMapping | None) -> SenderRow | None:
    return None if row is None else SenderRow(**row)


def add(conn: Connection, **columns: Any) -> None:
    """Insert a sender; column names of `store.tables.outbox.senders`. It begins at its own weight, without a budget."""
    beginning = {"base_weight": columns["weight"], "served": "", "budget": {}, "detects_machines": True}
    conn.execute(insert(senders).values({**beginning, **columns}))


def change(conn: Connection, sender_id: UUID, **columns: Any) -> None:
    """Change columns of one sender; they apply to whatever has not left yet."""
    conn.execute(update(senders).where(senders.c.id == sender_id).values(**columns))


def by_id(conn: Connection, sender_id: UUID) -> SenderRow | None:
    """The sender `sender_id`, or None."""
    return _value(conn.execute(_ROW.where(senders.c.id == sender_id)).mappings().first())


def by_name(conn: Connection, name: str) -> SenderRow | None:
    """The sender called `name`, or None."""
    return _value(conn.execute(_ROW.where(senders.c.name == name)).mappings().first())


def all_rows(conn: Connection) -> list[SenderRow]:
    """Every sender, by name."""
    return [SenderRow(**r) for r in conn.execute(_ROW.order_by(senders.c.name)).mappings()]


def tariff(conn: Connection, sender_id: UUID) -> Mapping[str, Any]:
    """The tariff document of a sender (`contact.tariff.Tariff.to_dict`). Raises NoResultFound for an unknown one."""
    document: Mapping[str, Any] = conn.execute(select(senders.c.tariff).where(senders.c.id == sender_id)).scalar_one()
    return document


def swept_at(conn: Connection, sender_id: UUID) -> datetime | None:
    """Until when the carrier's list of inbound texts has been read; at first, since when the number is ours."""
    since = func.coalesce(senders.c.inbound_swept_at, senders.c.created_at)
    found: datetime | None = conn.scalar(select(since).where(senders.c.id == sender_id))
    return found


def tally(
    conn: Connection, sender_id: UUID, what: str, code: str, at: datetime, *, listed: bool = True, n: int = 1
) -> None:
    """Count an error (`what`: its kind) or a repair ("repair") under its code, at business time `at`."""
    row = pg_insert(tallies).values(
        sender_id=sender_id, what=what, code=code, listed=listed, n=n, first_at=at, last_at=at
    )
    more = {"n": tallies.c.n + n, "listed": row.excluded.listed, "last_at": row.excluded.last_at}
    conn.execute(row.on_conflict_do_update(index_elements=["sender_id", "what", "code"], set_=more))


def tallied(conn: Connection) -> list[RowMapping]:
    """All tallies with their sender's name, the latest first."""
    query = select(tallies, senders.c.name).join(senders, senders.c.id == tallies.c.sender_id)
    return list(conn.execute(query.order_by(tallies.c.last_at.desc(), tallies.c.code)).mappings())


def weights(conn: Connection) -> dict[UUID, RowMapping]:
    """Weight now, weight set and real time of the last step, by sender."""
    query = select(senders.c.id, senders.c.weight, senders.c.base_weight, senders.c.weight_at)
    return {row["id"]: row for row in conn.execute(query).mappings()}


def budget(conn: Connection, sender_id: UUID) -> dict[str, int]:
    """The ceilings of a sender (`contact.pacing.Budget.to_dict`)."""
    return dict(conn.execute(select(senders.c.budget).where(senders.c.id == sender_id)).scalar_one())


def queued(conn: Connection) -> list[RowMapping]:
    """Rows that have not ended, by sender, medium and state; what is planned counts as one state."""
    live = outbox.c.state.in_(("planned", "claimed", "sending", "handed", "ringing", "answered", "unknown"))
    query = (
        select(senders.c.name, outbox.c.medium, outbox.c.state, func.count().label("n"))
        .join(senders, senders.c.id == outbox.c.sender_id)
        .where(live)
        .group_by(senders.c.name, outbox.c.medium, outbox.c.state)
    )
    return list(conn.execute(query).mappings())
