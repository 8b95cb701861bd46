"""What the cells of an online answer mean: a choice by its value or words, several of them, numbers, days, texts.

An option is taken with its marks, without them only if no other fits: "Dừa" is never "Dưa". It must not know rows,
columns nor whose answer it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from characters.matching import Names, contradicts
from files.cells import read_date
from files.columns import fold
from survey.form.questionnaire import Question
from survey.form.values import from_value

_MARKS: Mapping[str, bool] = {
    **dict.fromkeys(("1", "1.0", "true", "yes", "x", "co", "v", "✓", "✔"), True),
    **dict.fromkeys(("0", "0.0", "false", "no", "khong", "", "n/a"), False),
}
"""What stands in an option's own column → whether it was chosen."""


_MOST_WORDS, _MOST_WAYS = 60, 500
"""Words of a cell with several labels, and tries to tell them apart."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What a cell means: a canonical `value`; or none, and then `candidates` are the words it may stand for."""

    value: str | None
    candidates: tuple[str, ...] = ()


class Choices:
    """The choices of one question, to be found by what stands in a cell."""

    def __init__(self, question: Question) -> None:
        self.labels = {c.value: next(iter(c.label.values()), c.value) for c in question.choices}
        words = [(t, c.value) for c in question.choices for t in (*c.label.values(), *c.text.values())]
        named = [*((value, value) for value in self.labels), *words]
        self._words = Names(named)
        self._spoken = {c.value: tuple(c.label.values()) for c in question.choices}
        self._loose: dict[str, dict[str, None]] = {}
        for text, value in named:
            self._loose.setdefault(fold(text), {})[value] = None
        self._found: dict[str, Answered] = {}

    def find(self, cell: str) -> Answered:
        """By value; by words, with marks before without; by letters and figures alone where only one fits."""
        known = self._found.get(cell)
        if known is None:
            known = self._found[cell] = self._looked_up(cell)
        return known

    def _looked_up(self, cell: str) -> Answered:
        if cell in self.labels:
            return Answered(cell)
        loose = self._loose.get(fold(cell), {}) if fold(cell) else {}
        found = self._words.find(cell)
        fits: Sequence[str] = found.fits or tuple(loose)
        if len(fits) == 1 and (found.exact or not any(contradicts(cell, word) for word in self._spoken[fits[0]])):
            return Answered(fits[0])
        return Answered(None, tuple(self.labels[value] for value in fits))


def answered(question: Question, cell: str, choices: Choices) -> Answered:
    """What a cell means: choices by value or words (several with commas or semicolons between), days as dd/mm/yyyy or
    as a date cell, numbers, texts. `choices` are the question's. The engine judges it further."""
    if question.rules.chosen == "one":
        return choices.find(cell)
    if question.rules.chosen == "several":
        return _several(question, cell, choices)
    reader = _CELLS.get(question.kind)
    return Answered(from_value(question, cell) if reader is None else reader(cell))


def _day(cell: str) -> str | None:
    day = read_date(cell)
    return None if day is None else day.isoformat()


def _figures(cell: str) -> str | None:
    return cell if cell.isascii() and cell.isdigit() else None


_CELLS: Mapping[str, Callable[[str], str | None]] = {"date": _day, "integer": _figures}
"""Kinds whose cells are read in a way of their own; the others as their values are."""


def ticked(cell: str) -> bool | None:
    """Whether an option's own column says that it was chosen; None where it says neither."""
    return _MARKS.get(cell.casefold(), _MARKS.get(fold(cell)) if fold(cell) else None)


def _several(question: Question, cell: str, choices: Choices) -> Answered:
    """Values with spaces between, one label (it may have a comma of its own), or several with marks between."""
    if whole := from_value(question, cell):
        return Answered(whole)
    one = choices.find(cell)
    if one.value or one.candidates:
        return one
    parts = [choices.find(part.strip()) for part in re.split(r"[,;|\n]", cell) if part.strip()]
    doubtful = tuple(word for part in parts for word in part.candidates)
    if doubtful:
        return Answered(None, doubtful)
    if parts and all(part.value for part in parts):
        return Answered(from_value(question, " ".join(part.value or "" for part in parts)))
    return Answered(_side_by_side(question, choices, cell))


def _side_by_side(question: Question, choices: Choices, cell: str) -> str | None:
    """Labels with nothing but spaces between, as Kobo joins them: only if the words can be shared out in one way."""
    words = cell.split()
    ways: list[tuple[tuple[str, ...], int]] = [((), 0)]
    done: set[frozenset[str]] = set()
    for _ in range(_MOST_WAYS):
        if not ways or len(words) > _MOST_WORDS:
            break
        chosen, at = ways.pop()
        if at == len(words):
            done.add(frozenset(chosen))
            continue
        for end in range(at + 1, len(words) + 1):
            value = choices.find(" ".join(words[at:end])).value
            if value is not None and value not in chosen:
                ways.append(((*chosen, value), end))
    return from_value(question, " ".join(done.pop())) if len(done) == 1 and not ways else None
