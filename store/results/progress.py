"""How far a round has come, in counts: interviews by office, outcome and channel; texts and calls by state.

Grouped queries over columns the staff pages may read; no answer, state or text is touched.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection, RowMapping, func, or_, select

from store.tables.campaigns import campaign_interviews
from store.tables.interviews import interviews
from store.tables.outbox import outbox
from store.tables.registry import offices


def outcomes(conn: Connection, round_id: UUID) -> Sequence[RowMapping]:
    """Interviews of a round by office, member or not, status and channel."""
    columns = (offices.c.code, offices.c.name, interviews.c.is_member, interviews.c.status, interviews.c.channel)
    query = (
        select(*columns, func.count().label("n"))
        .join(offices, offices.c.id == interviews.c.office_id)
        .where(interviews.c.round_id == round_id)
        .group_by(*columns)
        .order_by(offices.c.code)
    )
    return conn.execute(query).mappings().all()


def contacts(conn: Connection, round_id: UUID) -> Sequence[RowMapping]:
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
    return conn.execute(query).mappings().all()


def campaign_outcomes(conn: Connection, campaign_id: UUID) -> Sequence[RowMapping]:
    """Interviews of a campaign by status and channel."""
    columns = (interviews.c.status, interviews.c.channel)
    query = (
        select(*columns, func.count().label("n"))
        .join(campaign_interviews, campaign_interviews.c.interview_id == interviews.c.id)
        .where(campaign_interviews.c.campaign_id == campaign_id)
        .group_by(*columns)
    )
    return conn.execute(query).mappings().all()
