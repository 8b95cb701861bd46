"""Texts through the trial carrier's API: one POST of JSON a text; it cannot be asked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from http import HTTPStatus

import requests

from carriers.callbacks import CallbackUrls
from carriers.credentials import Credentials, NoCredentialsError, of_kind
from carriers.errors import UNLISTED, CarrierAwayError, classify
from carriers.http_results import TIMEOUTS, result_of, session
from contact.delivery import Accepted, Departed, ErrorKind, InboundText, Receipt, Refused, SendResult, Unknown
from contact.sender import SenderRow
from tests.carriers.trial.carrier import CODES, JsonCredentials


class JsonText:
    """Satisfies `contact.carrier.TextCarrier`."""

    def __init__(self, credentials: Credentials, urls: CallbackUrls, timeouts: tuple[float, float] | None) -> None:
        self._credentials = credentials
        self._urls = urls
        self._timeouts = timeouts or TIMEOUTS

    def send(self, sender: SenderRow, to: str, body: str, ref: str) -> SendResult:
        try:
            secrets = of_kind(self._credentials, JsonCredentials, sender.credentials)
        except NoCredentialsError:
            return Refused(ErrorKind.CONFIGURATION, "credentials")
        text = {"to": to, "from": sender.address, "text": body, "receipt": f"{self._urls.base}/json/receipt/{ref}"}
        try:
            answer = session(sender.api_base_url).post(
                f"{sender.api_base_url}/texts", json=text, headers={"Authorization": f"Bearer {secrets.secret}"},
                timeout=self._timeouts, allow_redirects=False,
            )  # fmt: skip
            return _result(answer.status_code, answer.json())
        except requests.JSONDecodeError:
            return Unknown(str(answer.status_code))
        except requests.RequestException as fault:
            return result_of(fault)

    def fetch(self, sender: SenderRow, carrier_id: str) -> Receipt | None:
        return None

    def find(self, sender: SenderRow, to: str, body: str, since: datetime) -> Sequence[Receipt]:
        return ()

    def list_inbound(self, sender: SenderRow, since: datetime) -> Iterable[InboundText]:
        return ()

    def list_departed(self, sender: SenderRow, since: datetime) -> Sequence[Departed]:
        raise CarrierAwayError("no_list")

    def erase(self, sender: SenderRow, carrier_id: str) -> bool:
        return True


def _result(status: int, answer: dict[str, str]) -> SendResult:
    if status == HTTPStatus.CREATED:
        return Accepted(answer["id"])
    if not 400 <= status < 500:
        return Unknown(str(status))
    classed = classify(CODES, answer["error"])
    return Refused(classed.kind, answer["error"], "" if classed.known else UNLISTED)
