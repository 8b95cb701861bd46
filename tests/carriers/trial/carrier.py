"""The trial carrier's settings, its requests as values, its guard, and its descriptor."""

from __future__ import annotations

import hashlib
import hmac
import json
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from carriers.callbacks import CallbackUrls
from carriers.credentials import Credentials, all_of_kind
from carriers.descriptor import Carrier, OwnNumber, Probe, ReceiptEndpoint, TextEndpoint, Timeouts
from carriers.errors import classify
from carriers.identifiers import identifier
from carriers.settings import NONE, SecretStr, setting
from carriers.webhook_requests import Guard, WebhookAnswer, WebhookReply, WebhookRequest, refuse
from characters.cleaning import storable
from contact.address import read_address
from contact.carrier import TextCarrier
from contact.delivery import ErrorKind, InboundText, Receipt, State

SIGNATURE = "X-Json-Signature"
CODES = {
    "no_such_number": ErrorKind.NUMBER,
    "not_you": ErrorKind.CONFIGURATION,
    "slower": ErrorKind.THROTTLED,
    "lost": ErrorKind.LATER,
}
STATES = {"sent": State.SENT, "arrived": State.DELIVERED, "lost": State.UNDELIVERED}
JSON_TYPE = {"Content-Type": "application/json"}


@dataclass(frozen=True)
class JsonSettings:
    """The variables JSON_… of the environment."""

    url: str = field(default="", metadata=setting("The trial carrier's API"))
    account: str = field(default="", metadata=setting("Account there"))
    secret: SecretStr = field(default=NONE, metadata=setting("What both sides sign with"))
    from_: str = field(default="", metadata=setting("Our number there"))


@dataclass(frozen=True)
class JsonCredentials:
    """One account."""

    account: str
    secret: str = field(repr=False)


def credentials(settings: JsonSettings) -> JsonCredentials | None:
    secret = settings.secret.get_secret_value()
    return JsonCredentials(settings.account, secret) if settings.account else None


def numbers(settings: JsonSettings) -> list[OwnNumber]:
    if not settings.from_:
        return []
    return [OwnNumber("json-sms", "text", settings.from_, settings.account, settings.url, False, Decimal(1))]


def signature(secret: str, body: bytes) -> str:
    """What proves who wrote a body."""
    return hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def guard(credentials: Credentials) -> Guard:
    """Takes a body that is signed with the secret of the account which it names."""
    secrets = {entry.account: entry.secret for entry in all_of_kind(credentials, JsonCredentials)}

    def check(request: WebhookRequest) -> str:
        if request.mimetype != "application/json":
            refuse(415, "content_type")
        request.refuse_too_large()
        given = request.headers.get(SIGNATURE)
        if not given:
            refuse(403, "unsigned")
        account = str(_document(request.body).get("account", ""))
        if account not in secrets:
            refuse(403, "account")
        if not hmac.compare_digest(given.encode(), signature(secrets[account], request.body).encode()):
            refuse(403, "signature")
        return account

    return check


def _document(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _text(request: WebhookRequest) -> InboundText:
    found = {name: storable(str(value)) for name, value in _document(request.body).items()}
    if not found.get("id") or "from" not in found:
        raise ValueError("id")
    to = read_address(found.get("to", "")).text
    return InboundText(identifier(found["id"]), read_address(found["from"]).sender, to, found.get("text", ""))


def _receipt(request: WebhookRequest) -> Receipt:
    found = _document(request.body)
    word = str(found.get("status", ""))
    if word not in STATES:
        raise ValueError("status")
    code = word if word in CODES else ""
    kind = classify(CODES, code).kind if code else None
    return Receipt(identifier(found.get("id")), STATES[word], word, error_code=code, error_kind=kind)


def _reply(reply: WebhookReply) -> WebhookAnswer:
    if not reply.body or not reply.ref:
        return WebhookAnswer("{}", headers=JSON_TYPE)
    said = {"text": reply.body, "receipt": f"{reply.urls.base}/json/receipt/{reply.ref}"}
    return WebhookAnswer(json.dumps(said, ensure_ascii=False), headers=JSON_TYPE)


def probe(settings: JsonSettings, base_url: str, forged: bool) -> Probe | None:
    """A receipt of a text that nobody sent."""
    if not settings.account:
        return None
    body = json.dumps({"account": settings.account, "id": "probe", "status": "sent"}).encode()
    secret = "guessed" if forged else settings.secret.get_secret_value()
    return Probe(f"{base_url}/json/receipt/no-such-text", JSON_TYPE | {SIGNATURE: signature(secret, body)}, body)


def _texts(credentials: Credentials, urls: CallbackUrls, timeouts: Timeouts) -> TextCarrier:
    from tests.carriers.trial.texts import JsonText

    return JsonText(credentials, urls, timeouts)


JSON: Carrier[JsonSettings] = Carrier(
    name="json",
    settings=JsonSettings,
    credentials=credentials,
    numbers=numbers,
    lists=False,
    guard=guard,
    text=TextEndpoint("sms", "json.sms", _text, _reply, (503, "try_again")),
    receipts=[ReceiptEndpoint("receipt/<ref:ref>", "json.receipt", _receipt, WebhookAnswer("{}", headers=JSON_TYPE))],
    text_adapter=_texts,
    probe=probe,
)
