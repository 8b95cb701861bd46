"""What a handset understands: which topic is asked from the words alone, and which key or number means which option.

Nothing here goes by position, so a question asked under another's number or keys in another order are noticed.
"""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

Medium = Literal["spoken", "written"]
_NOT_WORD = re.compile(r"[\W_]+")
_KEY = re.compile(r"(?<= )(\d{1,2})(?= )")


@lru_cache(maxsize=20_000)
def squeeze(text: str) -> str:
    """Words only: NFC, casefold, no diacritics, no punctuation, single spaces, one space at either end."""
    decomposed = unicodedata.normalize("NFD", unicodedata.normalize("NFC", text).casefold())
    bare = "".join(letter for letter in decomposed if not unicodedata.combining(letter)).replace("đ", "d")
    return f" {_NOT_WORD.sub(' ', unicodedata.normalize('NFKC', bare)).strip()} "


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that a topic may have, and the words it goes by."""

    value: str
    spoken: tuple[str, ...]
    written: tuple[str, ...]

    def wordings(self, medium: Medium) -> tuple[str, ...]:
        """Its words, squeezed, for the ear or the eye."""
        return tuple(map(squeeze, self.spoken if medium == "spoken" else self.written))


@dataclass(frozen=True, slots=True)
class Topic:
    """Something one may be asked, in all the wordings it comes in."""

    name: str
    kind: Literal["choice", "integer", "consent"]
    spoken: tuple[str, ...]
    written: tuple[str, ...]
    options: tuple[Option, ...] = ()
    low: int = 0
    high: int = 100
    scope: str = ""

    @classmethod
    def of(cls, given: dict[str, Any]) -> Topic:
        """Read the JSON of POST /simulator/topics; ValueError when it makes no topic."""
        kind = given.get("kind", "choice")
        options = tuple(
            Option(str(o["value"]), tuple(o.get("spoken", ())), tuple(o.get("written", ())))
            for o in given.get("options", ())
        )
        if kind not in ("choice", "integer", "consent") or (kind != "integer" and not options):
            raise ValueError(f"topic {given.get('topic')!r}: kind {kind!r} with {len(options)} options")
        low, high = given.get("range", (0, 100))
        texts = tuple(given.get("spoken", ())), tuple(given.get("written", ()))
        return cls(str(given["topic"]), kind, *texts, options, int(low), int(high), str(given.get("scope", "")))

    def wordings(self, medium: Medium) -> tuple[str, ...]:
        """How the question sounds or reads, squeezed."""
        return tuple(map(squeeze, self.spoken if medium == "spoken" else self.written))

    def keys(self, text: str, medium: Medium) -> dict[str, str]:
        """Option value → the key or number that `text` says means it."""
        tail = squeeze(text)
        ends = [tail.rfind(wording) + len(wording) - 1 for wording in self.wordings(medium) if wording in tail]
        marks = _marks(tail[max(ends, default=0) :], self.options, medium)
        key_first, key_last = _pairs(marks, key_first=True), _pairs(marks, key_first=False)
        if len(key_first) == len(key_last):
            return key_first if marks and marks[0].key else key_last
        return max(key_first, key_last, key=len)


def recognise(topics: Iterable[Topic], text: str, medium: Medium) -> Topic | None:
    """The topic that `text` asks: the longest wording it contains wins; None when it contains none."""
    heard = squeeze(text)
    best: tuple[int, Topic] | None = None
    for topic in topics:
        for wording in topic.wordings(medium):
            if len(wording) > (best[0] if best else 2) and wording in heard:
                best = (len(wording), topic)
    return best[1] if best else None


@dataclass(frozen=True, slots=True)
class _Mark:
    """A key that is named, or an option that is named; the other field is empty."""

    key: str = ""
    value: str = ""


def _marks(text: str, options: Sequence[Option], medium: Medium) -> list[_Mark]:
    """Keys and options in the order in which they are named; longer wordings are found before shorter ones."""
    wordings = [(wording, option.value) for option in options for wording in option.wordings(medium)]
    found: list[tuple[int, _Mark]] = []
    for wording, value in sorted(wordings, key=lambda pair: -len(pair[0])):
        while (at := text.find(wording)) >= 0:
            found.append((at, _Mark(value=value)))
            text = text[:at] + " " + "\0" * (len(wording) - 2) + " " + text[at + len(wording) :]
    found += [(match.start(), _Mark(key=match[1])) for match in _KEY.finditer(text)]
    return [mark for _, mark in sorted(found, key=lambda place: place[0])]


def _pairs(marks: list[_Mark], *, key_first: bool) -> dict[str, str]:
    """Pair neighbours, the key before its option or after it; the first naming of an option counts."""
    pairs: dict[str, str] = {}
    for first, second in itertools.pairwise(marks):
        key, option = (first, second) if key_first else (second, first)
        if key.key and option.value:
            pairs.setdefault(option.value, key.key)
    return pairs
