"""Texts of any carrier: what a person wrote comes in, the reply goes back in the answer, its receipts name our ref."""

from __future__ import annotations

from collections.abc import Callable

from flask import Response

from carriers.descriptor import TextEndpoint
from carriers.webhook_requests import WebhookAnswer, WebhookReply
from gateway.webhooks.context import webhook_context
from gateway.webhooks.requests import Authenticated, done, response
from services.texts import unfit as unfit_texts


def receive(asked: Authenticated, endpoint: TextEndpoint) -> Response:
    """A text for one of our numbers."""
    context = webhook_context()
    text = asked.read(endpoint.read)
    sender = asked.sender_at("text", text.to_number)
    reply = unfit_texts.receive(context.work, sender, text)
    done(reply.outcome)
    return response(endpoint.answer(WebhookReply(reply.body, reply.ref, sender, context.urls, context.credentials)))


def leave_to_sweep(nothing: Callable[[], WebhookAnswer]) -> Response:
    """The text's own URL failed for good: say nothing now, the sweep fetches the text from the carrier's list."""
    done("left_to_sweep")
    return response(nothing())
