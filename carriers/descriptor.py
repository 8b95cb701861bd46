"""What there is to know of a carrier, in one value: settings, secrets, webhooks, adapters, what can be asked of it.

Everything that differs by carrier is derived from it: routes and their guards, the paths that belong to carriers, the
choices of the command line, the checks of `alo doctor`. It must not know any carrier, nor who asks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Generic, Protocol, TypeVar

from carriers.callbacks import CallbackUrls
from carriers.credentials import Credentials
from carriers.webhook_requests import Guard, VoiceRequest, WebhookAnswer, WebhookReply, WebhookRequest
from contact.carrier import CallCarrier, TextCarrier
from contact.delivery import Detection, InboundText, Receipt
from contact.sender import SenderRow

S = TypeVar("S")
Timeouts = tuple[float, float] | None
"""Real seconds to connect, and between two packets; None: the usual ones (`carriers.http_results`)."""


@dataclass(frozen=True, slots=True)
class OwnNumber:
    """One of our numbers as the settings describe it: a sender that is added if it is not there yet."""

    name: str
    medium: str
    address: str
    account: str
    api_base_url: str
    simulated: bool
    rate_per_s: Decimal
    lines: int = 0


@dataclass(frozen=True, slots=True)
class NumberSetup:
    """How a number is set at its carrier: whether it takes what its medium is, and where that is announced."""

    takes: bool
    url: str
    method: str
    fallback_url: str


@dataclass(frozen=True, slots=True)
class Bill:
    """`n` texts or calls from our number, `priced` of them with a price, amounts in all by currency."""

    n: int
    priced: int
    amounts: dict[str, Decimal]


class Bills(Protocol):
    """What a carrier charged."""

    def bill(self, sender: SenderRow, since: datetime, until: datetime) -> Bill:
        """What left `sender` from `since` on and before `until`. Raises CarrierAwayError: never a partial sum."""


@dataclass(frozen=True, slots=True)
class Probe:
    """A request to ourselves that changes nothing, as the carrier would sign it: POST `form` or `body` to `url`."""

    url: str
    headers: Mapping[str, str]
    body: Mapping[str, str] | bytes


@dataclass(frozen=True, slots=True)
class TextEndpoint:
    """Where texts for our numbers come in, below the carrier's prefix. `name`: its label in figures and logs.

    `failed`: status and code after a failure of ours; None: 500. `nothing`: the answer of `path`/fallback, where the
    carrier turns when a text failed for good; None: it has no such address.
    """

    path: str
    name: str
    read: Callable[[WebhookRequest], InboundText]
    """Raises ValueError for what lacks something we need."""
    answer: Callable[[WebhookReply], WebhookAnswer]
    failed: tuple[int, str] | None = None
    nothing: Callable[[], WebhookAnswer] | None = None


@dataclass(frozen=True, slots=True)
class ReceiptEndpoint:
    """Where the carrier says what became of a text or call; `path` holds "<ref:ref>", our public reference."""

    path: str
    name: str
    read: Callable[[WebhookRequest], Receipt]
    """Raises ValueError for what lacks something we need."""
    taken: WebhookAnswer
    methods: Sequence[str] = ("POST",)
    failed: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True)
class CallEndpoints:
    """Where calls come in and go on (`path`, `path`/<ref>/<turn>, `path`/fallback), and where it is said who took one.

    Their answers are documents of `services.ports.VoiceRenderer`.
    """

    path: str
    name: str
    read: Callable[[WebhookRequest], VoiceRequest]
    detection_path: str
    detection_name: str
    read_detection: Callable[[WebhookRequest], Detection]
    taken: WebhookAnswer


@dataclass(frozen=True, kw_only=True)
class Carrier(Generic[S]):
    """One kind of carrier. `name` stands in `senders.carrier`, and names its settings, secrets and URL prefix."""

    name: str
    settings: type[S]
    """A frozen dataclass of its settings (`carriers.settings`)."""
    credentials: Callable[[S], object | None]
    """The secrets that the settings hold; None when they are not set."""
    numbers: Callable[[S], Sequence[OwnNumber]]
    """Our numbers that the settings describe."""
    lists: bool
    """Whether it can be asked what left and what came in (`senders.can_reconcile`)."""
    record_ids: re.Pattern[str] | None = None
    """What its ids look like where we may delete its records; None: it keeps logs that its operator must clean."""

    guard: Callable[[Credentials], Guard]
    text: TextEndpoint | None = None
    receipts: Sequence[ReceiptEndpoint] = ()
    calls: CallEndpoints | None = None

    text_adapter: Callable[[Credentials, CallbackUrls, Timeouts], TextCarrier] | None = None
    """Made once a process, when the first text leaves: what is heavy is imported there."""
    call_adapter: Callable[[Credentials, CallbackUrls, Timeouts], CallCarrier] | None = None
    bills: Callable[[Credentials], Bills] | None = None

    setup: Callable[[Credentials, SenderRow], NumberSetup | None] | None = None
    """How a number is set there; None when it is not ours. Raises CarrierAwayError."""
    login_refused: frozenset[str] = frozenset()
    """Codes of CarrierAwayError that say: our credentials are wrong."""
    probe: Callable[[S, str, bool], Probe | None] | None = None
    """A harmless request to the public address, truly signed or (True) forged; None where no secret is set."""

    @property
    def prefix(self) -> str:
        """The beginning of every path of its webhooks."""
        return f"/{self.name}/"

    def entrance(self, medium: str) -> str:
        """The path where texts ("text") or calls come in. Raises KeyError when it has none."""
        found = self.text if medium == "text" else self.calls
        if found is None:
            raise KeyError(f"{self.name}/{medium}")
        return self.prefix + found.path
