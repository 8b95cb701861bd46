"""Calls through Twilio or an API compatible with it: place, ask, end. Satisfies `services.ports.CallCarrier`.

It must not know the dialogue: the call's URL brings every step back to us (`carriers.twilio.twiml` writes the answers).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from twilio.base.exceptions import TwilioRestException, TwilioServiceException

from carriers.callbacks import CallbackUrls
from carriers.identifiers import identifier
from carriers.twilio.records import recent, records
from carriers.twilio.rest import FAULTS, TwilioClients, away, is_gone, result_of_fault
from carriers.twilio.twiml import TwimlRenderer, render
from carriers.twilio.webhooks import CALL_STATES, resource_receipt
from contact.address import read_address
from contact.delivery import Accepted, Departed, Receipt, SendResult, Unknown
from contact.sender import SenderRow

__all__ = ["TwilioCall", "TwimlRenderer", "render"]

EVENTS = ["initiated", "ringing", "answered", "completed"]
"""All of them: `initiated` is what proves a call in doubt."""
RING_S = 30
"""Seconds a phone rings before no-answer; Twilio adds up to 5."""
_MOST_FOUND = 200
_PAGE = 1000


class TwilioCall:
    """The call carrier of every sender whose carrier is "twilio"."""

    def __init__(self, clients: TwilioClients, urls: CallbackUrls) -> None:
        """`urls`: where dialogue and receipts come in."""
        self._clients = clients
        self._urls = urls

    def place(self, sender: SenderRow, to: str, ref: str) -> SendResult:
        """Ring E.164 `to`. Never raises for faults of carrier or network."""
        try:
            made = self._clients.of(sender).calls.create(
                to=to,
                from_=sender.address,
                url=self._urls.voice_turn(ref, 0),
                method="POST",
                fallback_url=self._urls.voice_fallback,
                fallback_method="POST",
                status_callback=self._urls.call_receipt(ref),
                status_callback_event=EVENTS,
                status_callback_method="POST",
                timeout=RING_S,
                **self._detection(sender, ref),
            )
        except FAULTS as fault:
            return result_of_fault(fault)
        sid = identifier(made.sid)
        return Accepted(sid) if sid else Unknown("unreadable")

    def _detection(self, sender: SenderRow, ref: str) -> dict[str, str]:
        """Detection beside the call: whoever answers hears us at once, and is not kept in silence while it listens."""
        if not sender.detects_machines:
            return {}
        return {
            "machine_detection": "Enable",
            "async_amd": "true",
            "async_amd_status_callback": self._urls.call_detection(ref),
            "async_amd_status_callback_method": "POST",
        }

    def fetch(self, sender: SenderRow, carrier_id: str) -> Receipt | None:
        """What the carrier says of one call now; None when it does not know it or cannot be reached now."""
        try:
            return resource_receipt(self._clients.of(sender).calls(carrier_id).fetch(), CALL_STATES)
        except FAULTS:
            return None

    def find(self, sender: SenderRow, to: str, since: datetime, ref: str) -> Sequence[Receipt]:
        """Calls listed from us to `to`, created since `since`; oldest first.

        Twilio lists no callback URL, so `ref` cannot be compared: with two calls to one number the caller must tell
        them apart by the ids it already knows. Raises CarrierAwayError when it cannot be asked.
        """
        floor = since.replace(microsecond=0)
        try:
            first = self._clients.of(sender).calls.page(to=to, from_=sender.address, page_size=_MOST_FOUND)
            listed = list(records(first, _MOST_FOUND))
        except FAULTS as fault:
            raise away(fault) from None
        young = sorted((c.date_created or floor, i) for i, c in enumerate(listed))
        return [resource_receipt(listed[i], CALL_STATES) for at, i in young if at >= floor]

    def list_departed(self, sender: SenderRow, since: datetime) -> Sequence[Departed]:
        """Calls that left our number since `since`, oldest first. Raises CarrierAwayError: never a partial list.

        Legs that dial a person for somebody who rang us carry another direction, and are no contact of ours.
        """
        calls = self._clients.of(sender).calls
        try:
            listed = recent(calls.page(from_=sender.address, page_size=_PAGE), since.replace(microsecond=0))
        except FAULTS as fault:
            raise away(fault) from None
        departed = [
            Departed(
                read_address(c.to).text, c.date_created or c.date_updated or since, resource_receipt(c, CALL_STATES)
            )
            for c in listed
            if c.direction == "outbound-api" and c.sid
        ]
        return sorted(departed, key=lambda one: one.at)

    def hang_up(self, sender: SenderRow, carrier_id: str) -> None:
        """End a live call; one that is already over is left alone. Raises CarrierAwayError when nobody can be asked."""
        try:
            self._clients.of(sender).calls(carrier_id).update(status="completed")
        except (TwilioRestException, TwilioServiceException) as fault:
            if not 400 <= int(fault.status) < 429:  # 404, or 400/21220: not in progress any more
                raise away(fault) from None
        except FAULTS as fault:
            raise away(fault) from None

    def erase(self, sender: SenderRow, carrier_id: str) -> bool:
        """Delete one call at the carrier; one it does not know is gone. False while it is not over there yet."""
        try:
            return bool(self._clients.of(sender).calls(carrier_id).delete())
        except (TwilioRestException, TwilioServiceException) as fault:
            return is_gone(fault)
        except FAULTS as fault:
            raise away(fault) from None
