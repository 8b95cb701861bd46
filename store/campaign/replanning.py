"""Contacts planned and not yet left, after a round's settings changed: taken back to be decided anew, or re-timed.

Set-based statements only; what the new settings say comes in as data.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Connection,
    DateTime,
    Double,
    and_,
    bindparam,
    case,
    cast,
    column,
    extract,
    func,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from contact.campaign_states import LadderState
from contact.caps import EXEMPT
from contact.delivery import State
from store.tables.campaigns import campaign_interviews, campaigns
from store.tables.outbox import outbox

_PLANNED = and_(outbox.c.state == State.PLANNED, outbox.c.purpose.not_in(tuple(EXEMPT)))
"""Not left, and not at a time the person chose."""
_NOT_LEFT = and_(
    outbox.c.state.in_((State.PLANNED, State.CLAIMED, State.SENDING)), outbox.c.purpose.not_in(tuple(EXEMPT))
)
LADDER_CHANGED = "ladder_changed"
"""In the reason of a contact that a dispatcher held while its ladder changed: if it comes back, it does not leave."""


def take_back(conn: Connection, campaign_id: UUID, code: str, at: datetime) -> int:
    """Withdraw what is planned with reason `code`, so that its ladder decides anew. Contacts taken back.

    First contacts keep the moment of their release; all others are decided at once. What a dispatcher has in its hands
    is marked in the same statement, so that none slips through between the two.
    """
    held = outbox.c.state != State.PLANNED
    noted: Any = outbox.c.reason.op("||", return_type=JSONB())(literal({LADDER_CHANGED: True}, JSONB))
    why = func.jsonb_build_object("code", code, "was", outbox.c.reason["code"])
    touched = (
        update(outbox)
        .where(outbox.c.campaign_id == campaign_id, _NOT_LEFT)
        .values(
            state=case((held, outbox.c.state), else_=State.WITHDRAWN),
            ended_at=case((held, outbox.c.ended_at), else_=at),
            reason=case((held, noted), else_=why),
        )
        .returning(
            outbox.c.state, outbox.c.interview_id, outbox.c.due_at, outbox.c.reason["was"].as_string().label("was")
        )
        .cte("touched")
    )
    taken = select(touched).where(touched.c.state == State.WITHDRAWN).cte("taken")
    again = (
        update(campaign_interviews)
        .where(
            campaign_interviews.c.campaign_id == campaign_id,
            campaign_interviews.c.interview_id == taken.c.interview_id,
            campaign_interviews.c.state != LadderState.ENDED,
        )
        .values(
            state=LadderState.WAITING,
            next_at=case((taken.c.was == "ladder.first", func.greatest(taken.c.due_at, at)), else_=at),
        )
        .returning(campaign_interviews.c.interview_id)
        .cte("again")
    )
    return conn.execute(select(func.count()).select_from(taken).add_cte(again)).scalar_one()


def last_due(conn: Connection, round_id: UUID) -> datetime | None:
    """When the last planned contact of a round's campaigns is due."""
    query = select(func.max(outbox.c.due_at)).join(campaigns, campaigns.c.id == outbox.c.campaign_id)
    found: datetime | None = conn.scalar(query.where(campaigns.c.round_id == round_id, _PLANNED))
    return found


_CLOSED = (
    func.jsonb_to_recordset(bindparam("closed", type_=JSONB))
    .table_valued(column("since", DateTime(timezone=True)), column("until", DateTime(timezone=True)), name="closed")
    .render_derived(with_types=True)
)


def retime(
    conn: Connection,
    round_id: UUID,
    medium: str,
    closed: Sequence[tuple[datetime, datetime]],
    within_s: float,
    code: str,
    offices: Sequence[UUID] | None = None,
    but: Sequence[UUID] = (),
) -> int:
    """Move planned contacts of a round out of the closed stretches, into the first `within_s` seconds after each.

    Their order is kept, the reason notes `code`. Only those of `offices` if given, none of those `but`. Contacts moved.
    """
    into = extract("epoch", outbox.c.due_at - _CLOSED.c.since) / extract("epoch", _CLOSED.c.until - _CLOSED.c.since)
    of_round = outbox.c.campaign_id.in_(select(campaigns.c.id).where(campaigns.c.round_id == round_id))
    where = and_(
        of_round, _PLANNED, outbox.c.medium == medium,
        outbox.c.due_at >= _CLOSED.c.since, outbox.c.due_at < _CLOSED.c.until,
        outbox.c.office_id.not_in(but) if offices is None else outbox.c.office_id.in_(offices),
    )  # fmt: skip
    noted: Any = outbox.c.reason.op("||", return_type=JSONB())(literal({"retimed": code}, JSONB))
    zero = literal(0)
    later = _CLOSED.c.until + func.make_interval(zero, zero, zero, zero, zero, zero, cast(into * within_s, Double))
    statement = update(outbox).where(where).values(due_at=later, reason=noted)
    spans = [{"since": since.isoformat(), "until": until.isoformat()} for since, until in closed]
    return conn.execute(statement, {"closed": spans}).rowcount
