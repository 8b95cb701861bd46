"""Another set of keys than the database was written with is refused, whichever key differs and whoever starts."""

from __future__ import annotations

import threading
from dataclasses import replace

import pytest
import sqlalchemy as sa

from services.keys import fingerprints as key_fingerprints
from services.refusal import Refusal
from services.work import Work
from store.tables.keys import key_fingerprints as table
from store.tables.registry import phones
from store.vault import Vault
from tests.doubles import KEY, START

OTHER = bytes(32)


def with_keys(work: Work, sealing: dict[str, bytes], lookup: bytes = KEY, version: int = 1) -> Work:
    return replace(work, vault=Vault(sealing, lookup, version))


def refused(work: Work) -> str:
    with pytest.raises(Refusal) as caught:
        key_fingerprints.admit(work)
    return caught.value.code


def with_a_phone(work: Work, number: str = "+84901000001") -> None:
    phone_hash = work.vault.lookup(number)
    sealed = work.vault.seal(number, "phones.number", phone_hash)
    row = {"hash": phone_hash, "hash_version": 1, "number": sealed, "kind": "mobile"}
    with work.database.transaction() as conn:
        conn.execute(sa.insert(phones).values(flags=[], consent="unasked", created_at=START, **row))


def test_the_first_set_is_written_down_and_admitted_again(work: Work) -> None:
    for _ in range(2):
        key_fingerprints.admit(work)
    with work.database.transaction() as conn:
        rows = conn.execute(sa.select(table.c.use, table.c.name, table.c.fingerprint)).all()
    assert {(row.use, row.name) for row in rows} == {("sealing", "test"), ("lookup", "1")}
    assert KEY not in b"".join(bytes(row.fingerprint) for row in rows)


def test_a_new_key_in_front_is_admitted_and_then_needed(work: Work) -> None:
    key_fingerprints.admit(work)
    key_fingerprints.admit(with_keys(work, {"new": OTHER, "test": KEY}))
    assert refused(work) == "keys.missing"


@pytest.mark.parametrize(
    ("sealing", "lookup", "version", "code"),
    [
        ({"test": OTHER}, KEY, 1, "keys.another_key"),
        ({"new": OTHER}, KEY, 1, "keys.missing"),
        ({"test": KEY}, OTHER, 1, "keys.another_lookup_key"),
        ({"test": KEY}, OTHER, 2, "keys.lookup_version"),
        ({"test": KEY}, KEY, 2, "keys.lookup_version"),
    ],
)
def test_another_set_is_refused(work: Work, sealing: dict[str, bytes], lookup: bytes, version: int, code: str) -> None:
    key_fingerprints.admit(work)
    assert refused(with_keys(work, sealing, lookup, version)) == code


def test_keys_met_for_the_first_time_must_open_and_find_what_is_there(work: Work) -> None:
    """A database from before fingerprints: a wrong set must not be written down as the right one."""
    with_a_phone(work)
    assert refused(with_keys(work, {"test": OTHER})) == "keys.do_not_open"
    assert refused(with_keys(work, {"test": KEY}, OTHER)) == "keys.do_not_find"
    key_fingerprints.admit(work)


def test_of_two_that_begin_at_once_with_other_keys_one_is_refused(work: Work) -> None:
    codes: list[str] = []

    def begin(given: Work) -> None:
        try:
            key_fingerprints.admit(given)
            codes.append("admitted")
        except Refusal as refusal:
            codes.append(refusal.code)

    threads = [threading.Thread(target=begin, args=(with_keys(work, {"test": key}),)) for key in (KEY, OTHER)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(codes) == ["admitted", "keys.another_key"]


def test_the_console_asks_and_writes_nothing(work: Work, console: object) -> None:
    asked = replace(work, database=console)
    key_fingerprints.admit(asked, records=False)
    with work.database.transaction() as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(table)) == 0
    key_fingerprints.admit(work)
    with pytest.raises(Refusal):
        key_fingerprints.admit(with_keys(asked, {"test": OTHER}), records=False)
