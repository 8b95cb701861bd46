"""What the engine wants to happen next, as plain values; a channel renders them, a use case carries them out.

Codes and parameters only: the words live in `survey.wording` and in the form, and no channel is known here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

Ending = Literal["complete", "partial", "refused"]


@dataclass(frozen=True, slots=True)
class Welcome:
    """The interview begins on this contact (consent has not been asked yet)."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """The interview goes on where it stopped; earlier answers are never read out."""


@dataclass(frozen=True, slots=True)
class Tell:
    """Speak or write the note `question`."""

    question: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Ask `question` as turn `turn`; `tries` wrong or silent tries came before (0 at first)."""

    question: str
    turn: int
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Echo:
    """Say back what was stored: `value` for `question`."""

    question: str
    value: str


@dataclass(frozen=True, slots=True)
class Unheard:
    """Nothing was heard; `tries` so far on this question, this one included."""

    tries: int


@dataclass(frozen=True, slots=True)
class NotAChoice:
    """The key or words name no choice of `question`; `tries` so far, this one included."""

    question: str
    tries: int


@dataclass(frozen=True, slots=True)
class OutOfRange:
    """The number breaks the constraint of `question`; `tries` so far, this one included."""

    question: str
    tries: int


@dataclass(frozen=True, slots=True)
class Doubtful:
    """What was said cannot be stored as it stands; ask back with what was `understood`. `code` says why.

    Codes of an entry: `unknown_question`, `not_applicable`, `not_a_choice`, `out_of_range`, with the `question`.
    """

    code: str
    understood: str = ""
    question: str | None = None


@dataclass(frozen=True, slots=True)
class LeftOpen:
    """After too many tries `question` is left open and the interview goes on; it comes back once, then no more."""

    question: str
    comes_back: bool = True


@dataclass(frozen=True, slots=True)
class AlreadyAnswered:
    """The bound question was answered elsewhere meanwhile: nothing was stored, the next question follows."""

    question: str


@dataclass(frozen=True, slots=True)
class Ended:
    """The interview is over: complete, partial (questions left open) or refused."""

    ending: Ending


@dataclass(frozen=True, slots=True)
class Finished:
    """Input came after the end: the form is final, nothing was stored."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """The respondent asks for something outside the interview: a person, a call, help, another time."""

    what: Literal["person", "call", "help", "later"]


@dataclass(frozen=True, slots=True)
class Consent:
    """The respondent agreed (`given`) or refused; to be written to the consent ledger with wording and channel."""

    given: bool


Effect = (
    Welcome
    | Resumed
    | Tell
    | Ask
    | Echo
    | Unheard
    | NotAChoice
    | OutOfRange
    | Doubtful
    | LeftOpen
    | AlreadyAnswered
    | Ended
    | Finished
    | Wanted
    | Consent
)


def to_dict(effect: Effect) -> dict[str, Any]:
    """The effect as plain JSON: {"effect": class name, …its fields}."""
    return {"effect": type(effect).__name__, **{name: getattr(effect, name) for name in effect.__dataclass_fields__}}
