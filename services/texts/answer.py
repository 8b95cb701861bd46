"""What a text means: words about being contacted, an answer to what was shown, or a first word; and what is said back.

Works inside the transaction of `services.texts.receive`, under the locks of the phone and of its interviews.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal
from uuid import UUID

from contact.consent import SILENT, ConsentEvent, ConsentState
from contact.purpose import Purpose
from services.consent import callers as numbers
from services.consent import ledger as consent
from services.follow_up import respondent_requests as wishes
from services.interview import next_interview
from services.interview import recording as interviews
from services.interview.events import Happening, Opening
from services.interview.questionnaires import form_of
from services.texts.context import CHANNEL, LANGUAGE, Result, TextTurn, notice, said
from sms import binding, texting
from sms import several_answers as lists
from sms.binding import AskBack, Binding, Bound, Repetition, Shown
from sms.reading import machine_texts, replies
from sms.reading.replies import Reading
from sms.several_answers import Several
from sms.texting import TextContext
from store.interview import interviews as interview_rows
from store.interview.interviews import HeldInterview
from store.interview.phone_interviews import TextingInterview
from survey.answers import Heard, Key, Spoken, Unclear
from survey.engine.effects import (
    AlreadyAnswered,
    Ask,
    Consent,
    Doubtful,
    Echo,
    Effect,
    Ended,
    Finished,
    LeftOpen,
    NotAChoice,
    OutOfRange,
    Tell,
    Unheard,
    Wanted,
)
from survey.engine.engine import Step
from survey.engine.state import FINAL
from survey.form.questionnaire import Question, Questionnaire
from survey.words.languages import written

ASKED_OF_US = frozenset({"person", "call", "help", "later", "language"})
"""Words that want something of us before any question was shown; the others simply begin."""
UNFIT = (Doubtful, LeftOpen, NotAChoice, OutOfRange, Unheard)
SETTLED = frozenset({*FINAL, "answered"})


# What no person wrote


def machine(turn: TextTurn) -> Result | None:
    """The outcome of a reaction or an automatic reply: nothing is said to it, or two machines would write to each
    other. A wish to be left alone counts whoever's hand it came from; a quotation of our own words is none."""
    written = machine_texts.machine(turn.text.body)
    if written == "automatic" and read_alone(turn).opt == "stop":
        return None
    return Result(written) if written else None


# Words about being contacted


def follow_carrier(turn: TextTurn) -> Result:
    """The carrier understood an opt-out or opt-in word and replied by itself: ledger and queue, no words of ours."""
    match turn.text.opt_out_type.upper():
        case "STOP":
            consent.stop(turn.work, turn.conn, turn.phone.hash, turn.phone.consent, said(turn))
            return Result("opted_out")
        case "START":
            _start(turn)
            return Result("opted_in")
        case _:
            return Result("carrier_replied")


def follow_words(turn: TextTurn, reading: Reading, held: Sequence[HeldInterview]) -> Result | None:
    """Carry out stop, hold and start; None when the text says none of them, or nothing that changes anything."""
    before = turn.phone.consent
    if reading.opt == "stop" or (before is ConsentState.HELD and not reading.opt and _settled(turn) == "stop"):
        first = consent.stop(turn.work, turn.conn, turn.phone.hash, before, said(turn))
        confirmed = notice(turn, "opted_out", "text.opted_out", held)
        return replace(confirmed, purpose=Purpose.OPT_OUT_CONFIRMATION) if first else confirmed.silent("opted_out")
    if reading.opt == "hold" and before is not ConsentState.STOPPED:
        consent.note(turn.work, turn.conn, turn.phone.hash, before, ConsentEvent.HELD, said(turn))
        asked = notice(turn, "held", "text.held", held)
        return asked.silent("held") if before is ConsentState.HELD else asked
    if reading.opt == "start" and before in SILENT:
        _start(turn)
        return notice(turn, "opted_in", "text.started", held)
    return None


def _start(turn: TextTurn) -> None:
    """They want to be contacted again; who was erased gave their number anew by writing it."""
    consent.note(turn.work, turn.conn, turn.phone.hash, turn.phone.consent, ConsentEvent.STARTED, said(turn))
    numbers.given_again(turn.work, turn.conn, turn.phone.hash, turn.text.from_number)


def _settled(turn: TextTurn) -> Literal["stop", "go_on"] | None:
    """What somebody on hold says to the question whether contacts shall end: it stands on the phone as the last one."""
    return replies.settles(turn.text.body)


def read_alone(turn: TextTurn) -> Reading:
    """Read a text from a phone to which nothing was sent yet."""
    return replies.read(turn.text.body, None, LANGUAGE)


def opts_out(body: str) -> bool:
    """Whether a text is, or may be, an opt-out."""
    return replies.read(body, None, LANGUAGE).opt in ("stop", "hold")


# Answers


