"""A landline of before 2017 that is a mobile of today is taken for neither where anything speaks for the landline."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from phonenumbers import PhoneNumberType

from contact.hints import NO_HINTS, Hints, meaning_of
from contact.phone import display_number, read_cell, two_readings
from tests import cases
from tests.contact.numbers import is_kind, mobiles, numbers, old_landlines, written

GENERAL, MOBILE, LANDLINE = Hints("", "40"), Hints("mobile", "40"), Hints("landline", "40")
"""Columns of a list of Nghệ An, whose landlines began with 038."""
ELSEWHERE, NOWHERE = Hints("", "79"), Hints("", "")
THE_MOBILE, THE_LANDLINE = "+84383844123", "+842383844123"


@cases.table("hints", [NO_HINTS, GENERAL, MOBILE, LANDLINE, ELSEWHERE])
@cases.table(
    "cell",
    [
        *(
            "(038) 3844.123",
            "(038)3844123",
            "[038] 3844123",
            "(0383) 844123",
            "(0383) 844.123",
            "(84-38) 3844123",
            "(+84 38) 3844123",
        ),
        *("Anh Nam (GĐ) (038) 3844123", "(038) 3844123 (cơ quan)", "CĐ: 0383844123", "bàn 0383844123"),
        *("Điện thoại cố định 0383 844 123", "Fax 0383844123", "VP: 038 3844123"),
    ],
)
def test_brackets_and_words_raise_a_doubt_anywhere(cell: str, hints: Hints) -> None:
    (reading,) = read_cell(cell, hints)
    assert (reading.e164, reading.fault) == (None, "phone.two_readings")
    assert reading.params == {"digits": "0383844123", "mobile": "0383 844 123", "landline": "0238 3844 123"}


@pytest.mark.parametrize(
    "cell", ["0383844123", 383844123.0, "383844123", "0383 844 123", "0383.844.123", "+84383844123", "84383844123"]
)
def test_the_column_for_landlines_raises_it_however_it_is_written(cell: object) -> None:
    assert [r.fault for r in read_cell(cell, LANDLINE)] == ["phone.two_readings"]
    for hints in (NO_HINTS, GENERAL, MOBILE, ELSEWHERE, NOWHERE):
        assert [r.e164 for r in read_cell(cell, hints)] == [THE_MOBILE]


@pytest.mark.parametrize(
    "cell",
    [
        *("038 3844 123", "038-3844123", "038.3844.123", "038/3844123", "038 3 844 123", "038 384 4123"),
        *("+84 38 3844123", "84.38.3844123", "0084 38 3844 123", "038 - 3844123"),
    ],
)
def test_the_code_apart_raises_it_in_its_own_province_only(cell: str) -> None:
    for hints in (GENERAL, MOBILE, NOWHERE):
        assert [r.fault for r in read_cell(cell, hints)] == ["phone.two_readings"]
    for hints in (NO_HINTS, ELSEWHERE):
        assert [r.e164 for r in read_cell(cell, hints)] == [THE_MOBILE]


@pytest.mark.parametrize("province", ["40", "79", ""])
def test_08_apart_raises_it_in_any_list(province: str) -> None:
    assert [r.fault for r in read_cell("08 3812 3456", Hints("", province))] == ["phone.two_readings"]
    assert [r.e164 for r in read_cell("083 812 3456", Hints("", province))] == ["+84838123456"]
    in_pairs = read_cell("08 38 12 34 56", Hints("", province))
    assert [bool(r.e164) for r in in_pairs] == [province == "40"]


@pytest.mark.parametrize(
    "cell",
    [
        "(+84) 383844123",
        "+84 (0)383844123",
        "(0383844123)",
        "(0383 844 123)",
        "(0)383844123",
        "0383844123 (Zalo)",
        "DĐ 0383844123",
        "Trưởng ban 0383844123",
    ],
)
def test_other_brackets_and_words_say_nothing(cell: str) -> None:
    assert [r.e164 for r in read_cell(cell, GENERAL)] == [THE_MOBILE]


def test_the_words_beside_a_number_outweigh_its_column() -> None:
    assert [r.e164 for r in read_cell("DĐ: 0383844123", LANDLINE)] == [THE_MOBILE]
    found = read_cell("0383844123 (CĐ) 0384444123 (DĐ)", GENERAL)
    assert [r.e164 or r.fault for r in found] == ["phone.two_readings", "+84384444123"]
    found = read_cell("DĐ 0384444123 CĐ 0383844123", GENERAL)
    assert [r.e164 or r.fault for r in found] == ["+84384444123", "phone.two_readings"]


@pytest.mark.parametrize(("kind", "number"), [("mobile", THE_MOBILE), ("landline", THE_LANDLINE)])
@pytest.mark.parametrize("cell", ["(038) 3844.123", "0383844123", 383844123.0, "0383 844 123", "+84 38 3844123"])
def test_what_was_chosen_holds_however_it_is_written(cell: object, kind: str, number: str) -> None:
    for hints in (GENERAL, MOBILE, LANDLINE, NOWHERE):
        chosen = replace(hints, chosen={"383844123": kind})  # type: ignore[dict-item]  # both are kinds
        assert [(r.e164, r.kind) for r in read_cell(cell, chosen)] == [(number, kind)]
    flags = read_cell(cell, replace(GENERAL, chosen={"383844123": "landline"}))[0].flags
    assert "old_area_code" in flags


def test_a_choice_says_nothing_of_other_numbers() -> None:
    hints = replace(LANDLINE, chosen={"383844123": "landline"})
    assert [r.fault for r in read_cell("0383844124", hints)] == ["phone.two_readings"]
    assert [r.e164 for r in read_cell("0912345678", hints)] == ["+84912345678"]


@pytest.mark.parametrize(("cell", "province", "expected"), [
    ("0203 844 123", "22", "phone.invalid"),  # Quảng Ninh's code of today, a digit missing
    ("0203844123", "22", "phone.invalid"),
    ("0203 844 123", None, "phone.invalid"),
    ("0203 844 123", "15", "+842143844123"),  # Lào Cai's old 020
    ("0203844123", "15", "+842143844123"),
    ("020 3844123", "79", "+842143844123"),
])  # fmt: skip
def test_an_old_code_or_one_of_today_that_lacks_a_digit(cell: str, province: str | None, expected: str) -> None:
    (reading,) = read_cell(cell, Hints("", province))
    assert (reading.e164 or reading.fault) == expected


@given(old_landlines.filter(lambda number: is_kind(number, PhoneNumberType.MOBILE)), st.data())
def test_in_a_column_for_landlines_no_way_to_write_it_is_ever_a_mobile(number: str, data: st.DataObject) -> None:
    cell = data.draw(written(number).filter(lambda cell: "Zalo" not in cell))
    readings = read_cell(cell, Hints("landline", data.draw(st.sampled_from(["", "40", "79"]))))
    assert readings
    assert all(reading.e164 is None for reading in readings)


@given(mobiles)
def test_a_mobile_in_one_piece_or_as_we_show_it_is_never_in_doubt(number: str) -> None:
    for cell in (
        f"0{number}",
        f"+84{number}",
        display_number(f"+84{number}"),
        f"0{number[:3]}.{number[3:6]}.{number[6:]}",
    ):
        for hints in (NO_HINTS, GENERAL, MOBILE, ELSEWHERE, NOWHERE):
            assert [r.e164 for r in read_cell(cell, hints)] == [f"+84{number}"]


@given(numbers)
def test_what_carriers_send_is_read_as_it_is(number: str) -> None:
    for cell in (f"+84{number}", f"84{number}", f"0{number}"):
        assert [r.e164 for r in read_cell(cell)] == [f"+84{number}"]


def test_two_readings_of_one_number() -> None:
    doubt = two_readings("0383844123")
    assert doubt is not None
    assert (doubt.digits, doubt.mobile, doubt.landline) == ("383844123", THE_MOBILE, THE_LANDLINE)
    for written_ in ("0912345678", "0238 3844123", "038 3844123; 038 3844124", "", "x"):
        assert two_readings(written_) is None


@pytest.mark.parametrize(("heading", "kind"), [
    ("Điện thoại bàn", "landline"), ("ĐT cố định", "landline"), ("Điện thoại cơ quan", "landline"),
    ("Điện thoại (cố định)", "landline"), ("Số máy bàn", "landline"), ("ĐTDĐ", "mobile"), ("Di động", "mobile"),
    ("Số điện thoại", ""), ("Trưởng ban", ""), ("ĐT cố định / di động", ""), ("ĐT địa bàn", ""),
])  # fmt: skip
def test_what_headings_say(heading: str, kind: str) -> None:
    assert meaning_of(heading) == kind
