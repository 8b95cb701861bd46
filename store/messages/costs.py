"""What left each sender, by local day, for reckoning what it should have cost. It must not know a price."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Connection, case, cast, func, select
from sqlalchemy import Date as DateType

from contact.delivery import State
from store.rows import fetch
from store.tables.outbox import outbox, senders

_LOCAL = "Asia/Ho_Chi_Minh"
_NOT_TAKEN = (
    State.PLANNED,
    State.CLAIMED,
    State.SENDING,
    State.HANDED,
    State.WITHDRAWN,
    State.CANCELLED,
)


@dataclass(frozen=True, slots=True)
class DayUnits:
    """What left one sender on one local day: `n` contacts of `units` segments (texts) or started minutes (calls)."""

    sender_id: UUID
    day: date
    n: int
    units: Decimal


def by_day(conn: Connection, since: datetime, until: datetime) -> list[DayUnits]:
    """What left in [since, until), business time, by sender and local day."""
    minutes = func.ceil(func.coalesce(outbox.c.duration_s, 0) / 60.0)
    units = func.sum(case((outbox.c.medium == "text", outbox.c.segments), else_=minutes))
    day = cast(func.timezone(_LOCAL, outbox.c.sent_at), DateType)
    query = (
        select(senders.c.id.label("sender_id"), day.label("day"), func.count().label("n"), units.label("units"))
        .join(senders, senders.c.id == outbox.c.sender_id)
        .where(outbox.c.state.not_in(_NOT_TAKEN), outbox.c.carrier_id.is_not(None))
        .where(outbox.c.sent_at >= since, outbox.c.sent_at < until)
        .group_by(senders.c.id, "day")
    )
    return fetch(conn, query, DayUnits)
