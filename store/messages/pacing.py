"""The pace of a sender, kept on its row: next free slot, whose turn is next, lines in use, usage of its budget.

Slots are real time, budgets business time. It must not know what is sent, nor reckon a slot (`contact.pacing`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, and_, bindparam, case, func, select, update

from contact.delivery import State
from contact.pacing import Usage
from contact.sender import SenderRow
from store.messages.continuity import ANY_UNREAD
from store.prepared import Prepared
from store.rows import field_names, one
from store.tables.outbox import outbox, senders


@dataclass(frozen=True, slots=True)
class PacedSender(SenderRow):
    """A sender with what its pace is kept by."""

    base_weight: int
    """What the operator set; `weight` moves with errors."""
    weight_at: datetime | None
    """Real time of the last step of its weight."""
    slot_at: datetime
    """Real time of the next free slot."""
    served: str
    """"campaign/office" that was served last: whose turn is next."""
    tariff: dict[str, Any]
    """See `contact.tariff.Tariff.to_dict`."""
    budget: dict[str, int]
    """See `contact.pacing.Budget.to_dict`."""
    mark: int | None
    """Grows with all that leaves; None: nothing left yet."""
    unread: bool
    """A carrier must be read before anything leaves."""


_COLUMNS = (senders.c[name] for name in field_names(PacedSender) if name in senders.c)
_paced = select(*_COLUMNS, ANY_UNREAD.label("unread")).where(senders.c.id == bindparam("sender_id"))
_HOLD = Prepared(_paced.with_for_update(of=senders, key_share=True), PacedSender)


def hold(conn: Connection, sender_id: UUID) -> PacedSender | None:
    """The sender under its lock, so that its dispatchers take slots one after the other; None: unknown."""
    return _HOLD.first(conn, {"sender_id": sender_id})


_LOOK = Prepared(_paced, PacedSender)


def look(conn: Connection, sender_id: UUID) -> PacedSender | None:
    """The same row as it stands, for who takes no slot: dispatchers are not waited for."""
    return _LOOK.first(conn, {"sender_id": sender_id})


_MOVE = Prepared(
    update(senders)
    .where(senders.c.id == bindparam("of_sender"))
    .values(slot_at=bindparam("next_slot"), served=bindparam("last_served"), mark=func.coalesce(senders.c.mark, 0) + 1)
)


def move(conn: Connection, sender_id: UUID, slot_at: datetime, served: str) -> None:
    """The next free slot (real time) and whom the last claimed row belonged to; the sender's mark grows by one."""
    _MOVE.do(conn, {"of_sender": sender_id, "next_slot": slot_at, "last_served": served})


LINE_STATES = (State.CLAIMED, State.SENDING, State.SENT, State.RINGING, State.ANSWERED, State.UNKNOWN)
"""A call holds its line from the claim on until it is known to be over."""

_LINES = select(func.count()).where(
    outbox.c.sender_id == bindparam("sender_id"), outbox.c.medium == "call", outbox.c.state.in_(LINE_STATES)
)


def lines_in_use(conn: Connection, sender_id: UUID) -> int:
    """Calls of the sender that hold a line now, or are about to."""
    return conn.scalar(_LINES, {"sender_id": sender_id}) or 0


def spent(conn: Connection, sender_id: UUID, hour: datetime, day: datetime, price: Decimal, calls_as: int) -> Usage:
    """Contacts we started since `hour` and `day` (business time), those claimed just now included.

    Where the cost is not known yet a text counts `price` a segment, a call `calls_as` units of it.
    """
    units = case((outbox.c.medium == "call", calls_as), else_=func.greatest(outbox.c.segments, 1))
    cost = func.coalesce(outbox.c.cost, price * units)
    begun = func.coalesce(outbox.c.reserved_at, day)
    this_hour = and_(begun >= hour) | (outbox.c.state == State.CLAIMED)
    query = select(
        func.count().filter(this_hour).label("contacts_hour"),
        func.count().label("contacts_day"),
        func.coalesce(func.sum(cost).filter(this_hour), Decimal(0)).label("vnd_hour"),
        func.coalesce(func.sum(cost), Decimal(0)).label("vnd_day"),
    ).where(
        outbox.c.sender_id == sender_id,
        (outbox.c.reserved_at >= min(hour, day)) | (outbox.c.state == State.CLAIMED),
        (outbox.c.reserved_at >= day) | this_hour,
    )
    return one(conn, query, Usage)
