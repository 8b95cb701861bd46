"""Texts and calls as the API keeps and lists them. It knows their fields and their JSON, not what makes them move."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from simulator.clock import rfc2822

VERSION = "2010-04-01"
FINAL_CALL = frozenset({"completed", "busy", "failed", "no-answer", "canceled"})
FINAL_MESSAGE = frozenset({"delivered", "undelivered", "failed", "canceled", "received"})


def new_sid(prefix: str) -> str:
    """A fresh id as the API gives them: two letters and 32 hexadecimal digits."""
    return f"{prefix}{random.getrandbits(128):032x}"


@dataclass(slots=True)
class Message:
    """One text, in either direction. `nth` counts the texts between these two numbers, for seeded faults."""

    account: str
    to: str
    sender: str
    body: str
    direction: str
    status: str
    created: datetime
    segments: int
    nth: int = 0
    callback: str = ""
    service: str | None = None
    sent: datetime | None = None
    updated: datetime | None = None
    error: int | None = None
    mute: bool = False
    """Sent with a magic number: goes nowhere, calls nobody back."""
    due: datetime | None = None
    validity_s: int = 36_000
    """A text that waits longer in its sender's queue is given up."""
    answers: str = ""
    """The inbound text in whose webhook answer this one stood."""
    sid: str = field(default_factory=lambda: new_sid("SM"))

    @property
    def over(self) -> bool:
        """Nothing more happens to it."""
        return self.mute or self.status in FINAL_MESSAGE

    @property
    def began(self) -> datetime | None:
        """What the list's DateSent filters go by."""
        return self.sent

    @property
    def finished(self) -> datetime | None:
        """Texts have no filter by their end."""
        return None

    def json(self) -> dict[str, Any]:
        """The resource as the API shows it."""
        uri = f"/{VERSION}/Accounts/{self.account}/Messages/{self.sid}"
        return {
            "account_sid": self.account,
            "api_version": VERSION,
            "body": self.body,
            "date_created": rfc2822(self.created),
            "date_sent": rfc2822(self.sent),
            "date_updated": rfc2822(self.updated or self.created),
            "direction": self.direction,
            "error_code": self.error,
            "error_message": None if self.error is None else "The text could not be delivered",
            "from": self.sender or None,
            "messaging_service_sid": self.service,
            "num_media": "0",
            "num_segments": str(self.segments if self.service is None or self.sent else 0),
            "price": None,
            "price_unit": "USD",
            "sid": self.sid,
            "status": self.status,
            "subresource_uris": {"media": f"{uri}/Media.json"},
            "tags": None,
            "to": self.to,
            "uri": f"{uri}.json",
        }


@dataclass(slots=True)
class Call:
    """One call, in either direction, with what its creator asked for."""

    account: str
    to: str
    sender: str
    direction: str
    status: str
    created: datetime
    nth: int = 0
    url: str = ""
    method: str = "POST"
    twiml: str = ""
    fallback: str = ""
    callback: str = ""
    events: frozenset[str] = frozenset()
    timeout: int = 60
    time_limit: int = 14400
    detect: str = ""
    """Answering-machine detection as asked for: "", Enable or DetectMessageEnd."""
    detect_s: float = 30.0
    detect_callback: str = ""
    detect_aside: bool = False
    """Detection goes on beside the call (AsyncAmd) and is told to `detect_callback`."""
    send_digits: str = ""
    record: bool = False
    parent: str = ""
    """The call that dialled this one."""
    queued_s: float = 0.0
    """Real seconds it waits for its turn at the account's calls per second."""
    mute: bool = False
    started: datetime | None = None
    ended: datetime | None = None
    answered: bool = False
    answered_by: str | None = None
    sip: int = 200
    elapsed: float = 0.0
    """Seconds on the line: what was spoken and waited, not what a fast clock makes of our own latency."""
    sequence: int = 0
    redirected: bool = False
    """`url` or `twiml` was set anew while the call runs."""
    sid: str = field(default_factory=lambda: new_sid("CA"))

    @property
    def over(self) -> bool:
        """Nothing more happens to it."""
        return self.mute or self.status in FINAL_CALL

    @property
    def began(self) -> datetime | None:
        """What the list's StartTime filters go by."""
        return self.started

    @property
    def finished(self) -> datetime | None:
        """What the list's EndTime filters go by."""
        return self.ended

    @property
    def duration(self) -> int:
        """Whole seconds, rounded up, since it was answered; 0 if it never was."""
        return int(self.elapsed + 0.999) if self.answered else 0

    def json(self) -> dict[str, Any]:
        """The resource as the API shows it."""
        uri = f"/{VERSION}/Accounts/{self.account}/Calls/{self.sid}"
        parts = ("Notifications", "Recordings", "Payments", "Events", "Streams")
        return {
            "account_sid": self.account,
            "annotation": None,
            "answered_by": self.answered_by,
            "api_version": VERSION,
            "caller_name": None,
            "date_created": rfc2822(self.created),
            "date_updated": rfc2822(self.ended or self.started or self.created),
            "direction": self.direction,
            "duration": str(self.duration) if self.ended else None,
            "end_time": rfc2822(self.ended),
            "forwarded_from": None,
            "from": self.sender,
            "from_formatted": self.sender,
            "group_sid": None,
            "parent_call_sid": self.parent or None,
            "phone_number_sid": None,
            "price": None,
            "price_unit": "USD",
            "queue_time": str(round(self.queued_s * 1000)),
            "sid": self.sid,
            "start_time": rfc2822(self.started),
            "status": self.status,
            "subresource_uris": {part.lower(): f"{uri}/{part}.json" for part in parts},
            "to": self.to,
            "to_formatted": self.to,
            "trunk_sid": None,
            "uri": f"{uri}.json",
        }


Record = TypeVar("Record", Message, Call)
