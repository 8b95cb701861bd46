"""A call of ours: answered, a key pressed or nothing; each request gives the document that the call runs next.

Each request is one transaction, and its document is kept: the same request again gets the same document. It must not
know a carrier's request or TwiML; hanging up anywhere keeps every answer.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from contact.consent import ConsentState
from contact.delivery import is_machine
from ivr import callflow, menus
from ivr.callflow import CallContext
from ivr.script import Hangup, Script
from ivr.voices import other_language, voiced, voices_of, with_placeholders
from services.calls import machine_detection as detection
from services.calls import transfers
from services.follow_up import respondent_requests as wishes
from services.interview import next_interview
from services.interview import recording as interviews
from services.interview.events import Happening, Opening
from services.interview.questionnaires import form_of
from services.work import Work
from store.interview import calls as rows
from store.interview import interviews as interview_rows
from store.interview import phone_interviews
from store.interview.calls import CallAtTurn
from store.interview.interviews import HeldInterview
from store.messages import outbox
from store.people import phones
from store.people.phones import PhoneRow
from survey.answers import Channel, Heard, Said, Silence, Spoken
from survey.engine import side_question_forms as asides
from survey.engine.effects import Consent, OptedOut, Welcome
from survey.engine.engine import Step

CHANNEL: Channel = "voice"
LANGUAGE = "vi"
"""Of words to a phone without an interview."""
MOST_TURNS = 150
"""A call that goes on longer than any form does is ended: nothing in it may run for ever."""


class UnknownCallError(LookupError):
    """No call has this reference, or the call has not come to this turn."""


@dataclass(frozen=True, slots=True)
class CallTurn:
    """One request of a call, its phone locked: which call (`call_id`, `ref`) at which dialogue `turn`, at what time.

    `rang_in`: they rang us, and pay for it.
    """

    work: Work
    conn: Connection
    phone: PhoneRow
    call_id: UUID
    ref: str
    turn: int
    now: datetime
    simulated: bool = False
    rang_in: bool = False

    def voices(self, area: str) -> tuple[str, ...]:
        """The voices of an office's calls on this line, best first."""
        return with_placeholders(voices_of(area)) if self.simulated else voices_of(area)

    def other(self, area: str, language: str) -> str:
        """The language that may be chosen by key instead of `language`, "" for none."""
        return other_language(language, self.voices(area), self.work.recordings.find)


@dataclass(frozen=True, slots=True)
class Speech:
    """What the call does next, and what its script asks."""

    script: Script
    question: str = ""
    interview_turn: int = 0
    consented: bool = False
    voices: tuple[str, ...] = voices_of("")
    about: UUID | None = None
    """The interview that the call goes on about, where that is another one than before."""


HANG_UP = Speech(Script((Hangup(),)))
"""Nobody is there to hear a word."""


def first(work: Work, ref: str, carrier_id: str, answered_by: str) -> str:
    """The document for a call of ours that was just answered (turn 0). Raises UnknownCallError.

    A machine that picked up hears nothing. Who did is kept: not every receipt says it again.
    """
    work.recordings.refresh()
    with work.database.transaction() as conn:
        placed = rows.placed(conn, ref)
        if placed is None:
            raise UnknownCallError(ref)
        phone = phones.lock(conn, placed.phone_hash)
        if phone is None:  # rows refer to it: it cannot be gone
            raise UnknownCallError(ref)
        call_id = work.ids.new()
        now = work.clock.now()
        fresh = rows.add(
            conn,
            id=call_id,
            ref=ref,
            direction="out",
            outbox_id=placed.id,
            sender_id=placed.sender_id,
            phone_hash=placed.phone_hash,
            interview_id=placed.interview_id,
            carrier_id=carrier_id,
            began_at=now,
        )
        if not fresh:
            return stored(work, conn, ref, 0)
        line = CallTurn(work, conn, phone, call_id, ref, 0, now, placed.simulated)
        if is_machine(answered_by):
            _note_machine(line, placed.id, answered_by)
            return keep(line, HANG_UP)
        return keep(line, _begin(line, placed.interview_id))


