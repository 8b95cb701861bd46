"""Hints for digits with two readings: a landline of before 2017 or a mobile of today.

`038 3844123` is both. Hints raise a doubt, they never decide: staff do, and what they chose is among the hints. It must
not know spreadsheets.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from characters.cleaning import clean, folded
from contact.renumbering import PROVINCE_OF, Renumbered

PhoneKind = Literal["mobile", "landline", ""]
_GROUP = re.compile(r"\d+")
_FOR_LANDLINES = re.compile(
    r"\b(co dinh|co quan|cq|dtcq|van phong|tru so|tong dai|cd|dtcd|vp|dtvp|fax|landline|fixed|office|work|home|house"
    r"|huu tuyen|nha rieng|nr|dtnr|dtn|uy ban|ubnd|dang uy|tram|buu dien|nha van hoa"
    r"|(may|so|dien thoai|dt|sdt|so dt|tel) (de )?(ban|nha))\b"
)
_DESK = re.compile(r"(?<!địa )\bbàn\b")
"""With its mark: without, it may be a board ("Trưởng ban")."""
_FOR_MOBILES = re.compile(r"\b(di dong|dd|dtdd|sdtdd|mobile|cell|zalo|viber|ca nhan|(?<!nha )rieng)\b")
_MOST_BRACKETED = 4
"""Digits in brackets: an area code, or one with the 3 that was put before all local numbers in 2008."""


@dataclass(frozen=True, slots=True)
class Hints:
    """What is known of the place a number stands in.

    `meant`: what its column is for. `province`: whose list it is (scheme vn-2025; "" = not known; None = no list: how
    its digits are grouped then says nothing, nor that it ends in zeros). `chosen`: digits (without 0) → what staff
    chose for them.
    """

    meant: PhoneKind = ""
    province: str | None = None
    chosen: Mapping[str, PhoneKind] = field(default_factory=dict)

    def speak_for_landline(self, text: str, significant: str, old: Renumbered) -> bool:
        """Whether anything does: the column or the cell's own words, brackets round the code, or the code standing
        apart in its own province (`08` anywhere: no mobile is written so).

        `text` holds the digits `significant`, which are the landline `old`.
        """
        ours = self.province in ("", PROVINCE_OF[old.area_code])
        anywhere = self.province and len(old.old_code) == 1 and not is_in_pairs(text)
        behind = len(significant) - len(old.old_code)
        apart = (ours or anywhere) and stands_apart(text, old.old_code, behind)
        meant = meaning_of(text) or self.meant
        return meant == "landline" or bool(apart) or is_bracketed(text, len(significant))


NO_HINTS = Hints()


def meaning_of(words: str) -> PhoneKind:
    """What a heading, or the words beside a number, say it is; "" when they say nothing or both."""
    folded_words = folded(words)
    landline = bool(_FOR_LANDLINES.search(folded_words)) or bool(_DESK.search(clean(words).lower()))
    mobile = bool(_FOR_MOBILES.search(folded_words))
    if landline == mobile:
        return ""
    return "landline" if landline else "mobile"


def stands_apart(text: str, code: str, local_digits: int) -> bool:
    """Whether the digits are grouped so that the first group of the number is its area code (`038 3844 123`)."""
    groups = _GROUP.findall(text)
    digits = 0
    while groups and digits < local_digits:
        digits += len(groups.pop())
    return digits == local_digits and bool(groups) and groups[-1].endswith(code)


def is_in_pairs(text: str) -> bool:
    """Whether all digits are grouped by two, as some write any number (`08 38 12 34 56`)."""
    return all(len(group) == 2 for group in _GROUP.findall(text))


def is_bracketed(text: str, significant_digits: int) -> bool:
    """Whether the first digits of the number stand in brackets; a country code or 0 alone does not count."""
    behind = (sum(map(str.isdigit, text[end.end() :])) for end in re.finditer(r"\d\s*\)", text))
    return any(0 < significant_digits - digits <= _MOST_BRACKETED for digits in behind)
