"""Texts through Twilio or an API compatible with it: send, ask, list. Satisfies `services.ports.TextCarrier`.

It must not know which interview a text belongs to; `ref` in the callback URL is all that ties them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from twilio.base.exceptions import TwilioRestException, TwilioServiceException

from carriers.callbacks import CallbackUrls
from carriers.identifiers import identifier
from carriers.twilio.records import Record, recent, records
from carriers.twilio.rest import FAULTS, TwilioClients, away, is_gone, result_of_fault
from carriers.twilio.webhooks import TEXT_STATES, resource_receipt
from contact.address import read_address
from contact.delivery import Accepted, Departed, InboundText, Receipt, SendResult, Unknown
from contact.sender import SenderRow

_PAGE = 1000
_MOST_FOUND = 200


class TwilioText:
    """The text carrier of every sender whose carrier is "twilio"."""

    def __init__(self, clients: TwilioClients, urls: CallbackUrls) -> None:
        """`urls`: where receipts come in."""
        self._clients = clients
        self._urls = urls

    def send(self, sender: SenderRow, to: str, body: str, ref: str) -> SendResult:
        """Send `body` to E.164 `to`. Never raises for faults of carrier or network."""
        try:
            made = self._clients.of(sender).messages.create(
                to=to, from_=sender.address, body=body, status_callback=self._urls.text_receipt(ref)
            )
        except FAULTS as fault:
            return result_of_fault(fault)
        sid = identifier(made.sid)
        return Accepted(sid, resource_receipt(made, TEXT_STATES).segments) if sid else Unknown("unreadable")

    def fetch(self, sender: SenderRow, carrier_id: str) -> Receipt | None:
        """What the carrier says of one text now; None when it does not know it or cannot be reached now."""
        try:
            return resource_receipt(self._clients.of(sender).messages(carrier_id).fetch(), TEXT_STATES)
        except FAULTS:
            return None

    def find(self, sender: SenderRow, to: str, body: str, since: datetime) -> Sequence[Receipt]:
        """Texts listed from us to `to` with this very body, created since `since`; oldest first.

        DateSent is no help (a queued text has none), so times are compared here, to the second as Twilio writes them.
        Raises CarrierAwayError when it cannot be asked: an empty list would mean "not sent".
        """
        floor = since.replace(microsecond=0)
        try:
            first = self._clients.of(sender).messages.page(to=to, from_=sender.address, page_size=_MOST_FOUND)
            listed = list(records(first, _MOST_FOUND))
        except FAULTS as fault:
            raise away(fault) from None
        same = [m for m in listed if m.body == body and _created(m, floor) >= floor]
        return [resource_receipt(m, TEXT_STATES) for m in sorted(same, key=lambda m: _created(m, floor))]

    def list_inbound(self, sender: SenderRow, since: datetime) -> Iterable[InboundText]:
        """Texts our number received since `since`, oldest first. Raises CarrierAwayError: never a partial list.

        Of pages that lead in a circle all are read: to ask for them again would keep every later text from us.
        """
        messages = self._clients.of(sender).messages
        floor = since.replace(microsecond=0)
        try:
            first = messages.page(to=sender.address, date_sent_after=floor, page_size=_PAGE)
            listed = list(records(first, whole=False))
        except FAULTS as fault:
            raise away(fault) from None
        received = [_inbound(m) for m in listed if m.direction == "inbound" and (m.sid or m.from_)]
        return sorted(received, key=lambda text: text.at or floor)

    def list_departed(self, sender: SenderRow, since: datetime) -> Sequence[Departed]:
        """Texts that left our number since `since`, oldest first. Raises CarrierAwayError: never a partial list.

        Asked for without a date: a queued text has no DateSent yet, and would be left out.
        """
        messages = self._clients.of(sender).messages
        try:
            listed = recent(messages.page(from_=sender.address, page_size=_PAGE), since.replace(microsecond=0))
        except FAULTS as fault:
            raise away(fault) from None
        ours = [m for m in listed if m.direction != "inbound" and m.sid]
        departed = [
            Departed(
                number=read_address(m.to).text,
                at=_created(m, m.date_sent or since),
                receipt=resource_receipt(m, TEXT_STATES),
                body=m.body,
                in_reply=m.direction == "outbound-reply",
            )
            for m in ours
        ]
        return sorted(departed, key=lambda one: one.at)

    def erase(self, sender: SenderRow, carrier_id: str) -> bool:
        """Delete one text at the carrier; one it does not know is gone. False while it is not over there yet."""
        try:
            return bool(self._clients.of(sender).messages(carrier_id).delete())
        except (TwilioRestException, TwilioServiceException) as fault:
            return is_gone(fault)
        except FAULTS as fault:
            raise away(fault) from None


def _created(message: Record, otherwise: datetime) -> datetime:
    return message.date_created or otherwise


def _inbound(message: Record) -> InboundText:
    """Without an id it is known by what it is: nothing that was written may be lost."""
    return InboundText(
        carrier_id=message.sid or message.digest,
        from_number=read_address(message.from_).sender,
        to_number=read_address(message.to).text,
        body=message.body,
        at=message.date_sent or message.date_created,
    )