def hear(turn: TextTurn, held: Sequence[TextingInterview]) -> Result:
    """Hear the text for one of the phone's interviews, all of them locked in `held`."""
    by_id = {str(row.id): row for row in held}
    shown = tuple(prompt for prompt in map(Shown.from_dict, held[0].shown or ()) if prompt.interview in by_id)
    about, body = _about(turn.text.body, held)
    among = tuple(prompt for prompt in shown if prompt.interview in about)

    def question_of(prompt: Shown) -> Question | None:
        return _form(turn, by_id[prompt.interview]).question(prompt.question)

    unsure = bool(held[0].reply_unsure)
    sending = turn.sending(shown)
    reading, bound = binding.hear(
        body, among, sending.at, question_of, written(held[0].language), unsure=unsure,
        otherwise=sending.otherwise, sure=sending.sure,
    )  # fmt: skip
    words = follow_words(turn, reading, held)
    if words is not None:
        return words
    several = None
    if turn.phone.consent is ConsentState.HELD and _settled(turn) == "go_on":
        reading = replace(reading, said=Spoken("repeat"))  # no answer to the form: its question stood there before
    if isinstance(bound, Bound | AskBack) and isinstance(reading.said, Unclear):
        form, seen = _form(turn, by_id[bound.shown.interview]), {prompt.question for prompt in among}
        several, bound = lists.within(body, form, bound, seen, written(held[0].language))
    asked = question_of(bound.shown) if isinstance(bound, Bound) else None
    words_asked = asked is not None and asked.rules.is_free_text
    goes_on = several is None and binding.goes_on(reading, bound, among, sending.otherwise or sending.at, words_asked)
    talk = _Talk(turn, [row for row in held if str(row.id) in about], shown, reading, several, held)
    if turn.phone.consent is ConsentState.STOPPED:
        return talk.after_stop(bound)
    if goes_on:
        return talk.further_part(bound)
    if turn.phone.consent is ConsentState.HELD and talk.says_something:
        consent.note(turn.work, turn.conn, turn.phone.hash, ConsentState.HELD, ConsentEvent.RELEASED, said(turn))
    return talk.answer(bound)


def _about(body: str, held: Sequence[HeldInterview]) -> tuple[frozenset[str], str]:
    """The interviews a text may be about, and its words: a code in front of them picks one of several."""
    code, words = binding.code_in_front(body)
    picked = [row for row in held if row.code == code and row.status not in SETTLED]
    if len(held) > 1 and picked and words:
        return frozenset(str(row.id) for row in picked), words
    return frozenset(str(row.id) for row in held), body


def _form(turn: TextTurn, row: HeldInterview) -> Questionnaire:
    return form_of(turn.conn, row.questionnaire_sha256)


