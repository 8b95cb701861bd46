"""Phone numbers as lists really hold them: one cell in, one reading per number out, each usable or with its fault.

It must not know spreadsheets, nor who owns a number. Numbering facts come from `phonenumbers` and, for mobiles from
before the change of 2018, from the table below.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import isnan
from typing import Literal

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberType

from characters.cleaning import plain

PhoneKind = Literal["mobile", "landline", ""]
Flag = Literal["old_format", "no_leading_zero", "letter_o"]

CODES: tuple[str, ...] = (
    "phone.not_a_number",
    "phone.letters",
    "phone.too_short",
    "phone.too_long",
    "phone.foreign",
    "phone.service_number",
    "phone.invalid",
)
"""Every fault a reading can have, for the catalogue."""


@dataclass(frozen=True, slots=True)
class PhoneReading:
    """One number of a cell: `e164` ("+84…") and `kind`, or a `fault` code. `raw` is its part of the cell."""

    raw: str
    e164: str | None = None
    fault: str | None = None
    kind: PhoneKind = ""
    flags: tuple[Flag, ...] = ()


_OLD_MOBILES: dict[str, str] = {
    **{"120": "70", "121": "79", "122": "77", "126": "76", "128": "78"},
    **{"123": "83", "124": "84", "125": "85", "127": "81", "129": "82"},
    **{f"16{n}": f"3{n}" for n in range(2, 10)},
    **{"186": "56", "188": "58", "199": "59"},
}
"""First digits of 11-digit mobiles before 2018 (without the 0) → today's; the last seven digits stayed."""

_KINDS: dict[int, PhoneKind] = {
    PhoneNumberType.MOBILE: "mobile",
    PhoneNumberType.FIXED_LINE: "landline",
}
_SERVICES = frozenset(
    {
        PhoneNumberType.TOLL_FREE,
        PhoneNumberType.PREMIUM_RATE,
        PhoneNumberType.SHARED_COST,
        PhoneNumberType.UAN,
        PhoneNumberType.VOICEMAIL,
    }
)

_FLOAT = re.compile(r"\+?\d+\.0+")
_EXPONENT = re.compile(r"\d+(\.\d+)?[eE]\+?\d{1,2}")
_LONGEST_CELL = 300
_HARD = re.compile(r"[/;,|&\n\r\t]+")
_SOFT = re.compile(r"[\s.\-–—()_]+")
_WORD = re.compile(r"[^\W\d_]+")
_LETTER_INSIDE = re.compile(r"\d[^\W\d_]+\d")
_DOTS = str.maketrans("·•∙⋅‧・", "......")
_O_FOR_ZERO = re.compile(r"(?<![^\W\d_])[oO]+(?=[\d.\-])|(?<=\d)[oO]+(?![^\W\d_])")


_PLAIN = re.compile(r"0\d{9}")
_MOBILE = re.compile(
    getattr(getattr(PhoneMetadata.metadata_for_region("VN"), "mobile", None), "national_number_pattern", "$.")
)
"""The library's own pattern: nine cells of ten are a plain mobile, and asking the library takes far longer."""


def shown(number: str) -> str:
    """An E.164 number as people here write it (`0214 3840 123`); another number as it is."""
    try:
        parsed = phonenumbers.parse(number, "VN")
    except phonenumbers.NumberParseException:
        return number
    home = phonenumbers.region_code_for_number(parsed) == "VN"
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL) if home else number


def read_cell(cell: object) -> list[PhoneReading]:
    """The numbers in one cell of any type, in order and without repetition; an empty cell gives none. Never raises."""
    if isinstance(cell, str) and _PLAIN.fullmatch(cell) and cell.isascii() and _MOBILE.fullmatch(cell, 1):
        return [PhoneReading(cell, f"+84{cell[1:]}", None, "mobile")]
    text = _text(cell)
    if text is None:
        return [PhoneReading(str(cell), fault="phone.not_a_number")]
    if len(text) > _LONGEST_CELL:
        return [PhoneReading(text[:_LONGEST_CELL], fault="phone.too_long")]
    readings: dict[str, PhoneReading] = {}
    for reading in _read(text):
        readings.setdefault(reading.e164 or reading.raw, reading)
    return list(readings.values())


