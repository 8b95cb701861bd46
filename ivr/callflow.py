"""Turns the effects of one step of the interview into what the caller hears next: one script a step.

It must not decide anything about the interview (the engine did) nor know a carrier's document or the clock.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ivr.kinds import keyed_kind
from ivr.length import minutes
from ivr.menus import LATER, key_of, keys_for, takes_figures
from ivr.prompts import DEFAULT_VOICE, offer_language, say
from ivr.script import Dial, Gather, Hangup, Prompt, Redirect, Say, Script, Verb
from survey.engine import side_question_forms as asides
from survey.engine.effects import (
    AlreadyAnswered,
    Appointed,
    Ask,
    Connected,
    Consent,
    Doubtful,
    Echo,
    Effect,
    Ended,
    Far,
    Finished,
    GoneBack,
    LeftOpen,
    MayPause,
    NotAChoice,
    Noted,
    NothingBefore,
    OptedOut,
    OutOfRange,
    PersonAt,
    Resumed,
    Tell,
    Unheard,
    Wanted,
    Welcome,
    WrongPerson,
)
from survey.form.questionnaire import Choice, Question, Questionnaire, Words
from survey.form.values import shown
from survey.words import wording
from survey.words.languages import written


@dataclass(frozen=True, slots=True)
class CallContext:
    """What a script must know of the call and the round.

    `turn`: the dialogue turn that the next keys belong to. `office`: who calls, as spoken. `contact`: a number to
    check with, "" for none. `officer`: E.164 of the person to put through (`Wanted("transfer")`).
    `organisation`: named only where one phone serves several. `going_on`: this call was about another one before, so
    who rings and why was told. `given`: answers given in this call so far; with the
    first one the back key is told. `other`: a language that may be chosen by key before consent, "" for none.
    `paid`: the caller pays for this call, so that nothing says that it is free.
    """

    turn: int
    office: str
    contact: str = ""
    officer: str = ""
    organisation: str = ""
    going_on: bool = False
    voice: str = DEFAULT_VOICE
    given: int = 0
    other: str = ""
    paid: bool = False


def script_for(form: Questionnaire, effects: Sequence[Effect], language: str, call: CallContext) -> Script:
    """The script of one step. It takes keys for `call.turn`, or ends the call: a script never falls through.

    What answers a key (an echo, "yes", that a question is left) is spoken before keys are taken, so that a bouncing key
    cannot answer the next question; everything else may be interrupted by the answer.
    """
    teller = _Teller(form, effects, written(language), call, language)
    ask = next((effect for effect in effects if isinstance(effect, Ask)), None)
    before = tuple(teller.say_first())
    if Wanted("transfer") in effects:
        return Script((*before, *teller.say_other(), Dial(call.officer, call.turn)))
    question = None if ask is None else asides.question_of(form, ask.question)
    if ask is None or question is None:
        return Script((*before, *(teller.say_other() or teller.words("nothing_open")), Hangup()))
    prompts = (*teller.say_other(), *teller.back_key(question), *teller.question(question, ask.tries))
    keys = keys_for(question)
    gather = Gather(prompts, keys.num_digits, keys.timeout_s, keys.finish_on_key, call.turn)
    return Script((*before, gather, Redirect(call.turn)))


def offer(form: Questionnaire, before: Sequence[Verb], language: str, call: CallContext, amiss: str = "") -> Script:
    """When `call.organisation` is offered instead of the end of a call about another one; `before` is said first.

    `amiss`: the code of what went wrong when it was offered already, "" for nothing.
    """
    teller = _Teller(form, (), written(language), call, language)
    prompts = [
        *(teller.words(amiss, 1) if amiss else ()),
        *teller.words("next", organisation=call.organisation),
        *teller.options(asides.ASIDES[asides.NEXT]),
        *teller.words("aside.next"),
    ]
    keys = keys_for(asides.ASIDES[asides.NEXT])
    gather = Gather(tuple(prompts), keys.num_digits, keys.timeout_s, keys.finish_on_key, call.turn)
    return Script((*(verb for verb in before if not isinstance(verb, Hangup)), gather, Redirect(call.turn)))


def closing(code: str, language: str, voice: str = DEFAULT_VOICE) -> Script:
    """One sentence without parameters (apology, unknown_caller, nothing_open, opted_out …), then the end."""
    return Script((say(wording.say(code, written(language)), language, voice), Hangup()))


def _answers_key(effect: Effect) -> bool:
    return isinstance(effect, Echo | Noted | GoneBack | Consent | LeftOpen | AlreadyAnswered | PersonAt)


@dataclass(frozen=True, slots=True)
class _Teller:
    """Finds the words of one step; each sentence is a prompt of its own, so that it can be recorded once."""

    form: Questionnaire
    effects: Sequence[Effect]
    language: str
    """Of the words."""
    call: CallContext
    heard: str
    """The language they are spoken in, which may have no written words of its own."""

    def words(self, code: str, tries: int = 0, **params: object) -> list[Prompt]:
        return [*self._speak(wording.say(code, self.language, tries, **params))]

    def _speak(self, *texts: str) -> list[Say]:
        return [say(text, self.heard, self.call.voice) for text in texts if text]

    def _option(self, question: Question, choice: Choice) -> list[Prompt]:
        """Label and key in one sentence; in two where the form names a recording, which says the label only."""
        key = key_of(choice, question)
        code = "option.number" if question.numbered else "option"
        if choice.audio.get(self.heard):
            return [*self._label(choice), *self.words(f"{code}.key", key=wording.digits(key))]
        return self.words(code, label=self._of_form(choice.label), key=wording.digits(key))

    def options(self, question: Question) -> list[Prompt]:
        """Each choice before its key."""
        return [prompt for choice in question.choices for prompt in self._option(question, choice)]

    def _label(self, row: Question | Choice) -> list[Prompt]:
        """What a row of the form says, under the name that the form gives a recording of it."""
        said = self._speak(self._of_form(row.label))
        return [replace(prompt, audio=row.audio.get(self.heard, "")) for prompt in said]

    def _of_form(self, words: Words) -> str:
        return words.get(self.language) or words.get(self.form.default_language, "")

    def say_first(self) -> list[Prompt]:
        """What answers the key just pressed."""
        return self._prompts_of(e for e in self.effects if _answers_key(e))

    def say_other(self) -> list[Prompt]:
        """Everything else but the question itself, in the engine's order."""
        return self._prompts_of(e for e in self.effects if not isinstance(e, Ask) and not _answers_key(e))

    def _prompts_of(self, effects: Iterable[Effect]) -> list[Prompt]:
        return [prompt for effect in effects for prompt in _SPOKEN[type(effect)](self, effect)]

    def back_key(self, question: Question) -> list[Prompt]:
        """How to mend a slip, told with the first echo of a call; where figures are keyed, 7 alone is a figure."""
        first = self.call.given == 1 and any(isinstance(effect, Echo) for effect in self.effects)
        if not first or asides.is_aside(question.name):
            return []
        return self.words("key.back.number" if takes_figures(question) else "key.back")

    def question(self, question: Question, tries: int) -> list[Prompt]:
        """The question, its options before their keys; how to go on later, to repeat and to reach a person when that
        is new or needed."""
        prompts = self._label(question)
        if asides.is_aside(question.name):
            prompts = self.words(f"aside{question.name}")
        prompts += self._speak(self._of_form(question.hint))
        prompts += self.options(question)
        if question.rules.hint and question.rules.in_calls:
            prompts += self.words(question.rules.hint)
        if question.numbered:
            prompts += self.words("numbered")
        prompts += [] if question.required else self.words("optional")
        opening = any(isinstance(effect, Welcome | Resumed) for effect in self.effects)
        if (opening or tries > 1) and (question.numbered or question.choice_for_key(LATER) is None):
            prompts += self.words("key.later.number" if takes_figures(question) else "key.later")
        if opening or tries:
            prompts += self.words("key.repeat")
            prompts += self.words("key.person") if question.choices else []
        if question.role == "consent" and not tries and Welcome() in self.effects:
            prompts += self.words("key.not_me")
        return prompts

    def welcome(self, _: Welcome) -> list[Prompt]:
        contact = self.call.contact
        if self.call.going_on:
            return self._about()
        return [
            *self.words("opening.who", office=self.call.office),
            *self._other_language(),
            *self.words("opening.why"),
            *self._about(),
            *self.words(
                "opening.length.paid" if self.call.paid else "opening.length", minutes=minutes(self.form, self.language)
            ),
            *self.words("opening.private"),
            *(self.words("opening.check", contact=wording.digits(contact)) if contact else []),
        ]

    def _other_language(self) -> list[Prompt]:
        """Said in the language that is offered: who needs it may understand no other."""
        return [offer_language(self.call.other, self.call.voice)] if self.call.other else []

    def resumed(self, _: Resumed) -> list[Prompt]:
        """One sentence and no more: the very next question follows."""
        if self.call.going_on:
            return self._about()
        code = "resumed.about" if self.call.organisation else "resumed"
        code = f"{code}.paid" if self.call.paid else code
        return self.words(code, office=self.call.office, organisation=self.call.organisation)

    def _about(self) -> list[Prompt]:
        return self.words("about", organisation=self.call.organisation) if self.call.organisation else []

    def tell(self, effect: Tell) -> list[Prompt]:
        note = self.form.question(effect.question)
        return [*self._label(note), *self._speak(self._of_form(note.hint))] if note else []

    def echo(self, effect: Echo) -> list[Prompt]:
        question = self.form.question(effect.question)
        if question is None:
            return []
        told = self.words("listed", number=question.number) if effect.listed and question.number is not None else []
        if not question.choices:
            return [
                *told,
                *self.words("keyed"),
                *self._speak(*keyed_kind(question).read_back(effect.value, self.language)),
            ]
        answers = (shown(question, value, self.language, self.form.default_language) for value in effect.value.split())
        return told + [prompt for answer in answers for prompt in self.words("echo", answer=answer)]

    def not_a_choice(self, effect: NotAChoice) -> list[Prompt]:
        question = asides.question_of(self.form, effect.question)
        wrong = question.rules.wrong if question is not None and question.rules.in_calls else "wrong_key"
        return self.words(wrong, effect.tries)

    def out_of_range(self, effect: OutOfRange) -> list[Prompt]:
        """The form's own words when it has some; they may say which numbers are possible."""
        question = self.form.question(effect.question)
        own = self._of_form(question.constraint_message) if question else ""
        return [*self._speak(own)] or self.words("out_of_range", effect.tries)

    def left_open(self, effect: LeftOpen) -> list[Prompt]:
        return self.words("left_open" if effect.comes_back else "left_open.last")

    def ended(self, effect: Ended) -> list[Prompt]:
        return self.words("thanks" if effect.ending == "complete" else effect.ending)

    def wanted(self, effect: Wanted) -> list[Prompt]:
        return self.words(f"wanted.{effect.what}")


