"""What a carrier does for us, as protocols: it takes texts, it places calls. Satisfied by the adapters of `carriers`.

Structural, so that adapters need not import this module. No implementation stands here.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from contact.delivery import Departed, InboundText, Receipt, SendResult
from contact.sender import SenderRow


class TextCarrier(Protocol):
    """Sends texts and, where it can, says what became of them. Every call ends by itself (time-outs)."""

    def send(self, sender: SenderRow, to: str, body: str, ref: str) -> SendResult:
        """Send `body` to E.164 `to`; callbacks will carry `ref`. Never raises for carrier or network faults."""

    def fetch(self, sender: SenderRow, carrier_id: str) -> Receipt | None:
        """What the carrier says of one text now; None when it cannot be asked or does not know it."""

    def find(self, sender: SenderRow, to: str, body: str, since: datetime) -> Sequence[Receipt]:
        """Texts the carrier lists with this recipient and body since `since` (for texts in doubt)."""

    def list_inbound(self, sender: SenderRow, since: datetime) -> Iterable[InboundText]:
        """Texts received by the sender's number since `since`; empty when the carrier cannot list."""

    def list_departed(self, sender: SenderRow, since: datetime) -> Sequence[Departed]:
        """Texts that left the sender's number since `since`, oldest first. Raises CarrierAwayError: never a part."""

    def erase(self, sender: SenderRow, carrier_id: str) -> bool:
        """Delete what the carrier holds of one text, words and number. False: not yet. Raises CarrierAwayError."""


class CallCarrier(Protocol):
    """Places calls and says what became of them."""

    def place(self, sender: SenderRow, to: str, ref: str) -> SendResult:
        """Ring E.164 `to`; the dialogue and the callbacks carry `ref`."""

    def fetch(self, sender: SenderRow, carrier_id: str) -> Receipt | None:
        """What the carrier says of one call now."""

    def find(self, sender: SenderRow, to: str, since: datetime, ref: str) -> Sequence[Receipt]:
        """Calls the carrier lists to this number since `since` (for calls in doubt)."""

    def list_departed(self, sender: SenderRow, since: datetime) -> Sequence[Departed]:
        """Calls that left the sender's number since `since`, oldest first. Raises CarrierAwayError: never a part."""

    def hang_up(self, sender: SenderRow, carrier_id: str) -> None:
        """End a live call."""

    def erase(self, sender: SenderRow, carrier_id: str) -> bool:
        """Delete what the carrier holds of one call, words and number. False: not yet. Raises CarrierAwayError."""
