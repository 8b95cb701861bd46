"""Compares the keys of this process with those the database was written with; another set never seals a row.

It must not know where keys come from, nor any key itself: fingerprints are compared.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection

from services.refusal import Refusal
from services.work import Work
from store import keys
from store.keys import KnownKey
from store.vault import UnreadableError, Vault

SEALING, LOOKUP = "sealing", "lookup"
SAMPLE = 20
"""Numbers opened from each end where keys are met for the first time."""


def admit(work: Work, *, records: bool = True) -> None:
    """Compare this process's keys with those the database knows, and write down new ones if it `records`; then the
    vault also knows which hashes were carried over from older look-up keys.

    Refused are: a known id or version with another key; a list without a key that is still needed; a look-up key of
    another version; at first use, keys that do not open what is there. Raises Refusal.
    """
    with work.database.transaction() as conn:
        known = keys.recorded(conn)
        check(known, work.vault)
        if not records:
            return
        work.vault.recall(keys.carried(conn, work.vault.lookup_version))
        if not known:
            _check_opens(conn, work.vault)
        _record(conn, known, work.vault, work.clock.now())
        check(keys.recorded(conn), work.vault)  # two processes that begin at once with other keys: one must not


def check(known: Sequence[KnownKey], vault: Vault) -> None:
    """Raise Refusal unless `vault` is made of the keys that are known, perhaps with new ones to seal with."""
    check_sealing(known, vault)
    needed = {int(key.name): key.fingerprint for key in known if key.use == LOOKUP and key.retired_at is None}
    mine = vault.lookup_fingerprints
    if needed and vault.lookup_version != max(needed):
        raise Refusal("keys.lookup_version", version=vault.lookup_version, known=max(needed))
    if missing := sorted(set(needed) - set(mine)):
        raise Refusal("keys.lookup_missing", versions=", ".join(map(str, missing)))
    for version, fingerprint in needed.items():
        if mine[version] != fingerprint:
            raise Refusal("keys.another_lookup_key", version=version)


def check_sealing(known: Sequence[KnownKey], vault: Vault) -> None:
    """The same for the keys that seal alone."""
    mine = vault.sealing_fingerprints
    for key in known:
        if key.use == SEALING and key.name in mine and mine[key.name] != key.fingerprint:
            raise Refusal("keys.another_key", key=key.name)
    missing = [k.name for k in known if k.use == SEALING and k.retired_at is None and k.name not in mine]
    if missing:
        raise Refusal("keys.missing", keys=", ".join(missing))


def _check_opens(conn: Connection, vault: Vault) -> None:
    """A database from before fingerprints: the keys must open what it holds, and find it. Raises Refusal."""
    for phone in keys.sample(conn, SAMPLE):
        try:
            number = vault.open(phone.sealed, "phones.number", phone.phone_hash)
            found = vault.lookup(number) == phone.phone_hash
        except UnreadableError:
            raise Refusal("keys.do_not_open") from None
        if not found:
            raise Refusal("keys.do_not_find")


def _record(conn: Connection, known: Sequence[KnownKey], vault: Vault, now: datetime) -> None:
    there = {(key.use, key.name) for key in known}
    for use, prints in _prints(vault).items():
        for name, fingerprint in prints.items():
            if (use, name) not in there:
                keys.record(conn, use, name, fingerprint, now)


def _prints(vault: Vault) -> Mapping[str, Mapping[str, bytes]]:
    return {SEALING: vault.sealing_fingerprints, LOOKUP: {str(vault.lookup_version): vault.lookup_fingerprint}}
