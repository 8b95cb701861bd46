"""Reads a number that is spelled out, as it is said in the North or the South, with or without its marks.

Only what is one number for sure: "hai ba" is two and three as well as twenty-three, "trăm hai" a hundred and two or and
twenty. It must not know what was asked nor what stands around the number.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache

from sms.reading import vocabulary as words

_SIGNS: Mapping[str, str] = {
    "không": "0", "một": "1", "hai": "2", "ba": "3", "bốn": "4", "năm": "5", "sáu": "6", "bảy": "7", "bẩy": "7",
    "tám": "8", "chín": "9", "mốt": "m", "tư": "t", "lăm": "l", "nhăm": "l", "mười": "X", "mươi": "x", "chục": "k",
    "hăm": "h", "trăm": "c", "nghìn": "n", "ngàn": "n", "lẻ": "o", "linh": "o",
}  # fmt: skip
"""Each numeral as one letter, so that what may follow what is a pattern."""
_BARE: Mapping[str, str] = {
    **{words.bare(word): sign for word, sign in reversed([*_SIGNS.items()])}, "muoi": "z"
}  # fmt: skip
"""The same without marks: `mot` may be một or mốt, `z` mười or mươi."""

_ROW = re.compile(r"[^\W\d_](?:[^\W\d_]| (?=[^\W\d_]))*")
_VALUES = {**{str(n): n for n in range(10)}, "m": 1, "t": 4, "l": 5}
_FIRST = frozenset("0123456789tXzh")
_UNIT = "[12346789l]"
_TENS = f"(?:[Xz]{_UNIT}?|[2-9][xz](?:{_UNIT}|[mt])?|[1-9]k|h(?:{_UNIT}|[mt])|[2-9][ml])"
"""Fives are `lăm` here: "hai mươi năm" is twenty years."""
_HUNDREDS = f"[1-9]c(?:o[1-9t]|{_TENS})?"
_BELOW = f"(?:{_HUNDREDS}|{_TENS}|[1-9])"
_VIETNAMESE = re.compile(f"(?P<thousands>{_BELOW})n(?P<rest>0c(?:o[1-9t]|{_TENS})|{_HUNDREDS}|o[1-9t])?|{_BELOW}|[0t]")

_TEENS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_DECADES = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ENGLISH: Mapping[str, int] = {name: value for value, name in enumerate(_TEENS)} | {
    name: 10 * tens for tens, name in enumerate(_DECADES, 2)
}


def is_numeral(token: str, language: str) -> bool:
    """Whether `token` may stand in a number that is spelled out."""
    if language == "en":
        return token in _ENGLISH or token in ("hundred", "thousand")
    return _sign(token) != ""


def begins(token: str, language: str) -> bool:
    """Whether a number may begin with `token`: not with a hundred, a thousand or a unit behind tens."""
    return token in _ENGLISH if language == "en" else _sign(token) in _FIRST


def in_figures(text: str, language: str) -> str:
    """`text` with each number of ten and more that several words in a row spell written in figures: mười hai as 12."""
    return _ROW.sub(lambda row: _written(row[0].split(" "), language), text)


def _written(typed: list[str], language: str) -> str:
    start, end = 0, len(typed)
    while start < end and not begins(typed[start], language):
        start += 1
    while end > start and not is_numeral(typed[end - 1], language):
        end -= 1
    found = value(typed[start:end], language) if end - start > 1 else None
    if found is None or found < 10:
        return " ".join(typed)
    return " ".join((*typed[:start], str(found), *typed[end:]))


def value(typed: Sequence[str], language: str) -> int | None:
    """The one number below a million that all of `typed` spells; None where it spells none, or perhaps two."""
    if language == "en":
        return _english(list(typed))
    signs = "".join(map(_sign, typed))
    found = _VIETNAMESE.fullmatch(signs) if len(signs) == len(typed) else None
    if found is None:
        return None
    if found["thousands"] is None:
        return _below_thousand(signs)
    return 1000 * _below_thousand(found["thousands"]) + _below_thousand(found["rest"] or "0")


@lru_cache(maxsize=1024)
def _sign(token: str) -> str:
    """The letter of a numeral, "" for another word: one with other marks (bà, nằm) is none."""
    if token in _BARE:
        return _BARE[token]
    return next((sign for word, sign in _SIGNS.items() if words.same(token, word)), "")


def _below_thousand(signs: str) -> int:
    hundreds, found, rest = signs.rpartition("c")
    return (100 * _VALUES[hundreds] if found else 0) + _below_hundred(rest.removeprefix("o"))


def _below_hundred(signs: str) -> int:
    if len(signs) < 2:
        return 10 if signs in ("X", "z") else _VALUES.get(signs, 0)
    first, unit = signs[0], _VALUES.get(signs[-1], 0)
    return 10 * {"X": 1, "z": 1, "h": 2}.get(first, _VALUES.get(first, 0)) + unit


def _english(typed: list[str]) -> int | None:
    if "thousand" in typed:
        at = typed.index("thousand")
        many, rest = _english_hundreds(typed[:at]), typed[at + 1 :]
        few = _english_hundreds(rest[1:] if rest[:1] == ["and"] else rest) if rest else 0
        return None if not many or few is None else 1000 * many + few
    return _english_hundreds(typed)


def _english_hundreds(typed: list[str]) -> int | None:
    if len(typed) > 1 and typed[1] == "hundred":
        many, rest = _ENGLISH.get(typed[0], 0), typed[2:]
        few = _english_tens(rest[1:] if rest[:1] == ["and"] else rest) if rest else 0
        return None if not 1 <= many <= 9 or few is None else 100 * many + few
    return _english_tens(typed)


def _english_tens(typed: list[str]) -> int | None:
    if len(typed) == 1:
        return _ENGLISH.get(typed[0])
    tens, unit = (_ENGLISH.get(word, 0) for word in typed) if len(typed) == 2 else (0, 0)
    return tens + unit if tens >= 20 and 1 <= unit <= 9 else None
