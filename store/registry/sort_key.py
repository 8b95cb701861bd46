"""The sort key of Vietnamese names: the order of the alphabet as plain digits, whatever the server's collation.

It must not know what is sorted.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

_LETTERS = " 0123456789aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
_PLACES = {letter: f"{place:02d}" for place, letter in enumerate(_LETTERS, start=1)}
_TONES = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
"""Grave, hook, tilde, acute, dot: the order of Vietnamese dictionaries."""


def sort_key(name: str) -> str:
    """Digits that compare as `name` sorts: letters first (a < ă < â, d < đ …), tones where all letters are equal."""
    letters = " ".join(unicodedata.normalize("NFC", name).lower().split())
    return f"{letters.translate(_PLACE_OF)}00{letters.translate(_TONE_OF)}"


def _place(character: str) -> str:
    """The place of a letter in the alphabet whatever its tone; "" for punctuation, "99" for foreign letters."""
    marks, tone = _taken_apart(character)
    letter = unicodedata.normalize("NFC", marks.replace(tone, "")) if tone else character
    return _PLACES.get(letter, "99" if letter.isalpha() else "")


def _tone(character: str) -> str:
    return _TONES.get(_taken_apart(character)[1], "0")


def _taken_apart(character: str) -> tuple[str, str]:
    """The letter with its marks apart, and that of them which is a tone ("" for none)."""
    marks = unicodedata.normalize("NFD", character)
    return marks, next((mark for mark in marks if mark in _TONES), "")


class _Said(dict[int, str]):
    """For `str.translate`: what each letter becomes, worked out when it is met first."""

    def __init__(self, of: Callable[[str], str]) -> None:
        super().__init__()
        self._of = of

    def __missing__(self, codepoint: int) -> str:
        found = self[codepoint] = self._of(chr(codepoint))
        return found


_PLACE_OF, _TONE_OF = _Said(_place), _Said(_tone)
