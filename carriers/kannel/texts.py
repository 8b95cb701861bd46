"""Texts through Kannel's smsbox, a gateway for SMSCs and modems: the sending side.

Satisfies `services.ports.TextCarrier`. Kannel gives no message id and cannot be asked: only receipts with our reference
tell what became of a text. It must not know which interview a text belongs to.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from datetime import datetime

import requests

from carriers.callbacks import CallbackUrls
from carriers.credentials import Credentials, NoCredentialsError, of_kind
from carriers.errors import KANNEL, UNLISTED, CarrierAwayError, classify, kannel_code
from carriers.http_results import TIMEOUTS, result_of, session
from carriers.kannel.settings import KannelCredentials
from carriers.kannel.webhooks import message_headers
from contact.delivery import Accepted, Departed, ErrorKind, InboundText, Receipt, Refused, SendResult, Unknown
from contact.sender import SenderRow

_SENDSMS = "/cgi-bin/sendsms"


class KannelText:
    """The text carrier of every sender whose carrier is "kannel"; `api_base_url` is the smsbox's sendsms address."""

    def __init__(
        self, credentials: Credentials, urls: CallbackUrls, timeouts: tuple[float, float] | None = None
    ) -> None:
        """`urls`: where receipts come in; time-outs in real seconds (None: the usual ones)."""
        self._credentials = credentials
        self._urls = urls
        self._timeouts = timeouts or TIMEOUTS
        self._sessions: dict[str, requests.Session] = {}
        self._lock = threading.Lock()

    def send(self, sender: SenderRow, to: str, body: str, ref: str) -> SendResult:
        """Send `body` to E.164 `to`. Never raises for faults of carrier or network."""
        try:
            user = of_kind(self._credentials, KannelCredentials, sender.credentials)
        except NoCredentialsError:
            return Refused(ErrorKind.CONFIGURATION, "credentials")
        headers = {
            "X-Kannel-Username": user.username,
            "X-Kannel-Password": user.password,
            "X-Kannel-From": sender.address,
            "X-Kannel-To": to,
            **message_headers(body, self._urls.kannel_receipt(ref, user.secret)),
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

    def list_departed(self, sender: SenderRow, since: datetime) -> Sequence[Departed]:
        """Kannel cannot list: its access log can be read instead (`carriers.kannel.access_log`).

        Raises CarrierAwayError.
        """
        raise CarrierAwayError("no_list")

    def erase(self, sender: SenderRow, carrier_id: str) -> bool:
        """Kannel keeps texts in its logs alone, which its operator cleans."""
        return True

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
        return Refused(classify(KANNEL, code).kind, code)
    if 400 <= status < 500:
        return Refused(ErrorKind.LATER, str(status), UNLISTED)
    return Unknown(str(status))
