"""Where identifiers come from: time-ordered inside, random in public.

The only module besides keys and vault that draws random numbers.
"""

from __future__ import annotations

import secrets
import time
from uuid import UUID

CODE_DIGITS = 8


class RandomIds:
    """Satisfies `services.ports.Ids` with the machine's clock and random source."""

    def new(self) -> UUID:
        """A version 7 UUID (RFC 9562, 5.7): 48 bits of milliseconds, 74 random bits."""
        milliseconds = time.time_ns() // 1_000_000
        random = secrets.randbits(74)
        return UUID(int=milliseconds << 80 | 7 << 76 | (random >> 62) << 64 | 2 << 62 | random & (1 << 62) - 1)

    def public(self) -> str:
        """22 url-safe letters: 128 random bits."""
        return secrets.token_urlsafe(16)

    def secret(self, size: int) -> bytes:
        """So many random bytes."""
        return secrets.token_bytes(size)

    def code(self) -> str:
        """8 random digits."""
        return f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
