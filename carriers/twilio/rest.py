"""The Twilio SDK's REST client, pointed at the sender's API address, with time-outs, and its faults as results.

The only module that knows the SDK's exceptions. It must not know what is sent or rung.
"""

from __future__ import annotations

import threading
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import requests
from requests.exceptions import ChunkedEncodingError
from twilio.base.exceptions import TwilioException, TwilioRestException, TwilioServiceException
from twilio.http.http_client import TwilioHttpClient
from twilio.http.response import Response
from twilio.rest import Client

from carriers.credentials import Credentials, NoCredentialsError, of_kind
from carriers.errors import TWILIO, UNLISTED, CarrierAwayError, classify
from carriers.http_results import READ_S, TIMEOUTS, result_of, session
from carriers.twilio.settings import TwilioCredentials
from contact.delivery import Accepted, ErrorKind, Refused, SendResult, Unknown
from contact.sender import SenderRow

_ANOTHER_SHAPE = (ValueError, AttributeError, TypeError, LookupError, ArithmeticError)
FAULTS = (requests.RequestException, TwilioException, NoCredentialsError, *_ANOTHER_SHAPE)
"""What a call of the SDK raises for faults of network, of an answer that is no JSON or of another shape (the SDK reads
what it gets unseen), or of configuration."""


class TakenUnreadError(TwilioException):  # type: ignore[misc]  # the SDK is untyped
    """The carrier answered 201 and broke off before its id could be read: it was taken."""


class ReroutedHttpClient(TwilioHttpClient):  # type: ignore[misc]  # the SDK is untyped
    """Sends every request of the SDK to `api_base_url`, whatever host, region or edge the SDK chose.

    Logs nothing (the SDK's own client logs parameters), never follows a redirect, never repeats a request.
    """

    def __init__(self, api_base_url: str, timeouts: tuple[float, float] = TIMEOUTS) -> None:
        """`timeouts` in real seconds: to connect, between packets."""
        super().__init__(timeout=READ_S)
        self.session = session(api_base_url)
        self._base = urlsplit(api_base_url.rstrip("/"))
        self._timeouts = timeouts

    def request(
        self,
        method: str,
        url: str,
        params: Any = None,
        data: Any = None,
        headers: dict[str, str] | None = None,
        auth: tuple[str, str] | None = None,
        timeout: float | None = None,
        allow_redirects: bool = False,
    ) -> Response:
        """One request. Raises requests' exceptions, and TakenUnreadError for a 201 that broke off."""
        with self.session.request(
            method, self.rerouted(url), params=params, data=data, headers=headers, auth=auth,
            timeout=self._timeouts, allow_redirects=False, stream=True,
        ) as answer:  # fmt: skip
            try:
                return Response(answer.status_code, answer.text, answer.headers)
            except ChunkedEncodingError as fault:
                if answer.status_code == 201:
                    raise TakenUnreadError from fault
                raise

    def rerouted(self, url: str) -> str:
        """`url` with scheme, host and path prefix of the API address."""
        asked = urlsplit(url)
        return urlunsplit((self._base.scheme, self._base.netloc, self._base.path + asked.path, asked.query, ""))


class TwilioClients:
    """One SDK client per account and API address, shared by the threads of a process."""

    def __init__(self, credentials: Credentials, timeouts: tuple[float, float] | None = None) -> None:
        """`credentials` by reference name; time-outs in real seconds (None: the usual ones)."""
        self._credentials = credentials
        self._timeouts = timeouts or TIMEOUTS
        self._made: dict[tuple[str, str, str], Any] = {}
        self._lock = threading.Lock()

    def of(self, sender: SenderRow) -> Any:
        """The SDK client for `sender`. Raises NoCredentialsError when its credentials are not configured."""
        key = (sender.credentials, sender.account, sender.api_base_url)
        with self._lock:
            if key not in self._made:
                self._made[key] = self._build(sender)
            return self._made[key]

    def _build(self, sender: SenderRow) -> Any:
        entry = of_kind(self._credentials, TwilioCredentials, sender.credentials)
        user, password = entry.login
        http = ReroutedHttpClient(sender.api_base_url, self._timeouts)
        return Client(user, password, account_sid=sender.account or entry.account, http_client=http)


def result_of_fault(fault: Exception) -> SendResult:
    """What a failed create says of the text or call: taken, certainly refused, or unknown."""
    if isinstance(fault, TakenUnreadError):
        return Accepted(None)
    if isinstance(fault, NoCredentialsError):
        return Refused(ErrorKind.CONFIGURATION, "credentials")
    if isinstance(fault, requests.RequestException):
        return result_of(fault)
    if isinstance(fault, TwilioRestException | TwilioServiceException):
        return _result_of_status(int(fault.status), str(fault.code or fault.status))
    return Unknown("unreadable")


def _result_of_status(status: int, code: str) -> Refused | Unknown:
    if status == 429:
        return Refused(ErrorKind.THROTTLED, code)
    if not 400 <= status < 500:  # a 5xx may have been carried out; a redirect is not followed and says nothing
        return Unknown(code)
    classed = classify(TWILIO, code)
    if classed.kind is ErrorKind.AMBIGUOUS:
        return Unknown(code)
    return Refused(classed.kind, code, "" if classed.known else UNLISTED)


def is_gone(fault: Exception) -> bool:
    """Whether a refused deletion says that there is nothing to delete; False: it is not over yet, try again later.

    Raises CarrierAwayError for any other refusal.
    """
    status = int(getattr(fault, "status", 0))
    if status == 404:
        return True
    if status in (400, 409, 429):  # 20009 and its like: not in a final state yet
        return False
    raise away(fault)


def away(fault: Exception) -> CarrierAwayError:
    """The fault as CarrierAwayError with a code only: URLs of list requests hold phone numbers."""
    result = result_of_fault(fault)
    return CarrierAwayError(result.code if isinstance(result, Refused | Unknown) else "unreadable")
