"""Interviews under their lock, and the one statement that writes a turn: event, answers and state together.

It must not know what a turn means: the engine has decided before anything is written here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Connection,
    Integer,
    Numeric,
    Select,
    Text,
    Update,
    Uuid,
    any_,
    bindparam,
    case,
    column,
    delete,
    func,
    select,
    true,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, distinct_on, insert

from contact.campaign_states import LadderState
from store import rows as typed_rows
from store.pages import document, page
from store.people.officers import officer_of
from store.prepared import Prepared
from store.registry.provinces import DEADLINE, OF_INTERVIEW
from store.tables.campaigns import campaign_interviews
from store.tables.interviews import answers, interview_events, interviews
from store.tables.registry import offices, organisations
from store.tables.rounds import round_offices, rounds
from survey.answers import Channel

TRANSFERS = rounds.c.settings[("transfer", "0")].as_string().is_not(None)
"""Whether the round puts callers through to officers at all; only then is more looked up."""


@dataclass(frozen=True, slots=True)
class HeldInterview:
    """One interview, read under its lock, with the words and settings of its organisation, office and round."""

    id: UUID
    code: str
    organisation_id: UUID
    office_id: UUID
    questionnaire_sha256: str
    status: str
    channel: str
    """Of the last input that was stored; "" before."""
    state: dict[str, Any] | None
    """`survey.engine.state.Interview.to_dict`; None before the first event."""
    seq: int
    begun_at: datetime | None
    ended_at: datetime | None
    appointment_at: datetime | None
    """A time the respondent chose for a call (business time)."""
    language: str
    """In which the organisation is spoken and written to."""
    short_name: str
    organisation: str
    office: str
    """The office's name, as `organisation` is the organisation's."""
    contact_number: str
    """The office's own public number."""
    office_area: str
    office_code: str
    round_code: str
    deadline_at: datetime
    """The end of the round in this province."""
    locked: bool
    """Whether the province is locked: nothing more is stored."""
    late_answers: str
    """What the round does with answers after the deadline: "keep" or "refuse"."""
    ring_in: str | None
    """What the round does with somebody who rings us (`contact.ring_back.RING_IN`)."""
    accented_texts: bool
    replies_a_day: int
    """Replies a phone gets in a day at most."""
    transfer_settings: dict[str, Any] | None
    """The round's settings where it puts callers through to officers, else None."""
    officer: list[bytes] | None
    """Whom callers are put through to: id (16 bytes) and sealed number."""


HELD = (
    select(
        interviews.c.id,
        interviews.c.code,
        interviews.c.organisation_id,
        interviews.c.office_id,
        interviews.c.questionnaire_sha256,
        interviews.c.status,
        interviews.c.channel,
        interviews.c.state,
        interviews.c.seq,
        interviews.c.begun_at,
        interviews.c.ended_at,
        interviews.c.appointment_at,
        organisations.c.language,
        organisations.c.short_name,
        organisations.c.name.label("organisation"),
        offices.c.name.label("office"),
        offices.c.contact_number,
        offices.c.area_code.label("office_area"),
        offices.c.code.label("office_code"),
        rounds.c.code.label("round_code"),
        DEADLINE.label("deadline_at"),
        round_offices.c.locked_at.is_not(None).label("locked"),
        func.coalesce(rounds.c.settings["late_answers"].as_string(), "refuse").label("late_answers"),
        rounds.c.settings["ring_in"].as_string().label("ring_in"),
        func.coalesce(rounds.c.settings["accented_texts"].as_boolean(), False).label("accented_texts"),
        rounds.c.settings["caps"]["replies_a_day"].as_integer().label("replies_a_day"),
        case((TRANSFERS, rounds.c.settings)).label("transfer_settings"),
        case((TRANSFERS, officer_of(interviews.c.office_id, interviews.c.commune))).label("officer"),
    )
    .join(organisations, organisations.c.id == interviews.c.organisation_id)
    .join(offices, offices.c.id == interviews.c.office_id)
    .join(rounds, rounds.c.id == interviews.c.round_id)
    .outerjoin(round_offices, OF_INTERVIEW)
)
"""An interview with the words of its organisation, office and round."""


def locked(query: Select[Any]) -> Select[Any]:
    """`query` with its interviews locked, in one order for everybody."""
    return query.order_by(interviews.c.id).with_for_update(of=interviews, key_share=True)


