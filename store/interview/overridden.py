"""Events of interviews in which an answer did not hold, or may not have, with the answers that hold now.

It must not know what an event means.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, exists, func, literal, or_, select
from sqlalchemy.dialects.postgresql import JSONB

from store import rows
from store.tables.interviews import answers, interview_events, interviews
from store.tables.registry import organisations


@dataclass(frozen=True, slots=True)
class ContestedEvent:
    """A key or an entry of an interview in which an answer may have been overridden."""

    registry_code: str
    questionnaire_sha256: str
    channel: str
    at: datetime
    """Business time."""
    input: dict[str, Any]
    """What was heard, as JSON."""
    effects: list[dict[str, Any]]
    answers: dict[str, dict[str, str]] | None
    """Question → value and channel of the answer that holds now; None where there is no answer."""


def contested(conn: Connection, round_id: UUID, office_id: UUID | None) -> Iterator[ContestedEvent]:
    """Keys and entries of interviews that staff or the online survey entered into, or where a key came too late."""
    events, other = interview_events, interview_events.alias("other")
    late = [other.c.effects.contains(literal([{"effect": name}], JSONB)) for name in ("AlreadyAnswered", "Finished")]
    entered = other.c.input["said"].astext == "Entry"
    of_interest = exists().where(other.c.interview_id == interviews.c.id, or_(entered, *late))
    held = func.jsonb_build_object("value", answers.c.value, "channel", answers.c.channel)
    holding = func.jsonb_object_agg(answers.c.question, held, type_=JSONB)
    query = (
        select(
            organisations.c.registry_code,
            interviews.c.questionnaire_sha256,
            events.c.channel,
            events.c.at,
            events.c.input,
            events.c.effects,
            select(holding).where(answers.c.interview_id == interviews.c.id).scalar_subquery().label("answers"),
        )
        .join(interviews, interviews.c.id == events.c.interview_id)
        .join(organisations, organisations.c.id == interviews.c.organisation_id)
        .where(interviews.c.round_id == round_id, events.c.input["said"].astext.in_(("Key", "Entry")), of_interest)
        .order_by(organisations.c.registry_code, events.c.interview_id, events.c.seq)
    )
    if office_id is not None:
        query = query.where(interviews.c.office_id == office_id)
    yield from rows.stream(conn, query.execution_options(stream_results=True, yield_per=1000), ContestedEvent)
