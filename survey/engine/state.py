"""The state of one interview: frozen, small, to and from JSON. The engine makes the next one from it.

It must not know the questionnaire's words, the store or the channel's rendering.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple

from survey.answers import Answer

Status = Literal["pending", "active", "complete", "partial", "refused"]
FINAL: frozenset[Status] = frozenset({"complete", "refused"})
_NONE: Final[Mapping[str, Any]] = MappingProxyType({})


class Interview(NamedTuple):
    """One organisation's interview in one round; every field of it is written here and nowhere else.

    A tuple, because each step makes several from another (`_replace`).
    """

    questionnaire: str
    """sha256 of the pinned questionnaire."""
    status: Status = "pending"
    language: str = "vi"
    turn: int = 0
    """How many prompts were asked so far: the current turn."""
    asked: str | None = None
    """The question of the current turn; None while nothing waits for an answer."""
    tries: int = 0
    """Wrong or silent tries on it."""
    answers: Mapping[str, Answer] = _NONE
    left_open: tuple[str, ...] = ()
    """Questions given up for now, which come back once at the end."""
    seq: int = 0
    """The last event folded in."""
    given_up: tuple[str, ...] = ()
    """Those of `left_open` that were given up again."""
    given: tuple[str, ...] = ()
    """The questions answered in the contact under way, in order: only these may be read out and gone back to."""
    earlier: Mapping[str, str] = _NONE
    """Last time's numbers by question, to notice a slip of a key; they are never told."""
    silent: int = 0
    """How many questions in a row were left open without a sound in this contact."""
    rekeyed: Mapping[str, int] = _NONE
    """How often in this contact each number that was read back was not right, until it was."""
    idle: int = 0
    """How many prompts in a row brought no answer."""

    @property
    def over(self) -> bool:
        """Nothing more can be stored without an explicit reopening."""
        return self.status in FINAL and self.asked is None

    @property
    def handing_in(self) -> bool:
        """All is answered, or refused, and counts; but the same caller may still change it in this call."""
        return self.status in FINAL and self.asked is not None

    def to_dict(self) -> dict[str, Any]:
        """Compact JSON types under `KEYS`: answers as {name: [value, channel, seq]}."""
        told = {
            key: list(value) if type(value) is tuple else value
            for (key, is_rare), value in zip(_WRITTEN, self, strict=True)
            if value or not is_rare
        }
        return told | {_ANSWERS: {name: list(answer) for name, answer in self.answers.items()}}


KEYS: Final[Mapping[str, str]] = {name: name for name in Interview._fields} | {
    "questionnaire": "q",
    "status": "s",
    "language": "l",
    "turn": "t",
    "asked": "a",
    "tries": "n",
    "answers": "v",
    "left_open": "o",
    "seq": "e",
    "given_up": "g",
    "given": "c",
    "earlier": "p",
    "silent": "h",
    "rekeyed": "r",
    "idle": "i",
}
"""Field → its key in JSON: short for those of the first editions, as there are many states; a new one has its name."""
_LATER: Final = frozenset(Interview._fields[Interview._fields.index("given") :])
"""Fields that the states of earlier editions have not."""
_RARE: Final = _LATER - {"given"}
"""What most states have not: left out where it says nothing, so that they stay small."""
_ANSWERS: Final = KEYS["answers"]
_WRITTEN: Final = tuple((KEYS[name], name in _RARE) for name in Interview._fields)
_READ: Final = tuple((name, KEYS[name], name in _LATER) for name in Interview._fields)


def from_dict(data: Mapping[str, Any]) -> Interview:
    """The interview that `Interview.to_dict` wrote. Raises KeyError for what is no state."""
    fields = {name: data[key] for name, key, may_lack in _READ if not may_lack or key in data}
    for name, value in fields.items():
        if type(value) is list:
            fields[name] = tuple(value)
    fields["answers"] = {name: Answer._make(answer) for name, answer in data[_ANSWERS].items()}
    return Interview(**fields)
