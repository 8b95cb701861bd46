"""Kannel's smsbox as a carrier: texts only, no list, nothing signed (its requests bring our secret back)."""

from __future__ import annotations

import hmac
from decimal import Decimal

from carriers.callbacks import CallbackUrls
from carriers.credentials import Credentials, all_of_kind, of_kind
from carriers.descriptor import Carrier, OwnNumber, ReceiptEndpoint, TextEndpoint, Timeouts
from carriers.kannel import webhooks
from carriers.kannel.settings import KannelCredentials, KannelSettings
from carriers.webhook_requests import Guard, WebhookAnswer, WebhookReply, WebhookRequest, refuse
from contact.carrier import TextCarrier
from contact.delivery import InboundText

TYPES = frozenset({"text/plain", "application/octet-stream"})
SILENCE = WebhookAnswer(headers={"Content-Type": "text/plain; charset=utf-8"})
"""Nothing to say; with `omit-empty` nobody gets an empty text. Kannel takes 200 for an answer, and asks again after a
204."""
TRY_AGAIN = (503, "try_again")
"""Whatever is not 200 or 202, smsbox brings again until its retries are used up."""


def credentials(settings: KannelSettings) -> KannelCredentials | None:
    """The smsbox's secrets; None without a user."""
    if not settings.username:
        return None
    password, secret = settings.password.get_secret_value(), settings.secret.get_secret_value()
    return KannelCredentials(settings.username, password, secret)


def numbers(settings: KannelSettings) -> list[OwnNumber]:
    """Our number for texts. Never simulated: a smsbox on this machine may well stand before a real SMSC."""
    if not (settings.send_url and settings.from_):
        return []
    return [OwnNumber("kannel-sms", "text", settings.from_, "", settings.send_url, False, Decimal(5))]


def guard(credentials: Credentials) -> Guard:
    """Takes what brings back the secret of one of our smsboxes."""
    secrets = tuple(entry.secret.encode() for entry in all_of_kind(credentials, KannelCredentials) if entry.secret)

    def check(request: WebhookRequest) -> None:
        if request.method == "POST" and request.mimetype not in TYPES:
            refuse(415, "content_type")
        request.refuse_too_large()
        given = request.query.get("s", "").encode()
        if not given:
            refuse(403, "unsigned")
        if not any(hmac.compare_digest(given, known) for known in secrets):
            refuse(403, "secret")

    return check


def _text(request: WebhookRequest) -> InboundText:
    """The numbers stand in headers, the text is the body: neither in a URL."""
    sent_from, sent_to = (request.headers.get(name) for name in webhooks.ADDRESS_HEADERS)
    return webhooks.inbound_text(request.query, sent_from, sent_to or "", request.body, request.charset)


def _reply(reply: WebhookReply) -> WebhookAnswer:
    """The reply in the body, with headers for its coding and its receipt."""
    if not reply.body or not reply.ref:
        return SILENCE
    secret = of_kind(reply.credentials, KannelCredentials, reply.sender.credentials).secret
    receipts_to = reply.urls.kannel_receipt(reply.ref, secret)
    return WebhookAnswer(reply.body, headers=webhooks.message_headers(reply.body, receipts_to))


def _texts(credentials: Credentials, urls: CallbackUrls, timeouts: Timeouts) -> TextCarrier:
    from carriers.kannel.texts import KannelText

    return KannelText(credentials, urls, timeouts)


KANNEL: Carrier[KannelSettings] = Carrier(
    name="kannel",
    settings=KannelSettings,
    credentials=credentials,
    numbers=numbers,
    lists=False,
    guard=guard,
    text=TextEndpoint("sms", "kannel.sms", _text, _reply, TRY_AGAIN),
    receipts=(
        ReceiptEndpoint(
            path="receipt/<ref:ref>",
            name="kannel.receipt",
            read=lambda asked: webhooks.receipt(asked.query),
            taken=SILENCE,
            methods=("GET", "POST"),
            failed=TRY_AGAIN,
        ),
    ),
    text_adapter=_texts,
)
