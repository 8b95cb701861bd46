"""The counts that figures are made from, as set-based SQL: the frame, the answer cube, the facts behind dispositions.

Only counts leave this module, never one organisation's answers. It must not know points, rules or what may be shown.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import (
    CTE,
    ColumnElement,
    Connection,
    Select,
    Text,
    and_,
    case,
    cast,
    exists,
    false,
    func,
    literal,
    null,
    select,
    text,
    union_all,
)

from contact.outcomes import DispositionFacts
from scoring.cube import Cell, Cube, Forms, Stratum
from store.people.phones import GIVEN_UP
from store.tables.campaigns import tasks
from store.tables.interviews import answers, inbound, interview_events, interviews
from store.tables.outbox import calls, outbox
from store.tables.registry import organisation_phones, phones
from store.tables.rounds import questionnaires

_STRATA = ("questionnaire", "kind", "sector", "is_member", "area", "channel")
_KEYS = (*_STRATA, "status")
_COUNTED = ("complete", "partial")
_DECIDED = ("complete", "answered", "refused", "partial")
"""Status that is a disposition by itself."""
_ALIKE = (
    "status", "office_id", "questionnaire_sha256", "kind", "sector", "is_member", "area_scheme", "area_code", "channel",
)  # fmt: skip


def freeze(conn: Connection) -> None:
    """Let all statements of this transaction see one state of the data; must be its first statement."""
    conn.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ"))


def forms_of(conn: Connection, round_id: UUID) -> Mapping[str, Mapping[str, Any]]:
    """sha256 → form document of every questionnaire pinned in the round."""
    pinned = select(interviews.c.questionnaire_sha256).where(interviews.c.round_id == round_id).distinct()
    query = select(questionnaires.c.sha256, questionnaires.c.form).where(questionnaires.c.sha256.in_(pinned))
    return {row.sha256: row.form for row in conn.execute(query)}


def cube(
    conn: Connection,
    round_id: UUID,
    office_id: UUID | None,
    scored: Collection[str],
    consent: Collection[str],
    block: int = 1,
) -> Cube:
    """The count cube of a round, of one office or of all.

    `block`: complete forms count by so many that are alike (office, questionnaire, kind, sector, member, area,
    channel), in the order they came; those of a block that is not full are "held" and show no answer.

    `scored` are the names of scored questions, `consent` those of consent questions (agreeing is no answer yet). The
    area is the province, or the commune within one office.
    """
    forms = _forms(round_id, office_id, consent, block)
    found = conn.execute(union_all(_frame(forms), _answered(forms, scored), _left_open(forms))).all()
    frame = {place: Forms(*_named(named), n) for place, question, named, n in found if question is None}
    cells = (
        Cell(frame[place].stratum, frame[place].status, question, value, n)
        for place, question, value, n in found
        if question is not None and frame[place].status in _COUNTED
    )
    return Cube(tuple(frame.values()), tuple(cells))


def _named(keys: str) -> tuple[Stratum, str]:
    """A stratum and a status from the row of the frame that names them."""
    *stratum, status = json.loads(keys)
    return Stratum(*stratum), status


def _forms(round_id: UUID, office_id: UUID | None, consent: Collection[str], block: int) -> CTE:
    """One row a form: its id, strata, status as the cube knows it, and the number of this combination (`place`)."""
    of_each = (
        select(
            interviews.c.id,
            interviews.c.questionnaire_sha256.label("questionnaire"),
            interviews.c.kind,
            interviews.c.sector,
            interviews.c.is_member,
            (interviews.c.area_code if office_id is None else interviews.c.commune).label("area"),
            interviews.c.channel,
            interviews.c.state["o"].label("left_open"),
            (_status(consent) if block == 1 else _in_blocks(consent, block)).label("status"),
        )
        .where(*_scope(round_id, office_id))
        .subquery()
    )
    place = func.dense_rank().over(order_by=[of_each.c[name] for name in _KEYS])
    return select(of_each, place.label("place")).cte("forms")


def _scope(round_id: UUID, office_id: UUID | None) -> list[ColumnElement[bool]]:
    scope = [interviews.c.round_id == round_id]
    return scope if office_id is None else [*scope, interviews.c.office_id == office_id]


def _any_answer(consent: Collection[str]) -> ColumnElement[bool]:
    return exists().where(answers.c.interview_id == interviews.c.id, answers.c.question.not_in(consent))


def _status(consent: Collection[str]) -> ColumnElement[str]:
    """A form begun and not ended is partial from its first answer on, pending before."""
    return case(
        (interviews.c.status.in_(("complete", "partial", "refused", "answered")), interviews.c.status),
        (and_(interviews.c.status == "active", _any_answer(consent)), literal("partial")),
        else_=literal("pending"),
    )


def _in_blocks(consent: Collection[str], block: int) -> ColumnElement[str]:
    """The status as above, but "held" for complete forms after the last full block of those alike."""
    alike = [interviews.c[name] for name in _ALIKE]
    came = (func.coalesce(interviews.c.ended_at, interviews.c.online_at), interviews.c.id)
    place = func.row_number().over(partition_by=alike, order_by=came) - 1
    full = func.count().over(partition_by=alike) // block * block
    return case((and_(interviews.c.status == "complete", place >= full), literal("held")), else_=_status(consent))


def _frame(forms: CTE) -> Select[Any]:
    """How many forms each combination has; in place of a question's value, its keys as a list in JSON."""
    keys = [forms.c[name] for name in _KEYS]
    named = cast(func.json_build_array(*keys), Text).label("value")
    return select(forms.c.place, null().label("question"), named, func.count().label("n")).group_by(
        forms.c.place, *keys
    )


