"""Phone numbers as lists really hold them: one cell in, one reading per number out, each usable or with its fault.

It must not know spreadsheets, nor who owns a number. Numbering facts come from `phonenumbers` and, for numbers from
before the changes of 2017 and 2018, from `contact.renumbering`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from math import isfinite, isnan
from typing import Literal

import phonenumbers
from phonenumbers import PhoneMetadata, PhoneNumberType

from characters import cleaning, notation
from contact import extensions
from contact.hints import NO_HINTS, Hints, PhoneKind, stands_apart
from contact.remarks import forbids, sets_aside
from contact.renumbering import OLD_MOBILES, PROVINCE_OF, Renumbered, renumbered

Flag = Literal["old_format", "old_area_code", "no_leading_zero", "letter_o"]

CODES: tuple[str, ...] = (
    "phone.not_a_number",
    "phone.letters",
    "phone.too_short",
    "phone.too_long",
    "phone.foreign",
    "phone.service_number",
    "phone.invalid",
    "phone.digits_lost",
    "phone.two_readings",
    "phone.set_aside",
    "phone.unclear",
)
"""Every fault a reading can have, for the catalogue."""
UNREADABLE = frozenset(CODES) - {"phone.not_a_number", "phone.foreign", "phone.service_number", "phone.set_aside"}
"""Faults of what was a number here and cannot be read as one: they say nothing about a number known before."""

SURELY_A_NUMBER = frozenset({"phone.digits_lost", "phone.two_readings", "phone.set_aside"})
"""Faults that nothing but a number has."""


@dataclass(frozen=True, slots=True)
class TwoReadings:
    """Digits (without 0) that are a mobile of today and a landline as written before 2017; both in E.164."""

    digits: str
    mobile: str
    landline: str


@dataclass(frozen=True, slots=True)
class PhoneReading:
    """One number of a cell: `e164` ("+84…") and `kind`, or a `fault` code. `raw` is its part of the cell.

    `doubt`: both readings of "phone.two_readings". `extension`: digits to dial afterwards, which nobody does here.
    `aside`: the number (E.164) that words set aside.
    """

    raw: str
    e164: str | None = None
    fault: str | None = None
    kind: PhoneKind = ""
    flags: tuple[Flag, ...] = ()
    doubt: TwoReadings | None = None
    extension: str = ""
    aside: str = ""

    @property
    def whole(self) -> bool:
        """Whether all digits of a number are there, be it one or the other, or one not to be used."""
        return self.e164 is not None or self.doubt is not None or self.fault == "phone.set_aside"

    @property
    def params(self) -> Mapping[str, str]:
        """What the words for its fault need: both readings of a doubt."""
        if self.doubt is None:
            return {}
        both = {"mobile": display_number(self.doubt.mobile), "landline": display_number(self.doubt.landline)}
        return {"digits": f"0{self.doubt.digits}", **both}


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

_WHOLE = re.compile(r"(\+?\d{9,})[.,]0+|(\d{1,3}(?:,\d{3}){2,})\.0+|(\d{1,3}(?:\.\d{3}){2,}),0+")
"""A whole number that was written with decimals, with or without marks between its thousands."""
_COMPUTED = re.compile(r"-[1-9]\d{4,}(?:[.,]0+)?|-?\d{1,3}[.,]\d{10,}|-?0[.,]\d{5,}")
"""What a formula made of a number: `+84-912345678` is -912345594, and one number divided by another 0.92…"""
_BRACKETS = str.maketrans("[]{}", "()()")
_LONGEST_CELL = 300
_HARD = re.compile(r"[/;,|&\n\r\t]+")
_MOVED = re.compile(r"(?<=[\d)])\s*(?:-+>|=+>|→|⇒|➔|>+)\s*(?=[(+]?\d)")
"""`0912… -> 0987…`: the first was replaced by the second."""
_BETWEEN_NUMBERS = re.compile(r"(?<=\d{6})\s*(?:[\\:=~!、，。]+\s*(?=[(+]?\d{3})|\+\s*(?=0\d{3})|(?=\+84))")
"""Other signs that people put between two numbers."""
_DIGIT = re.compile(r"\d")
_SOFT = re.compile(r"[\s.\-()_]+")
_WORD = re.compile(r"[^\W\d_]+")
_AFTER_WORDS = re.compile(r"\D*\d[\d\s.\-()_+]*")
_BEFORE_WORDS = re.compile(r"\d[\d\s.\-()_+]*\D*")
"""Numbers with the words that belong to them: `CĐ 0214… DĐ 0912…`, or `0214… (CĐ) 0912… (DĐ)`."""
_WORD_BEFORE_LAST = re.compile(r"[^\W\d_][^\W\d_.: ]*[.: ]*\(?\d[\d\s.\-()_]*$")
"""A word, not in brackets, and a number at the very end: words stand before their numbers."""
_LETTER_INSIDE = re.compile(r"\d\D*[^\W\d_]\D*\d")
_DOTS = str.maketrans("·•∙⋅‧・", "......")
_O_FOR_ZERO = re.compile(r"(?<![^\W\d_])[oO]+(?=[\d.\-])|(?<=\d)[oO]+(?![^\W\d_])")
_LEAST_UNCLEAR = 6
"""Digits among other signs that were a number; fewer are a date, a house or a remark."""
_LOOSE = "'`- "
"""Marks around a number that are none of its own."""
_LEAST_JOINED = 3
"""Digits of each part that a comma or slash may have cut off (`0912,345,678`); fewer are a further line (`/79`)."""


_PLAIN = re.compile(r"0\d{9}")
_MOBILE = re.compile(
    getattr(getattr(PhoneMetadata.metadata_for_region("VN"), "mobile", None), "national_number_pattern", "$.")
)
"""The library's own pattern: nine cells of ten are a plain mobile, and asking the library takes far longer."""


