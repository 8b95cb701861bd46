"""Everything sealed is sealed anew while texts come in; the old key is then not needed. A new look-up key finds all."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from contact.delivery import InboundText
from services.consent import callers as numbers
from services.keys import fingerprints as key_fingerprints
from services.keys import rotation as key_rotation
from services.keys.sealed_columns import opened
from services.privacy import erasure, erasure_marks
from services.refusal import Refusal
from services.texts import receive as inbound
from services.work import Work
from store import keys
from store.tables.persons import erasures
from store.tables.registry import phones
from store.unit_of_work import Database
from store.vault import NONCE_BYTES, UnreadableError, Vault
from tests.doubles import KEY, START
from tests.services.world import LEADER, SharedIds, World, build

OTHER = bytes(32)
BOTH = {"new": OTHER, "test": KEY}


def keyed(work: Work, sealing: dict[str, bytes], lookup: bytes = KEY, version: int = 1) -> Work:
    return replace(work, vault=Vault(sealing, lookup, version))


def text_from(work: Work, world: World, number: str, body: str, carrier_id: str) -> str:
    return inbound.receive_text(work, world.text, InboundText(carrier_id, number, world.text.address, body)).outcome


def rotate(owner: Database, work: Work) -> key_rotation.Rotation:
    return key_rotation.rotate(owner, work.vault, START, "cli:test", lambda _place, _rows: None)


def held(owner: Database) -> dict[str, int]:
    found: dict[str, int] = {}
    for count in key_rotation.listed(owner):
        found[count.key] = found.get(count.key, 0) + count.rows
    return found


def test_every_sealed_column_is_found_by_its_mark() -> None:
    places = {place.place for place in keys.sealed_columns()}
    assert {"phones.number", "organisations.leader", "outbox.body", "consent.evidence", "call_turns.script"} <= places


def test_rotation_leaves_nothing_under_the_old_key(work: Work, owner: Database) -> None:
    world = build(work)
    text_from(work, world, "+84901000001", "1", "a")
    key_fingerprints.admit(work)
    before = held(owner)
    assert set(before) == {"test"}
    after = keyed(work, BOTH)
    key_fingerprints.admit(after)
    done = rotate(owner, after)
    assert (done.sealed_anew, done.left, done.unreadable, done.retired) == (before["test"], 0, {}, ("test",))
    assert held(owner) == {"new": before["test"]}
    alone = keyed(work, {"new": OTHER})
    key_fingerprints.admit(alone)
    assert text_from(alone, world, "+84901000001", "2", "b") != "unknown_number"
    again = rotate(owner, after)
    assert (again.sealed_anew, again.retired) == (0, ())


def test_rotation_goes_on_while_texts_come_in(work: Work, owner: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts sealed by a process that still has the old key in front are met again, or said to be left."""
    monkeypatch.setattr(keys, "PAGE", 3)
    work = replace(work, ids=SharedIds(work.ids))
    world = build(work)
    key_fingerprints.admit(work)
    after = keyed(work, BOTH)
    key_fingerprints.admit(after)
    faults: list[BaseException] = []
    halt = threading.Event()

    def write() -> None:
        n = 0
        while not halt.is_set() and n < 400:
            try:
                text_from(after if n % 2 else work, world, f"+84901{n % 40:06}", str(n % 3), f"t{n}")
            except BaseException as fault:
                faults.append(fault)
                return
            n += 1

    writer = threading.Thread(target=write)
    writer.start()
    for _ in range(5):
        rotate(owner, after)
    halt.set()
    writer.join()
    assert faults == []
    assert rotate(owner, after).left == 0
    assert set(held(owner)) == {"new"}


def test_what_no_key_opens_is_told_and_left(work: Work, owner: Database) -> None:
    foreign = Vault({"gone": b"\x07" * 32}, KEY, 1)
    number = foreign.seal("+84901000009", "phones.number", b"h" * 32)
    row = {"hash": b"h" * 32, "hash_version": 1, "number": number, "kind": "mobile"}
    with owner.transaction() as conn:
        conn.execute(sa.insert(phones).values(flags=[], consent="unasked", created_at=START, **row))
    done = rotate(owner, work)
    assert (done.unreadable, done.left) == ({"phones.number": 1}, 1)


def test_rotation_without_a_key_that_is_needed_is_refused(work: Work, owner: Database) -> None:
    key_fingerprints.admit(work)
    with pytest.raises(Refusal) as caught:
        rotate(owner, keyed(work, {"new": OTHER}))
    assert caught.value.code == "keys.missing"


