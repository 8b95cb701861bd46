"""The one table of carriers: how each speaks when we ask it, and what it brings us. A new carrier is a new `Dialect`.

`test_contract.py` here takes the adapters through it, `tests/gateway/test_carrier_doors.py` the webhooks.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from contact.delivery import ErrorKind, SendResult, State
from tests.carriers.faulty_server import Play, Seen, answers
from tests.carriers.parts import ACCOUNT, JSON_ACCOUNT, REF, TO, router, sender

BODY = "C3: Ông/bà hài lòng đến mức nào? 1 = rất hài lòng"
OURS = "+842412345678"


def _api_error(status: int, code: int) -> Play:
    return answers(status, f'{{"code":{code},"message":"about {TO}","more_info":"","status":{status}}}')


@dataclass(frozen=True)
class Brought:
    """A request of a carrier to us: path with query, and what `werkzeug.test.Client` posts (`form` is signed)."""

    target: str
    form: Mapping[str, str] = field(default_factory=dict)
    posted: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Dialect:
    """How one carrier's server speaks for one medium, and what it brings."""

    carrier: str
    medium: str
    takes: Play
    bad_number: Play
    bad_number_means: ErrorKind
    """What that number cannot be contacted by."""
    bad_login: Play
    not_so_fast: Play
    nonsense: Play
    body_of: Callable[[Seen], str]
    """What a text says; "" for calls."""
    callbacks_of: Callable[[Seen], list[str]]
    """Every address of ours that goes with it."""
    to_of: Callable[[Seen], str]
    brings: Callable[[str], Brought]
    """A text with these words from TO, or a call of theirs, to our number."""
    reports: Callable[[str], Brought]
    """A receipt of the text or call REF, by the carrier's own word."""
    reported: Mapping[str, State]
    """The carrier's words, and what they mean."""
    unread: str
    """A word that is refused as malformed; "" where unknown words mean "it lives"."""

    def __str__(self) -> str:
        return f"{self.carrier}-{self.medium}"

    def hand_over(self, url: str, **changes: object) -> SendResult:
        """One text or call through the adapter."""
        ours = sender(self.carrier, self.medium, url, **changes)
        if self.medium == "text":
            return router().text(ours).send(ours, TO, BODY, REF)
        return router().call(ours).place(ours, TO, REF)


def _twilio_text(words: str) -> Brought:
    form = {"MessageSid": "SM7", "AccountSid": ACCOUNT, "From": TO, "To": OURS, "Body": words, "NumMedia": "0"}
    return Brought("/twilio/sms", form)


def _twilio_call(_words: str) -> Brought:
    form = {"CallSid": "CA7", "AccountSid": ACCOUNT, "From": TO, "To": OURS, "CallStatus": "ringing"}
    return Brought("/twilio/voice", form)


def _twilio_text_report(word: str) -> Brought:
    form = {"MessageSid": "SM7", "MessageStatus": word, "AccountSid": ACCOUNT}
    return Brought(f"/twilio/receipt/text/{REF}", form)


def _twilio_call_report(word: str) -> Brought:
    form = {"CallSid": "CA7", "CallStatus": word, "AccountSid": ACCOUNT}
    return Brought(f"/twilio/receipt/call/{REF}", form)


def _kannel_text(words: str) -> Brought:
    headers = {"X-Kannel-From": TO.strip("+"), "X-Kannel-To": "8088"}
    posted = {"headers": headers, "content_type": "text/plain; charset=UTF-8", "data": words.encode()}
    return Brought("/kannel/sms?id=k-7&t=1795000000", posted=posted)


def _kannel_report(word: str) -> Brought:
    return Brought(f"/kannel/receipt/{REF}?type={quote(word)}&at=1795000000&fid=1&smsc=o", posted={"method": "GET"})


def _json(target: str, **document: str) -> Brought:
    body = json.dumps({"account": JSON_ACCOUNT, **document}).encode()
    return Brought(target, posted={"data": body, "content_type": "application/json"})


