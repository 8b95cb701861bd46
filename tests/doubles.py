"""Stand-ins at the ports: a clock that is set, ids that count, jobs that are noted, carriers that obey."""

from __future__ import annotations

import base64
import hashlib
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock
from uuid import UUID

from carriers import registry
from contact.delivery import Accepted, Departed, InboundText, Receipt, SendResult
from services.ports import SenderRow
from store.unit_of_work import refuse_open_transaction

KEY = bytes(range(32))
KEYS = {
    "alo_secret_keys": f"test:{base64.b64encode(KEY).decode()}",
    "alo_lookup_key": f"1:{base64.b64encode(KEY).decode()}",
    "alo_session_key": "s",
}
"""The keys of the tests as settings: what the fixture `vault` seals, a process with these opens and finds."""

START = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
"""A Wednesday, 09:00 in Viet Nam: inside the default hours, no holiday."""


@dataclass
class FakeClock:
    """Business and real time, moved by hand."""

    business: datetime = START
    reality: datetime = START

    def now(self) -> datetime:
        return self.business

    def real(self) -> datetime:
        return self.reality

    def after(self, real: timedelta) -> datetime:
        return self.business + real

    def set(self, business: datetime) -> None:
        self.business = business

    def advance(self, by: timedelta, real: timedelta | None = None) -> None:
        """Move both kinds of time, real time by `real` where it is given."""
        self.business += by
        self.reality += by if real is None else real


@dataclass
class FakeIds:
    """Time-ordered UUIDs (version 7 by form), url-safe references and digits, counted up from 1."""

    count: int = 0

    def new(self) -> UUID:
        self.count += 1
        return UUID(int=(self.count << 80) | (7 << 76) | (2 << 62) | self.count)

    def public(self) -> str:
        self.count += 1
        return hashlib.sha256(str(self.count).encode()).hexdigest()[:22]

    def secret(self, size: int) -> bytes:
        self.count += 1
        return hashlib.shake_256(str(self.count).encode()).digest(size)

    def code(self) -> str:
        self.count += 1
        return f"{(self.count * 7_368_787) % 100_000_000:08d}"


@dataclass
class RecordingJobs:
    """Notes what was asked of the workers; refuses while a transaction is open, as Celery's queue does."""

    enqueued: list[tuple[str, tuple[str, ...]]] = field(default_factory=list)

    def enqueue(self, task: str, *ids: str) -> None:
        refuse_open_transaction()
        self.enqueued.append((task, ids))


@dataclass(frozen=True)
class Sent:
    """One text or call that reached the fake carrier; `body` is empty for calls."""

    sender: SenderRow
    to: str
    ref: str
    body: str = ""


@dataclass
class FakeCarrier:
    """A carrier of texts and calls: takes everything, unless `results` holds other answers for the next sends."""

    sent: list[Sent] = field(default_factory=list)
    results: deque[SendResult] = field(default_factory=deque)
    receipts: dict[str, Receipt] = field(default_factory=dict)
    found: list[Receipt] = field(default_factory=list)
    inbound: list[InboundText] = field(default_factory=list)
    departed: list[Departed] = field(default_factory=list)
    hung_up: list[str] = field(default_factory=list)
    erased: list[str] = field(default_factory=list)
    not_over: set[str] = field(default_factory=set)
    lock: Lock = field(default_factory=Lock)

    def send(self, sender: SenderRow, to: str, body: str, ref: str) -> SendResult:
        return self._take("SM", Sent(sender, to, ref, body))

    def place(self, sender: SenderRow, to: str, ref: str) -> SendResult:
        return self._take("CA", Sent(sender, to, ref))

    def fetch(self, sender: SenderRow, carrier_id: str) -> Receipt | None:
        return self.receipts.get(carrier_id)

    def find(self, sender: SenderRow, to: str, *_more: object) -> Sequence[Receipt]:
        return self.found

    def list_inbound(self, sender: SenderRow, since: datetime) -> Iterable[InboundText]:
        return self.inbound

    def list_departed(self, sender: SenderRow, since: datetime) -> Sequence[Departed]:
        return self.departed

    def hang_up(self, sender: SenderRow, carrier_id: str) -> None:
        self.hung_up.append(carrier_id)

    def erase(self, sender: SenderRow, carrier_id: str) -> bool:
        self.erased.append(carrier_id)
        return carrier_id not in self.not_over

    def _take(self, prefix: str, one: Sent) -> SendResult:
        """Several threads send at once."""
        with self.lock:
            self.sent.append(one)
            return self.results.popleft() if self.results else Accepted(f"{prefix}{len(self.sent):032x}")


@dataclass
class FakeCarriers:
    """Hands over one fake for texts and one for calls, whatever the sender."""

    texts: FakeCarrier = field(default_factory=FakeCarrier)
    calls: FakeCarrier = field(default_factory=FakeCarrier)

    def text(self, sender: SenderRow) -> FakeCarrier:
        return self.texts

    def call(self, sender: SenderRow) -> FakeCarrier:
        return self.calls

    def names(self) -> Sequence[str]:
        return tuple(registry.KNOWN)

    def can_delete(self, carrier: str, record_id: str | None = None) -> bool:
        return registry.can_delete(carrier, record_id)
