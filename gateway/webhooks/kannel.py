"""Kannel's texts and receipts. The reply goes back in the body, with headers for coding and receipt.

A failure answers 503: whatever is not 200 or 202, smsbox brings again until its retries are used up.
"""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Response, request
from werkzeug.exceptions import HTTPException

from carriers.kannel import webhooks as kannel_requests
from contact.delivery import InboundText
from gateway.errors import answer, handle_http_error, note_failure
from gateway.webhooks.context import webhook_context
from gateway.webhooks.requests import done, read, reported, sender_at
from services.texts import unfit as unfit_texts

routes = Blueprint("kannel", __name__)


@routes.before_request
def guard() -> None:
    """Nothing passes without the secret."""
    webhook_context().guard.kannel()


@routes.errorhandler(Exception)
def failed(error: Exception) -> Response:
    """Refusals stay refusals; anything else is noted and asks Kannel to come again."""
    if isinstance(error, HTTPException):
        return handle_http_error(error)
    note_failure(error, request.endpoint or "none")
    return answer(503, "try_again")


@routes.post("/kannel/sms")
def sms() -> Response:
    """A text for one of our numbers (`post-url` with `send-sender = true`)."""
    text = read("kannel", _text, request.args)
    sender = sender_at("kannel", "text", text.to_number)
    reply = unfit_texts.receive(webhook_context().work, sender, text)
    done(reply.outcome)
    if not reply.body or not reply.ref:
        return silence()
    headers = kannel_requests.message_headers(reply.body, webhook_context().kannel_receipt_url(sender, reply.ref))
    return Response(reply.body, headers=headers)


@routes.route("/kannel/receipt/<ref:ref>", methods=["GET", "POST"])
def receipt(ref: str) -> Response:
    """Kannel fetches this URL (by GET) when the SMSC says what became of the text `ref`.

    It takes 200 for an answer and asks again after a 204.
    """
    done(reported(ref, read("kannel", kannel_requests.receipt, request.args)))
    return silence()


def silence() -> Response:
    """Nothing to say; with `omit-empty` nobody gets an empty text."""
    return Response(status=200, mimetype="text/plain")


def _text(query: Mapping[str, str]) -> InboundText:
    """The numbers stand in headers, the text is the body: neither in a URL."""
    charset = request.mimetype_params.get("charset")
    sent_from, sent_to = (request.headers.get(name) for name in kannel_requests.ADDRESS_HEADERS)
    return kannel_requests.inbound_text(query, sent_from, sent_to or "", request.get_data(), charset)
