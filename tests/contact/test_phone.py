"""Phone cells as lists really hold them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contact.phone import CODES, _read_text, read_cell

A, B, LAND = "+84912345678", "+84987654321", "+842838123456"


@pytest.mark.parametrize(
    ("cell", "numbers", "flags"),
    [
        ("0912345678", [A], ()),
        ("84912345678", [A], ()),
        ("+84912345678", [A], ()),
        ("0084912345678", [A], ()),
        ("+84 (0)912 345 678", [A], ()),
        ("912345678", [A], ("no_leading_zero",)),
        (912345678, [A], ("no_leading_zero",)),
        (912345678.0, [A], ("no_leading_zero",)),
        ("0912345678.0", [A], ()),
        (84912345678.0, [A], ()),
        ("9.12345678E+8", [A], ("no_leading_zero",)),
        ("0912.345.678", [A], ()),
        ("0912 345 678", [A], ()),
        ("0912-345-678", [A], ()),
        ("\u00a00912345678\u200b", [A], ()),
        ("'0912345678", [A], ()),
        ("0912,345,678", [A], ()),
        ("O912345678", [A], ("letter_o",)),
        ("0912 34 56 78", [A], ()),
        ("０９１２３４５６７８", [A], ()),
        ("ĐT: 0912345678", [A], ()),
        ("0912345678 (Zalo)", [A], ()),
        ("0912345678/0987654321", [A, B], ()),
        ("0912345678; 0987654321", [A, B], ()),
        ("0912345678,0987654321", [A, B], ()),
        ("0912345678 - 0987654321", [A, B], ()),
        ("0912-345-678 - 0987-654-321", [A, B], ()),
        ("0912 345 678 0987 654 321", [A, B], ()),
        ("0912345678\n0987654321", [A, B], ()),
        ("Anh Nam 0912345678 hoặc chị Lan 0987654321", [A, B], ()),
        ("0912345678 / 84912345678", [A], ()),
        ("028 3812 3456", [LAND], ()),
        ("(028) 38123456", [LAND], ()),
        ("2838123456", [LAND], ("no_leading_zero",)),
        ("01681234567", ["+84381234567"], ("old_format",)),
        ("1681234567", ["+84381234567"], ("no_leading_zero", "old_format")),
        ("+84 168 123 4567", ["+84381234567"], ("old_format",)),
    ],
)
def test_usable(cell: object, numbers: list[str], flags: tuple[str, ...]) -> None:
    readings = read_cell(cell)
    assert [r.e164 for r in readings] == numbers
    assert all(r.fault is None for r in readings)
    assert readings[0].flags == flags


@pytest.mark.parametrize(
    "cell",
    [
        "0912\u200b345678", "\ufeff0912345678", "0912\u00ad345\u2060678", "\u202a0912345678\u202c",
        "0912\u00a0345\u202f678", "0912\u2011345\u2011678",
        "0912–345—678", "0912−345−678",
        "0912·345·678", "0912•345•678", "0912‧345∙678",
        "\uff0b84 912 345 678", "０９１２．３４５．６７８", "٠٩١٢٣٤٥٦٧٨",
        "‘0912345678", "0912345678\u2028", "0912\u3000345\u3000678",
    ],
)  # fmt: skip
def test_what_nobody_sees_or_can_tell_apart_makes_no_difference(cell: str) -> None:
    assert [(r.e164, r.flags) for r in read_cell(cell)] == [(A, ())]


@pytest.mark.parametrize(("cell", "flags"), [("О912345678", ("letter_o",)), ("Ο912 345 678", ("letter_o",))])
def test_a_foreign_letter_for_zero_is_read_as_the_latin_one(cell: str, flags: tuple[str, ...]) -> None:
    assert [(r.e164, r.flags) for r in read_cell(cell)] == [(A, flags)]


@pytest.mark.parametrize("cell", ["09l2345678", "0912345б78", "O9I2 345 678", "09\u200bl2345678"])
def test_a_letter_for_another_digit_is_asked_back(cell: str) -> None:
    assert [(r.e164, r.fault) for r in read_cell(cell)] == [(None, "phone.letters")]


@pytest.mark.parametrize("between", ["·", " • ", "\u200b;", "\u00a0\u00a0", "\u2028", " – "])
def test_several_numbers_with_signs_of_any_kind_between(between: str) -> None:
    assert [r.e164 for r in read_cell(f"0912345678{between}0987654321")] == [A, B]


OLD_AND_NEW = [
    *[("0120", "070"), ("0121", "079"), ("0122", "077"), ("0126", "076"), ("0128", "078")],
    *[("0123", "083"), ("0124", "084"), ("0125", "085"), ("0127", "081"), ("0129", "082")],
    *[(f"016{n}", f"03{n}") for n in range(2, 10)],
    *[("0186", "056"), ("0188", "058"), ("0199", "059")],
]


@pytest.mark.parametrize(("old", "new"), OLD_AND_NEW)
def test_old_mobiles_become_new_ones_and_are_flagged(old: str, new: str) -> None:
    (reading,) = read_cell(f"{old}2345671")
    assert (reading.e164, reading.kind, reading.flags) == (f"+84{new[1:]}2345671", "mobile", ("old_format",))


def test_kinds() -> None:
    assert [r.kind for r in read_cell("0912345678; 02838123456")] == ["mobile", "landline"]


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        ("19001234", "phone.service_number"),
        ("1800 1234", "phone.service_number"),
        ("1900561234", "phone.service_number"),
        ("+84 1900 1234", "phone.service_number"),
        ("+14155552671", "phone.foreign"),
        ("0014155552671", "phone.foreign"),
        ("113", "phone.too_short"),
        ("09123456", "phone.too_short"),
        ("091234567890", "phone.too_long"),
        ("0" * 400, "phone.too_long"),
        ("09I2345678", "phone.letters"),
        ("0412345678", "phone.invalid"),
        ("không có", "phone.not_a_number"),
        (True, "phone.not_a_number"),
        (date(2020, 1, 1), "phone.not_a_number"),
    ],
)
def test_refused(cell: object, fault: str) -> None:
    (reading,) = read_cell(cell)
    assert (reading.e164, reading.fault) == (None, fault)
    assert fault in CODES


def test_a_bad_number_does_not_lose_the_good_one() -> None:
    assert [r.e164 or r.fault for r in read_cell("0912345678/79")] == [A, "phone.too_short"]


@pytest.mark.parametrize("cell", [None, "", "   ", float("nan")])
def test_empty(cell: object) -> None:
    assert read_cell(cell) == []


@given(
    st.one_of(st.text(max_size=60), st.integers(), st.floats(), st.none(), st.text("0123456789 .-/;,+O()", max_size=60))
)
def test_nothing_raises_and_every_reading_is_a_number_or_a_fault(cell: object) -> None:
    for reading in read_cell(cell):
        assert (reading.e164 is None) is (reading.fault in CODES)
        assert (reading.kind in ("mobile", "landline")) is (reading.e164 is not None)


@given(st.sampled_from(["9", "3", "8", "7"]), st.integers(0, 9_999_999), st.sampled_from(["", " ", ".", "-"]))
def test_every_way_to_write_a_mobile_reads_the_same(lead: str, rest: int, mark: str) -> None:
    national = f"{lead}{'8' if lead in '93' else '7'}{rest:07d}"
    ways = [f"0{national}", f"84{national}", f"+84{national}", f"0084{national}", national, float(national)]
    spaced = f"0{national[:3]}{mark}{national[3:6]}{mark}{national[6:]}"
    found = {tuple(r.e164 for r in read_cell(way)) for way in [*ways, spaced]}
    assert len(found) == 1


@given(st.from_regex(r"0[0-9]{9}", fullmatch=True))
@settings(max_examples=400, deadline=None)
def test_the_short_way_for_plain_mobiles_is_the_long_way(number: str) -> None:
    assert read_cell(number) == _read_text(number)
