"""Records every channel's input into an interview, under the locks, as one event. The only way in.

Event, answers, state and consent are written together or not at all. It must not know how words were spoken,
written or rendered.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from contact.consent import ConsentEvent
from services.consent import ledger as consent
from services.interview import events as happenings
from services.interview.events import Happening, Opening
from services.interview.questionnaires import form_of
from services.work import Work
from store.interview import interviews as rows
from store.interview.interviews import HeldInterview
from store.people import phones
from store.people.phones import PhoneRow
from survey.answers import Channel, Heard, Key
from survey.engine import state as states
from survey.engine.effects import Consent, Ended
from survey.engine.engine import Step
from survey.engine.state import Interview
from survey.form.questionnaire import Questionnaire


class UnknownInterviewError(LookupError):
    """No interview has this id."""


def enter(
    work: Work, interview_id: UUID, heard: Heard, *, conn: Connection | None = None, phone_hash: bytes | None = None
) -> Step:
    """Hear one input for an interview: lock phone (if known) and interview, let the engine decide, write the event.

    Within the caller's transaction `conn` or one of its own. A source id that was heard before on this channel gives
    that event's effects again and changes nothing. Raises UnknownInterviewError.
    """
    return _through(work, interview_id, heard, conn, phone_hash)


def open_contact(
    work: Work,
    interview_id: UUID,
    channel: Channel,
    source_id: str,
    *,
    conn: Connection | None = None,
    phone_hash: bytes | None = None,
) -> Step:
    """Open a contact (a call, a text that asks): greeting and the next open question, as a new turn. See `enter`."""
    return _through(work, interview_id, Opening(channel, source_id), conn, phone_hash)


def _through(
    work: Work, interview_id: UUID, happening: Happening, conn: Connection | None, phone_hash: bytes | None
) -> Step:
    with _within(work, conn) as inner:
        phone = phones.lock(inner, phone_hash) if phone_hash is not None else None
        held = rows.lock(inner, interview_id)
        if held is None:
            raise UnknownInterviewError(str(interview_id))
        return take(work, inner, held, happening, phone)


@contextmanager
def _within(work: Work, conn: Connection | None) -> Iterator[Connection]:
    if conn is not None:
        yield conn
        return
    with work.database.transaction() as own:
        yield own


def take(work: Work, conn: Connection, held: HeldInterview, happening: Happening, phone: PhoneRow | None) -> Step:
    """Carry one happening into an interview.

    The caller has locked its row `held` (`store.interview.interviews.lock`) and the `phone`.
    """
    now = work.clock.now()
    step, turn = _decide(conn, held, happening, now)
    if not rows.write_turn(conn, turn):
        return _again(conn, held, happening)
    if phone is not None:
        _keep_consent(work, conn, held, happening, step, phone, now)
    return step


def open_all(work: Work, conn: Connection, openings: Sequence[tuple[HeldInterview, Opening]]) -> list[Step]:
    """As `take`, for contacts with several interviews, all locked by the caller, written in one round trip."""
    now = work.clock.now()
    decided = [_decide(conn, held, opening, now) for held, opening in openings]
    new = rows.write_turns(conn, [turn for _, turn in decided])
    return [
        step if is_new else _again(conn, held, opening)
        for (step, _), is_new, (held, opening) in zip(decided, new, openings, strict=True)
    ]


def _decide(conn: Connection, held: HeldInterview, happening: Happening, now: datetime) -> tuple[Step, rows.Turn]:
    """The engine's step for a happening, and what is to be written of it."""
    form = form_of(conn, held.questionnaire_sha256)
    before = state_of(form, held)
    closed = held.locked or (held.status == "answered" and happening.channel != "online")
    step = happenings.advance(form, before, happening, closed, now)
    event = _event(held.id, before, happening, closed, step, now)
    return step, rows.Turn(event, _columns(held, before, happening, closed, step, now), *_changes(form, before, step))


def takes_answers(held: HeldInterview, now: datetime) -> bool:
    """Whether answers may still come in: the province is not locked, and in time or the round keeps late ones."""
    return not held.locked and (now < held.deadline_at or held.late_answers == "keep")


def state_of(form: Questionnaire, held: HeldInterview) -> Interview:
    """The interview as a locked row holds it; before its first event a fresh one, pinned to the row's questionnaire."""
    if held.state is not None:
        return states.from_dict(held.state)
    return happenings.fresh(form, held.language)