def display_number(number: str) -> str:
    """An E.164 number as people here write it (`0214 3840 123`); another number as it is."""
    try:
        parsed = phonenumbers.parse(number, "VN")
    except phonenumbers.NumberParseException:
        return number
    home = phonenumbers.region_code_for_number(parsed) == "VN"
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL) if home else number


def read_cell(cell: object, hints: Hints = NO_HINTS) -> list[PhoneReading]:
    """The numbers in one cell of any type, in order and without repetition; an empty cell gives none. Never raises.

    Where digits can be read in two ways and the hints raise a doubt, the reading is a fault with both.
    """
    if isinstance(cell, str) and _is_plain_mobile(cell) and hints.meant != "landline" and cell[1:] not in hints.chosen:
        return [PhoneReading(cell, f"+84{cell[1:]}", None, "mobile")]
    fault = _cell_fault(cell)
    if fault:
        return [PhoneReading(str(cell), fault=fault)]
    text = _text(cell)
    if len(text) > _LONGEST_CELL:
        return [PhoneReading(text[:_LONGEST_CELL], fault="phone.too_long")]
    if _COMPUTED.fullmatch(text) or (hints.province is not None and notation.is_rounded(text)):
        return [PhoneReading(text, fault="phone.digits_lost")]
    readings: dict[str, PhoneReading] = {}
    for reading in _read_text(text, hints):
        readings.setdefault(reading.e164 or reading.raw, reading)
    return list(readings.values())


def _is_plain_mobile(text: str) -> bool:
    return bool(_PLAIN.fullmatch(text) and text.isascii() and _MOBILE.fullmatch(text, 1))


def two_readings(text: str) -> TwoReadings | None:
    """Both readings of the one number that was written, whatever the hints; None when it has one or none."""
    found = read_cell(text, Hints(meant="landline"))
    return found[0].doubt if len(found) == 1 else None


def _cell_fault(cell: object) -> str:
    """The fault of a cell that holds no text and no number of a phone; "" for every other, an empty one among them."""
    if cell is None or isinstance(cell, str) or (isinstance(cell, float) and isnan(cell)):
        return ""
    if isinstance(cell, bool) or not isinstance(cell, int | float | Decimal) or not isfinite(cell):
        return "phone.not_a_number"
    if (isinstance(cell, float) and notation.has_too_many_digits(cell)) or cell < 0 or cell != int(cell):
        return "phone.digits_lost"  # below zero or broken: what a formula made of `+84-912-…` or of `0912…/0987…`
    return ""


def _text(cell: object) -> str:
    """The cell as text: whole floats without their point, full-width digits as digits; NaN stands for an empty cell."""
    if cell is None or (isinstance(cell, float) and isnan(cell)):
        return ""
    text = cleaning.plain(str(cell)).translate(_DOTS).translate(_BRACKETS).strip("'` ")
    text = text.strip('"' + "'` ") if not text.startswith("=") else text
    text = text[2:-1] if text.startswith('="') and text.endswith('"') else text  # how some keep a 0 in CSV
    found = _WHOLE.fullmatch(text)
    return re.sub(r"[.,]", "", found[1] or found[2] or found[3]) if found else text


