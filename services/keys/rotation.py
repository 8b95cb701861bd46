"""Key rotation: how much each key has sealed, and sealing it again with the newest one, in pages, while Alo runs.

Works as the owner of the tables: what is append-only for everybody else is sealed anew too. It must not know a column:
`store.keys` finds them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from services.keys.fingerprints import LOOKUP, SEALING, check_sealing
from services.refusal import Refusal
from store import audit, keys
from store.keys import KnownKey, SealedColumn, SealedRow
from store.unit_of_work import Database
from store.vault import UnreadableError, Vault

Progress = Callable[[str, int], None]
"""Told the place and how many rows of it have been sealed anew so far."""
PASSES = 5
"""Times a column is gone through: rows that somebody held are met again in the next pass."""


@dataclass(frozen=True, slots=True)
class SealedCount:
    """Rows of one column ("phones.number") that one key sealed."""

    place: str
    key: str
    rows: int


@dataclass(slots=True)
class Rotation:
    """What a rotation did. `left`: rows still sealed with older keys, `unreadable`: rows that no key of ours opens."""

    sealed_anew: int = 0
    left: int = 0
    unreadable: dict[str, int] = field(default_factory=dict)
    retired: tuple[str, ...] = ()


def known(database: Database) -> list[KnownKey]:
    """The keys this database has seen."""
    with database.transaction() as conn:
        return keys.recorded(conn)


def listed(database: Database) -> list[SealedCount]:
    """How much each key has sealed, by column."""
    found = []
    for place in keys.sealed_columns():
        with database.transaction() as conn:
            counts = keys.counted(conn, place)
        found += [SealedCount(place.place, key, rows) for key, rows in sorted(counts.items())]
    return found


def rotate(database: Database, vault: Vault, now: datetime, actor: str, progress: Progress) -> Rotation:
    """Seal everything with the newest key of `vault`; a second call goes on where the first one was ended.

    Older keys under which nothing is left are noted as retired, so that processes start without them. Raises Refusal
    when `vault` lacks a key that is still needed.
    """
    check_sealing(known(database), vault)
    done = Rotation()
    for place in keys.sealed_columns():
        for _ in range(PASSES):
            if not _one_pass(database, vault, place, done, progress):
                break
    counts = [count for count in listed(database) if count.key != vault.newest]
    done.left = sum(count.rows for count in counts)
    done.retired = _retire(database, vault, counts, now, actor)
    return done


def _one_pass(database: Database, vault: Vault, place: SealedColumn, done: Rotation, progress: Progress) -> bool:
    """Go through one column once; whether any row was sealed anew."""
    after: tuple[Any, ...] | None = None
    here, unreadable = 0, 0
    while True:
        with database.transaction() as conn:
            page = keys.stale_page(conn, place, vault.newest, after)
            anew = {}
            for row in page:
                try:
                    anew[row.key] = _sealed_anew(vault, place, row)
                except UnreadableError:
                    unreadable += 1
            keys.seal_anew(conn, place, anew)
        if not page:
            break
        after, here = page[-1].key, here + len(anew)
        progress(place.place, here)
    done.sealed_anew += here
    if unreadable:
        done.unreadable[place.place] = unreadable
    return bool(here)


def _sealed_anew(vault: Vault, place: SealedColumn, row: SealedRow) -> bytes:
    plain = vault.open_bytes(row.sealed, place.place, *row.bound_to)
    return vault.seal(plain, place.place, *row.bound_to)


def _retire(
    database: Database, vault: Vault, counts: Sequence[SealedCount], now: datetime, actor: str
) -> tuple[str, ...]:
    in_use = {count.key for count in counts} | {vault.newest}
    free = tuple(k.name for k in known(database) if k.use == SEALING and not k.retired_at and k.name not in in_use)
    with database.transaction() as conn:
        keys.retire(conn, SEALING, free, now)
        detail = {"newest": vault.newest, "retired": len(free)}
        audit.append(conn, at=now, actor=actor, action="keys.rotate", subject=vault.newest, detail=detail)
    return free


def rehash(database: Database, vault: Vault, roles: Sequence[str], now: datetime, actor: str) -> int:
    """Give every phone the hash of `vault`'s look-up key, in one transaction, while nothing else runs. Phones changed.

    `roles`: database roles of gateway and workers, none of which may be connected. A hash without a number (somebody
    was erased) is carried over, and its key still needed. What the old key digested stays: the next import writes every
    row of a list once more, and a cause that has a task may get another. Raises Refusal.
    """
    before = known(database)
    check_sealing(before, vault)
    version = str(vault.lookup_version)
    if any(key.use == LOOKUP and key.name == version for key in before):
        raise Refusal("keys.lookup_in_use", version=version)
    with database.transaction() as conn:
        others = keys.others_connected(conn, roles)
        if others:
            raise Refusal("keys.still_running", sessions=others)
        alone = keys.hashes_alone(conn)
        needed = _needed(before, vault, alone)
        sealed = [*keys.numbers(conn, vault.lookup_version), *keys.writers_on_no_list(conn), *keys.digits_chosen(conn)]
        try:
            hashes = {row.hash: vault.lookup(vault.open(row.sealed, row.place, *row.bound_to)) for row in sealed}
            over = {old: vault.carried_over(old) for old in alone if old not in hashes}
            _bind_to_new(conn, vault, {**hashes, **over})
        except UnreadableError:
            raise Refusal("keys.do_not_open") from None
        keys.rehash(conn, {**hashes, **over}, over.values(), vault.lookup_version)
        keys.retire(conn, LOOKUP, [k.name for k in before if k.use == LOOKUP and k.name not in needed], now)
        keys.record(conn, LOOKUP, version, vault.lookup_fingerprint, now)
        detail = {"phones": len(hashes), "carried": len(over)}
        audit.append(conn, at=now, actor=actor, action="keys.rehash", subject=version, detail=detail)
    return len(hashes)


def _needed(before: Sequence[KnownKey], vault: Vault, alone: Mapping[bytes, int]) -> set[str]:
    """Versions of the look-up keys of before that hashes without a number hang on.

    Raises Refusal for one that is not in the vault's list, or is another.
    """
    if not alone:
        return set()
    known = {int(key.name): key.fingerprint for key in before if key.use == LOOKUP}
    first = min(alone.values())
    needed = {version for version in known if version >= first}
    if not needed or any(vault.lookup_fingerprints.get(version) != known[version] for version in needed):
        raise Refusal("keys.erased", count=len(alone), versions=", ".join(map(str, sorted(needed))))
    return set(map(str, needed))


def _bind_to_new(conn: Connection, vault: Vault, hashes: Mapping[bytes, bytes]) -> None:
    """Seal anew what is bound to a hash that changes (old → new). Raises UnreadableError."""
    for place, rows in keys.bound_to_hashes(conn):
        anew = {}
        for row in rows:
            bound_to = tuple(hashes.get(value, value) if isinstance(value, bytes) else value for value in row.bound_to)
            if bound_to != row.bound_to:
                plain = vault.open_bytes(row.sealed, place.place, *row.bound_to)
                anew[row.key] = vault.seal(plain, place.place, *bound_to)
        keys.seal_anew(conn, place, anew)
