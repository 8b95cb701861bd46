"""How our numbers are set at Twilio or an API compatible with it: their webhooks and what they can do.

For checks only; it must not change anything there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from carriers.twilio.rest import FAULTS, TwilioClients, away
from contact.address import read_address
from contact.sender import SenderRow


@dataclass(frozen=True, slots=True)
class NumberSetup:
    """Where a number's texts and calls are announced (with their HTTP methods), and whether it takes them."""

    sms_url: str
    sms_method: str
    sms_fallback_url: str
    takes_texts: bool
    voice_url: str
    voice_method: str
    voice_fallback_url: str
    takes_calls: bool


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
        return next((_setup(number) for number in listed if read_address(number.phone_number or "").text == ours), None)


def _setup(number: Any) -> NumberSetup:
    able: dict[str, bool] = dict(number.capabilities or {})
    return NumberSetup(
        sms_url=number.sms_url or "",
        sms_method=(number.sms_method or "POST").upper(),
        sms_fallback_url=number.sms_fallback_url or "",
        takes_texts=bool(able.get("sms", able.get("SMS"))),
        voice_url=number.voice_url or "",
        voice_method=(number.voice_method or "POST").upper(),
        voice_fallback_url=number.voice_fallback_url or "",
        takes_calls=bool(able.get("voice")),
    )
