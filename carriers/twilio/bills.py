"""What Twilio, or an API compatible with it, charged for what one of our numbers sent: sums of the prices it lists.

For reconciling only. Prices come late: what has none yet is counted as such.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from carriers.descriptor import Bill
from carriers.twilio.records import Record, records
from carriers.twilio.rest import FAULTS, TwilioClients, away
from carriers.twilio.webhooks import CALL_STATES, TEXT_STATES, resource_receipt
from contact.sender import SenderRow

_PAGE = 1000


class TwilioBills:
    """Asks the API of a sender's account."""

    def __init__(self, clients: TwilioClients) -> None:
        """`clients`: as for texts and calls."""
        self._clients = clients

    def bill(self, sender: SenderRow, since: datetime, until: datetime) -> Bill:
        """What left `sender` from `since` on and before `until`. Raises CarrierAwayError: never a partial sum."""
        try:
            client = self._clients.of(sender)
            if sender.medium == "text":
                window = {"date_sent_after": since, "date_sent_before": until}
                return _sum(records(client.messages.page(from_=sender.address, page_size=_PAGE, **window)), TEXT_STATES)
            window = {"start_time_after": since, "start_time_before": until}
            return _sum(records(client.calls.page(from_=sender.address, page_size=_PAGE, **window)), CALL_STATES)
        except FAULTS as fault:
            raise away(fault) from None


def _sum(listed: Iterable[Record], states: Any) -> Bill:
    n = priced = 0
    amounts: dict[str, Decimal] = {}
    for resource in listed:
        n += 1
        price = resource_receipt(resource, states).price
        if price is not None:
            priced += 1
            unit = (resource.price_unit or "USD").upper()
            amounts[unit] = amounts.get(unit, Decimal(0)) + price
    return Bill(n, priced, amounts)
