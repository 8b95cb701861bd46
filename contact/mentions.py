"""Finds a person in what somebody wrote: their number in any form it has or had, and their name with or without marks.

For copies and erasures of what is held about one person. It must not know where the texts come from.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any

from contact.renumbering import OLD_AREA_CODES, OLD_MOBILES

REMOVED = "[…]"
"""What stands where something was taken out."""
_HOME = "+84"
_BETWEEN = r"[\s.\-()/]{0,3}"
_LAST_DIGITS = 7


class Sought:
    """One person: E.164 `numbers`, and `names` as they were written."""

    def __init__(self, numbers: Iterable[str], names: Iterable[str] = ()) -> None:
        """A name of one word is too common to be looked for inside sentences: only a text that is just it counts."""
        self._numbers = [re.compile(_digits(form)) for number in numbers for form in forms(number)]
        levelled = {_level_name(name) for name in names} - {""}
        self._alone = {name for name in levelled if " " not in name}
        self._names = [re.compile(_words(name)) for name in sorted(levelled - self._alone)]

    def stands_in(self, text: str) -> bool:
        """Whether the person stands anywhere in `text`."""
        return next(self._places(text), None) is not None

    def without(self, text: str) -> str:
        """`text` with `REMOVED` wherever the person stands in it; anything else unchanged."""
        places = sorted(self._places(text))
        if not places:
            return text
        level, parts, after = unicodedata.normalize("NFC", text), [], 0
        for start, end in places:
            if start >= after:
                parts += [level[after:start], REMOVED]
            after = max(after, end)
        return "".join([*parts, level[after:]])

    def taken_out(self, document: Any) -> Any:
        """A JSON document with every text in it `without` the person, in keys and values."""
        match document:
            case str():
                return self.without(document)
            case Mapping():
                return {self.without(str(key)): self.taken_out(value) for key, value in document.items()}
            case list() | tuple():
                return [self.taken_out(item) for item in document]
            case bool() | None:
                return document
            case int() if self.stands_in(str(document)):
                return REMOVED
        return document

    def _places(self, text: str) -> Iterator[tuple[int, int]]:
        level = _level(text)
        if _level_name(text) in self._alone:
            yield 0, len(level)
        for pattern in self._patterns:
            yield from (found.span() for found in pattern.finditer(level))

    @cached_property
    def _patterns(self) -> Sequence[re.Pattern[str]]:
        return (*self._numbers, *self._names)


def forms(number: str) -> list[str]:
    """The digits (without 0) by which an E.164 number is or was written: today's, and those of before 2017 or 2018."""
    if not number.startswith(_HOME):
        return [number.lstrip("+")]
    today = number.removeprefix(_HOME)
    old_mobiles = [old + today[len(new) :] for old, new in OLD_MOBILES.items() if _is_of(today, new, _LAST_DIGITS)]
    old_landlines = [old + today[len(new) :] for old, new in OLD_AREA_CODES.items() if _is_of(today, new, 0)]
    return [today, *old_mobiles, *old_landlines]


def _is_of(digits: str, code: str, rest: int) -> bool:
    return digits.startswith(code) and (not rest or len(digits) == len(code) + rest)


def _digits(form: str) -> str:
    """The digits with what people put between them, after 0, 84, +84, 0084 or nothing; never inside a longer number."""
    spaced = _BETWEEN.join(form)
    return rf"(?<!\d)(?:(?:\+|00)?{_BETWEEN}84{_BETWEEN}(?:\(?0\)?{_BETWEEN})?|\(?0{_BETWEEN})?{spaced}(?!\d)"


def _words(name: str) -> str:
    return r"(?<!\w)" + r"\s+".join(map(re.escape, name.split())) + r"(?!\w)"


def _level(text: str) -> str:
    """`text` letter by letter in lower case without marks: as long as its NFC form, so that places are the same."""
    return "".join(map(_plain_letter, unicodedata.normalize("NFC", text)))


def _plain_letter(letter: str) -> str:
    if letter.isascii():
        return letter.lower()
    if letter in "đĐ":
        return "d"
    first = unicodedata.normalize("NFKD", letter)[0]
    lower = first.lower()
    return lower if len(lower) == 1 else first


def _level_name(name: str) -> str:
    return " ".join(_level(name).split())
