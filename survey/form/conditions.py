"""Conditions that no answers can meet, found by trying the answers that could: options, and the numbers and days named.

Only for conditions of comparisons and choices; where an expression computes, nothing is claimed. It must not know what
is done about a condition that never holds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import Any

from survey.answers import Answer
from survey.form import xpath
from survey.form.expressions import Expression, ExpressionFault, compile_expression
from survey.form.grammar import parse
from survey.form.kinds import MAX_PLACES
from survey.form.questionnaire import Question
from survey.form.values import from_value
from survey.form.xpath import equal, string

MOST_TRIES = 5000
"""Sets of answers that are tried for one condition; where there are more, nothing is claimed."""
_COMPARING = frozenset({"=", "!=", "<", "<=", ">", ">=", "and", "or", "not", "selected", "true", "false"})
_LITERALS = frozenset({"(string)", "(integer)", "(decimal)", "(float)"})
_FAR = 1e11
_STEP = 10**-MAX_PLACES
_FEW = ("0", "1", "2", "3", "1000000", "1970-01-01", "2100-12-31", "x")
"""Tried beside what the condition itself names, and an answer of the question's kind."""


def never_holds(expression: Expression, questions: Mapping[str, Question], this: Question | None = None) -> bool:
    """Whether `expression` is false whatever is answered to `questions` (by name) and, a constraint, to `this`.

    False where it cannot be told: an expression that computes, looks at the date or at something worked out.
    """
    if expression.uses_today or expression.patterns:
        return False
    tree = parse(expression.text)
    asked = [questions.get(name) for name in sorted(expression.references)]
    if not _compares(tree) or any(question is None or not question.asked for question in asked):
        return False
    literals = set(_literals(tree))
    choices = {q.name: [*_answers(q, literals), ""] for q in asked if q is not None}
    said = _answers(this, literals) if this is not None else [""]
    tries = len(said)
    for values in choices.values():
        tries *= len(values)
    if tries > MOST_TRIES:
        return False
    for own, *values in product(said, *choices.values()):
        given = {name: Answer(value, "staff", 0) for name, value in zip(choices, values, strict=True) if value}
        if expression.holds(given, own):
            return False
    return True


def strange_options(expression: Expression, questions: Mapping[str, Question]) -> Iterator[tuple[str, str]]:
    """(question, text) for every text that the expression looks for and that is no choice of the question."""
    for name, text in _looked_for(parse(expression.text)):
        question = questions.get(name)
        choices = question.choices if question is not None and question.rules.chosen else ()
        if choices and text != "" and not any(equal(choice.value, text) for choice in choices):
            yield name, string(text)


def _compares(token: Any) -> bool:
    symbol = str(token.symbol)
    if symbol in _LITERALS or symbol in ("$", "."):
        return True
    known = symbol in _COMPARING or (symbol == "(" and len(token) == 1)
    return known and all(_compares(part) for part in token)


def _literals(token: Any) -> Iterator[str]:
    if str(token.symbol) in _LITERALS:
        yield str(token.value)
    elif str(token.symbol) != "$":
        for part in token:
            yield from _literals(part)


def _looked_for(token: Any) -> Iterator[tuple[str, Any]]:
    """(name, literal) of comparisons for equality and of `selected()`."""
    symbol = str(token.symbol)
    if symbol in ("=", "!=", "selected") and len(token) == 2:
        for one, other in ((token[0], token[1]), (token[1], token[0])):
            if str(one.symbol) == "$" and str(other.symbol) in _LITERALS:
                value = other.value if isinstance(other.value, str) else float(str(other.value))
                yield str(one[0].value), value
    elif symbol != "$" and symbol not in _LITERALS:
        for part in token:
            yield from _looked_for(part)


def _answers(question: Question, literals: set[str]) -> list[str]:
    """Answers to `question` that differ in what a condition with these literals can tell."""
    if question.rules.chosen == "one":
        tried: list[str] = [choice.value for choice in question.choices]
    elif question.rules.chosen == "several":
        values = [choice.value for choice in question.choices]
        pairs = [f"{one} {other}" for at, one in enumerate(values) for other in values[at + 1 :]]
        tried = [*values, *pairs, " ".join(values)]
    else:
        tried = [near for literal in sorted(literals) for near in _near(literal)]
        tried += [*_FEW, question.rules.example]
    found = [value for text in tried if (value := from_value(question, text)) is not None]
    return [value for value in dict.fromkeys(found) if _allowed(question, value)]


def _allowed(question: Question, value: str) -> bool:
    """Whether the question's own constraint lets it in, as far as the constraint looks at nothing else."""
    if not question.constraint:
        return True
    try:
        constraint = compile_expression(question.constraint)
    except ExpressionFault:
        return True
    simple = not (constraint.references or constraint.uses_today or constraint.patterns)
    return not (simple and _compares(parse(constraint.text))) or constraint.holds({}, value)


def _near(literal: str) -> Iterator[str]:
    """The literal and its neighbours: the next numbers, also the next that a decimal can be, and the next days."""
    yield literal
    number = xpath.number(literal)
    if not abs(number) < _FAR:
        return
    yield from (f"{number + step:.{MAX_PLACES}f}".rstrip("0").rstrip(".") for step in (-1, -_STEP, 0, _STEP, 1))
    yield from (xpath.day(number + step) for step in (-1, 0, 1))