TWILIO_NOES: dict[str, Play] = {
    "bad_login": _api_error(401, 20003),
    "not_so_fast": _api_error(429, 20429),
    "nonsense": _api_error(400, 99999),
}

TWILIO_TEXT = Dialect(
    "twilio",
    "text",
    takes=answers(201, '{"sid":"SM1","status":"queued","num_segments":"1"}'),
    bad_number=_api_error(400, 21211),
    bad_number_means=ErrorKind.NUMBER,
    body_of=lambda seen: seen.form["Body"][0],
    callbacks_of=lambda seen: seen.form["StatusCallback"],
    to_of=lambda seen: seen.form["To"][0],
    brings=_twilio_text,
    reports=_twilio_text_report,
    reported={
        "sent": State.SENT,
        "delivered": State.DELIVERED,
        "undelivered": State.UNDELIVERED,
        "failed": State.FAILED,
        "something-new": State.SENT,
    },
    unread="",
    **TWILIO_NOES,
)
TWILIO_CALL = Dialect(
    "twilio",
    "call",
    takes=answers(201, '{"sid":"CA1","status":"queued"}'),
    bad_number=_api_error(400, 21217),
    bad_number_means=ErrorKind.NO_CALLS,
    body_of=lambda seen: "",
    callbacks_of=lambda seen: [seen.form["Url"][0], seen.form["StatusCallback"][0]],
    to_of=lambda seen: seen.form["To"][0],
    brings=_twilio_call,
    reports=_twilio_call_report,
    reported={
        "ringing": State.RINGING,
        "in-progress": State.ANSWERED,
        "completed": State.COMPLETED,
        "busy": State.BUSY,
        "no-answer": State.NO_ANSWER,
        "failed": State.FAILED,
        "something-new": State.SENT,
    },
    unread="",
    **TWILIO_NOES,
)
KANNEL_TEXT = Dialect(
    "kannel",
    "text",
    takes=answers(202, "0: Accepted for delivery", "text/html"),
    bad_number=answers(400, "Missing receiver number, rejected", "text/html"),
    bad_number_means=ErrorKind.NO_TEXTS,
    bad_login=answers(403, "Authorization failed for sendsms", "text/html"),
    not_so_fast=answers(503, "Temporal failure, try again later.", "text/html"),
    nonsense=answers(418, "?", "text/html"),
    body_of=lambda seen: seen.body.decode(),
    callbacks_of=lambda seen: [seen.headers["x-kannel-dlr-url"]],
    to_of=lambda seen: seen.headers["x-kannel-to"],
    brings=_kannel_text,
    reports=_kannel_report,
    reported={
        "1": State.DELIVERED,
        "2": State.UNDELIVERED,
        "4": State.SENT,
        "8": State.SENT,
        "16": State.FAILED,
    },
    unread="32",
)

JSON_TEXT = Dialect(
    "json",
    "text",
    takes=answers(201, '{"id":"J1"}'),
    bad_number=answers(422, '{"error":"no_such_number"}'),
    bad_number_means=ErrorKind.NUMBER,
    bad_login=answers(401, '{"error":"not_you"}'),
    not_so_fast=answers(429, '{"error":"slower"}'),
    nonsense=answers(400, '{"error":"gibberish"}'),
    body_of=lambda seen: str(json.loads(seen.body)["text"]),
    callbacks_of=lambda seen: [json.loads(seen.body)["receipt"]],
    to_of=lambda seen: str(json.loads(seen.body)["to"]),
    brings=lambda words: _json("/json/sms", id="j-7", **{"from": TO, "to": OURS, "text": words}),
    reports=lambda word: _json(f"/json/receipt/{REF}", id="j-7", status=word),
    reported={"sent": State.SENT, "arrived": State.DELIVERED, "lost": State.UNDELIVERED},
    unread="vanished",
)
"""The trial carrier: what it takes to bring in another one (`tests/carriers/trial`)."""

DIALECTS = [TWILIO_TEXT, TWILIO_CALL, KANNEL_TEXT, JSON_TEXT]
