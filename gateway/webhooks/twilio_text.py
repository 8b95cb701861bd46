"""Twilio's texts: what a person wrote comes in, the reply goes back in the answer, receipts of it carry our reference.

A failure answers 500: overrides bring the request back, else the sweep of the carrier's list does.
"""

from __future__ import annotations

from flask import Blueprint, Response

from carriers.twilio import webhooks as twilio_requests
from carriers.twilio.twiml import message_reply
from gateway.webhooks.context import webhook_context
from gateway.webhooks.requests import done, read, sender_at, twiml
from services.texts import unfit as unfit_texts

routes = Blueprint("twilio_text", __name__)


@routes.before_request
def guard() -> None:
    """Nothing passes unsigned."""
    webhook_context().guard.twilio()


@routes.post("/twilio/sms")
def sms() -> Response:
    """A text for one of our numbers."""
    text = read("twilio", twilio_requests.inbound_text)
    sender = sender_at("twilio", "text", text.to_number)
    reply = unfit_texts.receive(webhook_context().work, sender, text)
    done(reply.outcome)
    callback = webhook_context().urls.text_receipt(reply.ref) if reply.ref else ""
    return twiml(message_reply(reply.body, callback))


@routes.post("/twilio/sms/fallback")
def fallback() -> Response:
    """The text's own URL failed for good: say nothing now, the sweep fetches the text from the carrier's list."""
    done("left_to_sweep")
    return twiml(message_reply(None))
