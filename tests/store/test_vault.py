"""The vault: what it seals it opens, with old keys too, and nothing else."""

from __future__ import annotations

from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st

from store.vault import NONCE_BYTES, RowKey, UnreadableError, Vault, is_bound

OLD, NEW, OTHER = bytes(32), bytes(range(32)), b"\xff" * 32
LOOKUP = b"0123456789abcdef0123456789abcdef"
PLACE = ("outbox.body", UUID(int=7))


def sealed_before_places(plain: str, name: bytes = b"a", key: bytes = NEW) -> bytes:
    """As earlier versions sealed: the key id alone is authenticated."""
    nonce = b"n" * NONCE_BYTES
    return bytes([len(name)]) + name + nonce + AESGCM(key).encrypt(nonce, plain.encode(), name)


@given(st.text())
def test_what_is_sealed_opens_and_does_not_show(text: str) -> None:
    vault = Vault({"a": NEW}, LOOKUP, 1)
    sealed = vault.seal(text, *PLACE)
    assert vault.open(sealed, *PLACE) == text
    assert len(text.encode()) < 4 or text.encode() not in sealed


def test_same_text_twice_differs() -> None:
    vault = Vault({"a": NEW}, LOOKUP, 1)
    assert vault.seal("+84901234567", *PLACE) != vault.seal("+84901234567", *PLACE)


def test_bytes_are_sealed_as_they_are() -> None:
    vault = Vault({"a": NEW}, LOOKUP, 1)
    assert vault.open_bytes(vault.seal(b"\xff\x00", *PLACE), *PLACE) == b"\xff\x00"
    with pytest.raises(UnreadableError):
        vault.open(vault.seal(b"\xff\x00", *PLACE), *PLACE)


def test_rotation_opens_the_old_and_seals_with_the_new() -> None:
    before = Vault({"2025": OLD}, LOOKUP, 1)
    after = Vault({"2026": NEW, "2025": OLD}, LOOKUP, 1)
    sealed = before.seal("Nguyễn Văn A", *PLACE)
    assert after.open(sealed, *PLACE) == "Nguyễn Văn A"
    with pytest.raises(UnreadableError):
        before.open(after.seal("x", *PLACE), *PLACE)


def test_damage_and_foreign_keys_are_refused() -> None:
    vault = Vault({"a": NEW}, LOOKUP, 1)
    sealed = vault.seal("x", *PLACE)
    for at in range(len(sealed)):
        with pytest.raises(UnreadableError):
            vault.open(sealed[:at] + bytes([sealed[at] ^ 1]) + sealed[at + 1 :], *PLACE)
    for wrong in (b"", b"\x01", b"\x01a", sealed[:-1]):
        with pytest.raises(UnreadableError):
            vault.open(wrong, *PLACE)
    with pytest.raises(UnreadableError):
        Vault({"a": OTHER}, LOOKUP, 1).open(sealed, *PLACE)


def test_the_key_id_cannot_be_exchanged() -> None:
    two_names = Vault({"a": NEW, "b": NEW}, LOOKUP, 1)
    sealed = two_names.seal("x", *PLACE)
    with pytest.raises(UnreadableError):
        two_names.open(sealed[:1] + b"b" + sealed[2:], *PLACE)


PLACES: list[tuple[str, *tuple[RowKey, ...]]] = [
    ("outbox.body", UUID(int=8)),
    ("inbound.body", UUID(int=7)),
    ("outbox.body",),
    ("outbox.body", UUID(int=7), 1),
    ("outbox.bod", "y", UUID(int=7)),
    ("outbox.body", "7"),
]


@pytest.mark.parametrize("place", PLACES)
def test_bytes_copied_to_another_place_do_not_open_there(place: tuple[str, *tuple[RowKey, ...]]) -> None:
    vault = Vault({"a": NEW}, LOOKUP, 1)
    sealed = vault.seal("x", *PLACE)
    for copied in (sealed, bytes([sealed[0] & 0x7F]) + sealed[1:]):
        with pytest.raises(UnreadableError):
            vault.open(copied, *place)


def test_what_is_bound_to_no_place_opens_and_is_to_be_sealed_anew() -> None:
    vault = Vault({"a": NEW}, LOOKUP, 1)
    sealed = sealed_before_places("Nguyễn Văn A")
    assert vault.open(sealed, *PLACE) == "Nguyễn Văn A"
    assert not is_bound(sealed)
    assert is_bound(vault.seal("x", *PLACE))
    with pytest.raises(UnreadableError):
        vault.open(bytes([sealed[0] | 0x80]) + sealed[1:], *PLACE)


def test_lookup_depends_on_its_own_key_only() -> None:
    first = Vault({"a": NEW}, LOOKUP, 1).lookup("+84901234567")
    assert first == Vault({"b": OTHER}, LOOKUP, 1).lookup("+84901234567")
    assert first != Vault({"a": NEW}, LOOKUP[::-1], 1).lookup("+84901234567")
    assert len(first) == 32


def test_unfit_keys_are_refused() -> None:
    for keys, lookup in (({}, LOOKUP), ({"a": b"short"}, LOOKUP), ({"": NEW}, LOOKUP), ({"a": NEW}, b"short")):
        with pytest.raises(ValueError):
            Vault(keys, lookup, 1)
