"""The phones of the village on a stepped clock: a carrier of texts and calls that runs our voice scripts itself.

It rings people, speaks to them, gathers their keys as a carrier would, brings their texts and rings. It must not know
how the use cases decide, nor what people think.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Generator, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from contact.calendar import ZONE
from contact.delivery import Accepted, Departed, InboundText, Receipt, SendResult, State
from contact.sender import SenderRow
from ivr.prompts import spoken_seconds
from ivr.script import Gather, Reject, Say, Script
from services.calls import dialogue as calls
from services.calls import incoming as ring_in
from services.delivery import outcomes
from services.texts import receive as inbound
from services.work import Work
from tests.bench.population import Town
from tests.doubles import FakeClock
from tests.village import texting
from tests.village.person import Act, Person

RINGS_S, RINGS_OUT_S, KEY_S, TEXT_S = 8, 30, 0.6, 4
ASKS_TWICE = 0.01
"""How often the carrier asks for the next step of a call once more, late: a request of its own is repeated."""
WAKING = range(6, 21)
"""Hours in which people ring by themselves."""
EXPECTS = timedelta(minutes=15)


class Timeline:
    """What happens when, in order; nobody waits."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock, self._count = clock, count()
        self._ahead: list[tuple[datetime, int, Callable[[], object]]] = []

    def after(self, seconds: float, act: Callable[[], object]) -> None:
        """Do `act` in so many seconds."""
        heapq.heappush(self._ahead, (self.clock.now() + timedelta(seconds=seconds), next(self._count), act))

    def run(self, until: datetime) -> None:
        """Let everything happen that happens before `until`."""
        while self._ahead and self._ahead[0][0] < until:
            at, _, act = heapq.heappop(self._ahead)
            self.clock.business = self.clock.reality = at
            act()


class Scripts:
    """Keeps scripts instead of rendering them: the document of a script is the name it is kept under."""

    def __init__(self) -> None:
        self._kept: list[Script] = []

    def render(self, script: Script, ref: str) -> str:
        """See `services.ports.VoiceRenderer`."""
        self._kept.append(script)
        return str(len(self._kept) - 1)

    def of(self, document: str) -> Script:
        """The script behind a document."""
        return self._kept[int(document)]


