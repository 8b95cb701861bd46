"""What left each sender, by local day, for reckoning what it should have cost. It must not know a price."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, RowMapping, case, cast, func, select
from sqlalchemy import Date as DateType

from store.tables.outbox import outbox, senders

_LOCAL = "Asia/Ho_Chi_Minh"
_NOT_TAKEN = ("planned", "claimed", "sending", "handed", "withdrawn", "cancelled")


def by_day(conn: Connection, since: datetime, until: datetime) -> list[RowMapping]:
    """sender_id, day, n and units (segments of texts, started minutes of calls) that left in [since, until)."""
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
    return list(conn.execute(query).mappings())
