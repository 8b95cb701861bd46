"""The table of question kinds: what holds for every question of a kind, on each channel and in files.

A new kind is a row here; its words stand in `survey.words.kinds`, its keys and what is read back in `ivr.kinds`, and
what people type for it in `sms.reading.kinds`. It must not know a questionnaire, nor how a channel gathers an answer.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

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


def _no_value(value: str) -> str | None:
    return None


def _whole_number(value: str) -> str | None:
    return str(int(value)) if _is_figures(value) and len(value) <= MAX_DIGITS else None


def _is_figures(value: str) -> bool:
    return value.isascii() and value.isdigit()


def _is_long_number(value: str) -> bool:
    return _is_figures(value) and len(value) > MAX_DIGITS


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


def _words(value: str) -> str | None:
    plain = unicodedata.normalize("NFC", value.encode("utf-8", "replace").decode())
    words = " ".join("".join(c if c.isprintable() else " " for c in plain).split())
    return words if words and len(words) <= MAX_TEXT else None


def _unchanged(value: str, language: str) -> str:
    return value


def _with_comma(value: str, language: str) -> str:
    return value.replace(".", ",") if language == "vi" else value


def _day_first(value: str, language: str) -> str:
    return "/".join(reversed(value.split("-")))


def _never(value: str) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionKind:
    """What holds for every question of one kind."""

    name: str
    """As a form writes it, in XLSForm's column `type` and in its JSON."""
    spellings: tuple[str, ...] = ()
    """Other spellings of the type that XLSForm takes."""
    asked: bool = True
    """Whether it wants an answer; the others are told on the way, or worked out from other answers."""
    in_calls: bool = True
    """Whether a call can say it: words cannot be keyed, and what is worked out is heard nowhere."""
    chosen: Literal["", "one", "several"] = ""
    """How many of its choices are chosen; "" for kinds without choices."""
    canonical: Callable[[str], str | None] = _no_value
    """The stored form of keys or of a written value, None when they mean none; choices are found without it."""
    is_too_long: Callable[[str], bool] = _never
    """Whether a value is one of this kind, only a longer one than is taken."""
    shown: Callable[[str, str], str] = _unchanged
    """(stored value, language) → how a person reads it; choices are shown by their labels."""
    is_number: bool = False
    """Whether it is a number: compared with last time's, and a number in a spreadsheet."""
    is_free_text: bool = False
    """Whether it is answered in one's own words."""
    is_plain: bool = False
    """Whether stored answers are the form's own values, numbers or days: nothing a spreadsheet would calculate."""
    hint: str = ""
    """Code of the words that say how to answer (`survey.words.kinds`); "" where a single key does."""
    wrong: str = "wrong_key"
    """Code of the words that say that an answer was none."""
    exported_as: str = "text"
    """Type in the open format Flow Results 1.1.0."""
    example: str = ""
    """Keys of an answer, for measures and for trying conditions; "" for kinds with choices."""

    @property
    def takes_figures(self) -> bool:
        """Whether a call gathers figures for it, any of which may slip, so that they are read back."""
        return self.asked and self.in_calls and not self.chosen


_TABLE = (
    QuestionKind(name="note", asked=False),
    QuestionKind(name="calculate", asked=False, in_calls=False),
    QuestionKind(
        name="select_one",
        spellings=("select one", "select1"),
        chosen="one",
        is_plain=True,
        exported_as="select_one",
    ),
    QuestionKind(
        name="select_multiple",
        spellings=("select multiple", "select all that apply"),
        chosen="several",
        is_plain=True,
        hint="several",
        exported_as="select_many",
    ),
    QuestionKind(
        name="integer",
        spellings=("int",),
        canonical=_whole_number,
        is_too_long=_is_long_number,
        is_number=True,
        is_plain=True,
        hint="number",
        wrong="wrong_number",
        exported_as="numeric",
        example="1",
    ),
    QuestionKind(
        name="decimal",
        canonical=_decimal,
        shown=_with_comma,
        is_number=True,
        is_plain=True,
        hint="decimal",
        wrong="wrong_number",
        exported_as="numeric",
        example="1",
    ),
    QuestionKind(
        name="date",
        canonical=_day,
        shown=_day_first,
        is_plain=True,
        hint="date",
        wrong="wrong_date",
        exported_as="date",
        example="05032026",
    ),
    QuestionKind(
        name="text",
        spellings=("string",),
        in_calls=False,
        canonical=_words,
        is_free_text=True,
        hint="words",
        wrong="wrong_words",
        example="Khong",
    ),
)

KINDS: Final[Mapping[str, QuestionKind]] = {kind.name: kind for kind in _TABLE}
"""Kind by name."""
