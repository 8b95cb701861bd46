"""What single cells of lists mean: days, whole numbers, place names, and the code of an organisation without one.

It must not know rows, headers or faults: what cannot be read is None.
"""

from __future__ import annotations

import hashlib
import re
from datetime import date, datetime, timedelta
from functools import lru_cache

from characters import cleaning as characters
from characters import notation
from characters.cleaning import one_tone_place
from files import columns
from files.columns import plain
from files.registry_words import SHORTER
from files.workbooks import Cell

_EXCEL_EPOCH = date(1899, 12, 30)
_IN_WORDS = re.compile(r"(?:ngày )?(\d{1,2}) tháng (\d{1,2}) năm (\d{4})", re.IGNORECASE)
_WHOLE = re.compile(r"([0-9]{1,3}(?:[., ][0-9]{3}){1,9}|[0-9]{1,30})(?: (?:thành viên|người|tv|hộ))?", re.IGNORECASE)
_WHOLE_FLOAT = re.compile(r"\d{6,}\.0")
_ZEROS_FOR_DIGITS = re.compile(rf"[1-9]\d{{{notation.MOST_DIGITS - 1}}}00+")
"""A code longer than a spreadsheet keeps, whose further digits it made zeros."""
_SHORT = {long.casefold(): short for long, short in SHORTER}
_LONG = re.compile("|".join(long for long, _ in SHORTER), re.IGNORECASE)
_SHORT_FOLDED = tuple((columns.fold(long), columns.fold(short)) for long, short in SHORTER)
_BETWEEN = re.compile(r"[\W_]+")
_SERIAL = re.compile(r"\d{5}(\.\d+)?")
_DAY_FIRST = re.compile(r"(\d{1,2})[/.\- ](\d{1,2})[/.\- ](\d{4})(?: .*)?")
_LEVEL = re.compile(r"(xa|phuong|thi tran|dac khu|x|p|tt|dk) (?=\w)")
_WRITTEN_LEVEL = re.compile(
    r"(xã|phường|thị trấn|đặc khu|xa|phuong|thi tran|dac khu|(x|p|tt|đk)\.) ?(?=\w)", re.IGNORECASE
)
_PLACES = (("x", "Xã"), ("p", "Phường"), ("tt", "Thị trấn"), ("đk", "Đặc khu"))


def read_date(cell: Cell) -> date | None:
    """A day from a date cell, an Excel serial, or text as dd/MM/yyyy, d-M-yyyy, d.M.yyyy, yyyy-MM-dd or in words."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = plain(cell)
    if _SERIAL.fullmatch(text):
        return _EXCEL_EPOCH + timedelta(days=int(float(text)))
    if match := _DAY_FIRST.fullmatch(text) or _IN_WORDS.fullmatch(text):
        day, month, year = map(int, match.groups())
    elif match := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T].*)?", text):
        year, month, day = map(int, match.groups())
    else:
        return None
    try:
        return date(year, month, day)
    except ValueError:
        return None


def read_whole(text: str) -> int | None:
    """A whole number of at most 30 digits, with or without thousands marks and a word for people behind it ("1.234
    thành viên")."""
    match = _WHOLE.fullmatch(text)
    return int(re.sub(r"[., ]", "", match[1])) if match else None


def read_code(cell: Cell) -> str | None:
    """A registry code or tax number as text ("" for an empty cell); None when a program has thrown digits of it away.

    `1E5` stays the text it is: no program writes a number without point and sign.
    """
    text = plain(cell)
    if isinstance(cell, str) and len(text) <= notation.MOST_DIGITS and text.isalnum() and "E" not in text.upper():
        return text
    if isinstance(cell, float) and (notation.has_too_many_digits(cell) or notation.is_rounded(text)):
        return None
    if _WHOLE_FLOAT.fullmatch(text):
        return text.partition(".")[0]
    whole = notation.SCIENTIFIC.fullmatch(text)
    if whole and (whole["part"] or whole["sign"] == "+"):
        return notation.expand_scientific(whole)
    inside = notation.SCIENTIFIC.search(text)
    return None if (inside and inside["sign"] == "+") or _ZEROS_FOR_DIGITS.fullmatch(text) else text


def expand(place: str) -> str:
    """A short level in full: "X. Tân Tiến" → "Xã Tân Tiến"; other names stay as they are."""
    for short, long in _PLACES if "." in place[:4] else ():
        if match := re.match(rf"{short}\. ?(?=\w)", place, re.IGNORECASE):
            return f"{long} {place[match.end() :]}"
    return place


@lru_cache(maxsize=64)  # a row asks twice
def shorten(name: str) -> str:
    """The name with the long words for its kind abbreviated ("Hợp tác xã" → "HTX")."""
    return _LONG.sub(lambda found: _SHORT[found[0].casefold()], name)


@lru_cache(maxsize=8192)
def same(text: str) -> str:
    """How names are compared: case, long or short words for the kind, and where the tone stands make no difference."""
    return one_tone_place(shorten(text).casefold()).strip(" .,;")


@lru_cache(maxsize=8192)
def seen_as(text: str) -> str:
    """What the eye compares: as `same`, look-alike letters and all signs between words alike."""
    return " ".join(_BETWEEN.sub(" ", same(characters.plain(text))).split())


@lru_cache(maxsize=8192)
def loosely(name: str) -> str:
    """As names are searched, which finds more than is meant: without marks, long words for the kind as short ones."""
    said = columns.fold(name)
    for long, short in _SHORT_FOLDED:
        said = said.replace(long, short)
    return said


def bare_place(commune: str) -> str:
    """A commune's name without the word for its level, marks as they are."""
    return _WRITTEN_LEVEL.sub("", characters.clean(commune))


def place_loosely(commune: str) -> str:
    """The same for a commune, without the word for its level."""
    return _LEVEL.sub("", columns.fold(commune))


def derived_code(name: str, kind: str, commune: str) -> str:
    """A registry code for lists without one: the same organisation gets the same code in every list.

    From public facts only, never from the phone: phones change and are shared.
    """
    identity = "\n".join((same(name), kind.casefold(), same(commune)))
    return "D" + hashlib.sha256(identity.encode()).hexdigest()[:13].upper()
