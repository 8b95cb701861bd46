"""A questionnaire made ready to be asked: order, notes, compiled branching, and how a said value is judged.

Made once per form and kept; it must not know an interview's course, only answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from survey.answers import Answer
from survey.expressions import Expression, ExpressionFault, compile_expression
from survey.questionnaire import Question, Questionnaire

MAX_DIGITS = 12
"""Digits of a whole number; a phone keypad slip makes longer ones, and larger figures are not asked for."""


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """One question at its place in the form, with its compiled expressions (None: always true)."""

    at: int
    name: str
    question: Question
    relevant: Expression | None
    constraint: Expression | None


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """The form in asking order: `items` want an answer, `notes` are told on the way, others look at `branching`."""

    items: tuple[Item, ...]
    notes: tuple[Item, ...]
    by_name: Mapping[str, Item]
    conditional: tuple[Item, ...]
    branching: frozenset[str]
    consent: Item | None

    def notes_between(self, after: int, before: int, answers: Mapping[str, Answer]) -> Iterator[str]:
        """Names of the notes to tell when going from place `after` to place `before` in the form."""
        for note in self.notes:
            if after < note.at < before and is_relevant(note, answers):
                yield note.name

    def place_before(self, at: int) -> int:
        """The place of the last question that stands before `at`; -1 when there is none."""
        return max((item.at for item in self.items if item.at < at), default=-1)


@lru_cache(maxsize=256)
def plan_of(form: Questionnaire) -> Plan:
    """The plan of `form`, made once per process. An expression that does not compile counts as always true:
    publishing refuses such forms, and an interview under way must not stop for one."""
    rows = [
        Item(at, question.name, question, _compiled(question.relevant), _compiled(question.constraint))
        for at, question in enumerate(form.questions)
    ]
    items = tuple(row for row in rows if row.question.kind != "note")
    conditional = tuple(item for item in items if item.relevant is not None)
    return Plan(
        items=items,
        notes=tuple(row for row in rows if row.question.kind == "note"),
        by_name={item.name: item for item in items},
        conditional=conditional,
        branching=frozenset().union(*(s.relevant.references for s in conditional if s.relevant is not None)),
        consent=next((item for item in items if item.question.role == "consent"), None),
    )


def _compiled(text: str) -> Expression | None:
    try:
        return compile_expression(text) if text.strip() else None
    except ExpressionFault:
        return None


def is_relevant(item: Item, answers: Mapping[str, Answer]) -> bool:
    """Whether `item` applies to somebody with these answers."""
    return item.relevant is None or item.relevant.holds(answers)


@dataclass(frozen=True, slots=True)
class Invalid:
    """Why a value cannot be stored: `not_a_choice` or `out_of_range`."""

    code: str


def judge_key(item: Item, digits: str, answers: Mapping[str, Answer]) -> str | Invalid:
    """The value that `digits` (a choice's key, or a whole number) stands for, or why it stands for none."""
    if item.question.kind == "integer":
        return judge_value(item, digits, answers)
    choice = item.question.choice_for_key(digits)
    return Invalid("not_a_choice") if choice is None else _constrained(item, choice.value, answers)


def judge_value(item: Item, value: str, answers: Mapping[str, Answer]) -> str | Invalid:
    """The stored form of `value` (a choice's value, or a whole number without leading zeros), or why there is none."""
    if item.question.kind == "integer":
        if not (value.isascii() and value.isdigit()):
            return Invalid("not_a_choice")
        if len(value) > MAX_DIGITS:
            return Invalid("out_of_range")
        return _constrained(item, str(int(value)), answers)
    if item.question.choice(value) is None:
        return Invalid("not_a_choice")
    return _constrained(item, value, answers)


def _constrained(item: Item, value: str, answers: Mapping[str, Answer]) -> str | Invalid:
    if item.constraint is None or item.constraint.holds(answers, value):
        return value
    return Invalid("out_of_range")
