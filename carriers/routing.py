"""Which carrier a sender belongs to. Satisfies `services.ports.Carriers`; adapters are made when first needed.

It must not know settings or the environment: credentials come by reference name.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

from carriers import registry
from carriers.callbacks import CallbackUrls
from carriers.credentials import Credentials
from carriers.descriptor import Timeouts
from contact.carrier import CallCarrier, TextCarrier
from contact.sender import SenderRow

A = TypeVar("A")
Maker = Callable[[Credentials, CallbackUrls, Timeouts], A]


class CarrierRouter:
    """Hands over the carrier of a sender. One per process; its carriers keep pooled connections.

    The REST side of an SDK costs a process 10 MB, so a process that only answers webhooks never loads it.
    """

    def __init__(self, credentials: Credentials, public_base_url: str, timeouts: Timeouts = None) -> None:
        """`public_base_url`: the public address of the webhooks; time-outs in real seconds (connect, read)."""
        self._credentials = credentials
        self._urls = CallbackUrls(public_base_url.rstrip("/"))
        self._timeouts = timeouts
        self._texts: dict[str, TextCarrier] = {}
        self._calls: dict[str, CallCarrier] = {}
        self._lock = threading.Lock()

    def text(self, sender: SenderRow) -> TextCarrier:
        """The text carrier of `sender`. Raises KeyError for an unknown one."""
        return self._adapter(sender, "text", self._texts, registry.KNOWN[sender.carrier].text_adapter)

    def call(self, sender: SenderRow) -> CallCarrier:
        """The call carrier of `sender`. Raises KeyError for an unknown one."""
        return self._adapter(sender, "call", self._calls, registry.KNOWN[sender.carrier].call_adapter)

    def _adapter(self, sender: SenderRow, medium: str, made: dict[str, A], make: Maker[A] | None) -> A:
        if make is None or sender.medium != medium:
            raise KeyError(f"{sender.carrier}/{sender.medium}")
        with self._lock:
            if sender.carrier not in made:
                made[sender.carrier] = make(self._credentials, self._urls, self._timeouts)
            return made[sender.carrier]

    def names(self) -> Sequence[str]:
        """See `services.ports.Carriers`."""
        return tuple(registry.KNOWN)

    def can_delete(self, carrier: str, record_id: str | None = None) -> bool:
        """See `services.ports.Carriers`."""
        return registry.can_delete(carrier, record_id)
