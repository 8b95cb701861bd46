"""A line between the platform and the person (or machine) at its end: time passes on it, prompts are heard on it.

The verbs of a call work on it; it must not know TwiML's order of verbs nor where documents come from.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from xml.etree import ElementTree as ET

from simulator.network.network import Network
from simulator.network.records import Call
from simulator.network.scheduler import slices
from simulator.people import hands
from simulator.people.hands import Hand, Prompt
from simulator.people.handsets import Act
from simulator.phone import twiml

_REPEATS = 20
"""loop="0" means until the hang-up; nobody listens longer."""
_VOICEMAIL_S = 60.0
"""A machine's tape."""
_LOOK_S = 20.0
"""The longest wait before the line looks whether the call was ended from outside."""


class CallOverError(Exception):
    """The call ends here."""


@dataclass(frozen=True, slots=True)
class Request:
    """The next document: where to ask for it and what to tell."""

    url: str
    method: str = "POST"
    extra: dict[str, str] = field(default_factory=dict)
    act: Act = field(default_factory=Act)
    """What the person answered in this request, if anything."""
    last: bool = False
    """The person is gone: the answer is not carried out."""


Waits = Generator[float, None, Request | None]


class PhoneLine:
    """One answered call and what its person has heard since they last pressed a key."""

    def __init__(self, network: Network, call: Call, person: str) -> None:
        self.net, self.call, self.person = network, call, person
        self.taker = network.population.taker(person)
        self.heard: list[str] = []

    @property
    def machine(self) -> bool:
        """Nobody listens."""
        return self.taker not in ("person", "mumbler")

    @property
    def hand(self) -> Hand | None:
        """Who holds the phone, if somebody does: a phone may be taken over in the middle of a call."""
        return self.net.population.hand(self.person)

    def wait(self, seconds: float) -> Waits:
        """Let time pass; raises CallOverError when the call was ended meanwhile, from outside or by a limit."""
        call = self.call
        for slice_s in slices(seconds, hands.LOOK_S if self.hand else _LOOK_S):
            call.elapsed += slice_s
            yield slice_s
            if call.over or call.elapsed > call.time_limit or (self.machine and call.elapsed > _VOICEMAIL_S):
                raise CallOverError
        return None

    def hear(self, verb: ET.Element) -> float:
        """What the person hears of a prompt; how long it takes."""
        if verb.tag == "Pause":
            return twiml.number_of(verb, "length", 1)
        said, url = twiml.words(verb), ""
        if verb.tag == "Play":
            url, said = said, self.net.population.recordings.get(urlsplit(said).path.rpartition("/")[2], "")
        self.heard.append(said)
        hand = self.hand
        took = hand.hear(self.call.sid, Prompt(said, url)) if hand else None
        if took is not None:
            return took
        times = int(twiml.number_of(verb, "loop", 1)) or _REPEATS
        once = twiml.spoken_seconds(said) if said or verb.tag == "Say" else twiml.PLAY_S
        return times * once

    def take_heard(self) -> str:
        """All that was heard since this was last asked."""
        words = " ".join(self.heard)
        self.heard.clear()
        return words

    def complain(self, code: int, url: str) -> None:
        """A debugger entry."""
        self.net.journal.write("call.error", sid=self.call.sid, error=code, url=url)