_ONE = Prepared(locked(HELD.where(interviews.c.id == bindparam("interview_id"))), HeldInterview)
_SOME = Prepared(
    locked(HELD.where(interviews.c.id == any_(bindparam("interview_ids", type_=ARRAY(Uuid))))), HeldInterview
)


def lock(conn: Connection, interview_id: UUID) -> HeldInterview | None:
    """Lock one interview (after its phone) and read it with its organisation's and office's words; None if unknown."""
    return _ONE.first(conn, {"interview_id": interview_id})


def lock_all(conn: Connection, interview_ids: Iterable[UUID]) -> dict[UUID, HeldInterview]:
    """As `lock`, several in one order for everybody, by id."""
    return {row.id: row for row in _SOME.all(conn, {"interview_ids": list(interview_ids)})}


def _write_turn() -> Update:
    event = (
        insert(interview_events)
        .values({c.name: bindparam(f"event_{c.name}", type_=c.type) for c in interview_events.c})
        .on_conflict_do_nothing(
            index_elements=[interview_events.c.interview_id, interview_events.c.channel, interview_events.c.source_id]
        )
        .returning(interview_events.c.interview_id, interview_events.c.at)
        .cte("event")
    )
    heard = (
        func.jsonb_to_recordset(bindparam("kept", type_=JSONB))
        .table_valued(
            column("question", Text),
            column("value", Text),
            column("points", Numeric),
            column("channel", Text),
            column("seq", Integer),
            name="heard",
        )
        .render_derived(with_types=True)
    )
    found = select(
        event.c.interview_id, heard.c.question, heard.c.value, heard.c.points, heard.c.channel, heard.c.seq, event.c.at
    )
    keep = insert(answers).from_select(
        ["interview_id", "question", "value", "points", "channel", "seq", "at"],
        found.join_from(event, heard, onclause=true()),
    )
    changed = {name: keep.excluded[name] for name in ("value", "points", "channel", "seq", "at")}
    kept = keep.on_conflict_do_update(index_elements=[answers.c.interview_id, answers.c.question], set_=changed)
    gone = delete(answers).where(
        answers.c.interview_id == event.c.interview_id,
        answers.c.question == any_(bindparam("gone", type_=ARRAY(Text))),
    )
    return (
        update(interviews)
        .where(interviews.c.id == event.c.interview_id)
        .values({name: bindparam(f"new_{name}", type_=interviews.c[name].type) for name in _TURNED})
        .add_cte(event, kept.cte("kept"), gone.cte("gone"))
        .returning(interviews.c.seq)
    )


_TURNED = ("questionnaire_sha256", "status", "channel", "state", "seq", "begun_at", "ended_at")


def _write_turns() -> Update:
    """As `_write_turn`, a page of turns by which no answer changes."""
    columns = {f"event_{c.name}": c.type for c in interview_events.c}
    turns = page("turns", columns | {f"new_{name}": interviews.c[name].type for name in _TURNED})
    event = (
        insert(interview_events)
        .from_select([c.name for c in interview_events.c], select(*(turns.c[name] for name in columns)))
        .on_conflict_do_nothing(
            index_elements=[interview_events.c.interview_id, interview_events.c.channel, interview_events.c.source_id]
        )
        .returning(interview_events.c.interview_id)
        .cte("event")
    )
    return (
        update(interviews)
        .where(interviews.c.id == event.c.interview_id, turns.c.event_interview_id == event.c.interview_id)
        .values({name: turns.c[f"new_{name}"] for name in _TURNED})
        .returning(interviews.c.id)
    )


@dataclass(frozen=True, slots=True)
class _WrittenTurn:
    seq: int


@dataclass(frozen=True, slots=True)
class _WrittenInterview:
    id: UUID


_WRITE_TURN = Prepared(_write_turn(), _WrittenTurn)
_WRITE_TURNS = Prepared(_write_turns(), _WrittenInterview)


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn writes: its event, the interview's new columns, answers `kept` and names of those that are gone."""

    event: Mapping[str, Any]
    interview: Mapping[str, Any]
    kept: Sequence[Mapping[str, Any]]
    gone: Sequence[str]

    def columns(self) -> dict[str, Any]:
        """Of the event and of the interview, as the statements name them."""
        event = {f"event_{k}": v for k, v in self.event.items()}
        return event | {f"new_{k}": v for k, v in self.interview.items()}