def pressed(work: Work, ref: str, turn: int, digits: str | None, connected: bool | None = None) -> str:
    """The document after keys, or silence (None), in dialogue turn `turn`. Raises UnknownCallError.

    `connected`: the turn put the caller through to a person, who was reached or not; None: it did not.

    A turn that was answered before gives the document it was answered with, whatever is pressed now. Silence in a call
    that a machine has taken (`services.calls.machine_detection`) ends it. Somebody who opted out by text meanwhile is
    asked nothing more; the key is kept.
    """
    work.recordings.refresh()
    with work.database.transaction() as conn:
        phone = rows.lock_phone(conn, ref)
        if phone is None:
            raise UnknownCallError(ref)
        call = rows.at_turn(conn, ref, turn)
        if call is None or turn > call.turn:
            raise UnknownCallError(ref)
        if call.answered_with is not None:
            return _answered_with(work, call, turn)
        held = interview_rows.lock(conn, call.interview_id) if call.interview_id else None
        now, came_in = work.clock.now(), call.direction == "in"
        line = CallTurn(work, conn, phone, call.id, ref, call.turn, now, call.simulated, came_in)
        if call.ended_at is not None and not digits:
            return keep(line, HANG_UP)
        if held is None or call.turn >= MOST_TURNS:
            return keep(line, closing("apology"))
        speech = _hear(line, held, call, turn, digits, connected)
        if held.locked:
            return keep(line, closing("nothing_open"))
        return keep(line, closing("opted_out") if phone.consent is ConsentState.STOPPED else speech)


def apology(work: Work) -> str:
    """The polite word and hang-up for when nothing else can be given. Needs no database."""
    return render(work, closing("apology"), "")


# Parts


def _note_machine(line: CallTurn, outbox_id: UUID, answered_by: str) -> None:
    row = outbox.lock(line.conn, outbox_id)
    if row is not None:  # the call refers to it: it cannot be gone
        detection.note(line.conn, row, answered_by)


def open_interviews(work: Work, conn: Connection, phone: PhoneRow) -> list[HeldInterview]:
    """The phone's interviews that answers may still come into, locked."""
    now = work.clock.now()
    return [row for row in phone_interviews.lock_of_phone(conn, phone.hash) if interviews.takes_answers(row, now)]


def _begin(line: CallTurn, interview_id: UUID | None) -> Speech:
    """A call of ours was answered by somebody: the interview begins or goes on, unless they opted out meanwhile."""
    if line.phone.consent is ConsentState.STOPPED:
        return closing("opted_out")
    held = open_interviews(line.work, line.conn, line.phone)
    row = next((row for row in held if row.id == interview_id), None)
    if row is None:
        return closing("nothing_open")
    return take(line, row, Opening(CHANNEL, f"{line.ref}:0"), shared=len(held) > 1)


def _hear(
    line: CallTurn, held: HeldInterview, call: CallAtTurn, turn: int, digits: str | None, connected: bool | None
) -> Speech:
    """What was pressed, bound to the question that the request's own turn asked; who asks for a person is put through
    where that can be."""
    asked = call.question or ""
    if asides.parts(asked)[0] == asides.NEXT:
        return _go_on_elsewhere(line, held, asked, menus.read_key(digits, asides.ASIDES[asides.NEXT]))
    form = form_of(line.conn, held.questionnaire_sha256)
    source = f"{line.ref}:{turn}"
    question = asides.question_of(form, asked)
    spoken = interviews.state_of(form, held).language if digits == menus.LANGUAGE else ""
    other = line.other(held.office_area, spoken) if spoken else ""
    said = menus.read_key(digits, question, other)
    said, officer = transfers.heard(line.work, held, said, connected)
    return take(line, held, Heard(CHANNEL, source, said, call.interview_turn or 0, asked or None), officer=officer)


def take(
    line: CallTurn,
    held: HeldInterview,
    happening: Happening,
    *,
    shared: bool = False,
    before: HeldInterview | None = None,
    officer: str = "",
) -> Speech:
    """Hear what happened in the interview `held`, and what is spoken next; `shared`: the phone serves several;
    `before`: the interview that this call was about until now; `officer`: the number of who is put through."""
    if isinstance(happening, Opening):
        happening = replace(happening, earlier=_earlier(line, held))
    step = interviews.take(line.work, line.conn, held, happening, line.phone)
    wishes.carry_out(line.work, line.conn, held, line.phone.hash, step.effects)
    if OptedOut() in step.effects:
        wishes.stop(line.work, line.conn, held, line.phone, happening, step.interview.language)
    language = step.interview.language
    if isinstance(happening, Heard) and happening.said == Spoken("language", language):
        interview_rows.speak(line.conn, held.organisation_id, language)
    form = form_of(line.conn, step.interview.questionnaire)
    context = CallContext(
        turn=line.turn + 1,
        office=held.office,
        contact=held.contact_number,
        organisation=next_interview.name_of(held) if shared else "",
        going_on=before is not None and before.office_id == held.office_id,
        given=len(step.interview.given),
        other=line.other(held.office_area, language) if Welcome() in step.effects else "",
        officer=officer,
        paid=line.rang_in,
    )
    script = callflow.script_for(form, step.effects, language, context)
    speech = _speech_of(script, step, line.voices(held.office_area))
    if before is not None:
        speech = replace(speech, about=held.id)
    return _offer_next(line, held, step, speech) if next_interview.is_done(step.effects) else speech


