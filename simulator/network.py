"""The parts of the phone network under one roof, and the ways they reach the customer: asking and reporting.

It must not know what texts or calls mean; `texts` and `calls` do.
"""

from __future__ import annotations

import threading
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from simulator.callbacks import Courier, Trouble
from simulator.clock import Clock
from simulator.faults import Faults
from simulator.handsets import Village
from simulator.journal import Journal
from simulator.records import Call, Message, Shelf
from simulator.scheduler import Scheduler
from simulator.wire import Answer

_REPORT_S = 0.5
_REORDER_S = 30.0
_AGAIN_S = 10.0


@dataclass(frozen=True, slots=True)
class Number:
    """A number of the customer: where its texts and calls are announced."""

    number: str
    sms_url: str = ""
    sms_fallback_url: str = ""
    voice_url: str = ""
    voice_fallback_url: str = ""
    messaging_service_sid: str = ""
    opt_out: bool = False
    """The carrier itself keeps an opt-out list (STOP, START) for this number."""


@dataclass(frozen=True, slots=True)
class Config:
    """What the simulator is started with."""

    account: str
    token: str
    journal: Path
    clock: Clock = field(default_factory=Clock)
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
        self.village = Village(config.seed)
        self.faults = Faults(config.seed)
        self.messages: Shelf[Message] = Shelf()
        self.calls: Shelf[Call] = Shelf()
        self.numbers: dict[str, Number] = {}
        self.opted_out: set[tuple[str, str]] = set()
        """(customer's number, person's number) on the carrier's own list."""
        self.lock = threading.RLock()
        """Guards the status of texts and calls."""

    def add_number(self, given: dict[str, Any]) -> None:
        """Add or replace a number of the customer; TypeError names fields it does not have."""
        number = Number(**given)
        self.numbers[number.number] = number

    def number_of_service(self, service: str) -> str:
        """The number that sends for a messaging service, "" when it has none."""
        return next((n.number for n in self.numbers.values() if n.messaging_service_sid == service), "")

    def ask(
        self, url: str, fallback: str, params: dict[str, str], about: tuple[object, ...], method: str = "POST"
    ) -> tuple[str, Answer | Trouble]:
        """Ask the customer what to do: the URL that answered and its answer. `about` keys the faults."""
        token = str(uuid.uuid4())
        if self.faults.strikes("lost_answer", *about):
            self.courier.deliver(url, params, method, token=token)
        return self.courier.fetch(url, fallback, params, method, token=token)

    def report(self, url: str, params: dict[str, str], about: tuple[object, ...]) -> None:
        """Report a status, soon and from another thread; faults may lose, delay, repeat or forge it."""
        if self.faults.strikes("lose", *about):
            self.journal.write("receipt.lost", url=url, about=list(about))
            return
        wait = _REPORT_S
        if self.faults.strikes("delay", *about):
            wait += self.faults.delay_s
        if self.faults.strikes("reorder", *about):
            wait += _REORDER_S
        token = str(uuid.uuid4())
        self._send_later(wait, url, params, token)
        if self.faults.strikes("lost_answer", *about):
            self._send_later(wait + _AGAIN_S, url, params, token)
        if self.faults.strikes("duplicate", *about):
            self._send_later(wait + _AGAIN_S, url, params, str(uuid.uuid4()))
        if self.faults.strikes("forge", *about):
            self._send_later(wait, url, _falsified(params), str(uuid.uuid4()), forged=True)

    def _send_later(self, wait: float, url: str, params: dict[str, str], token: str, *, forged: bool = False) -> None:
        self.scheduler.after(wait, lambda: _nothing(self.courier.deliver(url, params, token=token, forged=forged)))

    def close(self) -> None:
        """Stop what runs and put the journal on disk."""
        self.scheduler.close()
        self.journal.close()


def _falsified(params: dict[str, str]) -> dict[str, str]:
    """The same report with another outcome."""
    status = "CallStatus" if "CallStatus" in params else "MessageStatus"
    return {**params, status: "failed" if params.get(status) != "failed" else "delivered"}


def _nothing(_: object) -> None:
    """A report's answer means nothing to the network."""
