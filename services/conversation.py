"""What a text means: words about being contacted, an answer to what was shown, or a first word; and what is said back.

Works inside the transaction of `services.inbound`, under the locks of the phone and of its interviews.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from contact.delivery import InboundText
from contact.sender import SenderRow
from services import consent, interviews, tasks, wishes
from services.happenings import Happening, Opening
from services.questionnaires import form_of
from services.work import Work
from sms import binding, replies, texting
from sms.binding import AskBack, Binding, Bound, Repetition, Shown
from sms.replies import Reading
from sms.texting import TextContext
from store.prepared import Row
from survey.answers import Channel, Heard, Key, Spoken
from survey.effects import AlreadyAnswered, Ask, Consent, Echo, Effect, Ended, Finished, Tell, Wanted
from survey.interview import FINAL
from survey.questionnaire import Question, Questionnaire

CHANNEL: Channel = "sms"
ASKED_OF_US = frozenset({"person", "call", "help", "later"})
"""Words that want something of us before any question was shown; the others simply begin."""
OVER = frozenset({*FINAL, "answered"})
LANGUAGE = "vi"
"""Of words to a phone without an interview: nobody has said which language it wants."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One text being answered: from which `phone` (its locked row), to which of our numbers, when (business time)."""

    work: Work
    conn: Connection
    sender: SenderRow
    text: InboundText
    source_id: str
    phone: Row
    now: datetime

    @property
    def sent_at(self) -> datetime:
        """When the person sent it, as far as the carrier says; never in the future."""
        return min(self.text.at or self.now, self.now)


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a text: an outcome code, the reply if any, and what the phone has been shown after it."""

    outcome: str
    body: str | None = None
    segments: int = 0
    purpose: str = "reply"
    interview_id: UUID | None = None
    office_id: UUID | None = None
    shown: tuple[Shown, ...] | None = None

    def silent(self, outcome: str) -> Result:
        """The same without a reply, under another outcome code."""
        return Result(outcome, interview_id=self.interview_id, office_id=self.office_id)


# Words about being contacted


def follow_carrier(turn: Turn) -> Result:
    """The carrier understood an opt-out or opt-in word and replied by itself: ledger and queue, no words of ours."""
    match turn.text.opt_out_type.upper():
        case "STOP":
            consent.stop(turn.work, turn.conn, turn.phone["hash"], turn.phone["consent"], _said(turn))
            return Result("opted_out")
        case "START":
            consent.note(turn.work, turn.conn, turn.phone["hash"], turn.phone["consent"], "started", _said(turn))
            return Result("opted_in")
        case _:
            return Result("carrier_replied")


def follow_words(turn: Turn, reading: Reading, held: Sequence[Row]) -> Result | None:
    """Carry out stop, hold and start; None when the text says none of them, or nothing that changes anything."""
    before = turn.phone["consent"]
    if reading.opt == "stop":
        first = consent.stop(turn.work, turn.conn, turn.phone["hash"], before, _said(turn))
        confirmed = notice(turn, "opted_out", "text.opted_out", held)
        return replace(confirmed, purpose="opt_out_confirmation") if first else confirmed.silent("opted_out")
    if reading.opt == "hold" and before != "stopped":
        consent.note(turn.work, turn.conn, turn.phone["hash"], before, "held", _said(turn))
        asked = notice(turn, "held", "text.held", held)
        return asked.silent("held") if before == "held" else asked
    if reading.opt == "start" and before in ("stopped", "held"):
        consent.note(turn.work, turn.conn, turn.phone["hash"], before, "started", _said(turn))
        return notice(turn, "opted_in", "text.started", held)
    return None


def _said(turn: Turn) -> consent.Said:
    return consent.Said(CHANNEL, turn.source_id, turn.text.body, turn.now)


def read_alone(turn: Turn) -> Reading:
    """What the text says when nothing was shown to the phone."""
    return replies.read(turn.text.body, None, LANGUAGE)


def notice(turn: Turn, outcome: str, code: str, held: Sequence[Row] = (), **params: object) -> Result:
    """Words outside the interview, in the language and letters of the phone's first interview, if it has one."""
    context = TextContext("", accented=bool(held and held[0]["accented_texts"]))
    text = texting.notice(code, held[0]["language"] if held else LANGUAGE, context, **params)
    office_id = held[0]["office_id"] if held else None
    return Result(outcome, text.body, text.segments, office_id=office_id)


def tell_staff(turn: Turn, kind: str) -> None:
    """One task per phone and kind; the number stands sealed in it."""
    number = turn.text.from_number
    cause = f"{kind}:{turn.phone['hash'].hex()}"
    tasks.open_task(turn.work, turn.conn, kind=kind, cause=cause, detail=number)


# Answers


def hear(turn: Turn, held: Sequence[Row]) -> Result:
    """Hear the text for one of the phone's interviews, all of them locked in `held`."""
    by_id = {str(row["id"]): row for row in held}
    shown = tuple(prompt for prompt in map(Shown.from_dict, held[0]["shown"] or ()) if prompt.interview in by_id)

    def question_of(prompt: Shown) -> Question | None:
        return form_of(turn.conn, by_id[prompt.interview]["questionnaire_sha256"]).question(prompt.question)

    reading, bound = binding.hear(turn.text.body, shown, turn.sent_at, question_of, held[0]["language"])
    words = follow_words(turn, reading, held)
    if words is not None:
        return words
    talk = _Talk(turn, held, shown, reading)
    if turn.phone["consent"] == "stopped":
        return talk.after_stop(bound)
    if turn.phone["consent"] == "held" and isinstance(reading.said, Key | Spoken):
        consent.note(turn.work, turn.conn, turn.phone["hash"], "held", "released", _said(turn))
    return talk.answer(bound)


