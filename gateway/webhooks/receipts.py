"""Twilio's receipts of texts and calls, and its word on who took a call, in any order and any number of times.

The reference in the URL is ours. A failure answers 500, so that the callback's overrides bring it back.
"""

from __future__ import annotations

from flask import Blueprint, Response

from carriers.twilio import webhooks as twilio_requests
from gateway.webhooks.context import webhook_context
from gateway.webhooks.requests import done, nothing, read, reported
from services.calls import machine_detection as detection

routes = Blueprint("receipts", __name__)


@routes.before_request
def guard() -> None:
    """Nothing passes unsigned."""
    webhook_context().guard.twilio()


@routes.post("/twilio/receipt/text/<ref:ref>")
def text(ref: str) -> Response:
    """The carrier says what became of the text `ref`."""
    done(reported(ref, read("twilio", twilio_requests.text_receipt)))
    return nothing()


@routes.post("/twilio/receipt/call/<ref:ref>")
def call(ref: str) -> Response:
    """The carrier says what became of the call `ref`."""
    done(reported(ref, read("twilio", twilio_requests.call_receipt)))
    return nothing()


@routes.post("/twilio/detection/<ref:ref>")
def detected(ref: str) -> Response:
    """The carrier has listened, beside the call `ref`, who took it."""
    done(detection.record(webhook_context().work, ref, read("twilio", twilio_requests.detection)))
    return nothing()
