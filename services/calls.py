"""A call: answered, a key pressed or nothing, or somebody rings us; each request gives the document the call runs next.

Each request is one transaction, and its document is kept: the same request again gets the same document. It must not
know a carrier's request or TwiML; hanging up anywhere keeps every answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from contact.phone import read_cell
from contact.sender import SenderRow
from ivr import callflow, menus
from ivr.callflow import CallContext
from ivr.script import Hangup, Script
from ivr.voices import voiced, voices_of
from services import interviews, tasks, wishes
from services.happenings import Happening, Opening
from services.planted import is_planted
from services.questionnaires import form_of
from services.work import Work
from store import calls as rows
from store import interviews as interview_rows
from store import phones
from store.prepared import Row
from survey.answers import Channel, Heard
from survey.effects import Ask, Consent
from survey.engine import Step

CHANNEL: Channel = "voice"
LANGUAGE = "vi"
"""Of words to a phone without an interview."""
MACHINES = ("machine", "fax")
"""How `answered_by` begins when no person took the call; "unknown" counts as a person."""
MOST_TURNS = 150
"""A call that goes on longer than any form does is ended: nothing in it may run for ever."""
SILENCED = frozenset({"stopped"})


class UnknownCallError(LookupError):
    """No call has this reference, or the call has not come to this turn."""


@dataclass(frozen=True, slots=True)
class Line:
    """One request of a call, its phone locked: which call (`call_id`, `ref`) at which dialogue `turn`, at what time."""

    work: Work
    conn: Connection
    phone: Row
    call_id: UUID
    ref: str
    turn: int
    now: datetime


@dataclass(frozen=True, slots=True)
class Speech:
    """What the call does next, and what its script asks."""

    script: Script
    question: str = ""
    interview_turn: int = 0
    consented: bool = False
    voices: tuple[str, ...] = voices_of("")


def first(work: Work, ref: str, carrier_id: str, answered_by: str) -> str:
    """The document for a call of ours that was just answered (turn 0). Raises UnknownCallError.

    A machine that picked up hears nothing; what that means for the contact its receipt says.
    """
    work.recordings.refresh()
    with work.database.transaction() as conn:
        placed = rows.placed(conn, ref)
        if placed is None:
            raise UnknownCallError(ref)
        phone = _lock(conn, placed["phone_hash"])
        call_id = work.ids.new()
        now = work.clock.now()
        fresh = rows.add(
            conn,
            id=call_id,
            ref=ref,
            direction="out",
            outbox_id=placed["id"],
            sender_id=placed["sender_id"],
            phone_hash=placed["phone_hash"],
            interview_id=placed["interview_id"],
            carrier_id=carrier_id,
            began_at=now,
        )
        if not fresh:
            return _stored(work, conn, ref, 0)
        line = Line(work, conn, phone, call_id, ref, 0, now)
        if answered_by.startswith(MACHINES):
            return _keep(line, Speech(Script((Hangup(),))))
        return _keep(line, _begin(line, placed["interview_id"]))


def rang_in(work: Work, sender: SenderRow, from_number: str, carrier_id: str) -> str:
    """The document for somebody who rings our number `sender`: their interview goes on, others hear a polite word."""
    number = _number(from_number)
    if number is None:
        return _render(work, _closing("unknown_caller"), "")
    work.recordings.refresh()
    with work.database.transaction() as conn:
        phone = _caller(work, conn, number)
        known = rows.by_carrier_id(conn, sender.id, carrier_id)
        if known is not None:
            return _stored(work, conn, known, 0)
        held = _open(work, conn, phone)
        row = _meant(held)
        line = Line(work, conn, phone, work.ids.new(), work.ids.public(), 0, work.clock.now())
        rows.add(
            conn,
            id=line.call_id,
            ref=line.ref,
            direction="in",
            outbox_id=None,
            sender_id=sender.id,
            phone_hash=phone["hash"],
            interview_id=row["id"] if row else None,
            carrier_id=carrier_id,
            began_at=line.now,
        )
        return _keep(line, _greet(line, row, len(held), number))


def pressed(work: Work, ref: str, turn: int, digits: str | None) -> str:
    """The document after keys, or silence (None), in dialogue turn `turn`. Raises UnknownCallError.

    A turn that was answered before gives the document it was answered with, whatever is pressed now. Somebody who
    opted out by text meanwhile is asked nothing more; the key is kept.
    """
    work.recordings.refresh()
    with work.database.transaction() as conn:
        phone = rows.lock_phone(conn, ref, locking=not is_planted("no-phone-lock"))
        if phone is None:
            raise UnknownCallError(ref)
        held = interview_rows.lock(conn, phone["interview_id"]) if phone["interview_id"] else None
        call = rows.at_turn(conn, ref, turn)
        if call is None or turn > call["turn"]:
            raise UnknownCallError(ref)
        if call["answered_with"] is not None and not is_planted("ignore-turn"):
            return work.vault.open(call["answered_with"])
        line = Line(work, conn, phone, call["id"], ref, call["turn"], work.clock.now())
        if held is None or call["turn"] >= MOST_TURNS:
            return _keep(line, _closing("apology"))
        speech = _hear(line, held, call, turn, digits)
        if held["locked"]:
            return _keep(line, _closing("nothing_open"))
        return _keep(line, _closing("opted_out") if phone["consent"] in SILENCED else speech)


def apology(work: Work) -> str:
    """The polite word and hang-up for when nothing else can be given. Needs no database."""
    return _render(work, _closing("apology"), "")


# Parts


def _lock(conn: Connection, phone_hash: bytes) -> Row:
    phone = phones.lock(conn, phone_hash)
    if phone is None:  # rows refer to it: it cannot be gone
        raise UnknownCallError("no phone")
    return phone


def _number(written: str) -> str | None:
    """The caller's number in E.164; None when it is withheld or not one of a person here."""
    return next((reading.e164 for reading in read_cell(written) if reading.e164), None)


