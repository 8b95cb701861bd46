"""A questionnaire made ready to be asked: order, notes, compiled branching, and how a said value is judged.

Made once per form and kept; it must not know an interview's course, only answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from survey.answers import Answer
from survey.form.expressions import Expression, ExpressionFault, compile_expression
from survey.form.kinds import MAX_TEXT
from survey.form.questionnaire import Question, Questionnaire
from survey.form.values import from_keys, from_value
from survey.form.xpath import string


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """One question at its place in the form, with its compiled expressions (None: always true)."""

    at: int
    name: str
    question: Question
    relevant: Expression | None
    constraint: Expression | None
    calculation: Expression | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """The form in asking order: `items` want an answer, `notes` are told on the way, others look at `branching`.

    `settled` are the rows that an answer may change without being asked: conditional ones and calculated ones.
    """

    items: tuple[Item, ...]
    spoken: tuple[Item, ...]
    """Those of `items` that a call can ask: what no key can say is left to others."""
    notes: tuple[Item, ...]
    by_name: Mapping[str, Item]
    settled: tuple[Item, ...]
    branching: frozenset[str]
    dated: bool
    """Whether an expression looks at `today()`."""
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
        Item(at, q.name, q, _compiled(q.relevant), _compiled(q.constraint), _compiled(q.calculation))
        for at, q in enumerate(form.questions)
    ]
    items = tuple(row for row in rows if row.question.asked)
    settled = tuple(row for row in rows if row.calculation or (row.question.asked and row.relevant))
    by_name = {row.name: row for row in rows if row.question.asked}
    calculations = [row.calculation for row in settled if row.calculation is not None]
    looked_at = [e.references for e in (*calculations, *(row.relevant for row in settled)) if e is not None]
    if not all(calculation.references for calculation in calculations):  # a constant is there from the first answer on
        looked_at.append(frozenset(by_name))
    return Plan(
        items=items,
        spoken=tuple(item for item in items if item.question.rules.in_calls),
        notes=tuple(row for row in rows if row.question.kind == "note"),
        by_name=by_name,
        settled=settled,
        branching=frozenset().union(*looked_at),
        dated=any(e.uses_today for row in rows for e in (row.constraint, row.calculation) if e is not None),
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


def judge_key(item: Item, keys: str, answers: Mapping[str, Answer], today: str = "") -> str | Invalid:
    """The value that `keys` stand for (see `survey.form.values.from_keys`), or why it stands for none."""
    return _judged(item, keys, from_keys(item.question, keys), answers, today)


def judge_value(item: Item, value: str, answers: Mapping[str, Answer], today: str = "") -> str | Invalid:
    """The canonical form of `value` (`survey.form.values.from_value`), or why there is none. `today`: yyyy-mm-dd."""
    return _judged(item, value, from_value(item.question, value), answers, today)


def _judged(item: Item, given: str, value: str | None, answers: Mapping[str, Answer], today: str) -> str | Invalid:
    if value is None:
        return Invalid("out_of_range" if item.question.rules.is_too_long(given) else "not_a_choice")
    if item.constraint is None or item.constraint.holds(answers, value, today):
        return value
    return Invalid("out_of_range")


def calculated(item: Item, answers: Mapping[str, Answer], today: str) -> str:
    """What a calculated row is worth now; "" while it does not apply or is no number yet."""
    if item.calculation is None or not is_relevant(item, answers):
        return ""
    value = string(item.calculation.value(answers, "", today))
    return "" if value == "NaN" else value[:MAX_TEXT]
