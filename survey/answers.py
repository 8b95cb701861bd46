"""Answers and inputs: what a respondent (or staff, or the online form) said, bound to the question it answers.

It must not know how the words were spoken or typed: channels translate into these values first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

Channel = Literal["voice", "sms", "staff", "online"]
Word = Literal[
    "repeat", "back", "person", "later", "help", "call", "stop", "start", "language", "skip", "not_me",
    "transfer", "connected", "unconnected",
]  # fmt: skip
"""`transfer`: a person is asked for, and one can be put through now; then `connected`, or `unconnected`."""


class Answer(NamedTuple):
    """The committed answer to one question: `value` is canonical (`survey.form.values`), or worked out by the form.

    A tuple, because a state holds many and is read and written at every turn.
    """

    value: str
    channel: Channel
    seq: int
    """The interview event that committed it (the truth lies there)."""


@dataclass(frozen=True, slots=True)
class Key:
    """What was pressed or written for the bound question: a choice's key, several keys, a number (`12`, `12#5`), a
    day as ddmmyyyy, or the words of a text."""

    digits: str


@dataclass(frozen=True, slots=True)
class Silence:
    """The respondent was asked and said nothing (voice only)."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A word that always works: repeat, person, later …; `about` what it asks for, as the code of a language."""

    word: Word
    about: str = ""


@dataclass(frozen=True, slots=True)
class Unclear:
    """Something was said that cannot be read as an answer; `code` says why, `understood` what was made of it."""

    code: str
    understood: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """Several answers at once by question name (online import, staff form). `final`: the form was submitted."""

    answers: Mapping[str, str]
    final: bool = False


Said = Key | Silence | Spoken | Unclear | Entry


@dataclass(frozen=True, slots=True)
class Heard:
    """One input: what was `said`, on which channel, under which carrier id, bound to which turn and question.

    `turn` is the turn the person saw or heard when answering; `question` the question asked in it (None: not bound,
    for words and entries). A `correction` supersedes an answer already committed, otherwise the first answer wins.
    """

    channel: Channel
    source_id: str
    said: Said
    turn: int = 0
    question: str | None = None
    correction: bool = False
