"""The contacts of a campaign one by one, as staff look them up: whom, by what, when, in which state and why.

No number and no text is read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select

from contact.calendar import Medium
from contact.delivery import State
from store import rows
from store.tables.interviews import interviews
from store.tables.outbox import outbox
from store.tables.registry import organisations


@dataclass(frozen=True, slots=True)
class ContactRow:
    """One contact of a campaign, and whom it was or is for."""

    registry_code: str
    name: str
    medium: Medium
    purpose: str
    step: int
    attempt: int
    state: State
    reason: Mapping[str, Any]
    """Code and parameters."""
    at: datetime
    """Business time it left or is due."""


def in_order(
    conn: Connection, campaign_id: UUID, registry_codes: Sequence[str] | None, limit: int, offset: int = 0
) -> list[ContactRow]:
    """Contacts in the order they left or will, from `offset` on; of organisations with these codes if given."""
    at = func.coalesce(outbox.c.sent_at, outbox.c.due_at).label("at")
    columns = (outbox.c.medium, outbox.c.purpose, outbox.c.step, outbox.c.attempt, outbox.c.state, outbox.c.reason, at)
    query = (
        select(organisations.c.registry_code, organisations.c.name, *columns)
        .join(interviews, interviews.c.id == outbox.c.interview_id)
        .join(organisations, organisations.c.id == interviews.c.organisation_id)
        .where(outbox.c.campaign_id == campaign_id)
    )
    if registry_codes is not None:
        query = query.where(organisations.c.registry_code.in_(registry_codes))
    return rows.fetch(conn, query.order_by(at, outbox.c.id).limit(limit).offset(offset), ContactRow)
