"""The life of a text: queued, sent, delivered to a handset or not; and the texts that handsets send."""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from typing import Any

from simulator import segments
from simulator.network.network import Network
from simulator.network.records import FINAL_MESSAGE, Message
from simulator.network.scheduler import slices
from simulator.people.handsets import Act
from simulator.phone import opt_out, parameters
from simulator.phone.announcing import Announcer, reply
from simulator.phone.twiml import SmsVerb

_QUEUE_S, _AIR_S = 1.0, 3.0
_LOOK_S = 600.0
"""A text that waits long looks this often whether it was taken back."""
_UNKNOWN_HANDSET, _QUEUE_FULL, _EXPIRED, _OPTED_OUT = 30005, 30001, 30036, 21610


class Texts:
    """Accepts texts, moves them on, and lets handsets read and answer."""

    def __init__(self, network: Network) -> None:
        self._net = network
        self.announcer = Announcer(network, self._send_answer)

    def crowded(self, sender: str) -> bool:
        """Whether more waits at this sender than its queue holds."""
        number = self._net.numbers.get(sender)
        return bool(number and number.mps and self._net.lanes.backlog(sender) > number.queue_s)

    def accept(self, message: Message) -> None:
        """Take a text over: journaled on disk first, then on its way (when it is due, if it was scheduled)."""
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
            nth=message.nth,
            status=message.status,
            service=message.service,
            due=message.due and message.due.isoformat(),
            validity_s=message.validity_s,
            mute=message.mute,
            answers=message.answers,
        )
        self.go_on(message)

    def go_on(self, message: Message) -> None:
        """Let an accepted text take its way from where it is: scheduled, on the air, or at the end of the queue."""
        if not message.over:
            queues = message.sent is None and message.status != "scheduled"
            self._net.scheduler.run(self._life(message, self._turn(message) if queues else 0.0))

    def cancel(self, message: Message) -> bool:
        """Take back a text that has not left; False when it has."""
        with self._net.lock:
            if message.status != "scheduled":
                return False
            self._move(message, "canceled")
        return True

    def receive(self, person: str, to: str, body: str, act: Act | None = None, asked_by: str = "") -> Message:
        """A person sends `body` to the customer's number `to`: listed at once, announced by webhook.

        `act` and `asked_by` tell what they meant by it and which text they answer.
        """
        net, now, meant = self._net, self._net.clock.now(), act or Act()
        number = net.numbers.get(to)
        kind = opt_out.kind_of(number, body)
        message = Message(net.account, to, person, body, "inbound", "received", now, segments.count(body), sent=now)
        net.messages.add(message)
        net.population.note(person, meant, "written", now.timestamp())
        net.journal.write(
            "message.inbound",
            durable=True,
            sid=message.sid,
            to=to,
            sender=person,
            body=body,
            topic=meant.topic,
            value=meant.value,
            segments=message.segments,
            nth=message.nth,
            opt_out=kind,
            asked_by=asked_by,
        )
        if number and kind and opt_out.enter(net, to, person, kind) and (words := opt_out.reply(number, kind)):
            self.accept(reply(net, message, SmsVerb(words)))
        self.announcer.announce(message, meant)
        return message

    def _send_answer(self, message: Message) -> None:
        """Send a text that a webhook's answer asked for; nothing reaches who has opted out at the carrier."""
        if (message.sender, message.to) in self._net.opted_out:
            self._net.journal.write("message.refused", to=message.to, answers=message.answers, error=_OPTED_OUT)
        else:
            self.accept(message)

    def _turn(self, message: Message) -> float:
        """Take a place in the sender's queue: real seconds until its turn, infinite when the queue is full."""
        if self.crowded(message.sender):
            return inf
        number = self._net.numbers.get(message.sender)
        return self._net.lanes.reserve(message.sender, number.mps if number else 0.0, message.segments)

    def _life(self, message: Message, turn_s: float) -> Iterator[float]:
        """From the queue to the handset; a text that was sent already when the network broke down is on the air."""
        net = self._net
        if message.sent is None:
            if message.status == "scheduled":
                yield from self._wait_until_due(message)
                turn_s = self._turn(message)
            if message.status not in FINAL_MESSAGE:
                yield from self._queue(message, turn_s)
            if message.over:
                return
            message.sent = net.clock.now()
            self._move(message, "sent")
        yield _AIR_S
        handset = net.population.get(message.to)
        if handset is not None and handset.persona.texts == "dead":
            self._move(message, "undelivered", _UNKNOWN_HANDSET)
            return
        act, place = net.population.read(message.to, message.body)
        if act.puzzled:
            net.journal.write("handset.puzzled", number=message.to, words=message.body)
        self._move(message, "delivered", act=act)
        yield from self.think(message, act, place)

    def _wait_until_due(self, message: Message) -> Iterator[float]:
        due = message.due or self._net.clock.now()
        for slice_s in slices(max((due - self._net.clock.now()).total_seconds(), 0.0), _LOOK_S):
            yield slice_s
            if message.over:
                return
        with self._net.lock:
            if message.over:
                return
            message.status = "queued"
        if (message.sender, message.to) in self._net.opted_out:
            self._move(message, "failed", _OPTED_OUT)

    def _queue(self, message: Message, turn_s: float) -> Iterator[float]:
        """Wait for the sender's turn; give up when the queue is full or the text has waited too long."""
        full, late = turn_s == inf, turn_s > message.validity_s
        wait = _QUEUE_S + (0.0 if full else self._net.clock.unwait(min(turn_s, message.validity_s)))
        for slice_s in slices(wait, _LOOK_S):
            yield slice_s
            if message.over:
                return
        if late:
            self._move(message, "failed", _QUEUE_FULL if full else _EXPIRED)

    def think(self, message: Message, act: Act, place: int) -> Iterator[float]:
        """The person thinks and answers unless a newer question came meanwhile (`place` is this one's number)."""
        if not act.said:
            return
        yield act.after_s
        handset = self._net.population.get(message.to)
        if handset is not None and handset.questions == place:
            self.receive(message.to, message.sender, act.said, act, message.sid)

    def _move(self, message: Message, status: str, error: int | None = None, act: Act | None = None) -> None:
        now = self._net.clock.now()
        with self._net.lock:
            message.status, message.updated, message.error = status, now, error
            self._net.messages.save(message)
        done: dict[str, Any] = {"act": act.facts()} if act else {}
        self._net.journal.write("message.status", sid=message.sid, status=status, error=error, **done)
        if message.callback:
            self.report(message)

    def report(self, message: Message) -> None:
        """Report the status that the journal has already."""
        at = message.updated or message.created
        about = ("text", message.sender, message.to, message.nth, message.status)
        self._net.report(message.callback, parameters.text_status(message, at), about)