def _text(cell: object) -> str | None:
    """The cell as text: whole floats without their point, look-alike characters as one; None: no kind of text."""
    if cell is None or (isinstance(cell, float) and isnan(cell)):  # NaN stands for an empty cell
        return ""
    if isinstance(cell, bool) or not isinstance(cell, str | int | float | Decimal):
        return None
    text = plain(str(cell)).translate(_DOTS).strip("' ")
    if _EXPONENT.fullmatch(text):
        return f"{Decimal(text):.0f}"
    return text.split(".")[0] if _FLOAT.fullmatch(text) else text


def _read(text: str) -> list[PhoneReading]:
    parts = [part.strip() for part in _HARD.split(text) if part.strip()]
    readings = [reading for part in parts for reading in _read_part(part)]
    if len(parts) > 1 and not any(r.e164 for r in readings):
        whole = _read_one(_HARD.sub(" ", text))
        if whole.e164:
            return [whole]
    return readings


def _read_part(part: str) -> list[PhoneReading]:
    """One number, or several with only spaces, dots, dashes or words between them."""
    one = _read_one(part)
    if one.e164:
        return [one]
    several = _split(re.split(r"(?:[\s.\-–—_]|[^\W\d_]{2,})+", _zeros(part)))
    return several or [one]


def _split(pieces: Sequence[str]) -> list[PhoneReading]:
    """The pieces grouped, in order, into numbers that are all valid, the longest first; empty when that fails."""
    pieces = [p for p in pieces if p]
    if not pieces:
        return []
    for size in range(len(pieces), 0, -1):
        first = _read_one(" ".join(pieces[:size]))
        rest = _split(pieces[size:]) if first.e164 else []
        if first.e164 and (rest or size == len(pieces)):
            return [first, *rest]
    return []


def _zeros(part: str) -> str:
    return _O_FOR_ZERO.sub(lambda m: "0" * len(m.group()), part)


def _read_one(part: str) -> PhoneReading:
    text = _zeros(part)
    flags: list[Flag] = ["letter_o"] if text != part else []
    if _LETTER_INSIDE.search(text):
        return PhoneReading(part, fault="phone.letters")
    digits = _SOFT.sub("", _WORD.sub(" ", text)).strip(":")
    plus = digits.startswith("+")
    digits = digits.removeprefix("+")
    if not digits.isascii() or not digits.isdigit():
        return PhoneReading(part, fault="phone.not_a_number")
    national, foreign = _national(digits, plus)
    if foreign:
        return PhoneReading(part, fault="phone.foreign")
    for candidate, flag in _candidates(national):
        kind = _kind(candidate)
        if kind:
            return PhoneReading(part, f"+84{candidate}", None, kind, (*flags, *flag))
    return PhoneReading(part, fault=_fault(national))


def _national(digits: str, plus: bool) -> tuple[str, bool]:
    """The digits as dialled inside Vietnam (with their 0, or as written), and whether they are of another country."""
    if not plus and digits.startswith("00"):
        digits, plus = digits[2:], True
    if plus:
        return "0" + digits[2:].lstrip("0"), not digits.startswith("84")
    if digits.startswith("84") and len(digits) >= 11:
        return "0" + digits[2:].lstrip("0"), False
    return digits, False


def _candidates(national: str) -> Iterator[tuple[str, tuple[Flag, ...]]]:
    """Ways to read the digits as a significant number (without the 0), the likeliest first."""
    bare = national.removeprefix("0")
    lost: tuple[Flag, ...] = () if national.startswith("0") else ("no_leading_zero",)
    if len(bare) == 10 and bare[:3] in _OLD_MOBILES:
        yield _OLD_MOBILES[bare[:3]] + bare[3:], (*lost, "old_format")
    yield bare, lost


def _kind(significant: str) -> PhoneKind:
    number = _parse(significant)
    if number is None or not phonenumbers.is_valid_number(number):
        return ""
    return _KINDS.get(phonenumbers.number_type(number), "")


def _parse(significant: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(f"+84{significant}", None)
    except phonenumbers.NumberParseException:
        return None


def _fault(national: str) -> str:
    bare = national.removeprefix("0")
    number = _parse(bare)
    if bare.startswith(("1800", "1900")) or (number and phonenumbers.number_type(number) in _SERVICES):
        return "phone.service_number"
    if len(bare) < 9:
        return "phone.too_short"
    return "phone.too_long" if len(bare) > 10 else "phone.invalid"
