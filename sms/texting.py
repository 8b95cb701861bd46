"""Turns the effects of one step of the interview into the text a person gets: one step, one text, within its budget.

It must not decide anything about the interview (the engine did) nor know a carrier, a clock or who gets the text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeGuard

from sms import encoding
from sms.encoding import Encoding
from survey.engine import effects as off
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
    Resumed,
    Tell,
    Unheard,
    Wanted,
    Welcome,
)
from survey.form.questionnaire import Choice, Question, Questionnaire, Words
from survey.form.values import shown
from survey.words import languages, wording


@dataclass(frozen=True, slots=True)
class TextContext:
    """What a text must know of the round.

    `office`: who writes, as short as may be. `contact`: a number to check and ask with. `accented`: the round asked
    for diacritics (70 characters a segment). `organisation`: named only where one phone serves several.
    `further`: said after the thanks. `segments`: the budget of one text. `asked`: questions in the sitting so far.
    """

    office: str
    contact: str = ""
    accented: bool = False
    organisation: str = ""
    further: str = ""
    segments: int = 1
    asked: int = 0


SITTING = 5
"""Questions in one sitting by text after which going on by call is offered (field practice)."""


@dataclass(frozen=True, slots=True)
class Text:
    """A text ready to leave, and what it takes."""

    body: str
    encoding: Encoding
    segments: int


def compose(form: Questionnaire, effects: Sequence[Effect], language: str, context: TextContext) -> list[Text]:
    """The text of one step; none when there is nothing to say.

    Over budget, briefer words are tried (`text.….brief`, figures for the words of several answers); then the echo is
    dropped first, then courtesies. Question and options always stay together in one text: where the form itself is
    too long, the text takes more segments, and says so.
    """
    writer = _Writer(form, effects, languages.written(language), context)
    if not (pieces := writer.pieces()):
        return []
    written: list[Text] = []
    for text in _versions(pieces, replace(writer, brief=True), context):
        if text.segments <= context.segments:
            return [text]
        written.append(text)
    return [min(written, key=lambda text: text.segments)]


def _versions(pieces: Sequence[_Piece], brief: _Writer, context: TextContext) -> Iterator[Text]:
    """The same said in fewer and fewer words: in full, briefly, and both without what may go."""
    shorter: Sequence[_Piece] = ()
    options = brief.options()
    for without in ((_OFFER, _ECHO), (_COURTESY,), (_NEEDED,)):
        for least in without:
            yield _text(_joined([piece for piece in pieces if piece.rank >= least] or pieces), context, options)
        shorter = shorter or brief.pieces()
        kept = [piece for piece in shorter if piece.rank >= without[-1]]
        yield _text(_joined(kept or shorter), context, options)


def notice(code: str, language: str, context: TextContext, **params: object) -> Text:
    """A text outside the interview: `text.opted_out`, `text.held`, `text.announcement`, `text.reminder` and others.

    Raises KeyError for an unknown code or a missing parameter.
    """
    known = {name: getattr(context, name) for name in ("office", "contact", "organisation")}
    return _text(wording.say(code, language, 0, **{**known, **params}), context)


def question_count(form: Questionnaire) -> int:
    """How many numbered questions a person may be asked at most."""
    return sum(question.number is not None for question in form.questions)


def _question_name(form: Questionnaire, question: str | None) -> str:
    """The number a person knows a question by; what is no question of the form stands for itself."""
    found = form.question(question or "")
    return str(question) if found is None else f"C{found.number}"


def _numbered_answer(form: Questionnaire, echo: Echo, language: str, *, brief: bool) -> str:
    """One stored answer with its question's number: in words, or as the key that was texted (`brief`)."""
    question = form.question(echo.question)
    if question is None:
        return ""
    if brief and question.choices:
        chosen = (question.choice(value) for value in echo.value.split())
        return f"{_question_name(form, echo.question)}={''.join(choice.key for choice in chosen if choice is not None)}"
    words = shown(question, echo.value, language, form.default_language, written=True)
    return f"{_question_name(form, echo.question)}: {words}"


def _is_read_back(effect: Effect) -> bool:
    """Whether it reads back several answers that are not stored yet."""
    return isinstance(effect, Doubtful) and effect.code == "in_order"


def _is_doubt(effect: Effect) -> TypeGuard[Doubtful]:
    """Whether it doubts one answer of several."""
    return isinstance(effect, Doubtful) and effect.question is not None


