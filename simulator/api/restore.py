"""The network rebuilt from its journal after a kill, and what was under way taken up again.

Texts accepted before go on to their handsets, once; calls that were on the line end with a report; inbound texts that
nobody was told of are told; what people had decided to answer they still answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urldefrag

from simulator.network.network import Network
from simulator.network.records import FINAL_CALL, FINAL_MESSAGE, Call, Message
from simulator.people.handsets import Act
from simulator.phone.calls import Calls
from simulator.phone.progress import Progress
from simulator.phone.texts import Texts

Line = dict[str, Any]


def restore(net: Network, texts: Texts, calls: Calls) -> None:
    """Bring `net` to where its journal ends and set it going; nothing happens on an empty journal."""
    replay = _Replay(net)
    for line in net.journal.lines():
        replay.take(line)
    replay.go_on(texts, calls)


@dataclass(slots=True)
class _Open:
    """What the journal says was begun, until it says that it was done."""

    reports: dict[str, None] = field(default_factory=dict)
    """Texts and calls whose end was not reported yet."""
    inbound: dict[str, Act] = field(default_factory=dict)
    """Inbound texts of which nobody was told yet."""
    sent: Counter[str] = field(default_factory=Counter)
    """How many texts of the answer to an inbound one were sent."""
    thoughts: dict[str, tuple[Act, int]] = field(default_factory=dict)
    """Texts that somebody is thinking about."""
    keys: dict[str, tuple[str, str, Act]] = field(default_factory=dict)
    """Calls whose last keys may be on their way: the URL, who pressed and what was meant."""


class _Replay:
    """Takes the journal's lines in order."""

    def __init__(self, net: Network) -> None:
        self._net, self._open = net, _Open()
        self._takes: dict[str, Callable[[Line], None]] = {
            "message.accepted": self._message,
            "message.inbound": self._inbound,
            "message.status": self._message_status,
            "message.redacted": self._redacted,
            "message.refused": self._refused,
            "message.answered": self._answered,
            "message.unanswered": self._told,
            "message.unannounced": self._told,
            "message.deleted": lambda line: self._net.messages.remove(line["sid"]),
            "call.deleted": lambda line: self._net.calls.remove(line["sid"]),
            "call.accepted": self._call,
            "call.inbound": self._call,
            "call.dialled": self._leg,
            "call.status": self._call_status,
            "call.keys": self._call_keys,
            "call.silence": self._call_keys,
            "webhook.sent": self._webhook,
            "receipt.lost": self._reported,
        }

    def take(self, line: Line) -> None:
        """Apply one line; kinds that tell of no state are passed over."""
        name, _, what = line["kind"].partition(".")
        if what == "set" and name in self._net.arrangements:
            self._net.arrangements[name](line["given"])
        elif line["kind"] in self._takes:
            self._takes[line["kind"]](line)

    def _message(self, line: Line) -> None:
        due = datetime.fromisoformat(line["due"]) if line["due"] else None
        message = _text(self._net, line, line["direction"], line["status"])
        message.callback, message.service, message.due = line["callback"], line["service"], due
        message.validity_s, message.mute, message.answers = line["validity_s"], line["mute"], line["answers"]
        self._net.messages.add(message)
        self._open.sent[message.answers] += bool(message.answers)

    def _refused(self, line: Line) -> None:
        self._open.sent[line["answers"]] += bool(line["answers"])

    def _inbound(self, line: Line) -> None:
        message = _text(self._net, line, "inbound", "received")
        message.sent = message.created
        self._net.messages.add(message)
        act = Act(topic=line["topic"], value=line["value"])
        self._net.population.note(message.sender, act, "written", message.created.timestamp())
        pair = message.to, message.sender
        if line["opt_out"] == "STOP":
            self._net.opted_out.add(pair)
        elif line["opt_out"] == "START":
            self._net.opted_out.discard(pair)
        self._open.inbound[message.sid] = act
        self._open.thoughts.pop(line["asked_by"], None)

    def _message_status(self, line: Line) -> None:
        message = self._net.messages.get(line["sid"])
        if message is None:
            return
        message.status, message.error, message.updated = line["status"], line["error"], _at(line)
        if message.status == "sent":
            message.sent = message.updated
        if message.over:
            self._net.messages.save(message)
            if message.callback:
                self._open.reports[message.sid] = None
        if line.get("act"):
            self._think(message, Act(**line["act"]))

    def _think(self, message: Message, act: Act) -> None:
        """Somebody read a text: they remember it and may be about to answer, which makes earlier texts stale."""
        handset = self._net.population.get(message.to)
        if handset is None:
            return
        handset.live(act, "written")
        if act.said:
            self._open.thoughts[message.sid] = act, handset.questions

    def _redacted(self, line: Line) -> None:
        if message := self._net.messages.get(line["sid"]):
            message.body = ""
            self._net.messages.save(message)

    def _answered(self, line: Line) -> None:
        message = self._net.messages.get(line["sid"])
        if message and (act := self._open.inbound.get(message.sid)):
            self._net.population.note_delivered(message.sender, act)
        self._told(line)

    def _told(self, line: Line) -> None:
        self._open.inbound.pop(line["sid"], None)
        self._open.sent.pop(line["sid"], None)

    def _call(self, line: Line) -> None:
        ordered = line["ordered"] | {"events": frozenset(line["ordered"]["events"])}
        inbound = line["direction"] == "inbound"
        status = "ringing" if inbound else "queued"
        call = Call(self._net.account, line["to"], line["sender"], line["direction"], status, _at(line), **ordered)
        call.sid, call.url, call.callback = line["sid"], line["url"], line["callback"]
        call.started = call.created if inbound else None
        self._net.calls.add(call)

    def _leg(self, line: Line) -> None:
        events, at = frozenset(line["events"]), _at(line)
        leg = Call(self._net.account, line["to"], line["sender"], "outbound-dial", "ringing", at, events=events)
        leg.sid, leg.parent, leg.callback, leg.started = line["leg"], line["sid"], line["callback"], at
        self._net.calls.add(leg)

    def _call_status(self, line: Line) -> None:
        call = self._net.calls.get(line["sid"])
        if call is None:
            return
        call.status, call.elapsed, call.answered_by = line["status"], line["elapsed"], line["answered_by"]
        call.sip, call.sequence = line["sip"], line["sequence"]
        if line["event"] in call.events:
            call.sequence += 1
        call.started, call.answered = call.started or _at(line), call.answered or call.status == "in-progress"
        if line["event"] == "completed":
            call.ended = _at(line)
            if call.callback and "completed" in call.events:
                call.sequence = line["sequence"]
                self._open.reports[call.sid] = None
        if call.over:
            self._net.calls.save(call)
        if line.get("rang") and (handset := self._net.population.get(call.to)):
            handset.rings += 1

    def _call_keys(self, line: Line) -> None:
        person, act = line["number"], Act(**line["act"])
        if handset := self._net.population.get(person):
            handset.live(act, "spoken")
        if call := self._net.calls.get(line["sid"]):
            call.elapsed = line["elapsed"]
        meant = Act(topic=line.get("topic", ""), value=line.get("value", ""))
        self._net.population.note(person, meant, "spoken", _at(line).timestamp())
        self._open.keys[line["sid"]] = urldefrag(line.get("url", ""))[0], person, meant

    def _webhook(self, line: Line) -> None:
        """A receipt that was sent is done, reached or not; keys that were answered 2xx count as delivered."""
        if line["state"] in FINAL_MESSAGE | FINAL_CALL:
            self._open.reports.pop(line["about"], None)
        url, person, meant = self._open.keys.get(line["about"], ("", "", Act()))
        if url == line["url"] and 200 <= (line["status"] or 0) < 300:
            self._net.population.note_delivered(person, meant)

    def _reported(self, line: Line) -> None:
        self._open.reports.pop(line["sid"], None)

    def go_on(self, texts: Texts, calls: Calls) -> None:
        """Set going again what was under way."""
        net = self._net
        for call in net.calls.live():
            if call.status == "queued" and call.direction == "outbound-api":
                calls.go_on(call)
            else:
                calls.cut_off(call)
        for message in net.messages.live():
            net.messages.save(message)
            texts.go_on(message)
        for sid, (act, place) in self._open.thoughts.items():
            if read := net.messages.get(sid):
                net.scheduler.run(texts.think(read, act, place))
        for sid, act in self._open.inbound.items():
            if untold := net.messages.get(sid):
                texts.announcer.announce(untold, act, self._open.sent[sid])
        progress = Progress(net)
        for sid in self._open.reports:
            if delivered := net.messages.get(sid):
                texts.report(delivered)
            elif ended := net.calls.get(sid):
                progress.report(ended, "completed")


def _text(net: Network, line: Line, direction: str, status: str) -> Message:
    return Message(
        net.account,
        line["to"],
        line["sender"],
        line["body"],
        direction,
        status,
        _at(line),
        line["segments"],
        nth=line["nth"],
        sid=line["sid"],
    )


def _at(line: Line) -> datetime:
    """Business time of a line."""
    return datetime.fromisoformat(line["business"])
