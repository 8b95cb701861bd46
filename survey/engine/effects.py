"""What the engine wants to happen next, as plain values; a channel renders them, a use case carries them out.

Codes and parameters only: the words live in `survey.words.wording` and in the form, and no channel is known here.
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
    """Say back what was stored: `value` for `question`; `listed`: one of several, told with its number."""

    question: str
    value: str
    listed: bool = False


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

    what: Literal["person", "call", "help", "later", "transfer"]
    """`transfer`: a person, who is put through now."""


@dataclass(frozen=True, slots=True)
class Appointed:
    """The respondent chose a time: `when` is what it is called, `at` the business time in ISO 8601."""

    when: Literal["hour", "evening", "tomorrow_morning", "tomorrow_evening"]
    at: str


@dataclass(frozen=True, slots=True)
class OptedOut:
    """The respondent wants no contact any more, and confirmed it: every channel, round and organisation ends."""


@dataclass(frozen=True, slots=True)
class PersonAt:
    """A person from the office is wanted at a time of the respondent's own choice; `at` in ISO 8601."""

    when: Literal["tomorrow_morning", "tomorrow_afternoon"]
    at: str


@dataclass(frozen=True, slots=True)
class Connected:
    """They have talked to the person they asked for (`done`), or nobody was to be had."""

    done: bool


@dataclass(frozen=True, slots=True)
class WrongPerson:
    """Whoever answered is not whom we look for: `wrong_number`, or `left_office` (no longer leads it)."""

    why: str


@dataclass(frozen=True, slots=True)
class Noted:
    """A key outside the questions was taken; said before the next keys are, so that a bouncing one answers nothing."""


@dataclass(frozen=True, slots=True)
class GoneBack:
    """An answered question of this contact is asked again."""


@dataclass(frozen=True, slots=True)
class NothingBefore:
    """There is no answer in this contact to go back to."""


@dataclass(frozen=True, slots=True)
class Far:
    """The number for `question` is far from last time's, which is never told: ask whether it is right."""

    question: str


@dataclass(frozen=True, slots=True)
class MayPause:
    """Many questions were answered in this call: going on another time is offered, once."""


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
    | Appointed
    | OptedOut
    | PersonAt
    | Connected
    | WrongPerson
    | Noted
    | GoneBack
    | NothingBefore
    | Far
    | MayPause
    | Consent
)


def to_dict(effect: Effect) -> dict[str, Any]:
    """The effect as plain JSON: {"effect": class name, …its fields}."""
    return {"effect": type(effect).__name__, **{name: getattr(effect, name) for name in effect.__dataclass_fields__}}
