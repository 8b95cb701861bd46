"""What the use cases need of the world, as protocols: clock, ids, jobs, carriers.

Structural, so that carriers and runtime need not import this module. No implementation stands here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from contact.delivery import Departed, InboundText, Receipt, SendResult
from contact.sender import SenderRow
from ivr.script import Script

__all__ = [
    "CallCarrier",
    "Carriers",
    "Clock",
    "Ids",
    "Jobs",
    "Marks",
    "Recordings",
    "SenderRow",
    "TextCarrier",
    "VoiceRenderer",
]


class Clock(Protocol):
    """Two kinds of time: business time may run fast in the demo, real time never."""

    def now(self) -> datetime:
        """Business time, aware UTC: hours, ladder, due dates, consent, events."""

    def real(self) -> datetime:
        """Real time, aware UTC: leases, rates, time-outs, heartbeats."""

    def after(self, real: timedelta) -> datetime:
        """Business time, aware UTC, when so much real time has passed; before now for a negative one."""


class Ids(Protocol):
    """Where identifiers come from."""

    def new(self) -> UUID:
        """Time-ordered UUID for rows."""

    def public(self) -> str:
        """Random url-safe reference of at least 128 bits, for URLs."""

    def secret(self, size: int) -> bytes:
        """So many random bytes."""

    def code(self) -> str:
        """Short random code a person can type (digits), unique enough to retry on collision."""


class Jobs(Protocol):
    """Asks workers to do something soon, with ids only. Losing a job is harmless (sweeps)."""

    def enqueue(self, task: str, *ids: str) -> None:
        """Put task `task` (its Celery name) on the queue. Inside a transaction give this to `after_commit`; otherwise
        it raises store.unit_of_work.OpenTransactionError."""


class TextCarrier(Protocol):
    """Sends texts and, where it can, says what became of them. Every call ends by itself (time-outs)."""

    def send(self, sender: SenderRow, to: str, body: str, ref: str) -> SendResult:
        """Send `body` to E.164 `to`; callbacks will carry `ref`. Never raises for carrier or network faults."""

    def fetch(self, sender: SenderRow, carrier_id: str) -> Receipt | None:
        """What the carrier says of one text now; None when it cannot be asked or does not know it."""

    def find(self, sender: SenderRow, to: str, body: str, since: datetime) -> Sequence[Receipt]:
        """Texts the carrier lists with this recipient and body since `since` (for texts in doubt)."""

    def list_inbound(self, sender: SenderRow, since: datetime) -> Iterable[InboundText]:
        """Texts received by the sender's number since `since`; empty when the carrier cannot list."""

    def list_departed(self, sender: SenderRow, since: datetime) -> Sequence[Departed]:
        """Texts that left the sender's number since `since`, oldest first. Raises CarrierAwayError: never a part."""

    def erase(self, sender: SenderRow, carrier_id: str) -> bool:
        """Delete what the carrier holds of one text, words and number. False: not yet. Raises CarrierAwayError."""


class CallCarrier(Protocol):
    """Places calls and says what became of them."""

    def place(self, sender: SenderRow, to: str, ref: str) -> SendResult:
        """Ring E.164 `to`; the dialogue and the callbacks carry `ref`."""

    def fetch(self, sender: SenderRow, carrier_id: str) -> Receipt | None:
        """What the carrier says of one call now."""

    def find(self, sender: SenderRow, to: str, since: datetime, ref: str) -> Sequence[Receipt]:
        """Calls the carrier lists to this number since `since` (for calls in doubt)."""

    def list_departed(self, sender: SenderRow, since: datetime) -> Sequence[Departed]:
        """Calls that left the sender's number since `since`, oldest first. Raises CarrierAwayError: never a part."""

    def hang_up(self, sender: SenderRow, carrier_id: str) -> None:
        """End a live call."""

    def erase(self, sender: SenderRow, carrier_id: str) -> bool:
        """Delete what the carrier holds of one call, words and number. False: not yet. Raises CarrierAwayError."""


class Carriers(Protocol):
    """Hands over the carrier a sender belongs to."""

    def text(self, sender: SenderRow) -> TextCarrier:
        """The text carrier of `sender`. Raises KeyError for an unknown one."""

    def call(self, sender: SenderRow) -> CallCarrier:
        """The call carrier of `sender`. Raises KeyError for an unknown one."""


class Marks(Protocol):
    """The greatest mark of each sender that was ever seen, kept outside the database: an older database is found."""

    def greatest(self) -> Mapping[UUID, int]:
        """Sender → its greatest mark, of all senders ever noted. Never raises: what cannot be read is not known."""

    def note(self, marks: Mapping[UUID, int]) -> None:
        """Keep these marks where they are greater. Never raises: what cannot be written is logged."""


class VoiceRenderer(Protocol):
    """Turns a script of the dialogue into the document the voice carrier runs (TwiML)."""

    def render(self, script: Script, ref: str) -> str:
        """The document for the call `ref`; turns of the script become URLs that carry `ref` and the turn."""


class Recordings(Protocol):
    """Which sentences of calls are recorded, as the process knows it."""

    def refresh(self) -> None:
        """Read again what is old; never inside a transaction."""

    def find(self, prompt_id: str) -> str | None:
        """The name of the recording of a sentence, None without one."""
