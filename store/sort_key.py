"""The sort key of Vietnamese names: the order of the alphabet as plain digits, whatever the server's collation.

It must not know what is sorted.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_LETTERS = " 0123456789aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_PLACES = {letter: f"{place:02d}" for place, letter in enumerate(_LETTERS, start=1)}
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
"""Grave, hook, tilde, acute, dot: the order of Vietnamese dictionaries."""


def sort_key(name: str) -> str:
    """Digits that compare as `name` sorts: letters first (a < ă < â, d < đ …), tones where all letters are equal."""
    parts = [_place(character) for character in " ".join(unicodedata.normalize("NFC", name).lower().split())]
    return "".join(letter for letter, _ in parts) + "00" + "".join(tone for _, tone in parts)


@lru_cache(maxsize=1024)
def _place(character: str) -> tuple[str, str]:
    """The place of a letter in the alphabet ("" for punctuation, "99" for foreign letters), and of its tone."""
    marks = unicodedata.normalize("NFD", character)
    tone = next((mark for mark in marks if mark in _TONES), "")
    letter = unicodedata.normalize("NFC", marks.replace(tone, "")) if tone else character
    return _PLACES.get(letter, "99" if letter.isalpha() else ""), _TONES.get(tone, "0")
