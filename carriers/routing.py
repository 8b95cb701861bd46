"""Which carrier a sender belongs to. Satisfies `services.ports.Carriers`; adapters are loaded when first needed.

It must not know settings or the environment: credentials come by reference name.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from carriers.callbacks import CallbackUrls
from carriers.credentials import Credentials
from carriers.timeouts import TIMEOUTS
from contact.sender import SenderRow

if TYPE_CHECKING:
    from carriers.kannel.texts import KannelText
    from carriers.twilio.calls import TwilioCall
    from carriers.twilio.rest import TwilioClients
    from carriers.twilio.texts import TwilioText


class CarrierRouter:
    """Hands over the carrier of a sender. One per process; its carriers keep pooled connections.

    The REST side of the SDK costs a process 10 MB, so a process that only answers webhooks never loads it.
    """

    def __init__(
        self, credentials: Credentials, public_base_url: str, timeouts: tuple[float, float] = TIMEOUTS
    ) -> None:
        """`public_base_url`: the public address of the webhooks; time-outs in real seconds (connect, read)."""
        self._credentials = credentials
        self._urls = CallbackUrls(public_base_url.rstrip("/"))
        self._timeouts = timeouts

    def text(self, sender: SenderRow) -> TwilioText | KannelText:
        """The text carrier of `sender`. Raises KeyError for an unknown one."""
        if sender.medium == "text" and sender.carrier == "twilio":
            return self._twilio_text
        if sender.medium == "text" and sender.carrier == "kannel":
            return self._kannel_text
        raise KeyError(f"{sender.carrier}/{sender.medium}")

    def call(self, sender: SenderRow) -> TwilioCall:
        """The call carrier of `sender`. Raises KeyError for an unknown one."""
        if sender.medium == "call" and sender.carrier == "twilio":
            return self._twilio_call
        raise KeyError(f"{sender.carrier}/{sender.medium}")

    @cached_property
    def _clients(self) -> TwilioClients:
        from carriers.twilio.rest import TwilioClients

        return TwilioClients(self._credentials, self._timeouts)

    @cached_property
    def _twilio_text(self) -> TwilioText:
        from carriers.twilio.texts import TwilioText

        return TwilioText(self._clients, self._urls)

    @cached_property
    def _twilio_call(self) -> TwilioCall:
        from carriers.twilio.calls import TwilioCall

        return TwilioCall(self._clients, self._urls)

    @cached_property
    def _kannel_text(self) -> KannelText:
        from carriers.kannel.texts import KannelText

        return KannelText(self._credentials, self._urls, self._timeouts)