def test_a_new_look_up_key_finds_every_phone(work: Work, owner: Database) -> None:
    world = build(work)
    assert text_from(work, world, LEADER, "STOP", "a") == "opted_out"
    text_from(work, world, "+84909999999", "alo", "b")
    key_fingerprints.admit(work)
    after = keyed(work, {"test": KEY}, OTHER, 2)
    with owner.transaction() as conn:
        old = {bytes(phone_hash) for phone_hash in conn.scalars(sa.select(phones.c.hash))}
    assert key_rotation.rehash(owner, after.vault, (), START, "cli:test") >= len(old)
    with owner.transaction() as conn:
        rows = conn.execute(sa.select(phones.c.hash, phones.c.number, phones.c.hash_version)).all()
    assert all(after.vault.lookup(after.vault.open(row.number, "phones.number", row.hash)) == row.hash for row in rows)
    assert {row.hash_version for row in rows} == {2}
    assert not {bytes(row.hash) for row in rows} & old
    key_fingerprints.admit(after)
    assert text_from(after, world, LEADER, "xin chào", "c") == "silenced"
    with pytest.raises(Refusal):
        key_fingerprints.admit(work)
    with pytest.raises(Refusal) as caught:
        key_rotation.rehash(owner, after.vault, (), START, "cli:test")
    assert caught.value.code == "keys.lookup_in_use"


ERASED, PAST, MARKED = "+84901000001", "+84901000002", "+84901000003"
THIRD = b"\x05" * 32


def rehashed(work: Work, owner: Database, *keys: bytes) -> Work:
    """Work with these look-up keys, the newest first, once everything is hashed with the newest."""
    version = len(keys)
    older = {version - n: key for n, key in enumerate(keys) if n}
    after = replace(work, vault=Vault({"test": KEY}, keys[0], version, older))
    key_rotation.rehash(owner, after.vault, (), START, "cli:test")
    key_fingerprints.admit(after)
    return after


def consent_of(work: Work, number: str) -> str:
    """What is known of a number that comes in, whatever row it finds."""
    with work.database.transaction() as conn:
        phone = numbers.lock(work, conn, number)
        assert phone
        return str(phone.consent)


@pytest.fixture
def forgotten(work: Work, owner: Database, eraser: Database) -> World:
    """One who was erased, one whose number was past its time after a stop, one whose number nobody ever knew."""
    world = build(work)
    key_fingerprints.admit(work)
    for number in (ERASED, PAST):
        text_from(work, world, number, "STOP" if number == PAST else "1", f"stop-{number}")
    erasure.erase(work, eraser, ERASED, "cli:test")
    erasure.erase(work, eraser, MARKED, "cli:test")
    with owner.transaction() as conn:
        conn.execute(sa.update(phones).where(phones.c.hash == work.vault.lookup(PAST)).values(number=None))
    return world


def test_who_is_known_by_a_hash_alone_is_found_under_new_look_up_keys(
    forgotten: World, work: Work, owner: Database
) -> None:
    old = {number: work.vault.lookup(number) for number in (ERASED, PAST, MARKED)}
    second = rehashed(work, owner, OTHER, KEY)
    third = rehashed(work, owner, THIRD, OTHER, KEY)
    for after, keys_of in ((second, (OTHER, KEY)), (third, (THIRD, OTHER, KEY))):
        mine = Vault({"test": KEY}, keys_of[0], len(keys_of))
        for number, before in old.items():
            assert after.vault.lookup(number) not in (before, mine.lookup(number))
    with owner.transaction() as conn:
        rows = {bytes(row.hash): row for row in conn.execute(sa.select(phones.c.hash, phones.c.consent))}
        marks = set(map(bytes, conn.scalars(sa.select(erasures.c.subject))))
    assert {rows[third.vault.lookup(number)].consent for number in old} == {"stopped"}
    assert {third.vault.lookup(ERASED), third.vault.lookup(MARKED)} <= marks
    assert not set(old.values()) & (set(rows) | marks)
    assert consent_of(third, PAST) == consent_of(third, ERASED) == "stopped"
    assert consent_of(third, "+84901999999") == "unasked"
    assert [k.name for k in key_rotation.known(owner) if k.use == "lookup" and not k.retired_at] == ["1", "2", "3"]


