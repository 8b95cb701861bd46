"""The parts of the phone network under one roof, and the ways they reach the customer: asking and reporting.

It must not know what texts or calls mean; `texts` and `calls` do.
"""

from __future__ import annotations

import hashlib
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from simulator.clock import SimulatedClock
from simulator.faults import Faults
from simulator.limits import Gate, Lanes, NetworkLimits
from simulator.network.callbacks import Courier, Trouble
from simulator.network.journal import Journal
from simulator.network.records import Call, Message
from simulator.network.scheduler import Scheduler
from simulator.network.shelf import Shelf
from simulator.people.population import Population
from simulator.wire import WireAnswer

About = tuple[str, *tuple[object, ...]]
"""What a webhook is about: its kind (see `faults.KINDS`), its subject, its place among those of the subject."""
_REPORT_S = 0.5
_REORDER_S = 30.0
_AGAIN_S = 10.0


@dataclass(frozen=True, slots=True)
class NetworkNumber:
    """A number of the customer: where its texts and calls are announced, and how fast it sends."""

    number: str
    sms_url: str = ""
    sms_fallback_url: str = ""
    voice_url: str = ""
    voice_fallback_url: str = ""
    voice_status_callback: str = ""
    """Hears how calls to this number ended."""
    messaging_service_sid: str = ""
    opt_out: bool = False
    """The carrier itself keeps an opt-out list (STOP, START) for this number and answers those words."""
    opt_out_words: dict[str, list[str]] = field(default_factory=dict)
    """More words for STOP, START or HELP."""
    opt_out_replies: dict[str, str] = field(default_factory=dict)
    """Other replies to STOP, START or HELP; "" sends none."""
    mps: float = 0.0
    """Segments a second; 0: as fast as they come."""
    queue_s: float = 36_000.0
    """Seconds at that rate that may wait; more is refused (21611) or fails (30001)."""
    price_segment: str = ""
    price_minute: str = ""
    """What the account is charged, as the API reports it of finished texts and calls; "": it reports nothing."""
    price_unit: str = "USD"
    capabilities: list[str] = field(default_factory=lambda: ["sms", "voice"])
    """What the number's resource says it can do."""


@dataclass(frozen=True, slots=True)
class Config:
    """What the simulator is started with."""

    account: str
    token: str
    journal: Path
    clock: SimulatedClock = field(default_factory=SimulatedClock)
    seed: int = 0
    workers: int = 48


