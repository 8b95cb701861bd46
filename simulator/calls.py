"""The life of a call: queued, ringing, answered, completed; and the calls that handsets make."""

from __future__ import annotations

from collections.abc import Iterator

from simulator import parameters
from simulator.network import Network
from simulator.records import Call
from simulator.scheduler import slices
from simulator.talk import Talk

_QUEUE_S, _BUSY_S, _LOOK_S = 1.0, 3.0, 10.0
_SIP = {"completed": 200, "busy": 486, "no-answer": 487, "canceled": 487, "failed": 404}


class Calls:
    """Places calls, lets them ring, hands answered ones to `talk`, and reports their progress."""

    def __init__(self, network: Network) -> None:
        self._net = network

    def place(self, call: Call) -> None:
        """Take a call over: journaled on disk first, then dialled."""
        self._keep(call, "call.accepted")
        if not call.mute:
            self._net.scheduler.run(self._outbound(call))

    def ring_in(self, person: str, to: str) -> Call:
        """A person rings the customer's number `to`; ValueError while their phone is on the line."""
        handset = self._net.village.get(person)
        if handset is not None and not self._net.village.take_line(person):
            raise ValueError("this handset is on the line")
        call = Call(self._net.account, to, person, "inbound", "ringing", self._net.clock.now())
        number = self._net.numbers.get(to)
        call.url, call.fallback = (number.voice_url, number.voice_fallback_url) if number else ("", "")
        call.started = call.created
        self._keep(call, "call.inbound")
        self._net.scheduler.run(self._inbound(call))
        return call

    def end(self, call: Call, status: str) -> bool:
        """End a call as `status`; once over it stays as it is (False)."""
        now = self._net.clock.now()
        with self._net.lock:
            if call.over:
                return False
            call.status, call.ended, call.sip = status, now, _SIP[status]
        self._event(call, "completed")
        return True

    def _keep(self, call: Call, kind: str) -> None:
        self._net.calls.add(call)
        self._net.journal.write(
            kind,
            durable=True,
            sid=call.sid,
            to=call.to,
            sender=call.sender,
            direction=call.direction,
            url=call.url,
            callback=call.callback,
        )

    def _outbound(self, call: Call) -> Iterator[float]:
        yield _QUEUE_S
        if call.over:
            return
        call.started = self._net.clock.now()
        self._event(call, "initiated")
        meets, after_s, taken = self._net.village.ring(call.to)
        try:
            self._move(call, "ringing")
            if meets in ("busy", "failed"):
                yield from self._wait(call, _BUSY_S)
                self.end(call, meets)
            elif meets == "no-answer" or after_s > call.timeout:
                yield from self._wait(call, call.timeout)
                self.end(call, "no-answer")
            else:
                yield from self._wait(call, after_s)
                yield from self._answered(call, call.to, machine=meets == "machine")
        finally:
            if taken:
                self._net.village.give_line(call.to)

    def _wait(self, call: Call, seconds: float) -> Iterator[float]:
        """Wait, unless the call is taken back meanwhile."""
        for slice_s in slices(seconds, _LOOK_S):
            yield slice_s
            if call.over:
                return

    def _answered(self, call: Call, person: str, *, machine: bool = False) -> Iterator[float]:
        if call.over:
            return
        call.answered = True
        if call.detect:
            call.answered_by = "machine_start" if machine else "human"
        self._move(call, "in-progress", "answered")
        yield from Talk(self._net, call, person, machine=machine).run()
        self.end(call, "completed")

    def _inbound(self, call: Call) -> Iterator[float]:
        """The first document is asked for while it rings, so that <Reject> can refuse it unanswered."""
        try:
            talk = Talk(self._net, call, call.sender)
            yield 2.0
            document = talk.first_document()
            refused = talk.rejection(document)
            if refused or document is None:
                self.end(call, refused or "failed")
                return
            call.answered = True
            self._move(call, "in-progress", "answered")
            yield from talk.run(document)
            self.end(call, "completed")
        finally:
            self._net.village.give_line(call.sender)

    def _move(self, call: Call, status: str, event: str = "") -> None:
        with self._net.lock:
            if call.over:
                return
            call.status = status
        self._event(call, event or status)

    def _event(self, call: Call, event: str) -> None:
        now = self._net.clock.now()
        self._net.journal.write("call.status", sid=call.sid, status=call.status, event=event, duration=call.duration)
        if call.callback and event in call.events:
            about = ("call", call.sender, call.to, call.nth, event)
            self._net.report(call.callback, parameters.call_event(call, event, now), about)
            call.sequence += 1
