"""The canonical value of each kind of answer: read from keys or from a value, and shown to a person again.

It must not know constraints or branching (the plan judges those), nor how a channel gathers keys.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import date

from survey.form.questionnaire import Choice, Question, Words

MAX_DIGITS = 12
"""Digits of a number; a phone keypad slip makes longer ones, and larger figures are not asked for."""
MAX_PLACES = 4
"""Figures behind the comma."""
MAX_TEXT = 500
"""Characters of a text answer: about three long messages."""

_DECIMAL = re.compile(r"([0-9]+)(?:[.,#]([0-9]*))?#?")
_KEYED_DAY = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{4})")
_WRITTEN_DAY = re.compile(r"([0-9]{1,2})[/.-]([0-9]{1,2})[/.-]([0-9]{4})")
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")


def from_keys(question: Question, keys: str) -> str | None:
    """The value that `keys` mean: a choice's key, several keys, a number (`12`, `12#5`, `12,5`), a day as ddmmyyyy,
    or the words of a text. None when they mean none."""
    match question.kind:
        case "select_one":
            choice = question.choice_for_key(keys)
            return None if choice is None else choice.value
        case "select_multiple":
            chosen = [question.choice_for_key(key) for key in keys]
            return _together(question, [c for c in chosen if c is not None]) if all(chosen) else None
        case _:
            return from_value(question, keys)


def from_value(question: Question, value: str) -> str | None:
    """The canonical form of a `value` as staff, the online form and exports write it; None when it is none.

    Choices by their values (several with spaces between), numbers with a point or comma, days as yyyy-mm-dd or
    dd/mm/yyyy.
    """
    match question.kind:
        case "select_one":
            return value if question.choice(value) is not None else None
        case "select_multiple":
            chosen = [question.choice(name) for name in value.split()]
            return _together(question, [c for c in chosen if c is not None]) if all(chosen) else None
        case "integer":
            return str(int(value)) if value.isascii() and value.isdigit() and len(value) <= MAX_DIGITS else None
        case "decimal":
            return _decimal(value)
        case "date":
            return _day(value)
        case "text":
            return _text(value)
        case _:
            return None


def is_too_long(question: Question, value: str) -> bool:
    """Whether `value` is a number, only a longer one than is taken."""
    return question.kind == "integer" and value.isascii() and value.isdigit() and len(value) > MAX_DIGITS


def _together(question: Question, chosen: list[Choice]) -> str | None:
    """The chosen values in the order of the form, each once; "no opinion" stands alone, nothing at all is no answer."""
    picked = [c for c in question.choices if c in chosen]
    if not picked or (len(picked) > 1 and any(c.no_opinion for c in picked)):
        return None
    return " ".join(c.value for c in picked)


def _decimal(value: str) -> str | None:
    found = _DECIMAL.fullmatch(value)
    if found is None or len(found[1]) > MAX_DIGITS or len(found[2] or "") > MAX_PLACES:
        return None
    places = (found[2] or "").rstrip("0")
    return str(int(found[1])) + (f".{places}" if places else "")


def _day(value: str) -> str | None:
    iso = _ISO_DAY.fullmatch(value)
    found = iso or _KEYED_DAY.fullmatch(value) or _WRITTEN_DAY.fullmatch(value)
    if found is None:
        return None
    year, month, day = found.groups() if iso else reversed(found.groups())
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return None


def _text(value: str) -> str | None:
    plain = unicodedata.normalize("NFC", value.encode("utf-8", "replace").decode())
    words = " ".join("".join(c if c.isprintable() else " " for c in plain).split())
    return words if words and len(words) <= MAX_TEXT else None


def shown(question: Question, value: str, language: str, default_language: str, *, written: bool = False) -> str:
    """A stored value as a person hears it (or reads it, `written`): labels, `12,5`, `15/03/2026`."""

    def words_of(choice: Choice) -> str:
        def best(words: Words) -> str:
            return words.get(language) or words.get(default_language, "")

        return (best(choice.text) if written else "") or best(choice.label)

    if question.choices:
        chosen = [question.choice(name) for name in value.split()]
        return ", ".join(_small(words_of(choice)) for choice in chosen if choice is not None)
    if question.kind == "decimal":
        return value.replace(".", ",") if language == "vi" else value
    if question.kind == "date":
        return "/".join(reversed(value.split("-")))
    return value


FAR_TIMES, FAR_BY = 2, 5
"""A number is far from another when it is over twice as large, or under half, and differs by more than this."""


def is_far(value: str, other: str) -> bool:
    """Whether two numbers differ so much that a key may have slipped; False for what is no number."""
    try:
        small, large = sorted((float(value), float(other)))
    except ValueError:
        return False
    return large > FAR_TIMES * small and large - small > FAR_BY


def _small(words: str) -> str:
    return words[:1].lower() + words[1:]
