"""The life of a call: queued, ringing, answered, completed; and the calls that handsets make."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.network.network import Network
from simulator.network.records import Call
from simulator.network.scheduler import slices
from simulator.people import hands
from simulator.phone import detection, parameters
from simulator.phone.progress import Progress
from simulator.phone.talk import Talk

_QUEUE_S, _BUSY_S, _LOOK_S, _PICK_UP_S = 1.0, 3.0, 10.0, 2.0
_CUT_OFF = 503
"""The SIP answer of calls that the network's own breakdown kept from being answered."""
_LANE = "calls"
_ORDERED = (
    *("nth", "method", "twiml", "fallback", "timeout", "time_limit", "detect", "detect_s", "detect_callback"),
    *("detect_aside", "send_digits", "record", "mute"),
)
"""What a create asked for besides what every line of a call tells."""


class Calls:
    """Places calls, lets them ring, hands answered ones to `talk`, and reports their progress."""

    def __init__(self, network: Network) -> None:
        self._net, self._progress = network, Progress(network)

    def place(self, call: Call) -> None:
        """Take a call over: journaled on disk first, then dialled when the account's rate lets it."""
        call.queued_s = 0.0 if call.mute else self._net.lanes.reserve(_LANE, self._net.limits.cps)
        self._keep(call, "call.accepted")
        self.go_on(call)

    def go_on(self, call: Call) -> None:
        """Let a queued call take its turn."""
        if not call.mute:
            self._net.scheduler.run(self._outbound(call))

    def ring_in(self, person: str, to: str) -> Call:
        """A person rings the customer's number `to`; ValueError while their phone is on the line."""
        handset = self._net.population.get(person)
        if handset is not None and not self._net.population.take_line(person):
            raise ValueError("this handset is on the line")
        call = Call(self._net.account, to, person, "inbound", "ringing", self._net.clock.now())
        number = self._net.numbers.get(to)
        if number:
            call.url, call.fallback, call.callback = (
                number.voice_url,
                number.voice_fallback_url,
                number.voice_status_callback,
            )
        call.events, call.started = frozenset({"completed"}), call.created
        if handset is not None and handset.hand:
            handset.hand.begin(call.sid)
        self._keep(call, "call.inbound")
        self._net.scheduler.run(self._inbound(call))
        return call

    def end(self, call: Call, status: str) -> bool:
        """End a call as `status`; once over it stays as it is (False)."""
        return self._progress.end(call, status)

    def cut_off(self, call: Call) -> None:
        """End a call that a breakdown of the network interrupted: hung up if it was answered, else failed."""
        if call.answered:
            self._progress.end(call, "completed")
        else:
            self._progress.end(call, "failed", _CUT_OFF)

    def _keep(self, call: Call, kind: str) -> None:
        self._net.calls.add(call)
        ordered = {name: getattr(call, name) for name in _ORDERED}
        self._net.journal.write(
            kind,
            durable=True,
            sid=call.sid,
            to=call.to,
            sender=call.sender,
            direction=call.direction,
            url=call.url,
            callback=call.callback,
            ordered=ordered | {"events": sorted(call.events)},
        )

    def _outbound(self, call: Call) -> Iterator[float]:
        yield from self._wait(call, _QUEUE_S + self._net.clock.unwait(call.queued_s))
        if call.over:
            return
        call.started = self._net.clock.now()
        self._progress.event(call, "initiated")
        meets, after_s, taken = self._net.population.ring(call.to)
        try:
            self._progress.move(call, "ringing", rang=taken)
            if meets in ("busy", "failed"):
                yield from self._wait(call, _BUSY_S)
                self.end(call, meets)
            elif meets == "hand":
                yield from self._ring_by_hand(call)
            elif meets == "no-answer" or after_s > call.timeout:
                yield from self._wait(call, call.timeout)
                self.end(call, "no-answer")
            else:
                yield from self._wait(call, after_s)
                yield from self._answered(call)
        finally:
            if taken:
                self._net.population.give_line(call.to)

    def _ring_by_hand(self, call: Call) -> Iterator[float]:
        """Ring until who holds the phone picks up or declines; nobody holds it: until the end."""
        hand = self._net.population.hand(call.to)
        if hand is not None:
            hand.begin(call.sid)
        for slice_s in slices(call.timeout, hands.LOOK_S):
            yield slice_s
            if call.over:
                return
            if hand is not None and hand.wish == "pick up":
                yield from self._answered(call)
                return
            if hand is not None and hand.wish == "decline":
                self.end(call, "busy")
                return
        self.end(call, "no-answer")

    def _wait(self, call: Call, seconds: float) -> Iterator[float]:
        """Wait, unless the call is taken back meanwhile."""
        for slice_s in slices(seconds, _LOOK_S):
            yield slice_s
            if call.over:
                return

    def _answered(self, call: Call) -> Iterator[float]:
        if call.over:
            return
        call.answered = True
        self._progress.move(call, "in-progress", "answered")
        talk = Talk(self._net, call, call.to)
        if call.send_digits:
            yield from self._pass(call, sum(1.0 if tone == "W" else 0.5 for tone in call.send_digits))
        elif call.detect:
            yield from self._detect(call)
        if not call.over:
            yield from talk.run()
        self.end(call, "completed")

    def _detect(self, call: Call) -> Iterator[float]:
        """Listen who it is: before anything is said, or beside the call when that was asked for."""
        found = detection.verdict(self._net.population.taker(call.to), call.detect, call.detect_s)
        if call.detect_aside:
            self._net.scheduler.run(self._detect_aside(call, found))
            return
        yield from self._pass(call, found.after_s)
        call.answered_by = found.answered_by

    def _detect_aside(self, call: Call, found: detection.Verdict) -> Iterator[float]:
        yield from self._wait(call, found.after_s)
        if call.over:
            return
        call.answered_by = found.answered_by
        self._net.calls.save(call)
        about = ("amd", call.sender, call.to, call.nth)
        if call.detect_callback:
            self._net.report(call.detect_callback, parameters.detection(call, found.after_s), about)
        else:
            self._net.journal.write("call.error", sid=call.sid, error=21262, url="")

    def _pass(self, call: Call, seconds: float) -> Iterator[float]:
        call.elapsed += seconds
        yield from self._wait(call, seconds)

    def _inbound(self, call: Call) -> Iterator[float]:
        """The first document is asked for while it rings, so that <Reject> can refuse it unanswered."""
        try:
            talk = Talk(self._net, call, call.sender)
            yield _PICK_UP_S
            document = talk.first_document()
            refused = talk.rejection(document)
            if refused or document is None:
                self.end(call, refused or "failed")
                return
            if call.over:
                return
            call.answered = True
            self._progress.move(call, "in-progress", "answered")
            yield from talk.run(document)
            self.end(call, "completed")
        finally:
            self._net.population.give_line(call.sender)
