"""Reads numbers in scientific notation, or tells that digits were lost. Pure.

Spreadsheets write long numbers as `9.12E+08` and hold no more than fifteen digits of one. It must not know what is
counted or numbered.
"""

from __future__ import annotations

import re

SCIENTIFIC = re.compile(
    r"(?<![0-9A-Za-z])\+?(?P<whole>\d{1,3})(?:[.,](?P<part>\d+))?"
    r"(?: ?[eE] ?(?P<sign>[+-]) ?|[eE] ?)(?P<exponent>\d{1,3})(?![0-9A-Za-z])"
)
"""`9.12E+08` as any program and language writes it: with a comma, a small e, or its plus lost (`9.12E 08`)."""

MOST_DIGITS = 15
"""Digits of a whole number that spreadsheets keep; they put zeros in the place of all others."""
_ZEROS = re.compile(r"[1-9][0-9]{2}0{6,}")
"""Spreadsheets show three digits of a long number, and write no more of it into text files unless told otherwise.

Nine digits and more are a phone, a code or a tax number rather than a count."""


def expand_scientific(match: re.Match[str]) -> str | None:
    """The digits that a match of `SCIENTIFIC` stands for; None when its mantissa does not carry every one of them."""
    part, exponent = match["part"] or "", int(match["exponent"])
    if match["sign"] == "-" or len(part) < exponent or part[exponent:].strip("0"):
        return None
    return (match["whole"] + part[:exponent]).lstrip("0") or "0"


def has_too_many_digits(number: float) -> bool:
    """Whether a number of a spreadsheet has more digits than it can have kept."""
    return len(f"{abs(number):.0f}") > MOST_DIGITS


def is_rounded(digits: str) -> bool:
    """Whether a long number is nothing but zeros behind the digits that a spreadsheet shows of it (`912000000`).

    A text that begins with 0 was never a number of a spreadsheet.
    """
    return bool(_ZEROS.fullmatch(digits))
