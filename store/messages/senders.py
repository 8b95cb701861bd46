"""Our numbers at the carriers: rows to values, look-up by address or name, changes, and tallies of what went wrong.

Their pace is kept by `store.messages.pacing`. It must not know what is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as pg_insert

from contact.calendar import Medium
from contact.delivery import State
from contact.sender import SenderRow
from store import rows
from store.tables.outbox import outbox, senders, tallies

_ROW = select(*(senders.c[name] for name in rows.field_names(SenderRow)))


_LIVE = (
    State.PLANNED,
    State.CLAIMED,
    State.SENDING,
    State.HANDED,
    State.RINGING,
    State.ANSWERED,
    State.UNKNOWN,
)
"""What has not ended; a text that was sent may never be confirmed."""


def add(conn: Connection, **columns: Any) -> None:
    """Insert a sender; column names of `store.tables.outbox.senders`. It begins at its own weight, without a budget."""
    beginning = {"base_weight": columns["weight"], "served": "", "budget": {}, "detects_machines": True}
    conn.execute(insert(senders).values({**beginning, **columns}))


def change(conn: Connection, sender_id: UUID, **columns: Any) -> None:
    """Change columns of one sender; they apply to whatever has not left yet."""
    conn.execute(update(senders).where(senders.c.id == sender_id).values(**columns))


def by_id(conn: Connection, sender_id: UUID) -> SenderRow | None:
    """The sender `sender_id`, or None."""
    return rows.first(conn, _ROW.where(senders.c.id == sender_id), SenderRow)


def by_name(conn: Connection, name: str) -> SenderRow | None:
    """The sender called `name`, or None."""
    return rows.first(conn, _ROW.where(senders.c.name == name), SenderRow)


def all_rows(conn: Connection) -> list[SenderRow]:
    """Every sender, by name."""
    return rows.fetch(conn, _ROW.order_by(senders.c.name), SenderRow)


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


@dataclass(frozen=True, slots=True)
class Tally:
    """How often something went wrong at a sender."""

    sender: str
    """Its name."""
    what: str
    """A `contact.delivery.ErrorKind`, or "repair"."""
    code: str
    """The carrier's error code, or why something was repaired."""
    listed: bool
    """False: the code stands in no table of ours."""
    n: int
    last_at: datetime
    """Business time."""


def all_tallies(conn: Connection) -> list[Tally]:
    """What went wrong so far, the latest first."""
    of = tallies.c
    query = select(senders.c.name.label("sender"), of.what, of.code, of.listed, of.n, of.last_at)
    query = query.join(senders, senders.c.id == of.sender_id).order_by(of.last_at.desc(), of.code)
    return rows.fetch(conn, query, Tally)


def base_weights(conn: Connection) -> dict[UUID, int]:
    """The weight that was set for each sender."""
    return {row.id: row.base_weight for row in conn.execute(select(senders.c.id, senders.c.base_weight))}


def budget(conn: Connection, sender_id: UUID) -> dict[str, int]:
    """The ceilings of a sender (`contact.pacing.Budget.to_dict`)."""
    return dict(conn.execute(select(senders.c.budget).where(senders.c.id == sender_id)).scalar_one())


@dataclass(frozen=True, slots=True)
class QueueLength:
    """Rows of one sender (by its name) in one state that have not ended."""

    sender: str
    medium: Medium
    state: State
    n: int


def queue_lengths(conn: Connection) -> list[QueueLength]:
    """Rows that have not ended, by sender, medium and state."""
    live = outbox.c.state.in_(_LIVE)
    query = (
        select(senders.c.name.label("sender"), outbox.c.medium, outbox.c.state, func.count().label("n"))
        .join(senders, senders.c.id == outbox.c.sender_id)
        .where(live)
        .group_by(senders.c.name, outbox.c.medium, outbox.c.state)
    )
    return rows.fetch(conn, query, QueueLength)
