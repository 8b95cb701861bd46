"""Receipts of any carrier for texts and calls, in any order and number. The reference in the URL is ours."""

from __future__ import annotations

from flask import Response

from carriers.descriptor import ReceiptEndpoint
from contact.delivery import Receipt
from gateway.webhooks.context import webhook_context
from gateway.webhooks.requests import Authenticated, done, response
from services.delivery import outcomes
from services.unfit import isolation


def take_receipt(asked: Authenticated, endpoint: ReceiptEndpoint, ref: str) -> Response:
    """The carrier says what became of the text or call `ref`."""
    done(_merge(ref, asked.read(endpoint.read)))
    return response(endpoint.taken)


def _merge(ref: str, receipt: Receipt) -> str:
    """Merge what the carrier says of `ref`; one that nobody can merge is kept, and need not come again."""
    work = webhook_context().work
    merged = isolation.each(
        work, "receipts", [receipt], lambda one: outcomes.record_receipt(work, ref, one),
        key=lambda one: f"{ref}:{one.raw_status}", fresh=True,
    )  # fmt: skip
    for fault in merged.waiting:
        raise fault
    return merged.done[0] if merged.done else "unfit"
