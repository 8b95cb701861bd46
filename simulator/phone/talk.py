"""A call that is answered: it carries out voice TwiML verb by verb against the person at the other end.

A generator of seconds: each wait is yielded, so nothing here sleeps. What keys mean is the handset's business.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin
from xml.etree import ElementTree as ET

from simulator.network.callbacks import Trouble
from simulator.network.network import Network
from simulator.network.records import Call
from simulator.people.hands import Hand
from simulator.people.handsets import Act
from simulator.phone import keypad, legs, parameters, twiml
from simulator.phone.line import CallOverError, PhoneLine, Request, Waits
from simulator.phone.twiml import DocumentError, GatherRules
from simulator.wire import WireAnswer

_DOCUMENTS = 400
"""Documents in one call before it is cut off; the platform documents no limit, a loop needs one."""
_KEY_S, _SORRY_S = 0.6, 4.0
_APPLICATION_ERROR = 12100


@dataclass(frozen=True, slots=True)
class Document:
    """Verbs to carry out and the URL they came from ("" when given inline)."""

    verbs: list[ET.Element]
    base: str


class Talk:
    """One answered call, the person at its end, and what they have answered in it."""

    def __init__(self, network: Network, call: Call, person: str) -> None:
        self._net, self._call = network, call
        self._line = PhoneLine(network, call, person)
        self._answered = 0
        self._asked = 0
        self._verbs: dict[str, Callable[[ET.Element, str], Waits]] = {
            "Say": self._speak,
            "Play": self._speak,
            "Pause": self._speak,
            "Gather": self._gather,
            "Redirect": self._redirect,
            "Hangup": self._hang_up,
            "Reject": self._hang_up,
            "Dial": lambda verb, base: legs.dial(self._line, verb, base),
            "Record": lambda verb, base: legs.record(self._line, verb, base),
        }

    def run(self, document: Document | None = None) -> Iterator[float]:
        """Carry out documents, from `document` or the call's first one, until one ends the call."""
        try:
            document = document or self.first_document()
            while document is not None:
                request = yield from self._carry_out(document)
                if self._call.redirected:
                    document = self.first_document()
                    continue
                document = self._fetch(request) if request else None
                if request and request.last:
                    break
                if request and document is None:
                    yield from self._line.wait(_SORRY_S)
        except CallOverError:
            pass
        if self._line.machine and self._line.heard:
            self._net.journal.write("handset.voicemail", number=self._line.person, words=self._line.take_heard())

    def first_document(self) -> Document | None:
        """What the call begins with: its inline TwiML, or what its URL says."""
        call = self._call
        call.redirected = False
        if call.twiml:
            inline, call.twiml = call.twiml, ""
            return self._read_inline(inline)
        return self._fetch(Request(call.url, call.method)) if call.url else None

    def rejection(self, document: Document | None) -> str:
        """How a call ends unanswered whose first verb is <Reject>; "" when it is answered."""
        first = document.verbs[0] if document and document.verbs else None
        if first is None or first.tag != "Reject":
            return ""
        return "busy" if first.get("reason") == "busy" else "no-answer"

    def _read_inline(self, text: str) -> Document | None:
        try:
            return Document(list(twiml.parse(text)), "")
        except DocumentError as fault:
            self._line.complain(fault.code, "")
            return None

    def _fetch(self, request: Request) -> Document | None:
        """Ask for a document, and the fallback URL when there is none or it cannot be carried out."""
        self._asked += 1
        if self._asked > _DOCUMENTS:
            self._line.complain(_APPLICATION_ERROR, request.url)
            return None
        call, began = self._call, time.monotonic()
        params = {**parameters.call_request(call), **request.extra}
        about = ("voice", call.sender, call.to, call.nth, self._asked)
        faults = self._net.faults
        if faults.strikes("forge_voice", *about):
            self._net.ask_in_vain(request.url, {**params, "Digits": "1"}, about, forged=True)
        url, outcome = self._net.ask(request.url, call.fallback, params, about, request.method)
        if faults.strikes("duplicate", *about):
            self._net.ask_in_vain(request.url, params, about)
        document = self._understand(url, outcome)
        if isinstance(document, int) and call.fallback and url != call.fallback:
            url, outcome = self._net.courier.ask_fallback(url, call.fallback, params, document)
            document = self._understand(url, outcome)
        call.elapsed += time.monotonic() - began if call.answered else 0
        if isinstance(document, int):
            self._line.complain(document, url)
            return None
        if url == request.url:
            self._net.population.note_delivered(self._line.person, request.act)
        return document

    def _understand(self, url: str, outcome: WireAnswer | Trouble) -> Document | int:
        """The document of an answer, or the debugger code that says why there is none."""
        if isinstance(outcome, Trouble):
            return outcome.code
        try:
            return Document(list(twiml.read(outcome)), url)
        except DocumentError as fault:
            return fault.code

    def _carry_out(self, document: Document) -> Waits:
        """Verb after verb; the request that leads on, or None when the document simply ends."""
        for verb in document.verbs:
            if verb.tag not in self._verbs:
                self._line.complain(12200, document.base)
                continue
            request = yield from self._verbs[verb.tag](verb, document.base)
            if request is not None or self._call.redirected:
                return request
        return None

    def _speak(self, verb: ET.Element, base: str) -> Waits:
        yield from self._line.wait(self._line.hear(verb))
        return None

    def _gather_by_hand(self, hand: Hand, verb: ET.Element, base: str) -> Waits:
        rules = GatherRules.of(verb)
        got = yield from keypad.gather(self._line, hand, verb, rules)
        self._line.take_heard()
        if not got.digits and not rules.on_empty:
            return None
        return self._submit(verb, base, got, Act(got.digits))

    def _gather(self, verb: ET.Element, base: str) -> Waits:
        if hand := self._line.hand:
            return (yield from self._gather_by_hand(hand, verb, base))
        prompts = 0.0
        for nested in verb:
            if nested.tag in twiml.PROMPT_VERBS:
                prompts += self._line.hear(nested)
            else:
                self._line.complain(12200, base)
        rules = GatherRules.of(verb)
        act = self._decide()
        if act.hangs_up:
            self._keys(act)
            yield from self._line.wait(prompts)
            raise CallOverError
        keys = _presses(act, rules)
        got = twiml.gather(rules, keys)
        yield from self._line.wait(max(prompts + got.seconds, 0.0))
        if not got.digits and not rules.on_empty:
            if act.asked:
                self._keys(act)
            return None
        return self._submit(verb, base, got, act)

    def _decide(self) -> Act:
        words = self._line.take_heard()
        if self._line.machine:
            self._line.heard.append(words)
            return Act()
        act = self._net.population.listen(self._line.person, words, self._answered)
        if act.puzzled:
            self._net.journal.write("handset.puzzled", number=self._line.person, words=words)
        return act

    def _submit(self, verb: ET.Element, base: str, got: twiml.Gathered, act: Act) -> Request:
        """The request that carries the keys; by default to the URL the document came from."""
        meant = act if act.topic and got.digits == act.said else Act()
        self._answered += bool(meant.topic)
        self._net.population.note(self._line.person, meant, "spoken", self._net.clock.now().timestamp())
        url = urljoin(base, verb.get("action", "")) if verb.get("action") else base
        self._keys(act, digits=got.digits, url=url, topic=meant.topic, value=meant.value)
        if not url:
            raise CallOverError
        extra = {"Digits": got.digits, "FinishedOnKey": got.finished_on, "msg": "Gather End"}
        return Request(url, verb.get("method", "POST").upper(), extra, meant)

    def _keys(self, act: Act, **facts: str) -> None:
        """Keep what was pressed (or that nothing was) and what the person remembers of being asked."""
        call = self._call
        self._net.journal.write(
            "call.keys" if facts else "call.silence",
            durable=bool(facts),
            sid=call.sid,
            elapsed=round(call.elapsed, 1),
            number=self._line.person,
            act=act.facts(),
            **facts,
        )

    def _redirect(self, verb: ET.Element, base: str) -> Waits:
        yield from self._line.wait(0)
        return Request(urljoin(base, (verb.text or "").strip()) or base, verb.get("method", "POST").upper())

    def _hang_up(self, verb: ET.Element, base: str) -> Waits:
        yield from self._line.wait(0)
        raise CallOverError


def _presses(act: Act, rules: GatherRules) -> list[tuple[float, str]]:
    """The person's keys with their times; a number of several digits is closed with the finishing key."""
    keys = act.said
    if keys and rules.num_digits != len(keys) and rules.num_digits != 1:
        keys += rules.finish_on_key
    return [(act.after_s + place * _KEY_S, key) for place, key in enumerate(keys)]
