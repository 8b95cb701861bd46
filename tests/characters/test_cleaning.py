"""What people and programs write arrives in one form: seen characters only, look-alikes alike."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from characters.cleaning import clean, folded, on_one_line, plain, storable


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("HTX\u00a0Nà\u202fLúa", "HTX Nà Lúa"),
        ("\ufeff001\u200b", "001"),
        ("0\u00ad912", "0912"),
        ("HTX\u200dA\u2060B\u202a", "HTXAB"),
        (unicodedata.normalize("NFD", "Hợp tác xã"), "Hợp tác xã"),
        ("1\r\nGiam doc\u2028HTX", "1\nGiam doc\nHTX"),
        ("a\x00b\x07c\ud800d\uffffe", "abcde"),
        ("  a \t b  ", "a b"),
        ("ㅤ⠀x", "x"),
    ],
)
def test_what_nobody_sees_is_dropped(written: str, kept: str) -> None:
    assert clean(written) == kept


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("０９１２\u2011３４５", "0912-345"),
        ("٠٩١٢", "0912"),
        ("НТХ", "HTX"),
        ("0912–345—678−9", "0912-345-678-9"),
        ("‘091’", "'091'"),
        ("0\ufe0f\u20e39\ufe0f\u20e31\u20e3", "091"),
        ("A\u20dd1\u20de", "A1"),
    ],
)
def test_codes_and_numbers_are_read_in_one_form(written: str, read: str) -> None:
    assert plain(written) == read


def test_folding_drops_marks_and_case() -> None:
    assert folded("  ĐIỆN \u200b Thoại\n") == "dien thoai"


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    for form in (clean, plain, folded):
        assert form(form(text)) == form(text)


@given(st.text(alphabet=st.characters(codec=None)))
def test_what_is_kept_can_be_stored(text: str) -> None:
    kept = storable(text)
    assert "\0" not in kept
    kept.encode("utf-8")
    assert storable(clean(text)) == clean(text)


@given(st.text(alphabet="aăâáàảãạeêioôơuưyđ 0123456789-", max_size=20))
def test_vietnamese_survives(text: str) -> None:
    assert clean(text) == " ".join(text.split(" ")).strip() or "  " in text


ORDINARY = [chr(code) for part in ((0x20, 0x7F), (0xC0, 0x250), (0x1E00, 0x1F00)) for code in range(*part)]


@pytest.mark.parametrize("form", [clean, plain, folded])
def test_ordinary_letters_read_alone_and_beside_unseen_ones_are_the_same(form: Callable[[str], str]) -> None:
    """Texts of ordinary letters take a short way; something unseen beside them makes them take the long one."""
    for letter in ORDINARY:
        assert form(f"a{letter}b") == form(f"a{letter}b\u200b")


def test_every_character_is_storable_or_not_by_its_category() -> None:
    for code in range(0x110000):
        letter = chr(code)
        nobody = code & 0xFFFE == 0xFFFE or 0xFDD0 <= code < 0xFDF0
        refused = unicodedata.category(letter) in ("Cc", "Cs") and letter not in "\t\n\r"
        assert storable(letter) == ("" if refused or nobody else letter), hex(code)


ODD = [" ", "  ", "a", "ề", "\n", "\u00a0", "\0", "\u200b", "e\u0302", "\ud800", "đ"]


@given(st.lists(st.sampled_from(ODD)).map("".join))
def test_a_line_that_needs_nothing_is_kept_as_it_is_and_all_others_are_cleaned(text: str) -> None:
    assert on_one_line(text) == " ".join(clean(storable(text)).split())


ORDINARY = [chr(code) for code in (*range(0x20, 0x7F), *range(0xC0, 0x250), *range(0x1E00, 0x1F00))]


@given(st.text(st.sampled_from(ORDINARY), max_size=20))
def test_folding_letter_by_letter_is_folding_the_whole(text: str) -> None:
    whole = unicodedata.normalize("NFD", plain(text).casefold().replace("đ", "d"))
    bare = "".join(c for c in whole if not unicodedata.combining(c))
    assert folded(text) == " ".join(bare.split())
