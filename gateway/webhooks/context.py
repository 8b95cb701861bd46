"""What the webhook views work with: use cases' `Work`, public URLs, and our senders by address.

One per app, built when the app is made. It must not know a single route.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from flask import current_app

from carriers.callbacks import CallbackUrls
from carriers.credentials import Credentials
from contact.address import read_address
from contact.sender import SenderRow
from services.work import Work
from store.messages import senders

FRESH = timedelta(seconds=30)
"""Real time for which our senders are kept in the process: the look-up is off the webhook turn."""
RETRY = timedelta(seconds=1)
"""Real time after which an address that was not found is looked up again: a sender added just now is found."""
EXTENSION = "alo_desk"


class SenderBook:
    """Our senders by carrier, medium and address, read again when older than FRESH, or RETRY for one not found."""

    def __init__(self, work: Work) -> None:
        """Nothing is read yet."""
        self._work = work
        self._lock = threading.Lock()
        self._read_at: datetime | None = None
        self._rows: dict[tuple[str, str, str], SenderRow] = {}

    def find(self, carrier: str, medium: str, address: str) -> SenderRow | None:
        """The sender of `carrier` for `medium` ("text" or "call") at `address`, in whatever form it is written, or
        None."""
        key = (carrier, medium, read_address(address).text)
        with self._lock:
            real = self._work.clock.real()
            if self._older_than(FRESH if key in self._rows else RETRY, real):
                self._rows = self._read()
                self._read_at = real
            return self._rows.get(key)

    def _older_than(self, age: timedelta, real: datetime) -> bool:
        return self._read_at is None or not timedelta(0) <= real - self._read_at < age

    def _read(self) -> dict[tuple[str, str, str], SenderRow]:
        with self._work.database.transaction() as conn:
            return {(row.carrier, row.medium, read_address(row.address).text): row for row in senders.all_rows(conn)}


@dataclass(frozen=True, slots=True)
class WebhookContext:
    """Everything a view needs."""

    work: Work
    urls: CallbackUrls
    senders: SenderBook
    credentials: Credentials


def build_context(work: Work, credentials: Credentials, public_base_url: str) -> WebhookContext:
    """The webhook_context for one app."""
    base = public_base_url.rstrip("/")
    return WebhookContext(work, CallbackUrls(base), SenderBook(work), credentials)


def webhook_context() -> WebhookContext:
    """The webhook_context of the app that answers the current request."""
    return cast(WebhookContext, current_app.extensions[EXTENSION])
