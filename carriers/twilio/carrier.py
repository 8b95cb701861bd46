"""Twilio, and any API compatible with it, as a carrier. Its SDK is loaded when it is first needed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from urllib.parse import urlsplit

from carriers.callbacks import CallbackUrls
from carriers.credentials import Credentials, all_of_kind
from carriers.descriptor import (
    Bills,
    CallEndpoints,
    Carrier,
    NumberSetup,
    OwnNumber,
    Probe,
    ReceiptEndpoint,
    TextEndpoint,
    Timeouts,
)
from carriers.twilio import webhooks
from carriers.twilio.settings import TwilioCredentials, TwilioSettings
from carriers.webhook_requests import FORM, Guard, WebhookAnswer, WebhookReply, WebhookRequest, cleaned, refuse
from contact.carrier import CallCarrier, TextCarrier
from contact.sender import SenderRow

XML = {"Content-Type": "text/xml; charset=utf-8"}
NOTHING = WebhookAnswer(status=204)
_HERE = ("127.0.0.1", "localhost", "::1")


def credentials(settings: TwilioSettings) -> TwilioCredentials | None:
    """The account's secrets; None without an account."""
    if not settings.account_sid:
        return None
    key, secret = settings.api_key, settings.api_secret.get_secret_value()
    return TwilioCredentials(settings.account_sid, settings.auth_tokens, key, secret)


def numbers(settings: TwilioSettings) -> list[OwnNumber]:
    """Our numbers for texts and calls; those at a simulator on this machine go faster."""
    if not settings.account_sid:
        return []
    simulated = (urlsplit(settings.api_base_url).hostname or "") in _HERE

    def own(name: str, medium: str, address: str, fast: int, lines: int) -> OwnNumber:
        rate = Decimal(fast if simulated else 1)
        return OwnNumber(
            name, medium, address, settings.account_sid, settings.api_base_url, simulated, rate, lines=lines
        )

    texts = own("twilio-sms", "text", settings.sms_from, 20, 0)
    calls = own("twilio-voice", "call", settings.voice_from, 10, 20)
    return [number for number in (texts, calls) if number.address]


def tokens_by_account(credentials: Credentials) -> dict[str, tuple[str, ...]]:
    """The allow-list of accounts with every auth token a webhook of theirs may be signed with."""
    found: dict[str, tuple[str, ...]] = {}
    for entry in all_of_kind(credentials, TwilioCredentials):
        known = found.get(entry.account, ())
        found[entry.account] = known + tuple(t for t in entry.auth_tokens if t and t not in known)
    return found


def guard(credentials: Credentials) -> Guard:
    """Takes what is signed over the exact public URL with an auth token of a known account."""
    from carriers.twilio import signature

    known = tokens_by_account(credentials)

    def check(request: WebhookRequest) -> str:
        if request.mimetype != FORM:
            refuse(415, "content_type")
        given = request.headers.get(signature.HEADER)
        if not given:
            refuse(403, "unsigned")
        request.refuse_too_large()
        form = request.form
        account = form.get("AccountSid", "")
        tokens = known.get(account)
        if tokens is None:
            refuse(403, "account")
        if not signature.signed(request.public_url, form, given, tokens):
            refuse(403, "signature")
        return account

    return check


def _reply(reply: WebhookReply) -> WebhookAnswer:
    return _message(reply.body, reply.urls.text_receipt(reply.ref) if reply.ref else "")


def _message(body: str | None, receipts_to: str = "") -> WebhookAnswer:
    from carriers.twilio.twiml import message_reply

    return WebhookAnswer(message_reply(body, receipts_to), headers=XML)


def probe(settings: TwilioSettings, base_url: str, forged: bool) -> Probe | None:
    """The voice fallback, which needs no database. Percent signs on purpose: a proxy that rewrites them breaks every
    signature."""
    if not settings.auth_tokens:
        return None
    from twilio.request_validator import RequestValidator

    from carriers.twilio.signature import HEADER

    url = f"{base_url}/twilio/voice/fallback?probe=%C4%91%2Fa+b"
    form = {"AccountSid": settings.account_sid, "CallSid": "CA" + "0" * 32, "Body": "đ"}
    token = "not the token" if forged else settings.auth_tokens[0]
    return Probe(url, {HEADER: RequestValidator(token).compute_signature(url, form)}, form)


def _texts(credentials: Credentials, urls: CallbackUrls, timeouts: Timeouts) -> TextCarrier:
    from carriers.twilio.rest import TwilioClients
    from carriers.twilio.texts import TwilioText

    return TwilioText(TwilioClients(credentials, timeouts), urls)


def _calls(credentials: Credentials, urls: CallbackUrls, timeouts: Timeouts) -> CallCarrier:
    from carriers.twilio.calls import TwilioCall
    from carriers.twilio.rest import TwilioClients

    return TwilioCall(TwilioClients(credentials, timeouts), urls)


def _bills(credentials: Credentials) -> Bills:
    from carriers.twilio.bills import TwilioBills
    from carriers.twilio.rest import TwilioClients

    return TwilioBills(TwilioClients(credentials))


def _setup(credentials: Credentials, sender: SenderRow) -> NumberSetup | None:
    from carriers.twilio.numbers import TwilioNumbers
    from carriers.twilio.rest import TwilioClients

    return TwilioNumbers(TwilioClients(credentials)).setup(sender)


_RECEIPTS: Sequence[ReceiptEndpoint] = (
    ReceiptEndpoint(
        "receipt/text/<ref:ref>", "receipts.text", lambda asked: webhooks.text_receipt(cleaned(asked.form)), NOTHING
    ),
    ReceiptEndpoint(
        "receipt/call/<ref:ref>", "receipts.call", lambda asked: webhooks.call_receipt(cleaned(asked.form)), NOTHING
    ),
)
"""A failure answers 500, so that the callback's overrides bring it back."""

TWILIO: Carrier[TwilioSettings] = Carrier(
    name="twilio",
    settings=TwilioSettings,
    credentials=credentials,
    numbers=numbers,
    lists=True,
    record_ids=re.compile(r"(SM|MM|CA)[0-9a-f]{32}"),
    guard=guard,
    text=TextEndpoint(
        path="sms",
        name="twilio_text.sms",
        read=lambda asked: webhooks.inbound_text(cleaned(asked.form)),
        answer=_reply,
        nothing=lambda: _message(None),
    ),
    receipts=_RECEIPTS,
    calls=CallEndpoints(
        path="voice",
        name="twilio_voice",
        read=lambda asked: webhooks.voice_request(cleaned(asked.form)),
        detection_path="detection/<ref:ref>",
        detection_name="receipts.detected",
        read_detection=lambda asked: webhooks.detection(cleaned(asked.form)),
        taken=NOTHING,
    ),
    text_adapter=_texts,
    call_adapter=_calls,
    bills=_bills,
    setup=_setup,
    login_refused=frozenset({"20003", "401", "403"}),
    probe=probe,
)