def _offer_next(line: CallTurn, held: HeldInterview, step: Step, speech: Speech) -> Speech:
    """Offer the next organisation of this phone in the same call, when the interview with one is done."""
    other = next_interview.after(held.id, open_interviews(line.work, line.conn, line.phone))
    if other is None or speech.script.gather is not None:
        return speech
    return _offered(line, other, speech, step.interview.language)


def _offered(line: CallTurn, other: HeldInterview, speech: Speech, language: str, amiss: str = "") -> Speech:
    script = next_interview.spoken_offer(line.conn, other, speech.script, language, line.turn + 1, amiss)
    return replace(speech, script=script, question=f"{asides.NEXT}:{other.id}")


def _go_on_elsewhere(line: CallTurn, before: HeldInterview, question: str, said: Said) -> Speech:
    """What was said to the offer of another interview; it hears nothing of this one, nor this one of it."""
    other = interview_rows.lock(line.conn, UUID(asides.parts(question)[1]))
    if other is None or other.status not in next_interview.WAITING or isinstance(said, Silence):
        return closing("wanted.later")
    happening = next_interview.taken_up(said, CHANNEL, f"{line.ref}:{line.turn}")
    if happening is None:
        amiss = "" if isinstance(said, Spoken) else "wrong_key"
        speech = Speech(Script(()), voices=line.voices(before.office_area))
        return _offered(line, other, speech, other.language, amiss)
    return take(line, other, happening, shared=True, before=before)


def _earlier(line: CallTurn, held: HeldInterview) -> dict[str, str]:
    """Last time's numbers, looked up once a call and only where the form asks for numbers."""
    questions = form_of(line.conn, held.questionnaire_sha256).questions
    numbers = [question.name for question in questions if question.rules.is_number]
    return interview_rows.earlier_answers(line.conn, held.id, numbers) if numbers else {}


def _speech_of(script: Script, step: Step, voices: tuple[str, ...]) -> Speech:
    waits = script.goes_on and step.interview.asked is not None
    consented = any(isinstance(effect, Consent) and effect.given for effect in step.effects)
    asked, turn = (step.interview.asked or "", step.interview.turn) if waits else ("", 0)
    return Speech(script, asked, turn, consented, voices)


def closing(code: str) -> Speech:
    """One sentence, then the end."""
    return Speech(callflow.closing(code, LANGUAGE))


def render(work: Work, speech: Speech, ref: str) -> str:
    """The document of `speech`, with recordings where there are some."""
    return work.voice.render(voiced(speech.script, speech.voices, work.recordings.find), ref)


def keep(line: CallTurn, speech: Speech) -> str:
    """Write the next turn with its document, then give the document."""
    document = render(line.work, speech, line.ref)
    rows.advance(
        line.conn,
        line.call_id,
        turn=line.turn + 1,
        question=speech.question,
        interview_turn=speech.interview_turn,
        script=line.work.vault.seal(document, "call_turns.script", line.call_id, line.turn + 1),
        at=line.now,
        consented=speech.consented,
        over=not speech.script.goes_on,
        about=speech.about,
    )
    return document


def stored(work: Work, conn: Connection, ref: str, turn: int) -> str:
    """The document that answered `turn`. Raises UnknownCallError when nothing has."""
    call = rows.at_turn(conn, ref, turn)
    if call is None:
        raise UnknownCallError(ref)
    return _answered_with(work, call, turn)


def _answered_with(work: Work, call: CallAtTurn, turn: int) -> str:
    """The document that answered `turn` stands with the turn after it."""
    if call.answered_with is None:
        raise UnknownCallError(call.ref)
    return work.vault.open(call.answered_with, "call_turns.script", call.id, turn + 1)