_OFFER, _ECHO, _COURTESY, _NEEDED = range(4)


@dataclass(frozen=True, slots=True)
class _Piece:
    rank: int
    words: str


def _joined(pieces: Sequence[_Piece]) -> str:
    return " ".join(piece.words for piece in pieces if piece.words)


def _text(words: str, context: TextContext, options: Sequence[str] = ()) -> Text:
    letters = (lambda text: text) if context.accented else encoding.plain
    body = encoding.unsplit(" ".join(letters(words).split()), [letters(option) for option in options])
    measure = encoding.measure(body)
    return Text(body, measure.encoding, measure.segments)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Finds the words of one step, piece by piece, each with its rank in a text that gets too long."""

    form: Questionnaire
    effects: Sequence[Effect]
    language: str
    context: TextContext
    brief: bool = False

    def pieces(self) -> list[_Piece]:
        """Echo first, as it answers what the person just wrote; the question last, as it waits for an answer."""
        ordered = sorted(self.effects, key=lambda e: (isinstance(e, Ask), not isinstance(e, Echo)))
        if self._is_list():
            ordered = [effect for effect in ordered if not isinstance(effect, Echo | AlreadyAnswered)]
        written = [_Piece(self._rank(e), _WRITTEN[type(e)](self, e)) for e in ordered if not _is_doubt(e)]
        pieces = (*self._answer_list(), *written[:-1], *self._offer(), *written[-1:])
        return [piece for piece in dict.fromkeys(pieces) if piece.words]  # the same words once

    def _is_list(self) -> bool:
        """Whether several questions were answered, so that each is told with its number."""
        return sum(isinstance(e, Echo | AlreadyAnswered) or _is_doubt(e) for e in self.effects) > 1

    def _answer_list(self) -> Iterator[_Piece]:
        """What was understood of several answers in one text, what was there before, and what is in doubt."""
        kept = [effect for effect in self.effects if isinstance(effect, Echo)]
        if self._is_list() and kept:
            told = (_numbered_answer(self.form, echo, self.language, brief=self.brief) for echo in kept)
            yield _Piece(_NEEDED, self.words("echo", answer=", ".join(told)))
        before = [effect for effect in self.effects if isinstance(effect, AlreadyAnswered)]
        doubts = [effect for effect in self.effects if _is_doubt(effect)]
        for code, found in (("answered_before", before if self._is_list() else ()), ("doubtful_list", doubts)):
            numbers = dict.fromkeys(_question_name(self.form, effect.question) for effect in found)
            if numbers:
                yield _Piece(_NEEDED, self.words(code, understood=", ".join(numbers)))

    def _offer(self) -> Iterator[_Piece]:
        """After some questions by text, the rest may be had by call."""
        if self.context.asked >= SITTING and isinstance(self.effects[-1], Ask):
            first = self.context.asked == SITTING  # once it goes before the echo, later only where there is room
            yield _Piece(_COURTESY if first else _OFFER, self.words("may_call"))

    def _rank(self, effect: Effect) -> int:
        """Help is long, and so are several answers read back; the question still stands on the phone."""
        if isinstance(effect, Ask) and any(e == Wanted("help") or _is_read_back(e) for e in self.effects):
            return _COURTESY
        return _RANKS.get(type(effect), _NEEDED)

    def words(self, code: str, tries: int = 0, **params: object) -> str:
        brief = f"text.{code}.brief"
        known = self.brief and brief in wording.WORDS
        return wording.say(brief if known else f"text.{code}", self.language, tries, **params)

    def _of_form(self, words: Words) -> str:
        return words.get(self.language) or words.get(self.form.default_language, "")

    def _written(self, row: Question | Choice) -> str:
        """The form's wording for texts where it has one, else what is spoken."""
        return self._of_form(row.text) or self._of_form(row.label)

    def welcome(self, _: Welcome) -> str:
        count = question_count(self.form)
        invitation = self.words("invitation", office=self.context.office, questions=count, contact=self.context.contact)
        return f"{invitation}. {self._about()}"

    def resumed(self, _: Resumed) -> str:
        return f"{self.words('resumed', office=self.context.office)} {self._about()}".strip()

    def _about(self) -> str:
        organisation = self.context.organisation
        return self.words("about", organisation=organisation) if organisation else ""

    def tell(self, effect: Tell) -> str:
        note = self.form.question(effect.question)
        return self._written(note) if note else ""

    def ask(self, effect: Ask) -> str:
        question = self.form.question(effect.question)
        if question is None:
            return ""
        asked = self._written(question)
        if question.number is not None:
            asked = self.words("question", number=question.number, question=asked)
        optional = "" if question.required else self.words("optional")
        return " ".join(part for part in (asked, self._options(question), optional) if part)

    def _options(self, question: Question) -> str:
        """The choices; how to write another answer, unless the form's own wording for texts says so."""
        options = self._choices(question)
        how = question.rules.hint
        hint = self.words(how) if how and not self._of_form(question.text) else ""
        return " ".join(part for part in (", ".join(options), hint) if part)

    def _choices(self, question: Question) -> list[str]:
        return [self.words("option", key=c.key, label=self._written(c)) for c in question.choices]

    def options(self) -> list[str]:
        """The options of the questions that are asked, as they are written."""
        asked = (self.form.question(effect.question) for effect in self.effects if isinstance(effect, Ask))
        return [option for question in asked if question is not None for option in self._choices(question)]

    def echo(self, effect: Echo) -> str:
        """What was stored; a free text is not sent back, it may be long and it is still on the phone."""
        question = self.form.question(effect.question)
        if question is None or question.rules.is_free_text:
            return ""
        answer = shown(question, effect.value, self.language, self.form.default_language, written=True)
        return self.words("echo", answer=answer)

    def not_a_choice(self, effect: NotAChoice) -> str:
        question = self.form.question(effect.question)
        return self.words("wrong_key" if question is None else question.rules.wrong, effect.tries)

    def out_of_range(self, effect: OutOfRange) -> str:
        question = self.form.question(effect.question)
        own = self._of_form(question.constraint_message) if question else ""
        return own or self.words("out_of_range", effect.tries)

    def doubtful(self, effect: Doubtful) -> str:
        if effect.code == "unknown_number":
            return self.words("unknown_question", number=effect.understood.removeprefix("C"))
        if effect.code == "two_interviews":
            about = self.context.organisation or self._of_form(self.form.title)
            return self.words("two_interviews", organisation=about)
        code = "words" if effect.code == "homograph" and not effect.understood else effect.code
        known = f"doubtful.{code}"
        return self.words(known if f"text.{known}" in wording.WORDS else "doubtful", understood=effect.understood)

    def left_open(self, effect: LeftOpen) -> str:
        return self.words("left_open" if effect.comes_back else "left_open.last")

    def ended(self, effect: Ended) -> str:
        complete = f"{self.words('thanks')} {self.context.further}".strip()
        return complete if effect.ending == "complete" else self.words(effect.ending)

    def wanted(self, effect: Wanted) -> str:
        if effect.what == "help":
            return self.words("wanted.help", office=self.context.office, contact=self.context.contact)
        return self.words(f"wanted.{effect.what}")