@dataclass
class Phones:
    """Carrier of every sender, and everybody's handset."""

    town: Town
    people: dict[str, Person]
    time: Timeline
    scripts: Scripts
    work: Work = field(init=False)
    serves: Callable[[], None] = field(init=False)
    """Has the dispatchers look for what is due."""
    seconds: float = 0.0
    """Talked in calls that we placed."""
    _ids: Iterable[int] = field(default_factory=count)
    _sitting: dict[str, int] = field(default_factory=dict)

    # Carrier: see `services.ports`

    def text(self, sender: SenderRow) -> Phones:
        """See `services.ports.Carriers`."""
        return self

    def call(self, sender: SenderRow) -> Phones:
        """See `services.ports.Carriers`."""
        return self

    def send(self, sender: SenderRow, to: str, body: str, ref: str) -> SendResult:
        """See `services.ports.TextCarrier`."""
        carrier_id = self._id("SM")
        self._brought(to, body, ref, carrier_id, asked_for=False)
        return Accepted(carrier_id)

    def place(self, sender: SenderRow, to: str, ref: str) -> SendResult:
        """See `services.ports.CallCarrier`."""
        carrier_id = self._id("CA")
        self.time.after(RINGS_S, lambda: self._rings(to, ref, carrier_id))
        return Accepted(carrier_id)

    def find(self, *about: object) -> Sequence[Receipt]:
        """See `services.ports`: nothing is ever in doubt here."""
        return ()

    def list_inbound(self, sender: SenderRow, since: datetime) -> Iterable[InboundText]:
        """See `services.ports.TextCarrier`: nothing is ever missed here."""
        return ()

    def list_departed(self, sender: SenderRow, since: datetime) -> Sequence[Departed]:
        """See `services.ports`: nothing is ever restored here."""
        return ()

    def _id(self, prefix: str) -> str:
        return f"{prefix}{next(self._ids):032x}"  # type: ignore[call-overload]

    def _receipt(self, ref: str, carrier_id: str, state: State, seconds: int | None = None) -> None:
        outcomes.record_receipt(self.work, ref, Receipt(carrier_id, state, str(state), duration_s=seconds))

    @property
    def _hour(self) -> int:
        return self.time.clock.now().astimezone(ZONE).hour

    # Texts

    def _brought(self, to: str, body: str, ref: str, carrier_id: str, *, asked_for: bool) -> None:
        self.time.after(TEXT_S, lambda: self._receipt(ref, carrier_id, State.DELIVERED))
        person = self.people[to]
        if not person.reads:
            return
        about = (body[:40], self.time.clock.now().date())
        wait = person.chance.about("types_s" if asked_for else "reads_minutes", *about) * (1 if asked_for else 60)
        self.time.after(TEXT_S + wait, lambda: self._read(to, body, asked_for=asked_for))

    def _read(self, to: str, body: str, *, asked_for: bool) -> None:
        if self._hour not in WAKING:
            self.time.after(3600, lambda: self._read(to, body, asked_for=asked_for))
            return
        self._sitting[to] = self._sitting.get(to, 0) + 1 if asked_for else 0
        said = texting.reads(self.people[to], body, asked_for=asked_for, sitting=self._sitting[to])
        if said is not None:
            self._write(to, said)

    def _write(self, to: str, body: str) -> None:
        text = InboundText(self._id("SM"), to, self.town.text.address, body)
        reply = inbound.receive_text(self.work, self.town.text, text)
        if body == texting.CALL:
            self._expects_call(to)
        if reply.body is not None and reply.ref is not None:
            self._brought(to, reply.body, reply.ref, self._id("SM"), asked_for=True)

    # Rings of theirs

    def _rings_us(self, number: str) -> None:
        if self._hour not in WAKING:
            return
        script = self.scripts.of(ring_in.rang_in(self.work, self.town.call, number, self._id("CA")))
        if isinstance(script.verbs[0], Reject):
            self._expects_call(number)

    def _expects_call(self, number: str) -> None:
        self.people[number].expects = self.time.clock.now() + EXPECTS
        self.time.after(5, self.serves)

    # Calls of ours

    def _rings(self, to: str, ref: str, carrier_id: str) -> None:
        person, now = self.people[to], self.time.clock.now()
        if not person.takes(now):
            self.time.after(RINGS_OUT_S, lambda: self._receipt(ref, carrier_id, State.NO_ANSWER))
            if person.returns_calls and person.chance.happens("rings_back", now.date(), now.astimezone(ZONE).hour):
                wait = RINGS_OUT_S + 60 * person.chance.about("rings_back_minutes", now.date())
                self.time.after(wait, lambda: self._rings_us(to))
            return
        self._receipt(ref, carrier_id, State.ANSWERED)
        person.picks_up(now)
        self._goes_on(to, ref, carrier_id, self._talk(person, ref, carrier_id), now)

    def _goes_on(self, to: str, ref: str, carrier_id: str, talk: Generator[float, None, str], began: datetime) -> None:
        try:
            seconds = next(talk)
        except StopIteration as over:
            self._ended(to, ref, carrier_id, over.value, began)
        else:
            self.time.after(seconds, lambda: self._goes_on(to, ref, carrier_id, talk, began))

    def _ended(self, to: str, ref: str, carrier_id: str, how: str, began: datetime) -> None:
        seconds = (self.time.clock.now() - began).total_seconds()
        self.seconds += seconds
        self._receipt(ref, carrier_id, State.COMPLETED, int(seconds))
        person = self.people[to]
        if how == "drops" and person.returns_calls and person.chance.happens("rings_after_drop", began.date()):
            self.time.after(120, lambda: self._rings_us(to))

    def _talk(self, person: Person, ref: str, carrier_id: str) -> Generator[float, None, str]:
        """One call: seconds as they pass; at its end how it ended."""
        script, left = self.scripts.of(calls.first(self.work, ref, carrier_id, "human")), ""
        while True:
            before = [verb.text for verb in script.verbs if isinstance(verb, Say)]
            yield sum(map(spoken_seconds, before))
            gather = script.gather
            if gather is None:
                person.hears_out(before)
                return "over"
            if left and not before:  # a key that bounced falls into the next prompt
                digits, left = left, ""
            else:
                left = ""
                act = person.listens(before, _said(gather), gather, self.time.clock.now())
                yield _length(act, gather)
                if act.ends:
                    return act.ends
                digits = _gathered(act.keys, gather)
                left = digits if act.bounces else ""
            script = self.scripts.of(calls.pressed(self.work, ref, gather.turn, digits or None))
            if person.chance.of("asks twice", ref, gather.turn) < ASKS_TWICE:
                calls.pressed(self.work, ref, gather.turn, digits or None)


def _said(gather: Gather) -> list[str]:
    return [prompt.text for prompt in gather.prompts if isinstance(prompt, Say)]


def _length(act: Act, gather: Gather) -> float:
    """Seconds until the keys are in, the silence has lasted, or the call has ended."""
    if act.ends:
        return act.after_s
    if act.keys:
        ended = gather.num_digits is not None or act.keys.endswith(gather.finish_on_key or "\0")
        return act.after_s + KEY_S * len(act.keys) + (0 if ended else gather.timeout_s)
    return sum(map(spoken_seconds, _said(gather))) + gather.timeout_s


def _gathered(keys: str, gather: Gather) -> str:
    """What the carrier takes of the keys: so many, or up to the key that ends them."""
    if gather.finish_on_key and gather.finish_on_key in keys:
        return keys[: keys.index(gather.finish_on_key)]
    return keys if gather.num_digits is None else keys[: gather.num_digits]