@dataclass(frozen=True, slots=True)
class _Talk:
    """One text among the interviews it may be about (`held`), with what the phone was `shown` and what the text says.

    `everybody`: all that the phone serves.
    """

    turn: TextTurn
    held: Sequence[HeldInterview]
    shown: tuple[Shown, ...]
    reading: Reading
    several: Several | None
    everybody: Sequence[HeldInterview]

    @property
    def says_something(self) -> bool:
        """Whether it answers or asks for something."""
        return isinstance(self.reading.said, Key | Spoken) or (self.several is not None and bool(self.several.answers))

    def answer(self, bound: Binding) -> Result:
        """Bound to a prompt it is heard there; a first word opens the one interview it can mean."""
        if isinstance(bound, Repetition):
            return Result("repeated", interview_id=UUID(bound.shown.interview))
        named = self._named_by_code(bound)
        if named is not None:
            return self._take(named, Opening(CHANNEL, self.turn.source_id))
        if isinstance(bound, AskBack) and bound.code == "two_interviews":
            return self._which()
        if isinstance(bound, Bound | AskBack):
            return self._take(self._row(bound.shown), self._heard(bound))
        return self._first_word()

    def _heard(self, bound: Bound | AskBack) -> Heard:
        if self.several is not None:
            return lists.heard(self.several, bound.shown, self.turn.source_id)
        return binding.heard(self.reading, bound, self.turn.source_id)

    def after_stop(self, bound: Binding) -> Result:
        """Nothing is said to somebody who opted out, but an answer to what was asked before is not lost."""
        if isinstance(bound, Bound) and self.says_something and not isinstance(self.reading.said, Spoken):
            return self._take(self._row(bound.shown), self._heard(bound)).silent("answered_after_stop")
        return Result("silenced")

    def further_part(self, bound: Binding) -> Result:
        """The text before goes on: nothing is said twice; words of one's own are added to those that are stored."""
        if isinstance(bound, Bound) and isinstance(self.reading.said, Key):
            row, asked = self._row(bound.shown), bound.shown.question
            before = interviews.state_of(_form(self.turn, row), row).answers.get(asked)
            if before is not None:
                whole = Key(f"{before.value} {self.reading.said.digits}")
                more = Heard(CHANNEL, self.turn.source_id, whole, bound.shown.turn, asked, correction=True)
                return self._take(row, more).silent("continued")
        return Result("continued", interview_id=self.everybody[0].id)

    def _row(self, prompt: Shown) -> HeldInterview:
        return next(row for row in self.held if str(row.id) == prompt.interview)

    def _open(self) -> Sequence[HeldInterview]:
        return [row for row in self.held if row.status not in SETTLED]

    def _named_by_code(self, bound: Binding) -> HeldInterview | None:
        """Of several open interviews, the one whose code or name is all the text says; a number we asked for is no
        code."""
        waiting = self._open()
        if len(waiting) < 2 or (isinstance(bound, Bound) and self._asks_number(bound.shown)):
            return None
        said = binding.code_alone(self.turn.text.body)
        named = [row for row in waiting if said == row.code]
        if said and isinstance(self.reading.said, Unclear):  # by name, unless it answers what was asked
            named = named or [row for row in waiting if said == binding.code_alone(next_interview.name_of(row))]
        return named[0] if len(named) == 1 else None

    def _asks_number(self, prompt: Shown) -> bool:
        question = _form(self.turn, self._row(prompt)).question(prompt.question)
        return question is not None and question.kind == "integer"

    def _first_word(self) -> Result:
        """Nothing was shown that still waits: the next question of the one open interview, or which one is meant."""
        waiting = self._open()
        if len(waiting) > 1:
            return self._which()
        happening: Happening = Opening(CHANNEL, self.turn.source_id)
        if waiting and isinstance(self.reading.said, Spoken) and self.reading.said.word in ASKED_OF_US:
            happening = Heard(CHANNEL, self.turn.source_id, self.reading.said)
        return self._take(waiting[0] if waiting else self.held[-1], happening)

    def _which(self) -> Result:
        """Ask for the code of the organisation, and of the round where one organisation is asked in two."""
        waiting = self._open()
        names = [next_interview.name_of(row) for row in waiting]
        told = (f"{n} {row.round_code}" if names.count(n) > 1 else n for n, row in zip(names, waiting, strict=True))
        choices = ", ".join(f"{row.code} = {name}" for row, name in zip(waiting, told, strict=True))
        return notice(self.turn, "which", "text.which", self.held, choices=choices)

    def _take(self, row: HeldInterview, happening: Happening) -> Result:
        step = interviews.take(self.turn.work, self.turn.conn, row, happening, self.turn.phone)
        wishes.carry_out(self.turn.work, self.turn.conn, row, self.turn.phone.hash, step.effects)
        if isinstance(self.reading.said, Spoken) and step.interview.language == self.reading.said.about:
            interview_rows.speak(self.turn.conn, row.organisation_id, step.interview.language)
        form = form_of(self.turn.conn, step.interview.questionnaire)
        doubts = lists.doubts(self.several) if self.several else ()
        told = (*doubts, *step.effects)
        effects = [e for e in told if self.turn.sender.can_receive or not isinstance(e, Ask | Tell)]
        texts = texting.compose(form, effects, step.interview.language, self._context(row, step))
        return Result(
            outcome_of(step.effects, isinstance(happening, Opening)),
            " ".join(text.body for text in texts) or None,
            sum(text.segments for text in texts),
            interview_id=row.id,
            office_id=row.office_id,
            shown=self._shown_after(str(row.id), effects, form),
            understood=self._understood(step.effects),
        )

    def _understood(self, effects: Sequence[Effect]) -> bool:
        """Whether the input fits the question; a third failed try leaves the question open without another word."""
        if isinstance(self.reading.said, Spoken):
            return True
        return self.says_something and not any(isinstance(effect, UNFIT) for effect in effects)

    def _context(self, row: HeldInterview, step: Step) -> TextContext:
        return TextContext(
            office=row.office,
            contact=row.contact_number,
            accented=row.accented_texts,
            organisation=next_interview.name_of(row) if len(self.everybody) > 1 else "",
            further=next_interview.written_offer(row, self.everybody, step),
            asked=binding.asked_in_sitting(self.shown, str(row.id), self.turn.now),
        )

    def _shown_after(self, interview: str, effects: Sequence[Effect], form: Questionnaire) -> tuple[Shown, ...]:
        shown = self.shown
        if any(isinstance(effect, Ended | Finished) for effect in effects):
            shown = binding.forget(shown, interview)
        for effect in effects:
            question = form.question(effect.question) if isinstance(effect, Ask) else None
            if isinstance(effect, Ask) and question is not None:
                digest, now = self.reading.digest, self.turn.now
                lag = self.turn.sending(self.shown).lag
                prompt = Shown(interview, effect.question, effect.turn, question.number, now, digest, lag)
                shown = binding.remember(lists.remember_answers(self.several, effects, form, prompt, shown), prompt)
        return shown


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