_WRITTEN: Mapping[type[Effect], Callable[[_Writer, Any], str]] = {
    Welcome: _Writer.welcome,
    Resumed: _Writer.resumed,
    Tell: _Writer.tell,
    Ask: _Writer.ask,
    Echo: _Writer.echo,
    Unheard: lambda writer, effect: writer.words("unheard", effect.tries),
    NotAChoice: _Writer.not_a_choice,
    OutOfRange: _Writer.out_of_range,
    Doubtful: _Writer.doubtful,
    LeftOpen: _Writer.left_open,
    AlreadyAnswered: lambda writer, _: writer.words("already_answered"),
    Ended: _Writer.ended,
    Finished: lambda writer, _: writer.words("finished"),
    Wanted: _Writer.wanted,
    off.GoneBack: lambda writer, _: writer.words("gone_back"),
    off.NothingBefore: lambda writer, _: writer.words("nothing_before"),
    **dict.fromkeys((Consent, off.Appointed, off.OptedOut, off.WrongPerson), lambda *_: ""),
    **dict.fromkeys((off.Noted, off.Far, off.MayPause, off.PersonAt, off.Connected), lambda *_: ""),
}

_RANKS: Mapping[type[Effect], int] = {
    Echo: _ECHO,
    LeftOpen: _COURTESY,
    AlreadyAnswered: _COURTESY,
    **dict.fromkeys((Resumed, off.GoneBack), _COURTESY),
}
