"""Which question of a form a column's heading means: by name, by words, by number; in groups; an option's own column.

A name decides before words, words with their marks before words without; where two questions fit, neither is taken.
It must not know rows, nor what else a file has columns for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from characters.cleaning import clean
from characters.matching import Names
from files.columns import fold
from survey.form.questionnaire import Question, Questionnaire

_NUMBERED = re.compile(r"(?:(?:c|cau|cau hoi|cau so|q|question) ?)?(\d{1,2})(?: (.+))?")
_SEPARATOR = re.compile(r"[/:.-]")
"""Between a group and a question: Kobo writes `/`, ODK Central `-`, others `:` or `.`."""


@dataclass(frozen=True, slots=True)
class Place:
    """What a heading means in a form: a question, or (`option`: its value) one choice of a question with several."""

    question: str
    option: str = ""


@dataclass(frozen=True, slots=True)
class Doubt:
    """Names of the questions that a heading may mean."""

    questions: tuple[str, ...]


def tails(heading: str) -> Iterator[str]:
    """The heading, then what stands behind each separator of it: `a/b-c`, `b-c`, `c`."""
    yield heading
    for found in _SEPARATOR.finditer(heading):
        if heading[found.end() :]:
            yield heading[found.end() :]


class Headings:
    """The questions of one form, to be found by headings."""

    def __init__(self, form: Questionnaire, *, names_only: bool = False) -> None:
        """`names_only`: a heading is a question's name and nothing else, as in the files that Alo writes."""
        self._names_only = names_only
        self._asked = {question.name: question for question in form.questions if question.asked}
        words = [(text, q.name) for q in self._asked.values() for text in (*q.label.values(), *q.text.values())]
        self._words = Names([*((name, name) for name in self._asked), *words])
        self._loose = _loose([*((name, name) for name in self._asked), *words])
        self._numbers = {q.number: q.name for q in self._asked.values() if q.number is not None}
        self._options = {q.name: _options(q) for q in self._asked.values() if q.rules.chosen == "several"}

    def find(self, heading: str) -> Place | Doubt | None:
        """What the heading means; None for nothing of this form."""
        said = clean(heading)
        if said in self._asked:
            return Place(said)
        if self._names_only:
            return None
        named = self._option(said) or self._by_name(said)
        if named or list(tails(said))[-1].startswith("_"):  # what a system adds is no question by its letters alone
            return named
        return self._by_words(said)

    def is_exact(self, heading: str) -> bool:
        """Whether the heading is a question's name (in a group or not) or its very words, marks and all."""
        said = clean(heading)
        return any(tail in self._asked for tail in tails(said)) or self._words.find(said).exact

    def _by_name(self, heading: str) -> Place | None:
        return next((Place(tail) for tail in tails(heading) if tail in self._asked), None)

    def _option(self, heading: str) -> Place | None:
        """`group/question/option`, by names or by labels."""
        for found in _SEPARATOR.finditer(heading):
            before, behind = heading[: found.start()], heading[found.end() :]
            place = self._by_name(before) or (self._by_words(before) if found[0] == "/" else None)
            options = self._options.get(place.question) if isinstance(place, Place) else None
            option = options.find(behind).only if options is not None else None
            if isinstance(place, Place) and option:
                return Place(place.question, option)
        return None

    def _by_words(self, heading: str) -> Place | Doubt | None:
        for tail in (heading, *(part for part in tails(heading) if heading.removesuffix(part).endswith("/"))):
            found = self._words.find(tail)
            fits = found.fits or tuple(dict.fromkeys((*self._by_number(tail), *self._loose.get(fold(tail), ()))))
            if fits:
                return Place(fits[0]) if len(fits) == 1 else Doubt(fits)
        return None

    def _by_number(self, heading: str) -> tuple[str, ...]:
        """`C3`, `Câu 3`; with the question's words behind it, number and words must agree."""
        found = _NUMBERED.fullmatch(fold(heading))
        if found is None or (found[2] is None and found[0].isdigit()):
            return ()
        numbered = self._numbers.get(int(found[1]), "")
        if found[2] is None:
            return (numbered,) if numbered else ()
        worded = self._loose.get(found[2], ())
        return tuple(dict.fromkeys((numbered, *worded))) if numbered and worded else worded


def _loose(pairs: list[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    """Names by their letters and figures alone: the last resort, where only one fits."""
    found: dict[str, dict[str, None]] = {}
    for text, name in pairs:
        if fold(text):
            found.setdefault(fold(text), {})[name] = None
    return {text: tuple(names) for text, names in found.items()}


def _options(question: Question) -> Names[str]:
    words = ((text, c.value) for c in question.choices for text in (*c.label.values(), *c.text.values()))
    return Names([*((c.value, c.value) for c in question.choices), *words])
