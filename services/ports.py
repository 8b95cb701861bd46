"""What the use cases need of the world, as protocols: clock, ids, jobs, carriers.

Structural, so that carriers and runtime need not import this module. No implementation stands here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from contact.carrier import CallCarrier, TextCarrier
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


class Carriers(Protocol):
    """Hands over the carrier a sender belongs to."""

    def text(self, sender: SenderRow) -> TextCarrier:
        """The text carrier of `sender`. Raises KeyError for an unknown one."""

    def call(self, sender: SenderRow) -> CallCarrier:
        """The call carrier of `sender`. Raises KeyError for an unknown one."""

    def names(self) -> Sequence[str]:
        """The carriers that there are; each names a group of settings that holds its secrets."""

    def can_delete(self, carrier: str, record_id: str | None = None) -> bool:
        """Whether a carrier deletes its records when asked, and (with an id) whether this is the id of one."""


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