def write_turn(conn: Connection, turn: Turn) -> bool:
    """Write one turn under the interview's lock, in one statement.

    False, and nothing is changed, when an event of this interview, channel and source is there already.
    """
    return _WRITE_TURN.first(conn, turn.columns() | {"kept": turn.kept, "gone": turn.gone}) is not None


def write_turns(conn: Connection, turns: Sequence[Turn]) -> list[bool]:
    """As `write_turn`, turns of different interviews; in one statement where no answer changes by them."""
    if any(turn.kept or turn.gone for turn in turns):
        return [write_turn(conn, turn) for turn in turns]
    found = _WRITE_TURNS.all(conn, {"turns": document(turn.columns() for turn in turns)}) if turns else []
    new = {row.id for row in found}
    return [turn.event["interview_id"] in new for turn in turns]


_EFFECTS = select(interview_events.c.effects).where(
    interview_events.c.interview_id == bindparam("interview_id"),
    interview_events.c.channel == bindparam("channel"),
    interview_events.c.source_id == bindparam("source_id"),
)


def effects_of(conn: Connection, interview_id: UUID, channel: str, source_id: str) -> list[dict[str, Any]] | None:
    """The effects of the event that `source_id` made on `channel`, as stored; None when there is none."""
    found = conn.execute(_EFFECTS, {"interview_id": interview_id, "channel": channel, "source_id": source_id}).scalar()
    return None if found is None else list(found)


@dataclass(frozen=True, slots=True)
class EventRow:
    """One event of an interview; `input` and `effects` are documents (`services.interview.events`)."""

    interview_id: UUID
    seq: int
    at: datetime
    channel: Channel
    source_id: str
    turn: int
    input: Any
    effects: Any


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """The committed answer to one question; `points` of the choice, None where there are none."""

    interview_id: UUID
    question: str
    value: str
    points: Decimal | None
    channel: str
    seq: int
    at: datetime


def events(conn: Connection, interview_id: UUID) -> list[EventRow]:
    """The interview's events in order."""
    query = select(interview_events).where(interview_events.c.interview_id == interview_id)
    return typed_rows.fetch(conn, query.order_by(interview_events.c.seq), EventRow)


def answers_of(conn: Connection, interview_id: UUID) -> dict[str, AnswerRow]:
    """The committed answers by question."""
    query = select(answers).where(answers.c.interview_id == interview_id)
    return {row.question: row for row in typed_rows.fetch(conn, query, AnswerRow)}


def speak(conn: Connection, organisation_id: UUID, language: str) -> None:
    """From now on this organisation is spoken and written to in `language`, in every round."""
    conn.execute(update(organisations).where(organisations.c.id == organisation_id).values(language=language))


def earlier_answers(conn: Connection, interview_id: UUID, questions: Sequence[str]) -> dict[str, str]:
    """What the same organisation answered to `questions` the last time before, in an interview of another round."""
    this, last = interviews.alias("this"), interviews.alias("last")
    found = (
        select(answers.c.question, answers.c.value)
        .ext(distinct_on(answers.c.question))
        .select_from(
            this.join(
                last, (last.c.organisation_id == this.c.organisation_id) & (last.c.round_id != this.c.round_id)
            ).join(answers, answers.c.interview_id == last.c.id)
        )
        .where(this.c.id == interview_id, answers.c.question.in_(questions), last.c.begun_at.is_not(None))
        .order_by(answers.c.question, last.c.begun_at.desc())
    )
    return {row.question: row.value for row in conn.execute(found)}


def ask_for_call(conn: Connection, interview_id: UUID, at: datetime) -> bool:
    """The person wants to be called from `at` (business time) on. True when a campaign will see to it."""
    conn.execute(update(interviews).where(interviews.c.id == interview_id).values(appointment_at=at))
    contacted = update(campaign_interviews).where(
        campaign_interviews.c.interview_id == interview_id, campaign_interviews.c.state != LadderState.ENDED
    )
    return conn.execute(contacted.values(next_at=at, state=LadderState.WAITING)).rowcount > 0


_SETTINGS = (
    select(rounds.c.settings, offices.c.code)
    .join(interviews, interviews.c.round_id == rounds.c.id)
    .join(offices, offices.c.id == interviews.c.office_id)
    .where(interviews.c.id == bindparam("interview_id"))
)


def round_settings_of(conn: Connection, interview_id: UUID) -> tuple[dict[str, Any], str]:
    """The settings of an interview's round, as they are kept, and the code of its office."""
    row = conn.execute(_SETTINGS, {"interview_id": interview_id}).one()
    return row.settings, row.code
