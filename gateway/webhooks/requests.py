"""What all webhook views share: reading a request into a value, the sender it is for, the answers they give.

It must not know a carrier's parameters: those are read by `carriers`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from flask import Response, g, request
from werkzeug.routing import BaseConverter

from contact.delivery import Receipt
from contact.sender import SenderRow
from gateway.metrics import COMPLETED
from gateway.webhooks.context import webhook_context
from gateway.webhooks.guard import refuse
from services.delivery import outcomes
from services.unfit import isolation

Value = TypeVar("Value")
NO_CONTENT = 204


class RefConverter(BaseConverter):
    """Our public references in URLs."""

    regex = "[A-Za-z0-9_-]{8,64}"


def read(door: str, parse: Callable[[Mapping[str, str]], Value], values: Mapping[str, str] | None = None) -> Value:
    """The request as a value; a genuine request that lacks what we need is refused with 400 and its reason."""
    try:
        return parse(g.form if values is None else values)
    except ValueError:
        refuse(door, 400, "malformed")


def sender_at(carrier: str, medium: str, address: str) -> SenderRow:
    """The sender this request came in for; refused when the number or its account is not ours."""
    found = webhook_context().senders.find(carrier, medium, address)
    if found is None:
        refuse(carrier, 403, "unknown_sender")
    if carrier == "twilio" and found.account != g.form.get("AccountSid"):
        refuse(carrier, 403, "account")
    return found


def reported(ref: str, receipt: Receipt) -> str:
    """Merge what the carrier says of `ref`; one that nobody can merge is kept, and need not come again."""
    work = webhook_context().work
    merged = isolation.each(
        work, "receipts", [receipt], lambda one: outcomes.record_receipt(work, ref, one),
        key=lambda one: f"{ref}:{one.raw_status}", fresh=True,
    )  # fmt: skip
    for fault in merged.waiting:
        raise fault
    return merged.done[0] if merged.done else "unfit"


def done(outcome: str) -> None:
    """Count what the use case said."""
    COMPLETED.labels(request.endpoint or "none", outcome).inc()


def twiml(document: str) -> Response:
    """A TwiML answer; Twilio needs its content type."""
    return Response(document, mimetype="text/xml")


def nothing() -> Response:
    """The answer to a receipt: taken, nothing to say."""
    return Response(status=NO_CONTENT)
