"""Every sentence a call about one form can speak, in the order of a call: what a narrator has to record.

Found by letting `ivr.callflow` speak every effect the engine has; numbers that people key in are told figure by figure,
so that they can be recorded too. It must not know files or recordings.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import get_args

from ivr.callflow import CallContext, closing, script_for
from ivr.kinds import keyed_kind
from ivr.prompts import offer_language, prompt_id, spoken_seconds
from ivr.script import Say, Script
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
from survey.form.questionnaire import Question, Questionnaire
from survey.words.languages import BY_EAR

CLOSINGS = ("apology", "unknown_caller", "nothing_open", "opted_out")
TRIES = (1, 2)
"""Tries whose words differ; after the third the question is left open."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence to record: its id for `voice`, where it is heard first, its words, about how long it takes."""

    id: str
    where: str
    language: str
    voice: str
    text: str
    seconds: float
    audio: str = ""
    """The file name that the form itself gives the recording; "" for none."""


def sentences(form: Questionnaire, language: str, voice: str, contexts: Sequence[CallContext]) -> list[Sentence]:
    """Each sentence once, where it is heard first. `contexts`: one for each office whose calls are to be recorded."""
    found: dict[str, Sentence] = {}
    for where, script in _scripts(form, language, contexts):
        for said in script.prompts():
            if isinstance(said, Say) and said.language == language:
                name = prompt_id(said.text, language, voice)
                sentence = Sentence(
                    name, where, language, voice, said.text, round(spoken_seconds(said.text), 1), said.audio
                )
                found.setdefault(name, sentence)
    return list(found.values())


def _scripts(form: Questionnaire, language: str, contexts: Sequence[CallContext]) -> Iterator[tuple[str, Script]]:
    for context in contexts:
        for where, effects in spoken_effects(form):
            yield where, script_for(form, effects, language, replace(context, given=1))
        for where, greeting in (("opening", Welcome()), ("resumed", Resumed())):
            yield where, script_for(form, (greeting,), language, replace(context, paid=True))
    if language in BY_EAR.keys() | set(BY_EAR.values()):
        yield "language", Script((offer_language(language),))
    for code in CLOSINGS:
        yield code, closing(code, language)


def spoken_effects(form: Questionnaire) -> Iterator[tuple[str, tuple[Effect, ...]]]:
    """All that the engine can want spoken about `form`, with a word for where it is heard."""
    yield "opening", (Welcome(),)
    yield "resumed", (Resumed(),)
    for question in form.questions:
        yield from ((question.name, (effect,)) for effect in _about(question))
        if question.asked and question.rules.in_calls:
            yield question.name, (Ask(question.name, 1), Welcome(), Resumed(), _echo(question))
    yield from (("amiss", (Unheard(tries),)) for tries in TRIES)
    yield "amiss", (Doubtful("words"),)
    for what in ("person", "call", "help", "later", "transfer"):
        yield what, (Wanted(what),)
    yield from (("person", (Connected(done),)) for done in (True, False))
    yield from (("person", (PersonAt(when, ""),)) for when in get_args(asides.Visit))
    yield from (("between", (effect,)) for effect in (Noted(), GoneBack(), NothingBefore(), MayPause()))
    for name in asides.ASIDES:
        yield "between", (Ask(name, 1),)
        yield from (("between", (NotAChoice(name, tries),)) for tries in TRIES)
    yield from (("later", (Appointed(when, ""),)) for when in get_args(asides.When))
    yield "later", (OptedOut(),)
    yield from (("opening", (WrongPerson(why),)) for why in ("wrong_number", "left_office"))
    yield from (("end", (Ended(ending),)) for ending in ("complete", "partial", "refused"))
    yield "end", (Finished(),)


def _about(question: Question) -> Iterator[Effect]:
    name = question.name
    if question.kind == "note":
        yield Tell(name)
    if not question.asked or not question.rules.in_calls:  # worked out, or left to texts and staff: never heard
        return
    yield Ask(name, 1)
    yield from (Echo(name, choice.value) for choice in question.choices)
    yield replace(_echo(question), listed=True)
    yield from (Consent(True), *_every_keyed(question))
    for tries in TRIES:
        yield NotAChoice(name, tries)
        yield OutOfRange(name, tries)
    yield from (LeftOpen(name), LeftOpen(name, comes_back=False), AlreadyAnswered(name))


def _echo(question: Question) -> Echo:
    return Echo(question.name, question.choices[0].value if question.choices else keyed_kind(question).samples[0])


def _every_keyed(question: Question) -> Iterator[Effect]:
    """All that can be read back of what is keyed in figures."""
    if question.rules.takes_figures:
        yield Far(question.name)
        yield from (Echo(question.name, value) for value in keyed_kind(question).samples)