def test_a_look_up_key_that_hashes_hang_on_is_asked_for(forgotten: World, work: Work, owner: Database) -> None:
    for older in ({}, {1: THIRD}):
        with pytest.raises(Refusal) as caught:
            key_rotation.rehash(owner, Vault({"test": KEY}, OTHER, 2, older), (), START, "cli:test")
        assert (caught.value.code, caught.value.params["versions"]) == ("keys.erased", "1")
    after = rehashed(work, owner, OTHER, KEY)
    for vault, code in (
        (work.vault, "keys.lookup_version"),
        (Vault({"test": KEY}, OTHER, 2), "keys.lookup_missing"),
        (Vault({"test": KEY}, OTHER, 2, {1: THIRD}), "keys.another_lookup_key"),
    ):
        with pytest.raises(Refusal) as caught:
            key_fingerprints.admit(replace(after, vault=vault))
        assert caught.value.code == code


def test_a_number_that_comes_back_gets_a_hash_of_its_own_with_the_next_key(
    forgotten: World, work: Work, owner: Database
) -> None:
    second = rehashed(work, owner, OTHER, KEY)
    with owner.transaction() as conn:
        sealed = second.vault.seal(PAST, "phones.number", second.vault.lookup(PAST))
        conn.execute(sa.update(phones).where(phones.c.hash == second.vault.lookup(PAST)).values(number=sealed))
    third = rehashed(work, owner, THIRD, OTHER, KEY)
    assert third.vault.lookup(PAST) == Vault({"test": KEY}, THIRD, 3).lookup(PAST)
    assert consent_of(third, PAST) == "stopped"


def test_without_what_was_carried_over_an_opt_out_would_be_lost(forgotten: World, work: Work, owner: Database) -> None:
    """The fault that is planted: a process that does not recall it."""
    after = rehashed(work, owner, OTHER, KEY)
    after.vault.recall(())
    assert consent_of(after, PAST) == "unasked"


def test_marks_carried_over_are_applied_anew(forgotten: World, work: Work, owner: Database, eraser: Database) -> None:
    after = rehashed(work, owner, OTHER, KEY)
    marks = erasure_marks.kept(after)
    with owner.transaction() as conn:
        conn.execute(sa.delete(erasures))
    erasure.reapply(after, eraser, marks, "cli:test")
    with owner.transaction() as conn:
        assert {(row.subject, row.hash_version) for row in conn.execute(sa.select(erasures))} >= {
            (after.vault.lookup(number), 1) for number in (ERASED, MARKED)
        }
    with pytest.raises(Refusal, match="lookup"):
        erasure.reapply(work, eraser, marks, "cli:test")


def test_a_look_up_key_is_not_changed_under_running_processes(work: Work, owner: Database) -> None:
    key_fingerprints.admit(work)
    with work.database.transaction(), pytest.raises(Refusal) as caught:
        key_rotation.rehash(owner, Vault({"test": KEY}, OTHER, 2), ("alo_machine",), START, "cli:test")
    assert caught.value.code == "keys.still_running"


def test_rotation_binds_what_was_bound_to_no_place(work: Work, owner: Database) -> None:
    """A database from before places were bound: its rows open, and after a rotation at their own place only."""
    world = build(work)
    text_from(work, world, "+84901000001", "1", "a")
    nonce = b"n" * NONCE_BYTES
    unbound = b"\x04test" + nonce + AESGCM(KEY).encrypt(nonce, b"+84901000001", b"test")
    mine = phones.c.hash == work.vault.lookup("+84901000001")
    with owner.transaction() as conn:
        conn.execute(sa.update(phones).where(mine).values(number=unbound))
    assert set(held(owner)) == {"test"}, "the key is known by its id in both forms"
    assert rotate(owner, work).sealed_anew == 1
    with owner.transaction() as conn:
        row = conn.execute(sa.select(phones).where(mine)).mappings().one()
    assert opened(work.vault, phones.c.number, row) == "+84901000001"
    with pytest.raises(UnreadableError):
        work.vault.open(row["number"], "phones.number", b"another")


def test_every_place_that_code_names_is_a_sealed_column(work: Work) -> None:
    places = {place.place for place in keys.sealed_columns()} | {"uploads.list", "uploads.check"}
    named = set()
    for package in ("services", "gateway", "runtime", "workers"):
        for path in Path(package).rglob("*.py"):
            named |= set(re.findall(r'vault\.(?:open|open_bytes|seal)\([^"\n]*"([a-z_]+\.[a-z_]+)"', path.read_text()))
    assert {"phones.number", "outbox.body"} <= named <= places
