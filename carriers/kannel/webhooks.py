"""What Kannel posts to us as values, and the headers that make a body a text with receipts.

It must not know Flask or the use cases, and imports no HTTP client, so that webhooks stay small.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from carriers.errors import KANNEL, classify
from carriers.identifiers import identifier
from carriers.times import unix
from characters.cleaning import storable
from contact.address import read_address
from contact.delivery import InboundText, Receipt, State
from sms.encoding import measure

DLR_MASK: Final = "31"
"""Every receipt: 1 delivered, 2 undeliverable, 4 buffered, 8 taken by the SMSC, 16 rejected by it."""
VALID_MINUTES: Final = "180"
"""How long smsbox, bearerbox and the SMSC may keep a text: one that waits for a link must not come in the night."""
ADDRESS_HEADERS: Final = ("X-Kannel-From", "X-Kannel-To")
"""Where `post-url` with `send-sender = true` writes the handset's and our number, without "+"."""
RECEIPT_STATES: dict[str, tuple[State, str]] = {
    "1": (State.DELIVERED, ""),
    "2": (State.UNDELIVERED, "undeliverable"),
    "4": (State.SENT, ""),
    "8": (State.SENT, ""),
    "16": (State.FAILED, "rejected"),
}
_EXTRA = re.compile(r"[A-Za-z0-9-]{1,64}")


def message_headers(body: str, receipt_url: str) -> dict[str, str]:
    """Headers of a text, sent or given back in a response body, whose receipts go to `receipt_url`.

    Without the coding, accented text arrives as question marks; without mask and URL there is no receipt.
    """
    return {
        "Content-Type": "text/plain; charset=UTF-8",
        "X-Kannel-Coding": "0" if measure(body).encoding == "gsm7" else "2",
        "X-Kannel-Validity": VALID_MINUTES,
        "X-Kannel-DLR-Mask": DLR_MASK,
        "X-Kannel-DLR-Url": receipt_url,
    }


def inbound_text(
    query: Mapping[str, str], sent_from: str | None, sent_to: str, body: bytes, charset: str | None
) -> InboundText:
    """The text in a request of Kannel's `post-url`: id (`%I`) and SMSC time (`%T`) stand in the query as `id` and `t`.

    Numbers come as the SMSC writes them (`contact.address`). Raises ValueError naming what is missing.
    """
    if sent_from is None:
        raise ValueError("from")
    return InboundText(
        carrier_id=_told(identifier(query.get("id", "")), "id"),
        from_number=read_address(storable(sent_from)).sender,
        to_number=read_address(_told(storable(sent_to).strip(), "to")).text,
        body=storable(_decoded(body, charset)),
        at=unix(query.get("t")),
    )


def receipt(query: Mapping[str, str]) -> Receipt:
    """A receipt asked for with `CallbackUrls.kannel_receipt`. Raises ValueError for an unknown type."""
    kind = query.get("type", "")
    if kind not in RECEIPT_STATES:
        raise ValueError("type")
    state, code = RECEIPT_STATES[kind]
    return Receipt(
        carrier_id=None,
        state=state,
        raw_status=kind,
        error_code=code,
        error_kind=classify(KANNEL, code).kind if code else None,
        at=unix(query.get("at")),
        extra={name: query[name] for name in ("fid", "smsc") if _EXTRA.fullmatch(query.get(name, ""))},
    )


def _told(value: str, name: str) -> str:
    if not value:
        raise ValueError(name)
    return value


def _decoded(body: bytes, charset: str | None) -> str:
    """The text; an undeclared or false charset must not lose an answer, so Latin-1 reads what UTF-8 cannot."""
    for name in (charset, "utf-8"):
        try:
            return body.decode(name or "utf-8")
        except (LookupError, UnicodeError):
            continue
    return body.decode("latin-1")