_SPOKEN: Mapping[type[Effect], Callable[[_Teller, Any], list[Prompt]]] = {
    Welcome: _Teller.welcome,
    Resumed: _Teller.resumed,
    Tell: _Teller.tell,
    Echo: _Teller.echo,
    Unheard: lambda teller, effect: teller.words("unheard", effect.tries),
    NotAChoice: _Teller.not_a_choice,
    OutOfRange: _Teller.out_of_range,
    Doubtful: lambda teller, _: teller.words("doubtful"),
    LeftOpen: _Teller.left_open,
    AlreadyAnswered: lambda teller, _: teller.words("already_answered"),
    Ended: _Teller.ended,
    Finished: lambda teller, _: teller.words("finished"),
    Wanted: _Teller.wanted,
    Appointed: lambda teller, effect: teller.words(f"appointed.{effect.when}"),
    PersonAt: lambda teller, effect: teller.words(f"person_at.{effect.when}"),
    Connected: lambda teller, effect: teller.words("connected" if effect.done else "unconnected"),
    WrongPerson: lambda teller, effect: teller.words(f"wrong_person.{effect.why}"),
    OptedOut: lambda teller, _: teller.words("opted_out"),
    Noted: lambda teller, _: teller.words("noted"),
    GoneBack: lambda teller, _: teller.words("gone_back"),
    NothingBefore: lambda teller, _: teller.words("nothing_before"),
    Far: lambda teller, _: teller.words("far"),
    MayPause: lambda teller, _: teller.words("may_pause"),
    Consent: lambda teller, effect: teller.words("consented") if effect.given else [],
}
