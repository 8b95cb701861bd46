"""Encryption at rest and the keyed look-up hash of phone numbers.

It must not know where keys come from (`runtime.keys`) nor which columns are sealed.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Mapping

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
_FINGERPRINT = b"alo key fingerprint"
"""Random 96-bit nonces: safe to 2^32 sealings per key (NIST SP 800-38D, 8.3)."""


class UnreadableError(ValueError):
    """Sealed bytes that no key of the list opens: foreign, damaged, or their key was taken away."""


class Vault:
    """Seals with the newest key of a list and opens with whichever key the bytes name.

    Sealed form: one byte length of the key id, key id, nonce, AES-256-GCM ciphertext and tag; the key id is
    authenticated with them.
    """

    def __init__(self, keys: Mapping[str, bytes], lookup_key: bytes, lookup_version: int) -> None:
        """`keys`: id (1-255 ASCII letters) → 32 bytes, newest first. Raises ValueError when a key is unfit."""
        if not keys:
            raise ValueError("a vault needs at least one key")
        if len(lookup_key) < 32:
            raise ValueError("the look-up key needs 32 bytes or more")
        self._ciphers = {_checked(name): AESGCM(key) for name, key in keys.items()}
        self._newest = next(iter(self._ciphers))
        self._prints = {name: _fingerprint(key) for name, key in keys.items()}
        self._lookup_key = lookup_key
        self.lookup_version = lookup_version
        """Stands beside each hash (`phones.hash_version`), so that a new look-up key can be brought in."""

    def seal(self, plain: str | bytes) -> bytes:
        """Encrypt text (as UTF-8) or bytes; the same text sealed twice differs."""
        data = plain.encode() if isinstance(plain, str) else plain
        nonce = os.urandom(NONCE_BYTES)
        name = self._newest
        return bytes([len(name)]) + name + nonce + self._ciphers[name].encrypt(nonce, data, name)

    def open(self, sealed: bytes) -> str:
        """The text that was sealed. Raises UnreadableError."""
        try:
            return self.open_bytes(sealed).decode()
        except UnicodeDecodeError as fault:
            raise UnreadableError("sealed bytes are no text") from fault

    def open_bytes(self, sealed: bytes) -> bytes:
        """The bytes that were sealed. Raises UnreadableError."""
        sealed = bytes(sealed)
        start = 1 + sealed[0] if sealed else 1
        name = sealed[1:start]
        cipher = self._ciphers.get(name)
        if cipher is None:
            raise UnreadableError("no key of the list sealed this")
        try:
            return cipher.decrypt(sealed[start : start + NONCE_BYTES], sealed[start + NONCE_BYTES :], name)
        except (InvalidTag, ValueError) as fault:
            raise UnreadableError("sealed bytes are damaged") from fault

    @property
    def newest(self) -> str:
        """Id of the key that seals."""
        return self._newest.decode()

    @property
    def sealing_fingerprints(self) -> dict[str, bytes]:
        """Id → fingerprint of the keys that open, newest first; it tells two keys apart and nothing of either."""
        return dict(self._prints)

    @property
    def lookup_fingerprint(self) -> bytes:
        """The same of the look-up key."""
        return _fingerprint(self._lookup_key)

    def stale(self, sealed: bytes) -> bool:
        """Whether `sealed` was sealed with an older key than the newest (rotation re-seals it)."""
        sealed = bytes(sealed)
        return sealed[1 : 1 + sealed[0]] != self._newest

    def lookup(self, e164: str) -> bytes:
        """HMAC-SHA256 of an E.164 number: finds a phone without telling it."""
        return hmac.digest(self._lookup_key, e164.encode(), "sha256")


def _fingerprint(key: bytes) -> bytes:
    """HMAC-SHA256 of a fixed text, cut to 16 bytes: keys are random, so nobody can search for one that gives it."""
    return hmac.digest(key, _FINGERPRINT, "sha256")[:16]


def _checked(name: str) -> bytes:
    """The key id as bytes. Raises ValueError when it does not fit its one length byte."""
    encoded = name.encode("ascii")
    if not 1 <= len(encoded) <= 255:
        raise ValueError("a key id has 1 to 255 letters")
    return encoded