def _answered(forms: CTE, scored: Collection[str]) -> Select[Any]:
    """Answers are counted by the number of their stratum: one short key instead of seven words.

    The status is not asked for here: the planner cannot estimate it, and would sort a million rows on its guess.
    """
    return (
        select(forms.c.place, answers.c.question, answers.c.value, func.count().label("n"))
        .join(answers, answers.c.interview_id == forms.c.id)
        .where(answers.c.question.in_(scored))
        .group_by(forms.c.place, answers.c.question, answers.c.value)
    )


def _left_open(forms: CTE) -> Select[Any]:
    """Questions a partial form was asked and left open (in its state), as cells without a value."""
    question = func.jsonb_array_elements_text(forms.c.left_open).column_valued("question", joins_implicitly=True)
    counted = select(forms.c.place, question, null().label("value"), func.count().label("n"))
    return counted.where(forms.c.status == "partial").group_by(forms.c.place, question)


def facts(
    conn: Connection, round_id: UUID, office_id: UUID | None, consent: Collection[str]
) -> dict[DispositionFacts, int]:
    """How many organisations share the same facts about their outcome (`contact.outcomes.DispositionFacts`).

    Where the status decides by itself, as for most, the others are not looked up.
    """
    told = {
        "any_answer": _any_answer(consent),
        "reached": _reached(),
        "agreed": and_(interviews.c.status == "active", _agreed(consent)),
        "stopped": _stopped(),
        "busy_otherwise": interviews.c.appointment_at.is_not(None) | _task("person_wanted", "not_them", "left_office"),
        "confirmed": ~_task("wrong_number", settled=False),  # settled: it was found out whose number it is
    }
    open_yet = interviews.c.status.not_in(_DECIDED)
    columns = [case((open_yet, fact), else_=false()).label(name) for name, fact in told.items()]
    known = interviews.c.organisation_id.is_not(None)  # of those parted from their organisation they were counted
    of_each = select(interviews.c.status, *columns).where(*_scope(round_id, office_id), known).subquery()
    query = select(*of_each.c, func.count().label("n")).group_by(*of_each.c)
    return {
        DispositionFacts(**{c.name: row[c.name] for c in of_each.c}): row["n"] for row in conn.execute(query).mappings()
    }


def _reached() -> ColumnElement[bool]:
    """Somebody was there: a key was pressed, they rang or wrote. That a call was picked up says nothing yet."""
    keyed = exists().where(
        interview_events.c.interview_id == interviews.c.id,
        interview_events.c.channel == "voice",
        interview_events.c.input["said"].as_string() != "Silence",
    )
    rang_us = exists().where(calls.c.interview_id == interviews.c.id, calls.c.direction == "in")
    return keyed | rang_us | exists().where(inbound.c.interview_id == interviews.c.id)


def _agreed(consent: Collection[str]) -> ColumnElement[bool]:
    """Whoever refused has another status."""
    return exists().where(answers.c.interview_id == interviews.c.id, answers.c.question.in_(consent))


def _stopped() -> ColumnElement[bool]:
    """Somebody of it wants no contact any more; who was erased besides has left a contact and the hash alone."""
    erased = exists().where(
        outbox.c.interview_id == interviews.c.id,
        phones.c.hash == outbox.c.phone_hash,
        phones.c.number.is_(None),
        phones.c.consent == "stopped",
    )
    return erased | exists().where(
        organisation_phones.c.organisation_id == interviews.c.organisation_id,
        organisation_phones.c.note.not_in(GIVEN_UP),  # a stranger's wish is not the organisation's
        phones.c.hash == organisation_phones.c.phone_hash,
        phones.c.consent == "stopped",
    )


def _task(*kinds: str, settled: bool = True) -> ColumnElement[bool]:
    """Whether there is a task of these kinds about the interview; only one that is not done, unless `settled`."""
    of_it = [tasks.c.interview_id == interviews.c.id, tasks.c.kind.in_(kinds)]
    return exists().where(*of_it, *(() if settled else (tasks.c.state != "done",)))
