"""How answers of each kind are keyed and read back in a call, beside those that are one key (`ivr.menus`).

It must not know what a key does to the interview nor which sentences stand around what is read back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from survey.form.questionnaire import Question
from survey.words import wording


def figures(value: str, language: str) -> list[str]:
    """A number figure by figure, as sentences that can all be recorded."""
    return [wording.say(f"keyed.{'point' if figure == '.' else figure}", language) for figure in value]


def _day(value: str, language: str) -> list[str]:
    """A day by its parts, the year figure by figure."""
    year, month, day = value.split("-")
    return [
        wording.say("keyed.day", language, day=int(day)),
        wording.say("keyed.month", language, month=int(month)),
        wording.say("keyed.year", language),
        *figures(year, language),
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedKind:
    """How the answers of one kind are keyed and read back."""

    ends_by_key: bool = True
    """Whether `#` ends the answer; else only quiet does, as `#` stands within it."""
    read_back: Callable[[str, str], list[str]] = figures
    """(stored value, language) → the sentences that tell it."""
    samples: tuple[str, ...] = ("1234567890",)
    """Stored values that together have every sentence that can be read back."""


KEYED: Final[Mapping[str, KeyedKind]] = {
    "decimal": KeyedKind(ends_by_key=False, samples=("1234567890.1",)),
    "date": KeyedKind(
        read_back=_day,
        samples=("2013-01-01", *(f"20{day + 10}-{min(day, 12):02}-{day:02}" for day in range(1, 32)), "4567-08-09"),
    ),
}
"""Kind → how it is keyed; every other one like a whole number."""
_NUMBER = KeyedKind()


def keyed_kind(question: Question) -> KeyedKind:
    """How answers to `question` are keyed and read back."""
    return KEYED.get(question.kind, _NUMBER)