def _caller(work: Work, conn: Connection, number: str) -> Row:
    """The caller's phone, locked; kept when it was never seen before."""
    phone_hash = work.vault.lookup(number)
    phone = phones.lock(conn, phone_hash)
    if phone is not None:
        return phone
    phones.add(
        conn,
        phone_hash=phone_hash,
        version=work.vault.lookup_version,
        number=work.vault.seal(number),
        kind=read_cell(number)[0].kind,
        at=work.clock.now(),
    )
    return _lock(conn, phone_hash)


def _open(work: Work, conn: Connection, phone: Row) -> list[Row]:
    """The phone's interviews that answers may still come into, locked."""
    now = work.clock.now()
    return [row for row in interview_rows.lock_of_phone(conn, phone["hash"]) if interviews.takes_answers(row, now)]


def _meant(held: Sequence[Row]) -> Row | None:
    """Which of the phone's interviews somebody who rings in means: the open one begun last, else any that is open."""
    waiting = [row for row in held if row["status"] in ("pending", "active", "partial")]
    begun = [row for row in waiting if row["begun_at"] is not None]
    if begun:
        return max(begun, key=lambda row: row["begun_at"])
    return next(iter([*waiting, *held]), None)


def _greet(line: Line, row: Row | None, served: int, number: str) -> Speech:
    if line.phone["consent"] in SILENCED:
        return _closing("opted_out")
    if row is not None:
        return _take(line, row, Opening(CHANNEL, f"{line.ref}:0"), shared=served > 1)
    if phones.is_listed(line.conn, line.phone["hash"]):
        return _closing("nothing_open")
    cause = f"unknown_number:{line.phone['hash'].hex()}"
    tasks.open_task(line.work, line.conn, kind="unknown_number", cause=cause, detail=number)
    return _closing("unknown_caller")


def _begin(line: Line, interview_id: UUID | None) -> Speech:
    """A call of ours was answered by somebody: the interview begins or goes on, unless they opted out meanwhile."""
    if line.phone["consent"] in SILENCED:
        return _closing("opted_out")
    held = _open(line.work, line.conn, line.phone)
    row = next((row for row in held if row["id"] == interview_id), None)
    if row is None:
        return _closing("nothing_open")
    return _take(line, row, Opening(CHANNEL, f"{line.ref}:0"), shared=len(held) > 1)


def _hear(line: Line, held: Row, call: Row, turn: int, digits: str | None) -> Speech:
    """What was pressed, bound to the question that the request's own turn asked."""
    form = form_of(line.conn, held["questionnaire_sha256"])
    asked, bound = call["question"], call["interview_turn"]
    source = f"{line.ref}:{turn}"
    if is_planted("ignore-turn"):
        now = interviews.state_of(form, held)
        asked, bound, source = now.asked or "", now.turn, f"{source}:{line.work.ids.public()}"
    said = menus.read_key(digits, form.question(asked))
    return _take(line, held, Heard(CHANNEL, source, said, bound, asked or None))


def _take(line: Line, held: Row, happening: Happening, *, shared: bool = False) -> Speech:
    step = interviews.take(line.work, line.conn, held, happening, line.phone)
    wishes.carry_out(line.work, line.conn, held, step.effects)
    form = form_of(line.conn, step.interview.questionnaire)
    context = CallContext(
        turn=line.turn + 1,
        office=held["office"],
        contact=held["contact_number"],
        organisation=(held["short_name"] or held["organisation"]) if shared else "",
    )
    script = callflow.script_for(form, step.effects, step.interview.language, context)
    return _speech_of(script, step, voices_of(held["office_area"]))


def _speech_of(script: Script, step: Step, voices: tuple[str, ...]) -> Speech:
    ask = next((effect for effect in step.effects if isinstance(effect, Ask)), None)
    consented = any(isinstance(effect, Consent) and effect.given for effect in step.effects)
    return Speech(script, ask.question if ask else "", ask.turn if ask else 0, consented, voices)


def _closing(code: str) -> Speech:
    return Speech(callflow.closing(code, LANGUAGE))


def _render(work: Work, speech: Speech, ref: str) -> str:
    return work.voice.render(voiced(speech.script, speech.voices, work.recordings.find), ref)


def _keep(line: Line, speech: Speech) -> str:
    """Write the next turn with its document, then give the document."""
    document = _render(line.work, speech, line.ref)
    rows.advance(
        line.conn,
        line.call_id,
        turn=line.turn + 1,
        question=speech.question,
        interview_turn=speech.interview_turn,
        script=line.work.vault.seal(document),
        at=line.now,
        consented=speech.consented,
        over=speech.script.gather is None,
    )
    return document


def _stored(work: Work, conn: Connection, ref: str, turn: int) -> str:
    """The document that answered `turn`. Raises UnknownCallError when nothing has."""
    call = rows.at_turn(conn, ref, turn)
    if call is None or call["answered_with"] is None:
        raise UnknownCallError(ref)
    return work.vault.open(call["answered_with"])
