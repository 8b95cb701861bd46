"""All handsets and topics behind one lock: who is rung, who reads what, whose line is taken.

It must not know texts or calls as the carrier keeps them, nor the journal.
"""

from __future__ import annotations

import sys
import threading
from typing import Any

from simulator.people.hands import Hand
from simulator.people.handsets import Act, Handset
from simulator.people.personas import PERSONAS, Ringing, Taker
from simulator.people.topics import Medium, Topic


class Population:
    """The people; a number without a handset rings out and reads nothing."""

    def __init__(self, seed: int = 0) -> None:
        self.seed = seed
        self._lock = threading.RLock()
        self._handsets: dict[str, Handset] = {}
        self._topics: dict[str, Topic] = {}
        self._by_scope: dict[str, list[Topic]] = {}
        self.recordings: dict[str, str] = {}
        """Words of recordings by the last part of their URL, so that <Play> can be understood."""

    def add_handset(self, given: dict[str, Any]) -> None:
        """Add or replace one handset from the JSON of POST /simulator/handsets; ValueError when it is none."""
        persona, style = given.get("persona", "quick"), given.get("style", "bare")
        if persona not in PERSONAS or style not in ("bare", "numbered", "words"):
            raise ValueError(f"unknown persona or style: {persona!r}, {style!r}")
        handset = Handset(
            str(given["number"]),
            sys.intern(persona),
            int(given.get("seed", self.seed)),
            sys.intern(str(given.get("scope", ""))),
            given.get("medium", "mobile") == "landline" or PERSONAS[persona].landline,
            style,
            {sys.intern(str(topic)): sys.intern(str(value)) for topic, value in given.get("truth", {}).items()},
        )
        with self._lock:
            self._handsets[handset.number] = handset

    def hold(self, given: dict[str, Any]) -> None:
        """Take the phone {number} in hand, or with {held: false} give it back; a new number gets a phone."""
        number = str(given["number"])
        with self._lock:
            handset = self._handsets.setdefault(number, Handset(number, "by_hand", self.seed))
            handset.hold(bool(given.get("held", True)))

    def hand(self, number: str) -> Hand | None:
        """Who holds the phone with this number, if somebody does."""
        handset = self.get(number)
        return handset.hand if handset else None

    def add_topic(self, given: dict[str, Any]) -> None:
        """Add or replace one topic from the JSON of POST /simulator/topics."""
        topic = Topic.of(given)
        with self._lock:
            self._topics[topic.name] = topic
            self._by_scope.clear()

    def get(self, number: str) -> Handset | None:
        """The handset with this number."""
        with self._lock:
            return self._handsets.get(number)

    def listen(self, number: str, heard: str, answered: int) -> Act:
        """What `number` does about words on the line, having answered `answered` topics in this call."""
        with self._lock:
            handset = self._handsets.get(number)
            if handset is None:
                return Act()
            act = handset.listen(self._known(handset), heard, answered)
            handset.live(act, "spoken")
            return act

    def read(self, number: str, body: str) -> tuple[Act, int]:
        """What `number` does about a text, and the place of this text among those it means to answer."""
        with self._lock:
            handset = self._handsets.get(number)
            if handset is None:
                return Act(), 0
            act = handset.read(self._known(handset), body)
            handset.live(act, "written")
            return act, handset.questions

    def speak(self, number: str, heard: str, nth: int) -> tuple[float, str]:
        """How long `number` talks after a beep and how it ends; nobody there says nothing."""
        with self._lock:
            handset = self._handsets.get(number)
            return handset.speak(heard, nth) if handset else (0.0, "")

    def _known(self, handset: Handset) -> list[Topic]:
        """What this person understands: topics of their scope, or all."""
        if handset.scope not in self._by_scope:
            fits = ("", handset.scope)
            known = [topic for topic in self._topics.values() if not handset.scope or topic.scope in fits]
            self._by_scope[handset.scope] = known
        return self._by_scope[handset.scope]

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

    def taker(self, number: str) -> Taker:
        """Who takes a call at `number`."""
        handset = self.get(number)
        return handset.persona.taker if handset else "person"

    def take_line(self, number: str) -> bool:
        """Take the line of `number` for a call its person makes; False when it is taken already."""
        with self._lock:
            handset = self._handsets.get(number)
            free = handset is not None and not handset.on_line
            if handset is not None:
                handset.on_line = True
            return free

    def give_line(self, number: str) -> None:
        """The call is over."""
        with self._lock:
            if handset := self._handsets.get(number):
                handset.on_line = False

    def note(self, number: str, act: Act, medium: Medium, at: float) -> None:
        """Write into the ledger what was meant and sent at `at` (business time, seconds since 1970)."""
        with self._lock:
            if handset := self._handsets.get(number):
                handset.mean(act, medium, at)

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