class Network:
    """State and services that the API, the texts and the calls share."""

    def __init__(self, config: Config) -> None:
        self.account, self.token = config.account, config.token
        self.clock = config.clock
        self.journal = Journal(config.journal, config.clock)
        self.scheduler = Scheduler(config.clock, config.workers)
        self.courier = Courier(config.token, self.journal)
        self.population = Population(config.seed)
        self.faults = Faults(config.seed)
        self.limits, self.lanes, self.gate = NetworkLimits(), Lanes(), Gate()
        self.messages: Shelf[Message] = Shelf(Message)
        self.calls: Shelf[Call] = Shelf(Call, by_status=True)
        self.numbers: dict[str, NetworkNumber] = {}
        self.opted_out: set[tuple[str, str]] = set()
        """(customer's number, person's number) on the carrier's own list."""
        self.lock = threading.RLock()
        """Guards the status of texts and calls."""
        self.arrangements: dict[str, Callable[[dict[str, Any]], None]] = {
            "number": self.add_number,
            "handset": self.population.add_handset,
            "hold": self.population.hold,
            "topic": self.population.add_topic,
            "recordings": self.population.recordings.update,
            "faults": self.faults.set,
            "limits": self.set_limits,
        }
        """What may be arranged from outside, by name; journaled, so that it outlives a kill."""

    def arrange(self, name: str, *given: dict[str, Any]) -> None:
        """Arrange each thing `given` and keep it in the journal, on disk. ValueError and its like say what is wrong."""
        for one in given:
            self.arrangements[name](one)
            self.journal.write(f"{name}.set", given=one)
        self.journal.sync()

    def add_number(self, given: dict[str, Any]) -> None:
        """Add or replace a number of the customer; TypeError names fields it does not have."""
        number = NetworkNumber(**given)
        self.numbers[number.number] = number

    def set_limits(self, given: dict[str, Any]) -> None:
        """Replace the account's limits; TypeError names what is none."""
        self.limits = NetworkLimits(**given)

    def billed(self, record: Message | Call) -> dict[str, Any]:
        """Its resource with its price: below zero, and only when it is known; inbound ones cost nothing here."""
        number, shown = self.numbers.get(record.sender), record.json()
        if number is None or record.direction == "inbound":
            return shown
        if isinstance(record, Message):
            each, units, finished = number.price_segment, record.segments, record.sent is not None
        else:
            each, units, finished = number.price_minute, -(-record.duration // 60), record.over
        if not each or not finished:
            return shown
        return shown | {"price": str(-units * Decimal(each)), "price_unit": number.price_unit}

    def number_of_service(self, service: str) -> str:
        """The number that sends for a messaging service, "" when it has none."""
        return next((n.number for n in self.numbers.values() if n.messaging_service_sid == service), "")

    def ask(
        self, url: str, fallback: str, params: dict[str, str], about: About, method: str = "POST"
    ) -> tuple[str, WireAnswer | Trouble]:
        """Ask the customer what to do: the URL that answered and its answer. `about` keys the faults and the token.

        The same question asked again after a kill carries the same token: it is a retry.
        """
        token = _token(params, about)
        if self.faults.strikes("lost_answer", *about):
            self.courier.deliver(url, params, method, token=token)
        return self.courier.fetch(url, fallback, params, method, token=token)

    def ask_in_vain(self, url: str, params: dict[str, str], about: About, *, forged: bool = False) -> None:
        """Send a webhook whose answer counts for nothing: a forged one at once, a repeated one after a while."""
        if forged:
            self.courier.deliver(url, params, token=_token(params, ("forged", *about)), forged=True)
        else:
            self._send_later(_AGAIN_S, url, params, _token(params, ("again", *about)))

    def report(self, url: str, params: dict[str, str], about: About) -> None:
        """Report a status, soon and from another thread; faults may lose, delay, repeat or forge it."""
        if self.faults.strikes("lose", *about):
            sid = params.get("CallSid") or params.get("MessageSid")
            self.journal.write("receipt.lost", sid=sid, url=url, about=list(about))
            return
        wait = _REPORT_S
        if self.faults.strikes("delay", *about):
            wait += self.faults.delay_s
        if self.faults.strikes("reorder", *about):
            wait += _REORDER_S
        token = _token(params, about)
        self._send_later(wait, url, params, token)
        if self.faults.strikes("lost_answer", *about):
            self._send_later(wait + _AGAIN_S, url, params, token)
        if self.faults.strikes("duplicate", *about):
            self._send_later(wait + _AGAIN_S, url, params, _token(params, ("again", *about)))
        if self.faults.strikes("forge", *about):
            self._send_later(wait, url, _falsified(params), _token(params, ("forged", *about)), forged=True)

    def _send_later(self, wait: float, url: str, params: dict[str, str], token: str, *, forged: bool = False) -> None:
        self.scheduler.after(wait, lambda: _nothing(self.courier.deliver(url, params, token=token, forged=forged)))

    def close(self) -> None:
        """Stop what runs and put the journal on disk."""
        self.scheduler.close()
        self.journal.close()
        self.messages.close()
        self.calls.close()


def _token(params: dict[str, str], about: tuple[object, ...]) -> str:
    """The idempotency token of one request: the same for the same thing told again."""
    sid = params.get("CallSid") or params.get("MessageSid")
    digest = hashlib.blake2b("\x1f".join(map(str, (sid, *about))).encode(), digest_size=16).digest()
    return str(uuid.UUID(bytes=digest, version=4))


def _falsified(params: dict[str, str]) -> dict[str, str]:
    """The same report with another outcome."""
    status = "CallStatus" if "CallStatus" in params else "MessageStatus"
    return {**params, status: "failed" if params.get(status) != "failed" else "delivered"}


def _nothing(_: object) -> None:
    """A report's answer means nothing to the network."""
