"""The state of one interview: frozen, small, to and from JSON. The engine makes the next one from it.

It must not know the questionnaire's words, the store or the channel's rendering.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from survey.answers import Answer

Status = Literal["pending", "active", "complete", "partial", "refused"]
FINAL: frozenset[Status] = frozenset({"complete", "refused"})


@dataclass(frozen=True, slots=True)
class Interview:
    """One organisation's interview in one round.

    `turn` counts prompts asked so far (the current turn); `asked` is the question of the current turn, None while
    nothing waits for an answer; `tries` the wrong or silent tries on it; `left_open` questions given up for now, which
    come back once at the end; `given_up` those among them given up again; `seq` the last event folded in. `given` the
    questions answered in the contact under way, in order: only these may be read out and gone back to. `earlier` last
    time's numbers by question, to notice a slip of a key; they are never told. `silent` how many questions in a row
    were left open without a sound in this contact, `idle` how many prompts in a row brought no
    answer. `rekeyed` how often in it each number that was read back was not right, until it was.
    """

    questionnaire: str
    """sha256 of the pinned questionnaire."""
    status: Status = "pending"
    language: str = "vi"
    turn: int = 0
    asked: str | None = None
    tries: int = 0
    answers: Mapping[str, Answer] = field(default_factory=dict)
    left_open: tuple[str, ...] = ()
    seq: int = 0
    given_up: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    earlier: Mapping[str, str] = field(default_factory=dict)
    silent: int = 0
    rekeyed: Mapping[str, int] = field(default_factory=dict)
    idle: int = 0

    @property
    def over(self) -> bool:
        """Nothing more can be stored without an explicit reopening."""
        return self.status in FINAL and self.asked is None

    @property
    def handing_in(self) -> bool:
        """All is answered, or refused, and counts; but the same caller may still change it in this call."""
        return self.status in FINAL and self.asked is not None

    def to_dict(self) -> dict[str, Any]:
        """Compact JSON types: answers as {name: [value, channel, seq]}."""
        return {
            "q": self.questionnaire,
            "s": self.status,
            "l": self.language,
            "t": self.turn,
            "a": self.asked,
            "n": self.tries,
            "v": {name: list(answer) for name, answer in self.answers.items()},
            "o": list(self.left_open),
            "e": self.seq,
            "g": list(self.given_up),
            "c": list(self.given),
        } | {key: value for key, value in self._rare() if value}

    def _rare(self) -> tuple[tuple[str, Any], ...]:
        """What most states have not, so that they stay small."""
        return ("p", dict(self.earlier)), ("h", self.silent), ("r", dict(self.rekeyed)), ("i", self.idle)


def from_dict(data: Mapping[str, Any]) -> Interview:
    """The interview that `Interview.to_dict` wrote."""
    return Interview(
        questionnaire=data["q"],
        status=data["s"],
        language=data["l"],
        turn=data["t"],
        asked=data["a"],
        tries=data["n"],
        answers={name: Answer._make(answer) for name, answer in data["v"].items()},
        left_open=tuple(data["o"]),
        seq=data["e"],
        given_up=tuple(data["g"]),
        given=tuple(data.get("c", ())),
        earlier=data.get("p", {}),
        silent=data.get("h", 0),
        rekeyed=data.get("r", {}),
        idle=data.get("i", 0),
    )
