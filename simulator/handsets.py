"""A village of handsets: each knows its truth by topic, reads keys from words, and keeps a ledger of what it meant.

A handset sees only what a person would: ringing, spoken words, written words. Its chances depend on (seed, number,
topic) alone, so that faults and order change when it answers, never what.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from simulator.faults import chance
from simulator.personas import PERSONAS, Persona, Ringing
from simulator.topics import Medium, Topic, recognise, squeeze

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


@dataclass(slots=True)
class Entry:
    """One line of the ledger: the value last meant and sent, by what, and whether its last webhook was answered 2xx."""

    value: str
    medium: Medium
    at: str
    delivered: bool = False


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
    ledger: dict[str, Entry] = field(default_factory=dict)
    rings: int = 0
    on_line: bool = False
    hung_up: bool = False
    opted_out: bool = False
    questions: int = 0
    """Counts the texts that this person means to answer: only the newest of them is answered."""
    asked: Counter[tuple[str, Medium]] = field(default_factory=Counter)

    @property
    def persona(self) -> Persona:
        """How this person treats calls and texts."""
        return PERSONAS[self.persona_name]

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
        return first or self.persona.rings, 4 + 10 * chance(self.seed, self.number, "ring", self.rings)

    def listen(self, topics: list[Topic], heard: str, answered: int) -> Act:
        """What the person does after hearing `heard`, having answered `answered` topics in this call."""
        topic = self._recognise(topics, heard, "spoken")
        if topic is None:
            return Act()
        if self.persona.hangs_up and not self.hung_up and answered >= 2 + int(3 * self._chance("patience")):
            self.hung_up = True
            return Act(hangs_up=True)
        return self._answer(topic, heard, "spoken", 0.5 + 2 * self._chance(topic.name, "pause"))

    def read(self, topics: list[Topic], body: str) -> Act:
        """What the person does after reading `body`; an act that says nothing means that no text goes back."""
        if self.persona.opts_out and not self.opted_out:
            self.opted_out = True
            return Act(OPT_OUTS[int(2 * self._chance("opt-out"))], 30)
        willing = self.persona.texts == "answers" or (self.persona.texts == "answers after hanging up" and self.hung_up)
        topic = self._recognise(topics, body, "written")
        if topic is None or not willing or self.opted_out:
            return Act()
        act = self._answer(topic, body, "written", 20 + 60 * self._chance(topic.name, "thought"))
        return self._styled(act, body, topic)

    def _recognise(self, topics: list[Topic], text: str, medium: Medium) -> Topic | None:
        mine = (topic for topic in topics if not self.scope or topic.scope in ("", self.scope))
        return recognise(mine, text, medium)

    def _answer(self, topic: Topic, text: str, medium: Medium, after_s: float) -> Act:
        first = not self.asked[topic.name, medium]
        firsts = sum(1 for _, how in self.asked if how == medium)
        self.asked[topic.name, medium] += 1
        value = self.opinion(topic)
        keys = {value: value} if topic.kind == "integer" else topic.keys(text, medium)
        if first and self._stays_silent(topic, medium, firsts):
            return Act()
        if first and self.persona.wrong_keys and self._chance(topic.name, "wrong") < 1 / 2:
            return Act(_wrong(topic, keys), after_s)
        if value not in keys:
            return Act(puzzled=True)
        return Act(keys[value], after_s, topic.name, value)

    def _stays_silent(self, topic: Topic, medium: Medium, earlier: int) -> bool:
        """The first thing asked gets no answer, and in a call about every third after it."""
        often = medium == "spoken" and self._chance(topic.name, "silent") < 1 / 3
        return self.persona.silent_first and (not earlier or often)

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
        return Act(said, act.after_s, act.topic, act.value)

    def _chance(self, *about: str) -> float:
        return chance(self.seed, self.number, *about)


def _wrong(topic: Topic, keys: dict[str, str]) -> str:
    """A key or number that answers nothing here."""
    if topic.kind == "integer":
        return str(topic.high + 1)
    return next(key for key in "8765432" if key not in keys.values())


class Village:
    """All handsets and topics, behind one lock."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self._lock = threading.RLock()
        self._handsets: dict[str, Handset] = {}
        self._topics: dict[str, Topic] = {}
        self.recordings: dict[str, str] = {}
        """Words of recordings by the last part of their URL, so that <Play> can be understood."""

    def add_handset(self, given: dict[str, Any]) -> None:
        """Add or replace one handset from the JSON of POST /simulator/handsets; ValueError when it is none."""
        persona, style = given.get("persona", "quick"), given.get("style", "bare")
        if persona not in PERSONAS or style not in ("bare", "numbered", "words"):
            raise ValueError(f"unknown persona or style: {persona!r}, {style!r}")
        handset = Handset(
            str(given["number"]),
            persona,
            int(given.get("seed", self.seed)),
            str(given.get("scope", "")),
            given.get("medium", "mobile") == "landline" or PERSONAS[persona].landline,
            style,
            {str(topic): str(value) for topic, value in given.get("truth", {}).items()},
        )
        with self._lock:
            self._handsets[handset.number] = handset

    def add_topic(self, given: dict[str, Any]) -> None:
        """Add or replace one topic from the JSON of POST /simulator/topics."""
        topic = Topic.of(given)
        with self._lock:
            self._topics[topic.name] = topic

    def get(self, number: str) -> Handset | None:
        """The handset with this number; a number without one rings out and reads nothing."""
        with self._lock:
            return self._handsets.get(number)

    def act(self, number: str, doing: Callable[[Handset, list[Topic]], Act]) -> Act:
        """Let the handset with `number` do something, one at a time; nobody there does nothing."""
        with self._lock:
            handset = self._handsets.get(number)
            return doing(handset, list(self._topics.values())) if handset else Act()

    def ring(self, number: str) -> tuple[Ringing, float, bool]:
        """Ring `number`: what the call meets, after how many seconds, and whether it took the line.

        A phone that is on the line is busy; the caller gives a taken line back with `give_line`.
        """
        with self._lock:
            handset = self._handsets.get(number)
            if handset is None:
                return "no-answer", 0, False
            if handset.on_line:
                return "busy", 2, False
            handset.on_line = True
            return *handset.ring(), True

    def take_line(self, number: str) -> bool:
        """Take the line of `number` for a call its person makes; False when it is taken already."""
        with self._lock:
            handset = self._handsets.get(number)
            free = handset is not None and not handset.on_line
            if handset is not None:
                handset.on_line = True
            return free

    def read(self, number: str, body: str) -> tuple[Act, int]:
        """What `number` does about a text, and the place of this text among those it means to answer."""
        with self._lock:
            handset = self._handsets.get(number)
            if handset is None:
                return Act(), 0
            act = handset.read(list(self._topics.values()), body)
            handset.questions += bool(act.said)
            return act, handset.questions

    def give_line(self, number: str) -> None:
        """The call is over."""
        with self._lock:
            if handset := self._handsets.get(number):
                handset.on_line = False

    def note(self, number: str, act: Act, medium: Medium, at: str) -> None:
        """Write into the ledger what was meant and sent."""
        with self._lock:
            if act.topic and (handset := self._handsets.get(number)):
                handset.ledger[act.topic] = Entry(act.value, medium, at)

    def note_delivered(self, number: str, act: Act) -> None:
        """The webhook that carried the answer got a 2xx."""
        with self._lock:
            handset = self._handsets.get(number)
            if handset and act.topic in handset.ledger:
                handset.ledger[act.topic].delivered = True

    def all(self) -> list[Handset]:
        """Every handset, in the order they came."""
        with self._lock:
            return list(self._handsets.values())

    def topics(self) -> list[Topic]:
        """Every topic, in the order they came."""
        with self._lock:
            return list(self._topics.values())
