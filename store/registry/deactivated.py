"""Takes organisations out of frames: who was contacted already and must stay, and what goes with those who leave.

Only interviews that nobody was contacted for can go. It must not decide who leaves or why.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, delete, exists, or_, select, update

from contact.delivery import State
from store import rows
from store.registry.provinces import locked
from store.tables.campaigns import campaign_interviews, consent, tasks
from store.tables.interviews import inbound, interviews
from store.tables.outbox import calls, outbox
from store.tables.registry import organisation_phones, organisations
from store.tables.rounds import rounds

_NOT_LEFT = (State.PLANNED, State.WITHDRAWN)


def _touched() -> ColumnElement[bool]:
    """Whether anything went to or came from an interview's organisation, staff are to see it, or it is locked."""
    sent = exists(outbox.c.id).where(outbox.c.interview_id == interviews.c.id, outbox.c.state.not_in(_NOT_LEFT))
    others = [
        exists(table.c.id).where(table.c.interview_id == interviews.c.id) for table in (calls, inbound, consent, tasks)
    ]
    begun = (interviews.c.seq > 0, interviews.c.status != "pending", interviews.c.online_at.is_not(None))
    return or_(*begun, sent, *others, locked(interviews.c.round_id, interviews.c.office_id))


@dataclass(frozen=True, slots=True)
class InactiveInterview:
    """An interview in an open round whose organisation stopped working. `touched`: it has been contacted, and stays."""

    id: UUID
    organisation_id: UUID
    registry_code: str
    name: str
    round: str
    """Code."""
    touched: bool


@dataclass(frozen=True, slots=True)
class TouchedInterview:
    """An interview, and whether it has been contacted."""

    id: UUID
    organisation_id: UUID
    touched: bool


def inactive_in_frames(conn: Connection, office_id: UUID) -> Sequence[InactiveInterview]:
    """Interviews in open rounds of an office's inactive organisations."""
    query = (
        select(
            interviews.c.id,
            interviews.c.organisation_id,
            organisations.c.registry_code,
            organisations.c.name,
            rounds.c.code.label("round"),
            _touched().label("touched"),
        )
        .join(organisations, organisations.c.id == interviews.c.organisation_id)
        .join(rounds, rounds.c.id == interviews.c.round_id)
        .where(interviews.c.office_id == office_id, rounds.c.state == "open", ~organisations.c.active)
        .order_by(rounds.c.code, organisations.c.registry_code)
    )
    return rows.fetch(conn, query, InactiveInterview)


def interviews_of(conn: Connection, organisation_ids: Collection[UUID]) -> Sequence[TouchedInterview]:
    """Every interview of these organisations in any round, and whether it is `touched`."""
    query = select(interviews.c.id, interviews.c.organisation_id, _touched().label("touched"))
    return rows.fetch(conn, query.where(interviews.c.organisation_id.in_(organisation_ids)), TouchedInterview)


def take_out(conn: Connection, ids: Collection[UUID], reason: Mapping[str, Any], at: datetime) -> int:
    """Delete untouched interviews; contacts planned for them are withdrawn and stay as rows of no interview.

    The caller holds the phones' locks. Interviews touched meanwhile stay. Interviews deleted.
    """
    if not ids:
        return 0
    going = select(interviews.c.id).where(interviews.c.id.in_(ids), ~_touched()).with_for_update()
    leaving = list(conn.scalars(going))
    of_these = outbox.c.interview_id.in_(leaving)
    planned = update(outbox).where(of_these, outbox.c.state == State.PLANNED)
    conn.execute(planned.values(state=State.WITHDRAWN, reason=dict(reason), ended_at=at, lease_until=None))
    conn.execute(update(outbox).where(of_these, outbox.c.state == State.WITHDRAWN).values(interview_id=None))
    conn.execute(delete(campaign_interviews).where(campaign_interviews.c.interview_id.in_(leaving)))
    conn.execute(delete(interviews).where(interviews.c.id.in_(leaving)))
    return len(leaving)


def delete_organisations(conn: Connection, ids: Collection[UUID]) -> None:
    """Delete organisations without interviews, and which phones were theirs; the numbers themselves stay."""
    conn.execute(delete(organisation_phones).where(organisation_phones.c.organisation_id.in_(ids)))
    conn.execute(delete(organisations).where(organisations.c.id.in_(ids)))
