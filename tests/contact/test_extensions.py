"""An extension is told and left alone: never dialled, never part of the number, and the number is never lost for it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact.phone import read_cell
from tests import cases
from tests.contact.numbers import landlines, numbers

NUMBER = "+842143840123"
WORDS = ("máy lẻ", "ML:", "phím", "số máy lẻ", "lẻ", "Máy lẻ:", "may le", "ext", "Ext.", "EXT:", "extension",
         "số nội bộ", "nội bộ:",
         "noi bo", "máy nhánh", "nhánh", "máy phụ", "bấm số", "nhấn phím", "x", "#", "*", "lẻ số", "line")  # fmt: skip


@cases.table("word", WORDS)
@cases.table(
    "frame",
    [
        "02143840123 {} 12",
        "0214 3840 123 ({} 12)",
        "02143840123, {} 12",
        "02143840123\n{}12",
        "+84 214 3840 123 - {} 12",
        "(0214) 3840123; {} 12",
        "02143840123{}12",
    ],
)
def test_the_number_is_kept_and_the_extension_told(frame: str, word: str) -> None:
    (reading,) = read_cell(frame.format(word))
    assert (reading.e164, reading.kind, reading.extension) == (NUMBER, "landline", "12")


@pytest.mark.parametrize("cell", ["02143840123 - 12", "0214 3840 123 - 12", "02143840123-12", "02143840123 (12)",
                                  "0214-3840-123 (12)", "Máy lẻ 12: 02143840123", "ext 12 - 02143840123",
                                  "02143840123;ext=12"])  # fmt: skip
def test_a_short_group_behind_a_landline_is_its_extension(cell: str) -> None:
    assert [(r.e164, r.extension) for r in read_cell(cell)] == [(NUMBER, "12")]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("02143840123 ext 12; 0912345678", [(NUMBER, "12"), ("+84912345678", "")]),
        ("02143840123 ext 12 0987654321", [(NUMBER, "12"), ("+84987654321", "")]),
        ("02143840123 máy lẻ 101, 102", [(NUMBER, "101"), ("phone.too_short", "")]),
        ("0912345678 - 12", [("+84912345678", ""), ("phone.too_short", "")]),
        ("0912345678 máy lẻ 12", [("+84912345678", "12")]),
        ("028 3812 345 ext 6", [("phone.invalid", "6")]),
        ("0912 34567 x 8", [("phone.too_short", "8")]),
        ("0203844123 - 4", [("phone.too_long", "")]),
        ("nội bộ 0214 3840 123", [(NUMBER, "")]),
        ("Chị Lê 912 345 678", [("+84912345678", "")]),
        ("Chi Le 0912 345 678", [("+84912345678", "")]),
        ("máy lẻ 12", [("phone.too_short", "")]),
        ("0383844123 máy lẻ 12 (CĐ)", [("phone.two_readings", "12")]),
    ],
)
def test_beside_other_things(cell: str, expected: list[tuple[str, str]]) -> None:
    assert [(r.e164 or r.fault, r.extension) for r in read_cell(cell)] == expected


@given(
    numbers, st.sampled_from(WORDS), st.integers(1, 99_999), st.sampled_from(["{} {} {}", "{} ({} {})", "{}, {} {}"])
)
def test_an_extension_is_never_glued_on(number: str, word: str, extension: int, frame: str) -> None:
    readings = read_cell(frame.format(f"0{number}", word, extension))
    assert [(r.e164, r.extension) for r in readings] == [(f"+84{number}", str(extension))]


@given(landlines, st.integers(1, 3), st.sampled_from(WORDS), st.integers(1, 999))
def test_it_never_completes_a_number_that_lacks_digits(number: str, lost: int, word: str, extension: int) -> None:
    short = f"0{number[:-lost]}"
    readings = read_cell(f"{short} {word} {extension}")
    alone = read_cell(short)
    assert [r.e164 for r in readings] == [r.e164 for r in alone]
