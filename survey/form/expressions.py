"""ODK expressions of `relevant` and `constraint` over answers: checked and compiled once, evaluated in microseconds.

elementpath parses (`survey.form.grammar`); values follow XPath 1.0 (`survey.form.xpath`), because elementpath compares
plain texts by XPath 2.0 rules ("5" = 5 is false there, "" > 3 raises). A compiled expression raises nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from survey.answers import Answer
from survey.form.grammar import ExpressionFault, parse
from survey.form.patterns import PatternFault, matcher
from survey.form.xpath import FUNCTIONS, OPERATORS, Value, boolean, number

__all__ = ["Expression", "ExpressionFault", "compile_expression"]

_PATTERN_FAULTS = {
    "pattern_looks_around": "expression_pattern_looks_around",
    "pattern_refers_back": "expression_pattern_refers_back",
    "pattern_possessive": "expression_pattern_possessive",
    "pattern_doubtful": "expression_pattern_doubtful",
}
Evaluate = Callable[[Mapping[str, Answer], str], Value]
"""(answers, the value that `.` means) → value."""

TODAY = "today()"
"""Where the business date stands among the answers; no question can have this name."""
MAX_DEPTH = 40
"""Nesting of one expression; far above any real form, far below Python's own limit."""


@dataclass(frozen=True, slots=True, eq=False)
class Expression:
    """A checked expression: the names it refers to, whether it looks at `.` (the value being judged) and the date."""

    text: str
    references: frozenset[str]
    uses_this: bool
    uses_today: bool
    _evaluate: Evaluate
    patterns: tuple[str, ...] = ()
    """Those of its `regex()`."""

    def holds(self, answers: Mapping[str, Answer], this: str = "", today: str = "") -> bool:
        """Whether it is true for these answers; an unanswered question counts as empty text. `today`: the business
        date (yyyy-mm-dd). Raises nothing."""
        if self.uses_today:
            answers = {**answers, TODAY: Answer(today, "staff", 0)}
        return boolean(self._evaluate(answers, this))

    def value(self, answers: Mapping[str, Answer], this: str = "", today: str = "") -> Value:
        """What it is worth: text, number or truth value. Raises nothing."""
        if self.uses_today:
            answers = {**answers, TODAY: Answer(today, "staff", 0)}
        return self._evaluate(answers, this)


@lru_cache(maxsize=4096)
def compile_expression(text: str) -> Expression:
    """The expression written in `text`, compiled once per process.

    Raises ExpressionFault (code, params) for whatever lies outside the subset: a syntax error, a function we do not
    have, a path into the form, a pattern of `regex()` that is no literal or that `survey.form.patterns` refuses.
    """
    compiler = _Compiler(text)
    evaluate = compiler.compile(parse(text), 0)
    references = frozenset(compiler.references - {TODAY})
    uses_today = TODAY in compiler.references
    return Expression(text, references, compiler.uses_this, uses_today, evaluate, tuple(compiler.patterns))


class _Compiler:
    """Turns a token tree into nested closures and remembers what it met on the way."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.references: set[str] = set()
        self.uses_this = False
        self.patterns: list[str] = []

    def compile(self, token: Any, depth: int) -> Evaluate:
        if depth > MAX_DEPTH:
            raise ExpressionFault("expression_too_deep", expression=self.text)
        symbol = str(token.symbol)
        if symbol in ("(string)", "(integer)", "(decimal)", "(float)"):
            return _literal(token.value)
        if symbol == "$":
            return self._reference(str(token[0].value))
        if symbol == ".":
            self.uses_this = True
            return lambda answers, this: this
        if symbol == "today":
            return self._reference(TODAY)
        if symbol == "(name)":
            raise ExpressionFault("expression_bare_name", expression=self.text, name=str(token.value))
        if symbol == "(" and len(token) == 1:
            return self.compile(token[0], depth + 1)
        return self._combination(symbol, token, depth)

    def _reference(self, name: str) -> Evaluate:
        self.references.add(name)

        def value_of(answers: Mapping[str, Answer], this: str) -> Value:
            answer = answers.get(name)
            return "" if answer is None else answer.value

        return value_of

    def _combination(self, symbol: str, token: Any, depth: int) -> Evaluate:
        self._check_known(symbol, token)
        parts = [self.compile(part, depth + 1) for part in token]
        if symbol in ("and", "or"):
            return _junction(symbol, *parts)
        if symbol in FUNCTIONS:
            return _call(FUNCTIONS[symbol], parts)
        if len(parts) == 1:
            return _signed(symbol, parts[0])
        return _binary(OPERATORS[symbol], *parts)

    def _check_known(self, symbol: str, token: Any) -> None:
        if str(token.label) == "function":
            if symbol not in FUNCTIONS:
                raise ExpressionFault("expression_function", expression=self.text, function=symbol)
            if symbol == "regex":
                self._check_pattern(token[1])
        elif not _is_operator(symbol, len(token)):
            raise ExpressionFault("expression_path", expression=self.text, symbol=symbol)

    def _check_pattern(self, token: Any) -> None:
        """The pattern must be a literal, so that it is known to compile before anybody is asked."""
        if str(token.symbol) != "(string)":
            raise ExpressionFault("expression_pattern", expression=self.text, pattern=str(token.source), detail="")
        try:
            matcher(token.value)
        except PatternFault as fault:
            code = _PATTERN_FAULTS.get(fault.code, "expression_pattern")
            params = {"pattern": str(token.value), "detail": fault.detail}
            raise ExpressionFault(code, expression=self.text, **params) from None
        self.patterns.append(str(token.value))


def _is_operator(symbol: str, operands: int) -> bool:
    if operands == 1:
        return symbol in ("-", "+")
    return operands == 2 and (symbol in OPERATORS or symbol in ("and", "or"))


def _literal(value: Any) -> Evaluate:
    constant: Value = value if isinstance(value, str) else float(str(value))  # str: huge whole numbers are infinite
    return lambda answers, this: constant


def _junction(symbol: str, left: Evaluate, right: Evaluate) -> Evaluate:
    if symbol == "and":
        return lambda answers, this: boolean(left(answers, this)) and boolean(right(answers, this))
    return lambda answers, this: boolean(left(answers, this)) or boolean(right(answers, this))


def _binary(operator: Callable[[Value, Value], Value], left: Evaluate, right: Evaluate) -> Evaluate:
    return lambda answers, this: operator(left(answers, this), right(answers, this))


def _signed(symbol: str, part: Evaluate) -> Evaluate:
    sign = -1.0 if symbol == "-" else 1.0
    return lambda answers, this: sign * number(part(answers, this))


def _call(function: Callable[..., Value], parts: list[Evaluate]) -> Evaluate:
    return lambda answers, this: function(*[part(answers, this) for part in parts])
