"""What all webhook views share: the request as a value, the sender it is for, the answers they give.

It must not know a carrier's parameters: those are read by `carriers`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from flask import Response, request
from werkzeug.routing import BaseConverter

from carriers.descriptor import Carrier
from carriers.webhook_requests import Guard, RefusedRequestError, WebhookAnswer, WebhookRequest
from contact.sender import SenderRow
from gateway.metrics import COMPLETED
from gateway.webhooks.context import webhook_context
from gateway.webhooks.guard import FlaskWebhook, refuse

Value = TypeVar("Value")


class RefConverter(BaseConverter):
    """Our public references in URLs."""

    regex = "[A-Za-z0-9_-]{8,64}"


@dataclass(frozen=True, slots=True)
class Authenticated:
    """A request that a carrier's guard has let pass; `account` None where the carrier has none."""

    carrier: Carrier[Any]
    request: WebhookRequest
    account: str | None

    def read(self, parse: Callable[[WebhookRequest], Value]) -> Value:
        """The request as a value; a genuine one that lacks what we need is refused with 400 and its reason."""
        try:
            return parse(self.request)
        except ValueError:
            refuse(self.carrier.name, 400, "malformed")

    def sender_at(self, medium: str, address: str) -> SenderRow:
        """The sender this request came in for; refused when the number or its account is not ours."""
        found = webhook_context().senders.find(self.carrier.name, medium, address)
        if found is None:
            refuse(self.carrier.name, 403, "unknown_sender")
        if self.account is not None and found.account != self.account:
            refuse(self.carrier.name, 403, "account")
        return found


def authenticate(carrier: Carrier[Any], guard: Guard) -> Authenticated:
    """The current request, if the carrier's guard lets it pass. Raises RefusedError."""
    asked = FlaskWebhook(request, webhook_context().urls.base)
    try:
        return Authenticated(carrier, asked, guard(asked))
    except RefusedRequestError as refused:
        refuse(carrier.name, refused.status, refused.reason)


def done(outcome: str) -> None:
    """Count what the use case said."""
    COMPLETED.labels(request.endpoint or "none", outcome).inc()


def response(answer: WebhookAnswer) -> Response:
    """A carrier's answer as Flask's."""
    return Response(answer.body, answer.status, answer.headers)
