"""The carriers' stamps on texts that came in, by link. It must not know what is made of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select, update

from store.tables.interviews import inbound


def passed(conn: Connection, sender_id: UUID, since: datetime, limit: int) -> list[tuple[datetime, datetime]]:
    """When texts for this number came by webhook and the carrier's stamps on them, since `since`, newest first."""
    query = (
        select(inbound.c.received_at, inbound.c.told_at)
        .where(inbound.c.sender_id == sender_id, inbound.c.received_at > since)
        .where(inbound.c.told_at.is_not(None), inbound.c.via == "webhook")
        .order_by(inbound.c.received_at.desc(), inbound.c.id.desc())
        .limit(limit)
    )
    return [(row.received_at, row.told_at) for row in conn.execute(query)]


def note(conn: Connection, sender_id: UUID, told: Mapping[str, datetime | None]) -> None:
    """Keep the stamps (carrier's id → time) of texts that came without one and are listed with it."""
    bare = select(inbound.c.carrier_id).where(
        inbound.c.sender_id == sender_id, inbound.c.carrier_id.in_(list(told)), inbound.c.told_at.is_(None)
    )
    for carrier_id in conn.scalars(bare).all() if told else ():
        which = inbound.c.sender_id == sender_id, inbound.c.carrier_id == carrier_id
        conn.execute(update(inbound).where(*which).values(told_at=told[carrier_id]))
