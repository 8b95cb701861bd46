"""A call that is answered: it carries out voice TwiML verb by verb against the person at the other end.

A generator of seconds: each wait is yielded, so nothing here sleeps. What keys mean is the handset's business.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit
from xml.etree import ElementTree as ET

from simulator import parameters, twiml
from simulator.callbacks import Trouble
from simulator.handsets import Act
from simulator.network import Network
from simulator.records import Call, new_sid
from simulator.scheduler import slices
from simulator.twiml import DocumentError, GatherRules
from simulator.wire import Answer

_DOCUMENTS = 400
"""Documents in one call before it is cut off; the platform documents no limit, a loop needs one."""
_REPEATS = 20
"""loop="0" means until the hang-up; nobody listens longer."""
_KEY_S, _SORRY_S, _TALK_S, _RECORD_S, _VOICEMAIL_S = 0.6, 4.0, 30.0, 4.0, 20.0
_LOOK_S = 20.0
"""The longest wait before the line looks whether the call was ended from outside."""
_APPLICATION_ERROR = 12100


class _CallOverError(Exception):
    """The call ends here."""


@dataclass(frozen=True, slots=True)
class Request:
    """The next document: where to ask for it and what to tell."""

    url: str
    method: str = "POST"
    extra: dict[str, str] = field(default_factory=dict)
    act: Act = field(default_factory=Act)
    """What the person answered in this request, if anything."""


@dataclass(frozen=True, slots=True)
class Document:
    """Verbs to carry out and the URL they came from ("" when given inline)."""

    verbs: list[ET.Element]
    base: str


Waits = Generator[float, None, Request | None]


class Talk:
    """One answered call, the person at its end, and what they have heard since they last pressed a key."""

    def __init__(self, network: Network, call: Call, person: str, *, machine: bool = False) -> None:
        self._net, self._call, self._person, self._machine = network, call, person, machine
        self._heard: list[str] = []
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
            "Dial": self._dial,
            "Record": self._record,
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
                if request and document is None:
                    yield from self._pass(_SORRY_S)
        except _CallOverError:
            return

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
            self._complain(fault.code, "")
            return None

    def _fetch(self, request: Request) -> Document | None:
        """Ask for a document, and the fallback URL when there is none or it cannot be carried out."""
        self._asked += 1
        if self._asked > _DOCUMENTS:
            self._complain(_APPLICATION_ERROR, request.url)
            return None
        call, began = self._call, time.monotonic()
        params = {**parameters.call_request(call), **request.extra}
        about = ("voice", call.sender, call.to, call.nth, self._asked)
        url, outcome = self._net.ask(request.url, call.fallback, params, about, request.method)
        document = self._understand(url, outcome)
        if isinstance(document, int) and call.fallback and url != call.fallback:
            url, outcome = self._net.courier.ask_fallback(url, call.fallback, params, document)
            document = self._understand(url, outcome)
        call.elapsed += time.monotonic() - began if call.answered else 0
        if isinstance(document, int):
            self._complain(document, url)
            return None
        if url == request.url:
            self._net.village.note_delivered(self._person, request.act)
        return document

    def _understand(self, url: str, outcome: Answer | Trouble) -> Document | int:
        """The document of an answer, or the debugger code that says why there is none."""
        if isinstance(outcome, Trouble):
            return outcome.code
        try:
            return Document(list(twiml.read(outcome)), url)
        except DocumentError as fault:
            return fault.code

    def _complain(self, code: int, url: str) -> None:
        self._net.journal.write("call.error", sid=self._call.sid, error=code, url=url)

    def _carry_out(self, document: Document) -> Waits:
        """Verb after verb; the request that leads on, or None when the document simply ends."""
        for verb in document.verbs:
            if verb.tag not in self._verbs:
                self._complain(12200, document.base)
                continue
            request = yield from self._verbs[verb.tag](verb, document.base)
            if request is not None or self._call.redirected:
                return request
        return None

    def _pass(self, seconds: float) -> Waits:
        """Let time pass on the line; the call may have been ended from outside meanwhile."""
        call = self._call
        for slice_s in slices(seconds, _LOOK_S):
            call.elapsed += slice_s
            yield slice_s
            if call.over or call.elapsed > call.time_limit or (self._machine and call.elapsed > _VOICEMAIL_S):
                raise _CallOverError
        return None

    def _speak(self, verb: ET.Element, base: str) -> Waits:
        yield from self._pass(self._hear(verb))
        return None

    def _hear(self, verb: ET.Element) -> float:
        """What the person hears of a prompt; how long it takes."""
        if verb.tag == "Pause":
            return twiml.number_of(verb, "length", 1)
        said = twiml.words(verb)
        if verb.tag == "Play":
            said = self._net.village.recordings.get(urlsplit(said).path.rpartition("/")[2], "")
        self._heard.append(said)
        times = int(twiml.number_of(verb, "loop", 1)) or _REPEATS
        once = twiml.spoken_seconds(said) if said or verb.tag == "Say" else twiml.PLAY_S
        return times * once

    def _gather(self, verb: ET.Element, base: str) -> Waits:
        prompts = 0.0
        for nested in verb:
            if nested.tag in twiml.PROMPT_VERBS:
                prompts += self._hear(nested)
            else:
                self._complain(12200, base)
        rules = GatherRules.of(verb)
        act = self._decide()
        if act.hangs_up:
            yield from self._pass(prompts)
            raise _CallOverError
        keys = _presses(act, rules)
        got = twiml.gather(rules, keys)
        yield from self._pass(max(prompts + got.seconds, 0.0))
        if not got.digits and not rules.on_empty:
            return None
        return self._submit(verb, base, got, act)

    def _decide(self) -> Act:
        words = " ".join(self._heard)
        self._heard.clear()
        if self._machine:
            return Act()
        answered = self._answered
        act = self._net.village.act(self._person, lambda handset, topics: handset.listen(topics, words, answered))
        if act.puzzled:
            self._net.journal.write("handset.puzzled", number=self._person, words=words)
        return act

    def _submit(self, verb: ET.Element, base: str, got: twiml.Gathered, act: Act) -> Request:
        """The request that carries the keys; by default to the URL the document came from."""
        meant = act if act.topic and got.digits == act.said else Act()
        self._answered += bool(meant.topic)
        at = self._net.clock.now().isoformat()
        self._net.village.note(self._person, meant, "spoken", at)
        url = urljoin(base, verb.get("action", "")) if verb.get("action") else base
        self._net.journal.write(
            "call.keys",
            durable=True,
            sid=self._call.sid,
            digits=got.digits,
            url=url,
            topic=meant.topic,
            value=meant.value,
        )
        if not url:
            raise _CallOverError
        extra = {"Digits": got.digits, "FinishedOnKey": got.finished_on, "msg": "Gather End"}
        return Request(url, verb.get("method", "POST").upper(), extra, meant)

    def _redirect(self, verb: ET.Element, base: str) -> Waits:
        yield from self._pass(0)
        return Request(urljoin(base, (verb.text or "").strip()) or base, verb.get("method", "POST").upper())

    def _hang_up(self, verb: ET.Element, base: str) -> Waits:
        yield from self._pass(0)
        raise _CallOverError

    def _dial(self, verb: ET.Element, base: str) -> Waits:
        """Ring another phone and connect the two; its action, if any, hears how it went."""
        number = "".join(verb.itertext()).strip()
        meets, after_s, taken = self._net.village.ring(number)
        try:
            answered = meets == "answers"
            self._net.journal.write("call.dialled", durable=True, sid=self._call.sid, to=number, meets=meets)
            yield from self._pass(after_s + _TALK_S if answered else twiml.number_of(verb, "timeout", 30))
        finally:
            if taken:
                self._net.village.give_line(number)
        if not verb.get("action"):
            return None
        extra = {"DialCallStatus": "completed" if answered else meets, "DialCallSid": new_sid("CA")}
        return Request(urljoin(base, verb.get("action", "")), verb.get("method", "POST").upper(), extra)

    def _record(self, verb: ET.Element, base: str) -> Waits:
        """The person says a few words; the recording's address goes to the action, by default the same URL."""
        length = min(_RECORD_S, twiml.number_of(verb, "maxLength", 3600))
        yield from self._pass(length + twiml.number_of(verb, "timeout", 5))
        sid = new_sid("RE")
        extra = {
            "RecordingSid": sid,
            "RecordingUrl": f"https://recordings.invalid/{sid}",
            "RecordingDuration": str(int(length)),
            "Digits": "",
        }
        url = urljoin(base, verb.get("action", "")) or base
        return Request(url, verb.get("method", "POST").upper(), extra) if url else None


def _presses(act: Act, rules: GatherRules) -> list[tuple[float, str]]:
    """The person's keys with their times; a number of several digits is closed with the finishing key."""
    keys = act.said
    if keys and rules.num_digits != len(keys) and rules.num_digits != 1:
        keys += rules.finish_on_key
    return [(act.after_s + place * _KEY_S, key) for place, key in enumerate(keys)]
