"""What XPath 1.0 says values are worth: text, numbers, truth, comparison, arithmetic and the functions of our subset.

Every function here is total: it takes any values and raises nothing (an impossible number is NaN). No answers or forms.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date, timedelta
from decimal import ROUND_FLOOR, Decimal
from typing import Final

from survey.form.patterns import matcher

Value = str | float | bool

EPOCH = date(1970, 1, 1)
_MOST_PLACES = 15
_FAR = 4e6
"""More days than the calendar has; also what NaN and the infinities are not below."""
_NUMBER = re.compile(r"[ \t\r\n]*-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)[ \t\r\n]*")


def number(value: Value) -> float:
    """XPath `number()`: NaN for a text that is no number, so for an unanswered question too; a day (`2026-03-15`) is
    the days since 1970-01-01, as in ODK, so that days can be compared and subtracted."""
    if isinstance(value, str):
        return float(value) if _NUMBER.fullmatch(value) else _days(value)
    return float(value)


def _days(text: str) -> float:
    if len(text) != 10 or text[4] != "-" or not text.isascii():
        return math.nan
    try:
        return float((date.fromisoformat(text) - EPOCH).days)
    except ValueError:
        return math.nan


def day(value: Value) -> str:
    """ODK `date()`: the day that a text or a number of days since 1970-01-01 means, as yyyy-mm-dd; "" for none."""
    days = math.nan if isinstance(value, bool) else number(value)
    if not abs(days) < _FAR:
        return ""
    try:
        return (EPOCH + timedelta(days=math.floor(days))).isoformat()
    except OverflowError:
        return ""


def string(value: Value) -> str:
    """XPath `string()`: whole numbers without a decimal point."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return value
    if math.isnan(value):
        return "NaN"
    if math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return str(int(value)) if value == int(value) else repr(value)


def boolean(value: Value) -> bool:
    """XPath `boolean()`: false for "", 0 and NaN."""
    if isinstance(value, float):
        return value != 0 and not math.isnan(value)
    return bool(value)


def equal(left: Value, right: Value) -> bool:
    """`=`: as truth values if one is one, else as numbers if one is one, else as texts (XPath 1.0 §3.4)."""
    if isinstance(left, bool) or isinstance(right, bool):
        return boolean(left) == boolean(right)
    if isinstance(left, float) or isinstance(right, float):
        return number(left) == number(right)
    return left == right


def divide(left: float, right: float) -> float:
    """`div` as IEEE 754 has it: by zero gives an infinity or NaN."""
    if right != 0:
        return left / right
    if left == 0 or math.isnan(left):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


def remainder(left: float, right: float) -> float:
    """`mod`: the remainder with the sign of the dividend, NaN where there is none."""
    if right == 0 or math.isinf(left):
        return math.nan
    return math.fmod(left, right)


def rounded(value: float, places: float = 0.0) -> float:
    """`round()`: to the nearest whole number, or to so many `places` (ODK), halves upwards."""
    if not math.isfinite(value):
        return value
    if places == 0:
        return float(math.floor(value + 0.5))
    if not abs(places) <= _MOST_PLACES:
        return math.nan
    unit = Decimal(1).scaleb(-int(places))
    exact = Decimal(repr(value)) / unit
    return float((exact + Decimal("0.5")).to_integral_value(ROUND_FLOOR) * unit)


def _whole(value: float) -> float:
    return float(math.trunc(value)) if math.isfinite(value) else value


def _floor(value: float) -> float:
    return float(math.floor(value)) if math.isfinite(value) else value


def _ceiling(value: float) -> float:
    return float(math.ceil(value)) if math.isfinite(value) else value


def substring(text: str, start: float, length: float = math.inf) -> str:
    """`substring()`: positions count from 1 and are rounded; NaN takes nothing (XPath 1.0 §4.2)."""
    first = rounded(start)
    end = first + rounded(length)
    return "".join(c for at, c in enumerate(text, 1) if first <= at < end)


def _before(text: str, part: str) -> str:
    return text[: text.index(part)] if part in text else ""


def _after(text: str, part: str) -> str:
    return text[text.index(part) + len(part) :] if part in text else ""


def _translate(text: str, old: str, new: str) -> str:
    table: dict[int, str | None] = {}
    for at, letter in enumerate(old):
        table.setdefault(ord(letter), new[at] if at < len(new) else None)
    return text.translate(table)


def _regex(value: str, text: str) -> bool:
    return matcher(text)(value)


def _extreme(choose: Callable[[list[float]], float], values: tuple[Value, ...]) -> float:
    numbers = [number(v) for v in values]
    return math.nan if any(math.isnan(n) for n in numbers) else choose(numbers)


FUNCTIONS: Final[dict[str, Callable[..., Value]]] = {
    "true": lambda: True,
    "false": lambda: False,
    "not": lambda v: not boolean(v),
    "boolean": boolean,
    "number": number,
    "string": string,
    "concat": lambda *vs: "".join(string(v) for v in vs),
    "contains": lambda a, b: string(b) in string(a),
    "starts-with": lambda a, b: string(a).startswith(string(b)),
    "substring": lambda text, *span: substring(string(text), *(number(v) for v in span)),
    "substring-before": lambda a, b: _before(string(a), string(b)),
    "substring-after": lambda a, b: _after(string(a), string(b)),
    "string-length": lambda v: float(len(string(v))),
    "normalize-space": lambda v: " ".join(string(v).split()),
    "translate": lambda *vs: _translate(*(string(v) for v in vs)),
    "round": lambda v, places=0.0: rounded(number(v), number(places)),
    "int": lambda v: _whole(number(v)),
    "abs": lambda v: abs(number(v)),
    "min": lambda *vs: _extreme(min, vs),
    "max": lambda *vs: _extreme(max, vs),
    "date": day,
    "floor": lambda v: _floor(number(v)),
    "ceiling": lambda v: _ceiling(number(v)),
    "selected": lambda chosen, v: string(v) in string(chosen).split(),
    "count-selected": lambda chosen: float(len(string(chosen).split())),
    "coalesce": lambda a, b: a if string(a) else b,
    "if": lambda test, yes, no: yes if boolean(test) else no,
    "regex": lambda v, text: _regex(string(v), string(text)),
}
"""The functions a form may use, beside `today()`, which `survey.form.expressions` knows. `regex` matches the whole
value, as ODK has it, with a pattern that `survey.form.patterns` has taken when the form was checked."""

OPERATORS: Final[dict[str, Callable[[Value, Value], Value]]] = {
    "=": equal,
    "!=": lambda a, b: not equal(a, b),
    "<": lambda a, b: number(a) < number(b),
    "<=": lambda a, b: number(a) <= number(b),
    ">": lambda a, b: number(a) > number(b),
    ">=": lambda a, b: number(a) >= number(b),
    "+": lambda a, b: number(a) + number(b),
    "-": lambda a, b: number(a) - number(b),
    "*": lambda a, b: number(a) * number(b),
    "div": lambda a, b: divide(number(a), number(b)),
    "mod": lambda a, b: remainder(number(a), number(b)),
}
"""Binary operators other than `and` and `or`, which look at their right side only when they must."""
