"""A webhooks app without a database: our senders are given, use cases come from each test. And a signing carrier."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any, cast

from flask import Flask
from twilio.request_validator import RequestValidator
from werkzeug.test import Client, TestResponse

from carriers.credentials import Credentials
from carriers.kannel.settings import KannelCredentials
from carriers.twilio.settings import TwilioCredentials
from contact.sender import SenderRow
from gateway.app import create_webhooks_app
from services.work import Work
from store.rows import field_names
from store.unit_of_work import Database
from tests.carriers.parts import ACCOUNT, JSON_ACCOUNT, TO, sender
from tests.carriers.trial.carrier import JsonCredentials
from tests.doubles import FakeClock

BASE = "https://alo.example/prefix"
OURS = "+842412345678"
REF = "Zm9vYmFyLWJhel8xMjM0NQ"
OTHER_ACCOUNT = "AC" + "f" * 32
TOKEN, OLD_TOKEN = "token-of-today", "token-of-yesterday"
SECRETS: Credentials = {
    "main": TwilioCredentials(ACCOUNT, (TOKEN, OLD_TOKEN)),
    "other": TwilioCredentials(OTHER_ACCOUNT, ("other-token",)),
    "box": KannelCredentials("survey", "pw", "s3cret"),
    "json": JsonCredentials(JSON_ACCOUNT, "s3cret"),
}
SENDERS = (
    sender("twilio", "text", ""),
    sender("twilio", "call", ""),
    sender("kannel", "text", ""),
    sender("json", "text", ""),
)


@dataclass
class Shelf(Database):
    """Stands for the database where only our senders are read."""

    rows: tuple[SenderRow, ...] = SENDERS
    reads: int = 0

    @contextmanager
    def transaction(self, **_scope: Any) -> Iterator[Any]:
        self.reads += 1
        yield SimpleNamespace(execute=lambda *_query: _Result(self.rows))


@dataclass
class _Result:
    """What a statement found, as `store.rows` reads it."""

    rows: tuple[SenderRow, ...]

    def keys(self) -> tuple[str, ...]:
        return field_names(SenderRow)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return ((*(getattr(row, name) for name in self.keys()),) for row in self.rows)


def work_on(shelf: Shelf, clock: FakeClock) -> Work:
    """What the views hand on; only database and clock are there."""
    return cast(Work, SimpleNamespace(database=shelf, clock=clock))


def small_app(shelf: Shelf | None = None, clock: FakeClock | None = None, base: str = BASE) -> Flask:
    """The app that carriers talk to, on a shelf."""
    return create_webhooks_app(work_on(shelf or Shelf(), clock or FakeClock()), SECRETS, base)


def text_form(**changes: str) -> dict[str, str]:
    """An inbound text."""
    form = {"MessageSid": "SM1", "SmsSid": "SM1", "AccountSid": ACCOUNT, "From": TO, "To": OURS, "Body": "Có 2"}
    return form | {"ToCity": "", "NumMedia": "0"} | changes


def call_form(**changes: str) -> dict[str, str]:
    """A request of a call."""
    return {"CallSid": "CA1", "AccountSid": ACCOUNT, "From": OURS, "To": TO, "CallStatus": "in-progress"} | changes


@dataclass
class Twilio:
    """Signs and posts as Twilio does; `token` and headers can be made wrong."""

    app: Flask
    token: str = TOKEN
    base: str = BASE
    headers: dict[str, str] = field(default_factory=dict)

    def post(self, target: str, form: Mapping[str, str], signed_target: str = "", **changes: Any) -> TestResponse:
        """POST `form` to `target` with a signature over base and target."""
        signature = RequestValidator(self.token).compute_signature(self.base + (signed_target or target), form)
        headers = {"X-Twilio-Signature": signature, **self.headers}
        return Client(self.app).post(target, **{"data": dict(form), "headers": headers, **changes})