def _read_text(text: str, hints: Hints = NO_HINTS) -> list[PhoneReading]:
    """Numbers in scientific notation first: written out where their mantissa has every digit, else a fault each."""
    if "e" not in text.lower():
        return _read_parts(text, hints)
    rest = notation.SCIENTIFIC.sub(lambda found: notation.expand_scientific(found) or found[0], text)
    readings: list[PhoneReading] = []
    start = 0
    for lost in notation.SCIENTIFIC.finditer(rest):
        before, start = rest[start : lost.start()].strip(_LOOSE), lost.end()
        readings += _read_parts(before, hints) if re.search(r"\d", before) else []
        readings.append(PhoneReading(lost[0].strip(), fault="phone.digits_lost"))
    if not readings or re.search(r"\d", rest[start:]):
        readings += _read_parts(rest[start:].strip(_LOOSE), hints)
    return readings


def _read_parts(text: str, hints: Hints) -> list[PhoneReading]:
    parts = _parts(extensions.join_extensions(text))
    readings = [reading for part in parts for reading in _read_part(part, hints)]
    if len(readings) > 1 and forbids(_DIGIT.split(text, maxsplit=1)[0]):
        return [_not_used(reading) for reading in readings]
    if len(parts) > 1 and not any(r.whole for r in readings):
        whole = _read_one(" ".join(parts), hints)
        if whole.whole and all(len(re.findall(r"\d", part)) >= _LEAST_JOINED for part in parts[1:]):
            return [whole]
    return readings


def _parts(text: str) -> list[str]:
    """The parts that signs divide; what has no digit ("ĐT/Fax: 0243…") belongs to the number beside it."""
    parts: list[str] = []
    for part in _HARD.split(_BETWEEN_NUMBERS.sub("\n", _MOVED.sub(" (số cũ)\n", text))):
        waiting = bool(parts) and not _DIGIT.search(parts[-1])
        if parts and part.strip() and (waiting or not _DIGIT.search(part)):
            parts[-1] = f"{parts[-1]} {part.strip()}"
        elif part.strip():
            parts.append(part.strip())
    return parts


def _not_used(reading: PhoneReading) -> PhoneReading:
    return PhoneReading(reading.raw, fault="phone.set_aside", aside=reading.e164) if reading.e164 else reading


def _read_part(part: str, hints: Hints) -> list[PhoneReading]:
    """One number and its extension, or several with only spaces, dots, dashes or words between them."""
    number, extension = extensions.split_extension(part)
    if extension:
        first, *others = _read_part(number, hints)
        return [replace(first, extension=extension), *others]
    one = _read_one(part, hints)
    followed = _with_digits_behind(part, one, hints)
    if one.whole or followed:
        return followed or [one]
    pattern = _AFTER_WORDS if _WORD.match(part) or _WORD_BEFORE_LAST.search(part) else _BEFORE_WORDS
    pieces = pattern.findall(_zeros(part)) if one.fault == "phone.letters" else []
    readings = [reading for piece in pieces if piece != part for reading in _read_part(piece.strip(), hints)]
    if any(reading.whole for reading in readings):
        return readings
    between = r"[\s.\-_]+" if _WORD.search(part) else r"[\s.\-_()]+"
    return _split(re.split(between, _zeros(part)), hints) or [one]


def _with_digits_behind(part: str, whole: PhoneReading, hints: Hints) -> list[PhoneReading]:
    """A number and the few digits behind its dash or in brackets, if that is what it is: a landline's extension, or
    the end of a further mobile. Where all digits together are a number too, neither is taken."""
    bare = extensions.split_bare_extension(part)
    number = _read_one(bare[0], hints) if bare else None
    if bare is None or number is None or not number.whole:
        return []
    if whole.whole:
        return [PhoneReading(part, fault="phone.too_long")]
    if number.kind == "mobile":
        return [number, PhoneReading(bare[1], fault="phone.too_short")]
    return [replace(number, extension=bare[1])]


def _split(pieces: Sequence[str], hints: Hints) -> list[PhoneReading]:
    """The pieces grouped, in order, into numbers that are all whole, the longest first; empty when that fails."""
    pieces = [p for p in pieces if p]
    if not pieces:
        return []
    for size in range(len(pieces), 0, -1):
        first = _read_one(" ".join(pieces[:size]), hints)
        rest = _split(pieces[size:], hints) if first.whole else []
        if first.whole and (rest or size == len(pieces)):
            return [first, *rest]
    return []


def _zeros(part: str) -> str:
    return _O_FOR_ZERO.sub(lambda m: "0" * len(m.group()), part)


