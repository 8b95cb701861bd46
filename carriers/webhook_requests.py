"""A carrier's request to us and our answer as values, so that carriers know no web framework.

It must not know a carrier, a use case or Flask.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NoReturn, Protocol

from carriers.callbacks import CallbackUrls
from carriers.credentials import Credentials
from characters.cleaning import storable
from contact.sender import SenderRow

FORM = "application/x-www-form-urlencoded"


class RefusedRequestError(Exception):
    """A request that is turned away: an HTTP status, and a code for the counter and the answer."""

    def __init__(self, status: int, reason: str) -> None:
        """`status` of HTTP; `reason` quotes nothing of the request."""
        super().__init__(reason)
        self.status, self.reason = status, reason


def refuse(status: int, reason: str) -> NoReturn:
    """Turn the request away. Raises RefusedRequestError."""
    raise RefusedRequestError(status, reason)


class WebhookRequest(Protocol):
    """What came in. Bodies and forms are read when they are asked for, so that a forgery costs nothing."""

    @property
    def method(self) -> str:
        """GET or POST."""

    @property
    def mimetype(self) -> str:
        """The type of the body, without parameters."""

    @property
    def charset(self) -> str | None:
        """The declared charset of the body."""

    @property
    def query(self) -> Mapping[str, str]:
        """Parameters of the URL."""

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers, by names in any case."""

    def refuse_too_large(self) -> None:
        """Raises RefusedRequestError when the body is too large; it is not read where its length is announced."""

    @property
    def form(self) -> Mapping[str, str]:
        """The posted form, every parameter of it."""

    @property
    def body(self) -> bytes:
        """The body as it came."""

    @property
    def public_url(self) -> str:
        """The address as the carrier knows it, with its raw query. Raises RefusedRequestError when nobody can know."""


def cleaned(form: Mapping[str, str]) -> dict[str, str]:
    """The form without characters that cannot be stored."""
    return {storable(name): storable(value) for name, value in form.items()}


Guard = Callable[[WebhookRequest], str | None]
"""Authenticates a request: the account it speaks for, None where the carrier has none. Raises RefusedRequestError."""


@dataclass(frozen=True, slots=True)
class WebhookAnswer:
    """What a carrier gets to its request."""

    body: str = ""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WebhookReply:
    """What is said to the person whose text came in (None: nothing), and the public reference of its receipts."""

    body: str | None
    ref: str | None
    sender: SenderRow
    urls: CallbackUrls
    credentials: Credentials


@dataclass(frozen=True, slots=True)
class VoiceRequest:
    """One request of a live call. `digits` is None when nothing was pressed, the finishing key where that alone was.

    `connected` after somebody was dialled: whether they were reached; None: nobody was.
    """

    carrier_id: str
    from_number: str
    to_number: str
    digits: str | None
    answered_by: str
    connected: bool | None = None
