"""What XPath 1.0 says values are worth: text, numbers, truth, comparison, arithmetic and the functions of our subset.

Every function here is total: it takes any values and raises nothing (an impossible number is NaN). No answers or forms.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from functools import lru_cache
from typing import Final

Value = str | float | bool

_NUMBER = re.compile(r"[ \t\r\n]*-?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)[ \t\r\n]*")


def number(value: Value) -> float:
    """XPath `number()`: NaN for a text that is no number, so for an unanswered question too."""
    if isinstance(value, str):
        return float(value) if _NUMBER.fullmatch(value) else math.nan
    return float(value)


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


def rounded(value: float) -> float:
    """`round()`: to the nearest whole number, halves upwards."""
    return float(math.floor(value + 0.5)) if math.isfinite(value) else value


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


@lru_cache(maxsize=256)
def pattern(text: str) -> re.Pattern[str]:
    """The compiled pattern of `regex()`. Raises re.error; expressions are refused for it before they are used."""
    return re.compile(text)


def _regex(value: str, text: str) -> bool:
    return pattern(text).fullmatch(value) is not None


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
    "round": lambda v: rounded(number(v)),
    "floor": lambda v: _floor(number(v)),
    "ceiling": lambda v: _ceiling(number(v)),
    "selected": lambda chosen, v: string(v) in string(chosen).split(),
    "count-selected": lambda chosen: float(len(string(chosen).split())),
    "coalesce": lambda a, b: a if string(a) else b,
    "if": lambda test, yes, no: yes if boolean(test) else no,
    "regex": lambda v, text: _regex(string(v), string(text)),
}
"""The whole list of functions a form may use. `regex` matches the whole value, as ODK has it."""

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
