"""Senders, credentials and carriers with short time-outs, as the carrier tests use them."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from carriers.credentials import Credentials
from carriers.kannel.settings import KannelCredentials
from carriers.routing import CarrierRouter
from carriers.twilio.settings import TwilioCredentials
from contact.sender import SenderRow
from tests.carriers.trial.carrier import JsonCredentials

ACCOUNT = "AC" + "0123456789abcdef" * 2
JSON_ACCOUNT = "J-0123"
BASE = "https://alo.example"
TO = "+84901234567"
REF = "Zm9vYmFyLWJhel8xMjM0NQ"
CREDENTIALS: Credentials = {
    "main": TwilioCredentials(ACCOUNT, ("12345", "old-token")),
    "box": KannelCredentials("survey", "surveypw", "s3cret/+"),
    "json": JsonCredentials(JSON_ACCOUNT, "s3cret"),
}
SHORT = (0.5, 0.5)
"""Real seconds: a test of silence must not take ten."""


def sender(carrier: str, medium: str, api_base_url: str, **changes: object) -> SenderRow:
    """One of our numbers."""
    columns: dict[str, object] = {
        "id": UUID(int=1),
        "name": f"{carrier}-{medium}",
        "carrier": carrier,
        "medium": medium,
        "address": "8088" if carrier == "kannel" else "+842412345678",
        "credentials": {"kannel": "box", "json": "json"}.get(carrier, "main"),
        "account": {"kannel": "", "json": JSON_ACCOUNT}.get(carrier, ACCOUNT),
        "api_base_url": api_base_url,
        "can_receive": True,
        "can_reconcile": carrier == "twilio",
        "simulated": False,
        "rate_per_s": Decimal(1),
        "burst": 1,
        "lines": 0 if medium == "text" else 1,
        "weight": 1,
        "paused_reason": "",
        "detects_machines": True,
        "clock_offset_s": None,
    }
    return SenderRow(**{**columns, **changes})  # type: ignore[arg-type]  # a row of the right shape


def router() -> CarrierRouter:
    """All carriers, impatient."""
    return CarrierRouter(CREDENTIALS, BASE, SHORT)
