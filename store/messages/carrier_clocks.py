"""The carriers' stamps on texts that came in, by link. It must not know what is made of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection, select, update

from contact.clocks import Transit
from store import rows
from store.tables.interviews import inbound


@dataclass(frozen=True, slots=True)
class _StampedText:
    """A text that came in: our time and the carrier's."""

    received_at: datetime
    told_at: datetime


def transits(conn: Connection, sender_id: UUID, since: datetime, limit: int) -> list[Transit]:
    """When texts for this number came by webhook and the carrier's stamps on them, since `since`, newest first."""
    query = (
        select(inbound.c.received_at, inbound.c.told_at)
        .where(inbound.c.sender_id == sender_id, inbound.c.received_at > since)
        .where(inbound.c.told_at.is_not(None), inbound.c.via == "webhook")
        .order_by(inbound.c.received_at.desc(), inbound.c.id.desc())
        .limit(limit)
    )
    return [(text.received_at, text.told_at) for text in rows.fetch(conn, query, _StampedText)]


def note(conn: Connection, sender_id: UUID, told: Mapping[str, datetime | None]) -> None:
    """Keep the stamps (carrier's id → time) of texts that came without one and are listed with it."""
    bare = select(inbound.c.carrier_id).where(
        inbound.c.sender_id == sender_id, inbound.c.carrier_id.in_(list(told)), inbound.c.told_at.is_(None)
    )
    for carrier_id in conn.scalars(bare).all() if told else ():
        which = inbound.c.sender_id == sender_id, inbound.c.carrier_id == carrier_id
        conn.execute(update(inbound).where(*which).values(told_at=told[carrier_id]))
