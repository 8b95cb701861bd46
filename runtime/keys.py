"""The keys of this installation: from the environment, or from a private file that is made at the first start.

It must not know what is sealed with them.
"""

from __future__ import annotations

import base64
import binascii
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from runtime.data_directory import prepare, private_document
from runtime.settings import Settings
from store.vault import Vault

KEY_FILE = "keys.json"
KEY_BYTES = 32


class UnfitKeysError(ValueError):
    """ALO_SECRET_KEYS, ALO_LOOKUP_KEY or ALO_SESSION_KEY cannot be used; the message names which, never its value."""


@dataclass(frozen=True, slots=True)
class Keys:
    """`sealing`: id → key, newest first; `lookup` with its version; `session` signs staff sessions and links."""

    sealing: Mapping[str, bytes] = field(repr=False)
    lookup: bytes = field(repr=False)
    lookup_version: int
    session: str = field(repr=False)

    def vault(self) -> Vault:
        """The vault these keys open."""
        return Vault(self.sealing, self.lookup, self.lookup_version)


def load(settings: Settings) -> Keys:
    """The keys of this installation. Raises UnfitKeysError."""
    sealing = settings.alo_secret_keys.get_secret_value()
    lookup = settings.alo_lookup_key.get_secret_value()
    session = settings.alo_session_key.get_secret_value()
    if not sealing:
        made = private_document(prepare(settings.alo_data_dir) / KEY_FILE, _new)
        sealing, lookup, session = made["secret_keys"], made["lookup_key"], session or made["session_key"]
    if not lookup or not session:
        raise UnfitKeysError("ALO_SECRET_KEYS needs ALO_LOOKUP_KEY and ALO_SESSION_KEY beside it")
    pairs = [_pair("ALO_SECRET_KEYS", part) for part in sealing.split(",")]
    version, key = _pair("ALO_LOOKUP_KEY", lookup)
    if not version.isdigit():
        raise UnfitKeysError("ALO_LOOKUP_KEY: its version is a number")
    return Keys(dict(pairs), key, int(version), session)


def _pair(setting: str, text: str) -> tuple[str, bytes]:
    """One "id:base64" of a key list. Raises UnfitKeysError."""
    name, _, encoded = text.strip().partition(":")
    try:
        key = base64.b64decode(encoded, validate=True)
    except binascii.Error as fault:
        raise UnfitKeysError(f"{setting}: a key is not base64") from fault
    if not name.isascii() or not name or len(key) != KEY_BYTES:
        raise UnfitKeysError(f"{setting}: a key is id:base64 of {KEY_BYTES} bytes")
    return name, key


def _new() -> dict[str, Any]:
    def fresh() -> str:
        return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()

    return {"secret_keys": f"k1:{fresh()}", "lookup_key": f"1:{fresh()}", "session_key": fresh()}
