"""Loads the keys of this installation: from the environment or, for embedded servers, from a private file.

Keys are made only where the database lies in the same directory: anywhere else a process that makes its own could not
open what the others sealed. It must not know what is sealed with them.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from runtime.data_directory import prepare, private_document
from runtime.settings import Settings
from store.vault import Vault

KEY_FILE = "keys.json"
KEY_BYTES = 32


class UnfitKeysError(ValueError):
    """ALO_SECRET_KEYS, ALO_LOOKUP_KEY or ALO_SESSION_KEY cannot be used; the message names which, never its value."""


class NoKeysError(UnfitKeysError):
    """No keys are set, and the database is none of ours; `file` may hold keys that an earlier version made."""

    def __init__(self, file: Path) -> None:
        """`file`: where keys were kept."""
        super().__init__("ALO_SECRET_KEYS, ALO_LOOKUP_KEY, ALO_SESSION_KEY")
        self.file = file


@dataclass(frozen=True, slots=True)
class InstallationKeys:
    """`sealing`: id → key, newest first; `lookup` with its version, `older_lookup`: version → key of before.

    `session` signs staff sessions and links; "" in a part that shows no page.
    """

    sealing: Mapping[str, bytes] = field(repr=False)
    lookup: bytes = field(repr=False)
    lookup_version: int
    session: str = field(repr=False)
    older_lookup: Mapping[int, bytes] = field(repr=False, default_factory=dict)

    def vault(self) -> Vault:
        """The vault these keys open."""
        return Vault(self.sealing, self.lookup, self.lookup_version, self.older_lookup)


def load(settings: Settings) -> InstallationKeys:
    """The keys of this installation. Raises NoKeysError or another UnfitKeysError."""
    if not settings.alo_secret_keys.get_secret_value():
        if settings.database_url.get_secret_value():
            raise NoKeysError(settings.alo_data_dir / KEY_FILE)
        settings = with_stored_keys(settings)
    sealing = settings.alo_secret_keys.get_secret_value()
    lookup = settings.alo_lookup_key.get_secret_value()
    session = settings.alo_session_key.get_secret_value()
    if not lookup:
        raise UnfitKeysError("ALO_SECRET_KEYS needs ALO_LOOKUP_KEY beside it")
    pairs = [_pair("ALO_SECRET_KEYS", part) for part in sealing.split(",")]
    if len({name for name, _ in pairs}) < len(pairs):
        raise UnfitKeysError("ALO_SECRET_KEYS: two keys have the same id")
    lookups = [_pair("ALO_LOOKUP_KEY", part) for part in lookup.split(",")]
    if not all(version.isdigit() for version, _ in lookups):
        raise UnfitKeysError("ALO_LOOKUP_KEY: its version is a number")
    (newest, key), *older = [(int(version), key) for version, key in lookups]
    if any(version >= newest for version, _ in older) or len(dict(older)) < len(older):
        raise UnfitKeysError("ALO_LOOKUP_KEY: the newest comes first, with the highest version")
    return InstallationKeys(dict(pairs), key, newest, session, dict(older))


def with_stored_keys(settings: Settings) -> Settings:
    """`settings` with the keys beside the embedded database where none are set; made there at the first start."""
    if settings.alo_secret_keys.get_secret_value():
        return settings
    kept = private_document(prepare(settings.alo_data_dir) / KEY_FILE, fresh)
    given = {
        "alo_secret_keys": kept["secret_keys"],
        "alo_lookup_key": kept["lookup_key"],
        "alo_session_key": settings.alo_session_key.get_secret_value() or kept["session_key"],
    }
    return Settings(**{**vars(settings), **given})


def _pair(setting: str, text: str) -> tuple[str, bytes]:
    """One "id:base64" of a key list. Raises UnfitKeysError."""
    name, _, encoded = text.strip().partition(":")
    try:
        key = base64.b64decode(encoded, validate=True)
    except ValueError as fault:  # also letters that are not ASCII
        raise UnfitKeysError(f"{setting}: a key is not base64") from fault
    if not name.isascii() or not name or len(key) != KEY_BYTES:
        raise UnfitKeysError(f"{setting}: a key is id:base64 of {KEY_BYTES} bytes")
    return name, key


def fresh() -> dict[str, Any]:
    """A new set of keys, random, as they stand in a key file."""

    def key() -> str:
        return base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()

    return {"secret_keys": f"k1:{key()}", "lookup_key": f"1:{key()}", "session_key": key()}
