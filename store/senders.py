"""Our numbers at the carriers: rows to values, look-up by address, and the pacing token bucket of each sender.

The rate lives here and nowhere else, so an empty broker cannot cause a burst. It must not know what is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Numeric, RowMapping, cast, extract, func, insert, literal, select, update

from contact.sender import SenderRow
from store.tables.outbox import outbox, senders

_FIELDS = tuple(SenderRow.__dataclass_fields__)
_ROW = select(*(senders.c[name] for name in _FIELDS))


def _value(row: RowMapping | None) -> SenderRow | None:
    return None if row is None else SenderRow(**row)


def add(conn: Connection, **columns: Any) -> None:
    """Insert a sender; column names of `store.tables.outbox.senders`."""
    conn.execute(insert(senders).values(**columns))


def change(conn: Connection, sender_id: UUID, **columns: Any) -> None:
    """Change columns of one sender; they apply to whatever has not left yet."""
    conn.execute(update(senders).where(senders.c.id == sender_id).values(**columns))


def by_address(conn: Connection, carrier: str, address: str) -> SenderRow | None:
    """The sender of `carrier` that answers at `address`, or None."""
    query = _ROW.where(senders.c.carrier == carrier, senders.c.address == address).limit(1)
    return _value(conn.execute(query).mappings().first())


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
    return conn.scalar(select(since).where(senders.c.id == sender_id))


def spend(conn: Connection, sender_id: UUID, wanted: int, real: datetime) -> int:
    """Take up to `wanted` whole tokens from the sender's bucket and return how many were taken.

    One update per small batch: tokens refill with real time at `rate_per_s`, never above `burst`.
    """
    refilled = _refilled(real)
    row = conn.execute(select(refilled.label("tokens")).where(senders.c.id == sender_id).with_for_update()).first()
    tokens = Decimal(0) if row is None else row.tokens
    taken = max(0, min(wanted, int(tokens)))
    conn.execute(update(senders).where(senders.c.id == sender_id).values(tokens=tokens - taken, tokens_at=real))
    return taken


def give_back(conn: Connection, sender_id: UUID, unused: int) -> None:
    """Return tokens taken for rows that were not sent."""
    if unused > 0:
        conn.execute(update(senders).where(senders.c.id == sender_id).values(tokens=senders.c.tokens + unused))


def _refilled(real: datetime) -> Any:
    elapsed = func.greatest(cast(extract("epoch", literal(real) - senders.c.tokens_at), Numeric), 0)
    return func.least(senders.c.tokens + elapsed * senders.c.rate_per_s, cast(senders.c.burst, Numeric))


def live_lines(conn: Connection, sender_id: UUID, states: tuple[str, ...]) -> int:
    """Calls of the sender that hold a line now (outbox rows in `states`)."""
    query = select(func.count()).where(outbox.c.sender_id == sender_id, outbox.c.state.in_(states))
    return conn.scalar(query) or 0
