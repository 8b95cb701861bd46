"""Handsets: each knows its truth by topic, reads keys from words, and keeps a ledger of what it meant.

A handset sees only what a person would: ringing, spoken words, written words. What it thinks depends on (seed, number,
topic) alone and how it goes about answering on the attempt too, so that faults and order change when it answers, never
what. To decide changes nothing; `live` does, so that a journal of acts brings a handset back to where it was.
"""

from __future__ import annotations

import sys
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any, Literal

from simulator.faults import chance
from simulator.people import courtesies
from simulator.people.hands import Hand
from simulator.people.personas import PERSONAS, Persona, Ringing
from simulator.people.topics import Medium, Topic, recognise, squeeze

OPT_OUTS = ("STOP", "TU CHOI")
Style = Literal["bare", "numbered", "words"]


@dataclass(frozen=True, slots=True)
class Act:
    """What the person does: keys to press or a text to send, after a while; or hanging up.

    `topic` and `value` are set when the keys or the text carry an answer as meant.
    """

    said: str = ""
    after_s: float = 2.0
    topic: str = ""
    value: str = ""
    hangs_up: bool = False
    puzzled: bool = False
    """A topic was asked but no key was named for what the person thinks."""
    asked: str = ""
    """The topic that was understood, whether or not it is answered."""
    opts_out: bool = False

    def facts(self) -> dict[str, Any]:
        """What the journal keeps of it: nothing of an act that is none."""
        return {name: getattr(self, name) for name, nothing in _NOTHING if getattr(self, name) != nothing}


_NOTHING = tuple((part.name, part.default) for part in fields(Act))


@dataclass(slots=True)
class LedgerEntry:
    """One line of the ledger: the value last meant and sent, by what, and whether its last webhook was answered 2xx."""

    value: str
    medium: Medium
    at: float
    """Business time, seconds since 1970."""
    delivered: bool = False

    def json(self) -> dict[str, Any]:
        """As GET /simulator/ledger?detail=1 shows it."""
        return asdict(self) | {"at": datetime.fromtimestamp(self.at, UTC).isoformat()}


