"""Whether a sound form is ready for phones: texts within a part, sentences short enough to follow, length of the call.

Notices for whoever writes the form; none of them refuses it. It must not know how a call or a text is composed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from files.faults import FileFault
from files.look_alikes import look_alikes
from files.printed_options import look_alike
from ivr import length
from ivr.menus import BACK, LATER, NO_OPINION
from ivr.prompts import spoken_seconds
from sms.encoding import measure, plain
from survey.form.expressions import compile_expression
from survey.form.patterns import is_plain
from survey.form.questionnaire import Question, Questionnaire

OPTIONS_IN_MIND = 5
"""Options a listener can keep in mind (field practice); "no opinion" is not counted."""
HOUSE_KEYS = (BACK, LATER, NO_OPINION)
"""Keys that mean the same in every call, unless a choice of the form takes them away."""
LONGEST_SENTENCE = 12.0
"""Seconds one sentence may last (field practice)."""
LONGEST_CALL = 600.0
"""Seconds after which listeners give up [assumed]."""


@dataclass(frozen=True, slots=True)
class Readiness:
    """Seconds a call takes in each language when every question is asked and answered at once, and the notices."""

    seconds: dict[str, int]
    notices: tuple[FileFault, ...]


def readiness(form: Questionnaire) -> Readiness:
    """What to know of `form` before anybody is called or texted."""
    seconds = {language: length.seconds(form, language) for language in form.languages}
    notices = [notice for question in form.questions for notice in _notices(question, form.languages)]
    notices += [*look_alike(form), *look_alikes(form), *_patterns(form)]
    for language, spoken in seconds.items():
        if spoken > LONGEST_CALL:
            notices.append(_notice("form.call_long", "", language=language, seconds=spoken))
    return Readiness(seconds, tuple(notices))


def _notices(question: Question, languages: tuple[str, ...]) -> Iterator[FileFault]:
    options = sum(not choice.no_opinion for choice in question.choices)
    if options > OPTIONS_IN_MIND:
        yield _notice("form.many_choices", question.name, count=options, most=OPTIONS_IN_MIND)
    if question.numbered:
        yield _notice("form.numbered", question.name, count=len(question.choices))
    for choice in question.choices:
        if choice.key in HOUSE_KEYS and not choice.no_opinion and not question.numbered:
            yield _notice("form.key_taken", question.name, key=choice.key)
    if question.asked and not question.rules.in_calls:
        yield _notice("form.not_in_calls", question.name)
    for language in languages:
        spoken = round(spoken_seconds(question.label.get(language, "")))
        if spoken > LONGEST_SENTENCE:
            yield _notice("form.sentence_long", question.name, language=language, seconds=spoken)
        if not question.asked:
            continue
        segments = measure(_text(question, language)).segments
        if segments > 1:
            yield _notice("form.text_long", question.name, language=language, segments=segments)
        if not question.text.get(language):
            yield _notice("form.text_missing", question.name, language=language)


def _patterns(form: Questionnaire) -> Iterator[FileFault]:
    """Patterns of plain letters for an answer in words: no name with Vietnamese marks fits them."""
    for question in form.questions:
        if question.rules.is_free_text and question.constraint.strip():
            for pattern in compile_expression(question.constraint).patterns:
                if is_plain(pattern):
                    yield _notice("form.pattern_plain", question.name, pattern=pattern)


def _notice(code: str, question: str, **params: str | int) -> FileFault:
    return FileFault(code, params, "survey", value=question, suggestion=f"{code}.mend", weight="notice")


def _text(question: Question, language: str) -> str:
    """About what a text of this question says, without diacritics: number, words, options with their keys."""
    words = question.text.get(language) or question.label.get(language, "")
    options = (f"{c.key} {c.text.get(language) or c.label.get(language, '')}" for c in question.choices)
    return plain(" ".join((f"C{question.number}:" if question.number else "", words, *options)))
