"""The life of a text: queued, sent, delivered to a handset or not; and the texts that handsets send."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from simulator import parameters, segments
from simulator.callbacks import Trouble
from simulator.handsets import Act
from simulator.network import Network, Number
from simulator.records import FINAL_MESSAGE, Message
from simulator.scheduler import slices
from simulator.topics import squeeze
from simulator.twiml import DocumentError, Reply, replies
from simulator.wire import Answer

_QUEUE_S, _AIR_S = 1.0, 3.0
_LOOK_S = 600.0
"""A scheduled text looks this often whether it was taken back."""
_UNKNOWN_HANDSET = 30005
_WORDS = {
    **dict.fromkeys(("stop", "stopall", "unsubscribe", "end", "quit", "cancel", "revoke", "optout"), "STOP"),
    **dict.fromkeys(("start", "yes", "unstop"), "START"),
    **dict.fromkeys(("help", "info"), "HELP"),
}
"""The English words that the carrier's own opt-out list goes by."""


class Texts:
    """Accepts texts, moves them on, and lets handsets read and answer."""

    def __init__(self, network: Network) -> None:
        self._net = network

    def accept(self, message: Message, due: datetime | None = None) -> None:
        """Take a text over: journaled on disk first, then on its way (at `due`, if it was scheduled)."""
        net = self._net
        net.messages.add(message)
        net.journal.write(
            "message.accepted",
            durable=True,
            sid=message.sid,
            to=message.to,
            sender=message.sender,
            body=message.body,
            segments=message.segments,
            direction=message.direction,
            callback=message.callback,
        )
        if not message.mute:
            wait = (due - net.clock.now()).total_seconds() if due else _QUEUE_S
            net.scheduler.run(self._life(message, wait))

    def cancel(self, message: Message) -> bool:
        """Take back a text that has not left; False when it has."""
        with self._net.lock:
            if message.status != "scheduled":
                return False
        self._move(message, "canceled")
        return True

    def receive(self, person: str, to: str, body: str, act: Act | None = None) -> Message:
        """A person sends `body` to the customer's number `to`: listed at once, announced by webhook."""
        net, now = self._net, self._net.clock.now()
        message = Message(net.account, to, person, body, "inbound", "received", now, segments.count(body), sent=now)
        net.messages.add(message)
        net.village.note(person, act or Act(), "written", now.isoformat())
        net.journal.write(
            "message.inbound",
            durable=True,
            sid=message.sid,
            to=to,
            sender=person,
            body=body,
            topic=act.topic if act else "",
            value=act.value if act else "",
        )
        opt_out = self._carrier_opt_out(message)
        number = net.numbers.get(to)
        if number and number.sms_url and not net.faults.strikes("lose_inbound", person, message.nth):
            net.scheduler.after(0.5, lambda: self._announce(message, number, opt_out, act or Act()))
            if net.faults.strikes("duplicate", "inbound", person, message.nth):
                net.scheduler.after(15, lambda: self._announce(message, number, opt_out, Act()))
        return message

    def _life(self, message: Message, wait: float) -> Iterator[float]:
        for slice_s in slices(max(wait, 0.0), _LOOK_S):
            yield slice_s
            if message.status in FINAL_MESSAGE:
                return
        message.sent = self._net.clock.now()
        self._move(message, "sent")
        yield _AIR_S
        handset = self._net.village.get(message.to)
        if handset is not None and handset.persona.texts == "dead":
            message.error = _UNKNOWN_HANDSET
            self._move(message, "undelivered")
            return
        self._move(message, "delivered")
        yield from self._read(message)

    def _read(self, message: Message) -> Iterator[float]:
        """The person reads, thinks, and answers unless a newer question came meanwhile."""
        village, person = self._net.village, message.to
        act, place = village.read(person, message.body)
        if act.puzzled:
            self._net.journal.write("handset.puzzled", number=person, words=message.body)
        if not act.said:
            return
        yield act.after_s
        handset = village.get(person)
        if handset is not None and handset.questions == place:
            self.receive(person, message.sender, act.said, act)

    def _move(self, message: Message, status: str) -> None:
        now = self._net.clock.now()
        with self._net.lock:
            message.status, message.updated = status, now
        self._net.journal.write("message.status", sid=message.sid, status=status, error=message.error)
        if message.callback:
            about = ("text", message.sender, message.to, message.nth, status)
            self._net.report(message.callback, parameters.text_status(message, now), about)

    def _carrier_opt_out(self, message: Message) -> str:
        """Keep the carrier's own opt-out list, where the number has one; what kind of word it was."""
        number = self._net.numbers.get(message.to)
        kind = _WORDS.get(squeeze(message.body).strip(), "") if number and number.opt_out else ""
        if kind == "STOP":
            self._net.opted_out.add((message.to, message.sender))
        elif kind == "START":
            self._net.opted_out.discard((message.to, message.sender))
        return kind

    def _announce(self, message: Message, number: Number, opt_out: str, act: Act) -> None:
        """Announce an inbound text and send what the answer says."""
        params = parameters.inbound_text(message, opt_out)
        about = ("inbound", message.sender, message.nth)
        url, outcome = self._net.ask(number.sms_url, number.sms_fallback_url, params, about)
        answers = self._understand(url, outcome)
        if isinstance(answers, int) and url == number.sms_url and number.sms_fallback_url:
            url, outcome = self._net.courier.ask_fallback(url, number.sms_fallback_url, params, answers)
            answers = self._understand(url, outcome)
        if isinstance(answers, int):
            self._net.journal.write("message.unanswered", sid=message.sid, error=answers)
            return
        self._net.village.note_delivered(message.sender, act)
        for reply in answers:
            self.accept(self._reply(message, reply))

    def _understand(self, url: str, outcome: Answer | Trouble) -> list[Reply] | int:
        """The texts of an answer, or the debugger code that says why there are none."""
        if isinstance(outcome, Trouble):
            return outcome.code
        try:
            return replies(outcome, url)
        except DocumentError as fault:
            return fault.code

    def _reply(self, message: Message, reply: Reply) -> Message:
        return Message(
            self._net.account,
            reply.to or message.sender,
            reply.sender or message.to,
            reply.body,
            "outbound-reply",
            "queued",
            self._net.clock.now(),
            segments.count(reply.body),
            callback=reply.callback,
        )