@dataclass(slots=True)
class Handset:
    """One phone and the person behind it."""

    number: str
    persona_name: str = "quick"
    seed: int = 0
    scope: str = ""
    """If set, only topics of this scope (the person's questionnaire) are understood."""
    landline: bool = False
    style: Style = "bare"
    truth: dict[str, str] = field(default_factory=dict)
    ledger: dict[str, LedgerEntry] = field(default_factory=dict)
    rings: int = 0
    on_line: bool = False
    hung_up: bool = False
    opted_out: bool = False
    questions: int = 0
    """Counts the texts that this person means to answer: only the newest of them is answered."""
    asked: dict[Medium, dict[str, int]] = field(default_factory=dict)
    """How often each topic was asked by call and by text."""
    hand: Hand | None = None
    """Set while somebody holds the phone: then the persona does nothing."""

    @property
    def persona(self) -> Persona:
        """How this person treats calls and texts."""
        return PERSONAS["by_hand" if self.hand else self.persona_name]

    def hold(self, held: bool) -> None:
        """Take the phone in hand or give it back; what its person was still thinking about is dropped."""
        self.questions += 1
        self.hand = (self.hand or Hand()) if held else None

    def opinion(self, topic: Topic) -> str:
        """The truth about `topic`: given, or drawn from the seed. Consent is given unless the persona refuses."""
        if topic.name in self.truth:
            return self.truth[topic.name]
        if topic.kind == "consent":
            return "yes" if self.persona.agrees else "no"
        drawn = chance(self.seed, self.number, topic.name)
        if topic.kind == "integer":
            return str(topic.low + int(drawn * (topic.high - topic.low + 1)))
        values = sorted(option.value for option in topic.options)
        return values[int(drawn * len(values))]

    def ring(self) -> tuple[Ringing, float]:
        """What a call meets, and after how many seconds of ringing."""
        self.rings += 1
        first = self.persona.first_ring if self.rings == 1 else None
        return first or self.persona.rings, 4 + 10 * self._chance("ring", self.rings)

    def listen(self, topics: list[Topic], heard: str, answered: int) -> Act:
        """What the person does after hearing `heard`, having answered `answered` topics in this call."""
        topic = recognise(topics, heard, "spoken")
        if topic is None:
            key = courtesies.key_for(heard, frozenset(entry.value for entry in self.ledger.values()))
            return Act(key, 1.0) if key else Act()
        if self.persona.hangs_up and not self.hung_up and answered >= 2 + int(3 * self._chance("patience")):
            return Act(hangs_up=True)
        return self._answer(topic, heard, "spoken", 0.5 + 2 * self._chance(topic.name, self._attempt(topic, "spoken")))

    def read(self, topics: list[Topic], body: str) -> Act:
        """What the person does after reading `body`; an act that says nothing means that no text goes back."""
        if self.persona.opts_out and not self.opted_out:
            return Act(OPT_OUTS[int(2 * self._chance("opt-out"))], 30, opts_out=True)
        willing = self.persona.texts == "answers" or (self.persona.texts == "answers after hanging up" and self.hung_up)
        topic = recognise(topics, body, "written")
        if topic is None or not willing or self.opted_out:
            return Act()
        after_s = 20 + 60 * self._chance(topic.name, self._attempt(topic, "written"))
        return self._styled(self._answer(topic, body, "written", after_s), body, topic)

    def speak(self, heard: str, nth: int) -> tuple[float, str]:
        """How many seconds the person talks after a beep, and how they end: a key they were told of, or "hangup"."""
        if self.persona.silent_first:
            return 0.0, ""
        told = "#" if " phim thang " in squeeze(heard) else ""
        return 2 + 6 * self._chance("words", nth), "hangup" if self.persona.hangs_up else told

    def live(self, act: Act, medium: Medium) -> None:
        """Have done it: what the person remembers of it later."""
        if act.asked:
            asked = self.asked.setdefault(medium, {})
            asked[sys.intern(act.asked)] = asked.get(act.asked, 0) + 1
        self.hung_up |= act.hangs_up
        self.opted_out |= act.opts_out
        self.questions += medium == "written" and bool(act.said)

    def mean(self, act: Act, medium: Medium, at: float) -> None:
        """Write into the ledger what was meant and sent."""
        if act.topic:
            self.ledger[sys.intern(act.topic)] = LedgerEntry(sys.intern(act.value), medium, at)

    def _attempt(self, topic: Topic, medium: Medium) -> int:
        """Which time it is that `topic` is asked, from 1."""
        return self.asked.get(medium, {}).get(topic.name, 0) + 1

    def _answer(self, topic: Topic, text: str, medium: Medium, after_s: float) -> Act:
        attempt = self._attempt(topic, medium)
        value = self.opinion(topic)
        keys = {value: value} if topic.kind == "integer" else topic.keys(text, medium)
        if attempt == 1 and self._stays_silent(topic, medium):
            return Act(asked=topic.name)
        if attempt == 1 and self.persona.wrong_keys and self._chance(topic.name, attempt, "wrong") < 1 / 2:
            return Act(_wrong(topic, keys), after_s, asked=topic.name)
        if value not in keys:
            return Act(puzzled=True, asked=topic.name)
        return Act(keys[value], after_s, topic.name, value, asked=topic.name)

    def _stays_silent(self, topic: Topic, medium: Medium) -> bool:
        """The first thing asked gets no answer, and in a call about every third after it."""
        often = medium == "spoken" and self._chance(topic.name, 1, "silent") < 1 / 3
        return self.persona.silent_first and (not self.asked.get(medium) or often)

    def _styled(self, act: Act, body: str, topic: Topic) -> Act:
        """The same text as this person would type it: "2", "C3 2" or the option's own words."""
        if not act.topic or self.style == "bare":
            return act
        said = act.said
        number = next((word for word in squeeze(body).split() if word[0] == "c" and word[1:].isdigit()), "")
        if self.style == "numbered":
            said = f"{number.upper()} {said}".strip()
        else:
            said = next((o.written[0] for o in topic.options if o.value == act.value and o.written), said)
        return replace(act, said=said)

    def _chance(self, *about: object) -> float:
        return chance(self.seed, self.number, *about)


def _wrong(topic: Topic, keys: dict[str, str]) -> str:
    """A key or number that answers nothing here."""
    if topic.kind == "integer":
        return str(topic.high + 1)
    return next(key for key in "5432" if key not in keys.values())
