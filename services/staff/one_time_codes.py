"""One-time codes: of an authenticator (RFC 6238, as every app makes them) and for the day its phone is lost.

It must not know members or tables: secrets and moments come in.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import unicodedata
from collections.abc import Callable
from datetime import datetime

from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

SECRET_BYTES = 20
STEP_S = 30
DIGITS = 6
DRIFT = 1
"""Steps before and after the present one whose codes are taken too: clocks of phones differ, and typing takes time."""
CODES = 10
"""Recovery codes in a set."""
_CODE_BYTES = 10
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: without letters that are taken for figures or for each other."""
_STANDARD = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_MEANT = str.maketrans({"O": "0", "I": "1", "L": "1"})


def step(at: datetime) -> int:
    """The number of the half minute."""
    return int(at.timestamp()) // STEP_S


def matching_step(secret: bytes, typed: str, at: datetime, after: int) -> int | None:
    """The step whose code was typed: within the drift, and later than `after`, the last one that was taken; or None."""
    now = step(at)
    for one in range(max(0, now - DRIFT), now + DRIFT + 1):
        if hmac.compare_digest(_totp(secret).generate(one * STEP_S), typed.encode()) and one > after:
            return one
    return None


def address(secret: bytes, account: str, issuer: str) -> str:
    """What an authenticator reads from the picture."""
    return str(_totp(secret).get_provisioning_uri(account, issuer))


def in_groups(secret: bytes) -> str:
    """The secret to be typed where no picture can be taken: base32 in groups of four."""
    return _grouped(base64.b32encode(secret).decode().rstrip("="), " ")


def new_codes(random: Callable[[int], bytes]) -> list[str]:
    """A set of recovery codes as they are shown: 80 random bits each, "7Q3K-…"."""
    letters = str.maketrans(_STANDARD, _ALPHABET)
    return [_grouped(base64.b32encode(random(_CODE_BYTES)).decode().translate(letters)) for _ in range(CODES)]


def normalise(text: str) -> str:
    """A code as it was meant: without blanks and hyphens, capitals, figures of any keyboard."""
    wide = unicodedata.normalize("NFKC", text).upper()
    return "".join(character for character in wide if character.isalnum())[:64]


def code_hash(recovery_code: str) -> str:
    """80 random bits cannot be guessed back from a plain digest."""
    return hashlib.sha256(normalise(recovery_code).translate(_MEANT).encode()).hexdigest()


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, DIGITS, SHA1(), STEP_S)  # SHA-1: what every authenticator does


def _grouped(text: str, between: str = "-") -> str:
    return between.join(text[place : place + 4] for place in range(0, len(text), 4))
