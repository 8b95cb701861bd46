"""How our numbers are set at Twilio or an API compatible with it: their webhooks and what they can do.

For checks only; it must not change anything there.
"""

from __future__ import annotations

from typing import Any

from carriers.descriptor import NumberSetup
from carriers.twilio.rest import FAULTS, TwilioClients, away
from contact.address import read_address
from contact.sender import SenderRow


class TwilioNumbers:
    """Asks the API of a sender's account."""

    def __init__(self, clients: TwilioClients) -> None:
        """`clients`: as for texts and calls."""
        self._clients = clients

    def setup(self, sender: SenderRow) -> NumberSetup | None:
        """How `sender`'s number is set; None when the account has no such number (names of senders have none).

        Raises CarrierAwayError with the carrier's code: it could not be asked, or refused our credentials.
        """
        try:
            client = self._clients.of(sender)
            client.api.v2010.accounts(client.account_sid).fetch()  # a refused list does not tell its code
            listed = client.incoming_phone_numbers.list(phone_number=sender.address, limit=2)
        except FAULTS as fault:
            raise away(fault) from None
        ours = read_address(sender.address).text
        found = (number for number in listed if read_address(number.phone_number or "").text == ours)
        return next((_setup(number, sender.medium) for number in found), None)


def _setup(number: Any, medium: str) -> NumberSetup:
    able: dict[str, bool] = dict(number.capabilities or {})
    if medium == "text":
        takes, (url, method, fallback) = (
            able.get("sms", able.get("SMS")),
            (number.sms_url, number.sms_method, number.sms_fallback_url),
        )
    else:
        takes, (url, method, fallback) = (
            able.get("voice"),
            (number.voice_url, number.voice_method, number.voice_fallback_url),
        )
    return NumberSetup(bool(takes), url or "", (method or "POST").upper(), fallback or "")
