"""Texts through Kannel's smsbox, a gateway for SMSCs and modems: send, inbound texts, receipts, replies in the body.

Satisfies `services.ports.TextCarrier`. Kannel gives no message id and cannot be asked: only receipts with our reference
tell what became of a text. It must not know which interview a text belongs to.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Final

import requests

from carriers.callbacks import CallbackUrls
from carriers.credentials import Credentials, KannelCredentials, NoCredentialsError
from carriers.errors import UNLISTED, classify, kannel_code
from carriers.faults import TIMEOUTS, result_of, session
from contact.delivery import Accepted, ErrorKind, InboundText, Receipt, Refused, SendResult, State, Unknown
from contact.sender import SenderRow
from sms.encoding import measure

DLR_MASK: Final = "31"
"""Every receipt: 1 delivered, 2 undeliverable, 4 buffered, 8 taken by the SMSC, 16 rejected by it."""
RECEIPT_STATES: dict[str, tuple[State, str]] = {
    "1": (State.DELIVERED, ""),
    "2": (State.UNDELIVERED, "undeliverable"),
    "4": (State.SENT, ""),
    "8": (State.SENT, ""),
    "16": (State.FAILED, "rejected"),
}
_SENDSMS = "/cgi-bin/sendsms"
_TEXT_TYPE = "text/plain; charset=UTF-8"


class KannelText:
    """The text carrier of every sender whose carrier is "kannel"; `api_base_url` is the smsbox's sendsms address."""

    def __init__(self, credentials: Credentials, urls: CallbackUrls, timeouts: tuple[float, float] = TIMEOUTS) -> None:
        """`urls`: where receipts come in; time-outs in real seconds."""
        self._credentials = credentials
        self._urls = urls
        self._timeouts = timeouts
        self._sessions: dict[str, requests.Session] = {}
        self._lock = threading.Lock()

    def send(self, sender: SenderRow, to: str, body: str, ref: str) -> SendResult:
        """Send `body` to E.164 `to`. Never raises for faults of carrier or network."""
        try:
            user = self._user(sender)
        except NoCredentialsError:
            return Refused(ErrorKind.CONFIGURATION, "credentials")
        headers = {
            "X-Kannel-Username": user.username,
            "X-Kannel-Password": user.password,
            "X-Kannel-From": sender.address,
            "X-Kannel-To": to,
            **self._message_headers(body, ref, user.secret),
        }
        url = sender.api_base_url.rstrip("/") + _SENDSMS
        try:
            answer = self._session(sender.api_base_url).post(
                url, data=body.encode(), headers=headers, timeout=self._timeouts, allow_redirects=False
            )
        except requests.RequestException as fault:
            return result_of(fault)
        return _result(answer.status_code, answer.text)

    def fetch(self, sender: SenderRow, carrier_id: str) -> Receipt | None:
        """Kannel cannot be asked."""
        return None

    def find(self, sender: SenderRow, to: str, body: str, since: datetime) -> Sequence[Receipt]:
        """Kannel cannot list."""
        return ()

    def list_inbound(self, sender: SenderRow, since: datetime) -> Iterable[InboundText]:
        """Kannel cannot list."""
        return ()

    def reply_headers(self, sender: SenderRow, body: str, ref: str) -> dict[str, str]:
        """Headers of a reply that goes back in the response body of an inbound text."""
        return self._message_headers(body, ref, self._user(sender).secret)

    def _message_headers(self, body: str, ref: str, secret: str) -> dict[str, str]:
        """Without the coding, accented text arrives as question marks; without mask and URL there is no receipt."""
        return {
            "Content-Type": _TEXT_TYPE,
            "X-Kannel-Coding": "0" if measure(body).encoding == "gsm7" else "2",
            "X-Kannel-DLR-Mask": DLR_MASK,
            "X-Kannel-DLR-Url": self._urls.kannel_receipt(ref, secret),
        }

    def _user(self, sender: SenderRow) -> KannelCredentials:
        entry = self._credentials.get(sender.credentials)
        if not isinstance(entry, KannelCredentials):
            raise NoCredentialsError(sender.credentials)
        return entry

    def _session(self, base_url: str) -> requests.Session:
        with self._lock:
            if base_url not in self._sessions:
                self._sessions[base_url] = session(base_url)
            return self._sessions[base_url]


def _result(status: int, body: str) -> SendResult:
    """202 is "accepted" or "queued for later"; anything that does not surely say no is unknown."""
    if status in (200, 202):
        return Accepted(None)
    code = kannel_code(status, body)
    if code is not None:
        return Refused(classify("kannel", code).kind, code)
    if 400 <= status < 500:
        return Refused(ErrorKind.LATER, str(status), UNLISTED)
    return Unknown(str(status))


def inbound_text(query: Mapping[str, str], headers: Mapping[str, str], body: bytes, charset: str | None) -> InboundText:
    """The text in a request of Kannel's `post-url`: id (`%I`) and SMSC time in the query, numbers in headers.

    Numbers come without "+"; an address of 8 digits or more gets it back. Raises ValueError naming what is missing.
    """
    return InboundText(
        carrier_id=_needed(query, "id"),
        from_number=e164(_needed(headers, "X-Kannel-From")),
        to_number=_needed(headers, "X-Kannel-To"),
        body=_decoded(body, charset),
        at=_unix(query.get("t")),
    )


def receipt(query: Mapping[str, str]) -> Receipt:
    """A receipt asked for with `CallbackUrls.kannel_receipt`. Raises ValueError for an unknown type."""
    kind = query.get("type", "")
    if kind not in RECEIPT_STATES:
        raise ValueError("type")
    state, code = RECEIPT_STATES[kind]
    return Receipt(
        carrier_id=None,
        state=state,
        raw_status=kind,
        error_code=code,
        error_kind=classify("kannel", code).kind if code else None,
        at=_unix(query.get("at")),
        extra={name: query[name] for name in ("fid", "smsc") if query.get(name, "").isalnum()},
    )


def e164(address: str) -> str:
    """Kannel's bare international number with its "+"; short codes and names stay as they are."""
    digits = address.strip().removeprefix("00")
    return f"+{digits}" if digits.isascii() and digits.isdigit() and len(digits) >= 8 else address.strip()


def _needed(values: Mapping[str, str], name: str) -> str:
    found = values.get(name, "")
    if not found:
        raise ValueError(name)
    return found


def _decoded(body: bytes, charset: str | None) -> str:
    """The text; an undeclared or false charset must not lose an answer, so Latin-1 reads what UTF-8 cannot."""
    for name in (charset, "utf-8"):
        try:
            return body.decode(name) if name else body.decode()
        except (LookupError, UnicodeDecodeError):
            continue
    return body.decode("latin-1")


def _unix(value: str | None) -> datetime | None:
    return datetime.fromtimestamp(int(value), UTC) if value and value.isascii() and value.isdigit() else None