def _again(conn: Connection, held: HeldInterview, happening: Happening) -> Step:
    """The result that the same event gave the first time."""
    stored = rows.effects_of(conn, held.id, happening.channel, happening.source_id)
    before = state_of(form_of(conn, held.questionnaire_sha256), held)
    return Step(before, happenings.effects_from_json(stored or ()))


def _event(
    interview_id: UUID, before: Interview, happening: Happening, closed: bool, step: Step, now: datetime
) -> dict[str, Any]:
    return {
        "interview_id": interview_id,
        "seq": step.interview.seq,
        "at": now,
        "channel": happening.channel,
        "source_id": happening.source_id,
        "turn": happening.turn if isinstance(happening, Heard) else 0,
        "input": happenings.input_of(happening, before, closed),
        "effects": happenings.effects_to_json(step.effects),
    }


def _columns(
    held: HeldInterview, before: Interview, happening: Happening, closed: bool, step: Step, now: datetime
) -> dict[str, Any]:
    after = step.interview
    answered = any(answer.seq == after.seq for answer in after.answers.values())
    ended = any(isinstance(effect, Ended) for effect in step.effects) or (after.handing_in and not before.handing_in)
    reopened = before.status in ("partial", "complete", "refused") and after.status == "active"
    return {
        "questionnaire_sha256": after.questionnaire,
        "status": held.status if closed else after.status,
        "channel": happening.channel if answered else held.channel,
        "state": after.to_dict(),
        "seq": after.seq,
        "begun_at": held.begun_at or now,
        "ended_at": now if ended else None if reopened else held.ended_at,
    }


def _changes(form: Questionnaire, before: Interview, step: Step) -> tuple[list[dict[str, Any]], list[str]]:
    """Answers to write and names of answers to take away, from one state to the next."""
    old, new = before.answers, step.interview.answers
    kept = [
        {"question": name, "value": a.value, "points": _points(form, name, a.value), "channel": a.channel, "seq": a.seq}
        for name, a in new.items()
        if old.get(name) != a
    ]
    return kept, [name for name in old if name not in new]


def _points(form: Questionnaire, name: str, value: str) -> str | None:
    question = form.question(name)
    choice = question.choice(value) if question else None
    return None if choice is None or choice.points is None else str(choice.points)


def _keep_consent(
    work: Work, conn: Connection, held: HeldInterview, happening: Happening, step: Step, phone: PhoneRow, now: datetime
) -> None:
    given = next((effect.given for effect in step.effects if isinstance(effect, Consent)), None)
    if given is None:
        return
    said = consent.Said(
        channel=happening.channel,
        source_id=happening.source_id,
        evidence=happening.said.digits if isinstance(happening, Heard) and isinstance(happening.said, Key) else "",
        at=now,
        interview_id=held.id,
        wording=f"{step.interview.questionnaire}:{step.interview.language}",
    )
    event = ConsentEvent.GIVEN if given else ConsentEvent.REFUSED
    consent.note(work, conn, phone.hash, phone.consent, event, said)


def differences(conn: Connection, interview_id: UUID) -> list[str]:
    """What in the projections differs from the fold of the events, in words for tests and `doctor`; empty: nothing."""
    held = rows.lock(conn, interview_id)
    if held is None:
        raise UnknownInterviewError(str(interview_id))
    form = form_of(conn, held.questionnaire_sha256)
    folded = happenings.fold(form, rows.events(conn, interview_id))
    stored = rows.answers_of(conn, interview_id)
    if folded is None:
        return ["answers without events"] if stored or held.state else []
    found = {name: (row.value, row.channel, row.seq) for name, row in stored.items()}
    wanted = {name: (a.value, a.channel, a.seq) for name, a in folded.answers.items()}
    columns = ("seq", held.seq, folded.seq), ("status", held.status, folded.status)
    faults = [f"{name}: {has} stored, {should} by events" for name, has, should in columns if has != should]
    if held.status == "answered":
        faults = [fault for fault in faults if not fault.startswith("status")]
    if held.state != folded.to_dict():
        faults.append("state differs from events")
    return [*faults, *(["answers differ from events"] if found != wanted else [])]
