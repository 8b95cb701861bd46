"""The public URLs we hand to carriers: where receipts, dialogue turns and fallbacks come in.

Only random references stand in them; it must not know who is behind a reference.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote

OVERRIDES = "#rc=2&rp=ct,rt,5xx&ct=2000&rt=5000&tt=15000"
"""Twilio's connection overrides. By itself Twilio retries neither a 5xx nor a read time-out; the fragment is neither
sent nor signed. Three tries fit into Twilio's 15 seconds."""


@dataclass(frozen=True, slots=True)
class CallbackUrls:
    """Builds callback URLs under `base`, the public address of the webhooks, without a slash at the end."""

    base: str

    def text_receipt(self, ref: str) -> str:
        """Where Twilio reports on the text `ref`."""
        return f"{self.base}/twilio/receipt/text/{ref}{OVERRIDES}"

    def call_receipt(self, ref: str) -> str:
        """Where Twilio reports on the call `ref`."""
        return f"{self.base}/twilio/receipt/call/{ref}{OVERRIDES}"

    def call_detection(self, ref: str) -> str:
        """Where Twilio tells who took the call `ref`, a person or a machine."""
        return f"{self.base}/twilio/detection/{ref}{OVERRIDES}"

    def voice_turn(self, ref: str, turn: int) -> str:
        """Where the dialogue turn `turn` of the call `ref` goes on; turn 0 is the first request after answer."""
        return f"{self.base}/twilio/voice/{ref}/{turn}{OVERRIDES}"

    @property
    def voice_fallback(self) -> str:
        """Where Twilio turns when a voice URL failed for good."""
        return f"{self.base}/twilio/voice/fallback"

    def prompt(self, prompt_id: str) -> str:
        """A recording; the id is made from its content, so carriers may keep it."""
        return f"{self.base}/prompts/{prompt_id}.wav"

    def kannel_receipt(self, ref: str, secret: str) -> str:
        """Kannel's dlr-url for `ref`: type, time and SMSC id are filled in by Kannel.

        `%A` (the SMSC's whole answer) is left out on purpose: it quotes the text, and this is a URL.
        """
        return f"{self.base}/kannel/receipt/{ref}?s={quote(secret, safe='')}&type=%d&at=%T&fid=%F&smsc=%i"
