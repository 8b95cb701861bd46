"""How far a round has come, in counts: interviews by office, outcome and channel; texts and calls by state.

Grouped queries over columns the staff pages may read; no answer, state or text is touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Connection, func, or_, select

from contact.calendar import Medium
from contact.delivery import State
from store import rows
from store.tables.campaigns import campaign_interviews
from store.tables.interviews import interviews
from store.tables.outbox import outbox
from store.tables.registry import offices


@dataclass(frozen=True, slots=True)
class StatusCount:
    """Interviews of one status and channel ("": none yet)."""

    status: str
    channel: str
    n: int


@dataclass(frozen=True, slots=True)
class OfficeCount:
    """Interviews of an office of one status and channel, of members of the alliance or of others."""

    code: str
    name: str
    is_member: bool
    status: str
    channel: str
    n: int


@dataclass(frozen=True, slots=True)
class ContactCount:
    """Texts or calls in one state."""

    medium: Medium
    state: State
    n: int


def outcomes(conn: Connection, round_id: UUID) -> Sequence[OfficeCount]:
    """Interviews of a round by office, member or not, status and channel."""
    columns = (offices.c.code, offices.c.name, interviews.c.is_member, interviews.c.status, interviews.c.channel)
    query = (
        select(*columns, func.count().label("n"))
        .join(offices, offices.c.id == interviews.c.office_id)
        .where(interviews.c.round_id == round_id)
        .group_by(*columns)
        .order_by(offices.c.code)
    )
    return rows.fetch(conn, query, OfficeCount)


def contacts(conn: Connection, round_id: UUID) -> Sequence[ContactCount]:
    """Texts and calls of a round's interviews by medium and state, without texts that answer somebody's own.

    Those are five in six of all rows once a country has answered.
    """
    of_ours = or_(outbox.c.campaign_id.is_not(None), outbox.c.medium == "call")
    query = (
        select(outbox.c.medium, outbox.c.state, func.count().label("n"))
        .join(interviews, interviews.c.id == outbox.c.interview_id)
        .where(interviews.c.round_id == round_id, of_ours)
        .group_by(outbox.c.medium, outbox.c.state)
    )
    return rows.fetch(conn, query, ContactCount)


def campaign_outcomes(conn: Connection, campaign_id: UUID) -> Sequence[StatusCount]:
    """Interviews of a campaign by status and channel."""
    columns = (interviews.c.status, interviews.c.channel)
    query = (
        select(*columns, func.count().label("n"))
        .join(campaign_interviews, campaign_interviews.c.interview_id == interviews.c.id)
        .where(campaign_interviews.c.campaign_id == campaign_id)
        .group_by(*columns)
    )
    return rows.fetch(conn, query, StatusCount)
