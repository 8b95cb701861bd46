"""Encryption at rest and the keyed look-up hash of phone numbers.

It must not know where keys come from (`runtime.keys`) nor which columns are sealed.
"""

from __future__ import annotations

import hmac
import os
from collections.abc import Iterable, Mapping
from functools import lru_cache, reduce
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NONCE_BYTES = 12
"""Random 96-bit nonces: safe to 2^32 sealings per key (NIST SP 800-38D, 8.3)."""
RowKey = UUID | bytes | int | str
"""What tells a row from the others of its table."""
_BOUND = 0x80
"""Set in the first byte of what is bound to its place; the rest of that byte is the length of the key id."""
_FINGERPRINT = b"alo key fingerprint"
_CARRIED = b"carried over:"
"""No number begins so: a hash of a hash is never taken for that of a number."""


class UnreadableError(ValueError):
    """Sealed bytes that no key of the list opens: foreign, damaged, or their key was taken away."""


class Vault:
    """Seals with the newest key of a list and opens with whichever key the bytes name.

    Sealed form: one byte (128 + length of the key id), key id, nonce, AES-256-GCM ciphertext and tag. The key id and
    the place (column and row) are authenticated with them, so that bytes copied to another place do not open there.
    Bytes whose first byte is below 128 are bound to no place and open anywhere; `alo keys rotate` binds them.
    """

    def __init__(
        self,
        keys: Mapping[str, bytes],
        lookup_key: bytes,
        lookup_version: int,
        older_lookup_keys: Mapping[int, bytes] | None = None,
    ) -> None:
        """`keys`: id (1-127 ASCII letters) → 32 bytes, newest first; `older_lookup_keys`: version → key, of numbers
        that are known by their hash alone. Raises ValueError when a key is unfit."""
        if not keys:
            raise ValueError("a vault needs at least one key")
        older = dict(sorted((older_lookup_keys or {}).items()))
        if any(len(key) < 32 for key in (lookup_key, *older.values())):
            raise ValueError("the look-up key needs 32 bytes or more")
        self._ciphers = {_checked(name): AESGCM(key) for name, key in keys.items()}
        self._newest = next(iter(self._ciphers))
        self._prints = {name: _fingerprint(key) for name, key in keys.items()}
        self._lookup_key = lookup_key
        self._older = older
        self._carried: frozenset[bytes] = frozenset()
        self.lookup_version = lookup_version
        """Stands beside each hash (`phones.hash_version`), so that a new look-up key can be brought in."""

    def seal(self, plain: str | bytes, column: str, *row: RowKey) -> bytes:
        """Encrypt text (as UTF-8) or bytes for one place; the same text sealed twice differs.

        `column`: "table.column"; `row`: the values of the columns that `store.tables.base.sealed` says it is bound to.
        """
        data = plain.encode() if isinstance(plain, str) else plain
        nonce = os.urandom(NONCE_BYTES)
        name = self._newest
        sealed = self._ciphers[name].encrypt(nonce, data, _place(name, column, row))
        return bytes([_BOUND | len(name)]) + name + nonce + sealed

    def open(self, sealed: bytes, column: str, *row: RowKey) -> str:
        """The text that was sealed for this place. Raises UnreadableError."""
        try:
            return self.open_bytes(sealed, column, *row).decode()
        except UnicodeDecodeError as fault:
            raise UnreadableError("sealed bytes are no text") from fault

    def open_bytes(self, sealed: bytes, column: str, *row: RowKey) -> bytes:
        """The bytes that were sealed for this place. Raises UnreadableError."""
        sealed = bytes(sealed)
        name, start = _named(sealed)
        cipher = self._ciphers.get(name)
        if cipher is None:
            raise UnreadableError("no key of the list sealed this")
        told = _place(name, column, row) if is_bound(sealed) else name
        try:
            return cipher.decrypt(sealed[start : start + NONCE_BYTES], sealed[start + NONCE_BYTES :], told)
        except (InvalidTag, ValueError) as fault:
            raise UnreadableError("sealed bytes are damaged, or belong to another place") from fault

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

    @property
    def lookup_fingerprints(self) -> dict[int, bytes]:
        """Version → fingerprint of every look-up key, the older ones among them."""
        return {v: _fingerprint(key) for v, key in self._older.items()} | {self.lookup_version: self.lookup_fingerprint}

    def lookup(self, e164: str) -> bytes:
        """HMAC-SHA256 of an E.164 number: finds a phone without telling it.

        Of a number that was known by its hash alone when the key was changed: what that hash was carried over to.
        """
        if self._carried:
            for version in self._older:
                if (old := self._carried_on(e164, version)) in self._carried:
                    return old
        return hmac.digest(self._lookup_key, e164.encode(), "sha256")

    def recall(self, carried: Iterable[bytes]) -> None:
        """The hashes that stand in the database carried over: `lookup` finds their numbers again."""
        self._carried = frozenset(carried)

    def carried_over(self, old_hash: bytes) -> bytes:
        """A hash of the key before under today's: nobody who has only the older key can try numbers against it."""
        return _carried(self._lookup_key, old_hash)

    def _carried_on(self, e164: str, version: int) -> bytes:
        """A number's hash under an older key, carried over by each later one."""
        later = [key for v, key in self._older.items() if v > version]
        first = hmac.digest(self._older[version], e164.encode(), "sha256")
        return reduce(lambda digest, key: _carried(key, digest), [*later, self._lookup_key], first)


def _carried(key: bytes, digest: bytes) -> bytes:
    return hmac.digest(key, _CARRIED + digest, "sha256")


def is_bound(sealed: bytes) -> bool:
    """Whether the bytes open at one place only."""
    return bool(sealed) and bool(sealed[0] & _BOUND)


def _named(sealed: bytes) -> tuple[bytes, int]:
    """The key id in sealed bytes, and where the nonce begins."""
    start = 1 + (sealed[0] & ~_BOUND) if sealed else 1
    return sealed[1:start], start


def _place(name: bytes, column: str, row: tuple[RowKey, ...]) -> bytes:
    """Key id, column and row as bytes to authenticate: each with its length before it, so that no two are the same."""
    told = _column(name, column)
    for key in row:
        part = _as_bytes(key)
        told += len(part).to_bytes(4, "big") + part
    return told


@lru_cache(maxsize=256)
def _column(name: bytes, column: str) -> bytes:
    return b"".join(len(part).to_bytes(4, "big") + part for part in (name, column.encode()))


def _as_bytes(key: RowKey) -> bytes:
    if isinstance(key, UUID):
        return key.bytes
    return str(key).encode() if isinstance(key, str | int) else bytes(key)


def _fingerprint(key: bytes) -> bytes:
    """HMAC-SHA256 of a fixed text, cut to 16 bytes: keys are random, so nobody can search for one that gives it."""
    return hmac.digest(key, _FINGERPRINT, "sha256")[:16]


def _checked(name: str) -> bytes:
    """The key id as bytes. Raises ValueError when it does not fit its seven bits of length."""
    encoded = name.encode("ascii")
    if not 1 <= len(encoded) <= 127:
        raise ValueError("a key id has 1 to 127 letters")
    return encoded