@dataclass(frozen=True, slots=True)
class _Talk:
    """One text among the phone's interviews (`held`), with what the phone was `shown` and what the text says."""

    turn: Turn
    held: Sequence[Row]
    shown: tuple[Shown, ...]
    reading: Reading

    def answer(self, bound: Binding) -> Result:
        """Bound to a prompt it is heard there; a first word opens the one interview it can mean."""
        if isinstance(bound, Repetition):
            return Result("repeated", interview_id=UUID(bound.shown.interview))
        named = self._named_by_code(bound)
        if named is not None:
            return self._take(named, Opening(CHANNEL, self.turn.source_id))
        if isinstance(bound, Bound | AskBack):
            return self._take(self._row(bound.shown), binding.heard(self.reading, bound, self.turn.source_id))
        return self._first_word()

    def after_stop(self, bound: Binding) -> Result:
        """Nothing is said to somebody who opted out, but an answer to what was asked before is not lost."""
        if isinstance(bound, Bound) and isinstance(self.reading.said, Key):
            heard = binding.heard(self.reading, bound, self.turn.source_id)
            return self._take(self._row(bound.shown), heard).silent("answered_after_stop")
        return Result("silenced")

    def _row(self, prompt: Shown) -> Row:
        return next(row for row in self.held if str(row["id"]) == prompt.interview)

    def _open(self) -> Sequence[Row]:
        return [row for row in self.held if row["status"] not in OVER]

    def _named_by_code(self, bound: Binding) -> Row | None:
        """Of several open interviews, the one whose code is all the text says; a number we asked for is no code."""
        waiting = self._open()
        if len(waiting) < 2 or (isinstance(bound, Bound) and self._asks_number(bound.shown)):
            return None
        return next((row for row in waiting if row["code"] == self.turn.text.body.strip()), None)

    def _asks_number(self, prompt: Shown) -> bool:
        form = form_of(self.turn.conn, self._row(prompt)["questionnaire_sha256"])
        question = form.question(prompt.question)
        return question is not None and question.kind == "integer"

    def _first_word(self) -> Result:
        """Nothing was shown that still waits: the next question of the one open interview, or which one is meant."""
        waiting = self._open()
        if len(waiting) > 1:
            choices = ", ".join(f"{row['code']} = {_name(row)}" for row in waiting)
            return notice(self.turn, "which", "text.which", self.held, choices=choices)
        happening: Happening = Opening(CHANNEL, self.turn.source_id)
        if waiting and isinstance(self.reading.said, Spoken) and self.reading.said.word in ASKED_OF_US:
            happening = Heard(CHANNEL, self.turn.source_id, self.reading.said)
        return self._take(waiting[0] if waiting else self.held[-1], happening)

    def _take(self, row: Row, happening: Happening) -> Result:
        step = interviews.take(self.turn.work, self.turn.conn, row, happening, self.turn.phone)
        wishes.carry_out(self.turn.work, self.turn.conn, row, self.turn.phone["hash"], step.effects)
        form = form_of(self.turn.conn, step.interview.questionnaire)
        effects = [e for e in step.effects if self.turn.sender.can_receive or not isinstance(e, Ask | Tell)]
        texts = texting.compose(form, effects, step.interview.language, self._context(row))
        return Result(
            outcome_of(step.effects, isinstance(happening, Opening)),
            " ".join(text.body for text in texts) or None,
            sum(text.segments for text in texts),
            interview_id=row["id"],
            office_id=row["office_id"],
            shown=self._shown_after(str(row["id"]), effects, form),
        )

    def _context(self, row: Row) -> TextContext:
        return TextContext(
            office=row["office"],
            contact=row["contact_number"],
            accented=row["accented_texts"],
            organisation=_name(row) if len(self.held) > 1 else "",
        )

    def _shown_after(self, interview: str, effects: Sequence[Effect], form: Questionnaire) -> tuple[Shown, ...]:
        shown = self.shown
        if any(isinstance(effect, Ended | Finished) for effect in effects):
            shown = binding.forget(shown, interview)
        for effect in effects:
            question = form.question(effect.question) if isinstance(effect, Ask) else None
            if isinstance(effect, Ask) and question is not None:
                digest, now = self.reading.digest, self.turn.now
                prompt = Shown(interview, effect.question, effect.turn, question.number, now, digest)
                shown = binding.remember(shown, prompt)
        return shown


def _name(row: Row) -> str:
    return str(row["short_name"] or row["organisation"])


def outcome_of(effects: Sequence[Effect], opening: bool) -> str:
    """One code for what a text led to."""
    kinds = {type(effect) for effect in effects}
    if Finished in kinds:
        return "finished"
    if kinds & {Echo, Consent}:
        return "answered"
    if AlreadyAnswered in kinds:
        return "already_answered"
    wanted = next((effect.what for effect in effects if isinstance(effect, Wanted)), None)
    return f"wanted_{wanted}" if wanted else "opened" if opening else "asked_back"
