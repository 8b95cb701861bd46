"""A text came in: taken in once, bound to what the phone was shown, heard by the interview, answered in the response.

One transaction, a handful of statements, no queue. It must not know a carrier's request nor render its answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection

from contact.address import read_address
from contact.consent import ConsentState
from contact.delivery import InboundText, State
from contact.purpose import Purpose
from contact.sender import SenderRow
from contact.tasks import TaskKind
from services.consent import abilities
from services.consent import callers as numbers
from services.interview.recording import takes_answers
from services.texts import answer as conversation
from services.texts import context as text_turn
from services.texts import repetitions as going_round
from services.texts.context import Result, TextTurn
from services.work import Work
from sms.reading.transport_encodings import unwrapped
from store.interview import phone_interviews
from store.messages import inbound as rows
from store.messages.inbound import EarlierText
from store.people import phones

Via = Literal["webhook", "sweep"]

REPLIES_WITHIN = timedelta(days=1)
STRANGERS_ANSWERED_EVERY = timedelta(days=1)
"""A number on no list gets a polite word at most this often, so that two machines do not write to each other."""

UNSIGNED = frozenset({State.HANDED, State.UNKNOWN, State.PRESUMED})
"""States in which nothing shows that the carrier ever took our reply: the same delivery again gets it again, even after
a long absence of ours, because a carrier that had an answer would not come back for one."""


@dataclass(frozen=True, slots=True)
class TextReply:
    """What goes back in the response: `body` (None: nothing), under the reference `ref` that its receipts carry."""

    body: str | None
    ref: str | None
    outcome: str
    repeated: bool = False


def receive_text(work: Work, sender: SenderRow, text: InboundText, via: Via = "webhook") -> TextReply:
    """Take in one text for our number `sender` and say what to answer; the same text again changes nothing.

    With `via="sweep"` (found in the carrier's list) there is no response to answer in: the reply becomes a planned
    row of the outbox instead, and `body` is None.
    """
    number = read_address(text.from_number).text
    row = _row(work, sender, text, number, via)
    text = replace(text, body=unwrapped(text.body))  # what is kept is the text as it came
    with work.database.transaction() as conn:
        phone = rows.take_in(conn, row)
        if phone is None:
            earlier = rows.earlier(conn, sender.id, row["carrier_id"])
            if earlier is not None and earlier.id != row["id"]:
                return _once_more(work, earlier, via)
            phone = numbers.lock(work, conn, number)
            if phone is None:
                return _from_nobody(work, conn, row["id"], text)
        if "text" in phone.unable:  # who writes can be written to
            abilities.regain(work, conn, phone.hash, ["text"], "wrote_to_us", "contact", "machine:inbound")
        turn = TextTurn(work, conn, sender, text, row["carrier_id"], phone, row["received_at"], via)
        return _close(turn, row, _answer(turn))


def _from_nobody(work: Work, conn: Connection, inbound_id: UUID, text: InboundText) -> TextReply:
    """The sender is no number a person here could have: nobody can be answered, and staff are told."""
    stop = text.opt_out_type.upper() == "STOP" or conversation.opts_out(text.body)
    numbers.tell_of_unreadable(work, conn, text.from_number, stop=stop)
    outcome = "opt_out_unreadable" if stop else "not_a_number"
    rows.close(conn, inbound_id, interview_id=None, outcome=outcome)
    return TextReply(None, None, outcome)


def _row(work: Work, sender: SenderRow, text: InboundText, number: str, via: Via) -> dict[str, Any]:
    inbound_id = work.ids.new()
    return {
        "id": inbound_id,
        "sender_id": sender.id,
        "carrier_id": text.carrier_id,
        "phone_hash": work.vault.lookup(number),
        "number": work.vault.seal(number, "inbound.number", inbound_id),
        "body": work.vault.seal(text.body, "inbound.body", inbound_id),
        "via": via,
        "received_at": work.clock.now(),
        "told_at": text.at,
    }


def _once_more(work: Work, earlier: EarlierText, via: Via) -> TextReply:
    """The stored reply, as long as nothing shows that the carrier took it; then an empty answer."""
    reply = earlier.reply
    again = reply is not None and via == earlier.via == "webhook" and earlier.state in UNSIGNED
    body = work.vault.open(reply, "inbound.reply", earlier.id) if again and reply is not None else None
    return TextReply(body, earlier.ref if again else None, earlier.outcome, repeated=True)


def _answer(turn: TextTurn) -> Result:
    """What the text means: the carrier's own signal first, then words about contact, then answers."""
    if turn.text.opt_out_type:
        return conversation.follow_carrier(turn)
    dropped = conversation.machine(turn)
    if dropped is not None:
        return dropped
    since = turn.now - REPLIES_WITHIN
    held = phone_interviews.lock_for_text(turn.conn, turn.phone.hash, turn.sender.id, since)
    held = [row for row in held if takes_answers(row, turn.now)]
    result = conversation.hear(turn, held) if held else _without_interview(turn)
    if not result.body or result.purpose != Purpose.REPLY:
        return result
    replied = (held[0].replies or ()) if held else rows.answered_since(turn.conn, turn.phone.hash, since)
    if held and len(replied) >= held[0].replies_a_day:
        return result.silent("replies_capped")
    return going_round.stopped(turn, result, replied)


def _without_interview(turn: TextTurn) -> Result:
    """No organisation with this phone is in an open round: words about contact still count, the rest is for staff."""
    spoken = conversation.follow_words(turn, conversation.read_alone(turn), ())
    if spoken is not None:
        return spoken
    if phones.is_listed(turn.conn, turn.phone.hash):
        return text_turn.notice(turn, "nothing_open", "text.nothing_open")
    numbers.tell_staff(turn.work, turn.conn, TaskKind.UNKNOWN_NUMBER, turn.phone.hash, turn.text.from_number)
    since = turn.now - STRANGERS_ANSWERED_EVERY
    if turn.phone.consent is ConsentState.STOPPED or rows.replied_since(
        turn.conn, turn.phone.hash, "unknown_number", since
    ):
        return Result("unknown_number")
    return text_turn.notice(turn, "unknown_number", "text.unknown_number")


def _close(turn: TextTurn, row: dict[str, Any], result: Result) -> TextReply:
    """Write the outcome, and the reply as a row of its own, before anything is answered."""
    reply = _reply(turn, row, result) if result.body else None
    rows.close(
        turn.conn,
        row["id"],
        interview_id=result.interview_id,
        outcome=result.outcome,
        reply=reply,
        kept=_kept(turn, row, result) if reply else None,
        shown=None if result.shown is None else [prompt.to_dict() for prompt in result.shown],
        answered_as=going_round.key(turn, result) if reply else None,
    )
    if reply is None or row["via"] == "sweep":
        return TextReply(None, None, result.outcome)
    return TextReply(result.body, reply["ref"], result.outcome)


def _kept(turn: TextTurn, row: Mapping[str, Any], result: Result) -> bytes:
    """The words of the reply beside the text: the same delivery again is answered from there."""
    assert result.body is not None
    return turn.work.vault.seal(result.body, "inbound.reply", row["id"])


def _reply(turn: TextTurn, row: dict[str, Any], result: Result) -> dict[str, Any]:
    handed = row["via"] == "webhook"
    outbox_id = turn.work.ids.new()
    assert result.body is not None
    return {
        "id": outbox_id,
        "ref": turn.work.ids.public(),
        "medium": "text",
        "purpose": result.purpose,
        "sender_id": turn.sender.id,
        "phone_hash": row["phone_hash"],
        "interview_id": result.interview_id,
        "office_id": result.office_id,
        "state": State.HANDED if handed else State.PLANNED,
        "reason": {"code": result.outcome},
        "body": turn.work.vault.seal(result.body, "outbox.body", outbox_id),
        "segments": result.segments,
        "due_at": turn.now,
        "created_at": turn.now,
        "sent_at": turn.now if handed else None,
        "sent_real_at": turn.work.clock.real() if handed else None,
    }