def _read_one(part: str, hints: Hints) -> PhoneReading:
    text = _zeros(part)
    flags: tuple[Flag, ...] = ("letter_o",) if text != part else ()
    if _LETTER_INSIDE.search(text):
        return PhoneReading(part, fault="phone.letters")
    digits = _SOFT.sub("", _WORD.sub(" ", text)).strip(":")
    plus = digits.startswith("+")
    digits = digits.lstrip("+")
    if not digits.isascii() or not digits.isdigit() or not digits.strip("0"):
        unclear = sum(map(str.isdigit, digits.strip("0"))) >= _LEAST_UNCLEAR
        return PhoneReading(part, fault="phone.unclear" if unclear else "phone.not_a_number")
    national, foreign = _national(digits, plus)
    if foreign:
        return PhoneReading(part, fault="phone.foreign")
    bare = national.removeprefix("0")
    if not national.startswith("0"):
        flags = (*flags, "no_leading_zero")
    found = _number(part, bare, flags, hints) or PhoneReading(part, fault=_fault(bare))
    return _not_used(found) if found.e164 and sets_aside(part) else found


def _national(digits: str, plus: bool) -> tuple[str, bool]:
    """The digits as dialled inside Vietnam (with their 0, or as written), and whether they are of another country."""
    if not plus and digits.startswith("00"):
        digits, plus = digits[2:], True
    if plus:
        return "0" + digits[2:].lstrip("0"), not digits.startswith("84")
    if digits.startswith("84") and len(digits) >= 11:
        return "0" + digits[2:].lstrip("0"), False
    return digits, False


def _number(part: str, bare: str, flags: tuple[Flag, ...], hints: Hints) -> PhoneReading | None:
    """What the significant digits (without 0) are: a number of today, one of before 2018 or 2017, or two at once."""
    first = OLD_MOBILES.get(bare[:3]) if len(bare) == 10 else None
    if first and _kind(first + bare[3:]) == "mobile":
        return PhoneReading(part, f"+84{first}{bare[3:]}", None, "mobile", (*flags, "old_format"))
    kind, old = _kind(bare), renumbered(bare)
    landline = old.significant if old and _kind(old.significant) == "landline" else ""
    if kind == "mobile" and old and landline:
        kind = hints.chosen.get(bare) or ("" if hints.speak_for_landline(part, bare, old) else kind)
        if not kind:
            doubt = TwoReadings(bare, f"+84{bare}", f"+84{landline}")
            return PhoneReading(part, None, "phone.two_readings", "", flags, doubt)
        if kind == "landline":
            return PhoneReading(part, f"+84{landline}", None, kind, (*flags, "old_area_code"))
    if kind:
        return PhoneReading(part, f"+84{bare}", None, kind, flags)
    if old and landline and _only_a_landline(part, bare, old, hints.province):
        return PhoneReading(part, f"+84{landline}", None, "landline", (*flags, "old_area_code"))
    return None


def _only_a_landline(part: str, bare: str, old: Renumbered, province: str | None) -> bool:
    """Whether digits that are no number of today can be nothing but a landline of before 2017.

    Local numbers begin with neither 0 nor 1, which mean something else to whoever dials them. `0203 844 123` may also
    be one of today that lacks a digit (area code 203): the list's own province or the grouping raises that doubt.
    """
    if old.local[0] in "01" or _type(bare) is not None:
        return False
    rival = PROVINCE_OF.get(bare[:3])
    if rival is None or PROVINCE_OF[old.area_code] == province:
        return True
    return rival != province and not stands_apart(part, bare[:3], len(bare) - 3)


def _kind(significant: str) -> PhoneKind:
    if _MOBILE.fullmatch(significant):
        return "mobile"
    found = _type(significant)
    return "" if found is None else _KINDS.get(found, "")


def _type(significant: str) -> int | None:
    """The library's type of a number that is valid, else None."""
    number = _parse(significant)
    if number is None or not phonenumbers.is_valid_number(number):
        return None
    return int(phonenumbers.number_type(number))


def _parse(significant: str) -> phonenumbers.PhoneNumber | None:
    try:
        return phonenumbers.parse(f"+84{significant}", None)
    except phonenumbers.NumberParseException:
        return None


def _fault(bare: str) -> str:
    number = _parse(bare)
    if bare.startswith(("1800", "1900")) or (number and phonenumbers.number_type(number) in _SERVICES):
        return "phone.service_number"
    if len(bare) < 9:
        return "phone.too_short"
    return "phone.too_long" if len(bare) > 10 else "phone.invalid"
