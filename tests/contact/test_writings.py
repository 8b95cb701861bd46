"""However a number is written, it is read as itself or not at all; what a program has thrown away is never read."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact.hints import Hints
from contact.phone import UNREADABLE, read_cell
from contact.renumbering import renumbered
from tests.contact.numbers import numbers, old_landlines, written

ANY_HINTS = st.builds(
    Hints,
    st.sampled_from(["", "mobile", "landline"]),  # type: ignore[arg-type]  # all are kinds
    st.sampled_from([None, "", "40", "79", "22", "15"]),
)
BETWEEN = st.sampled_from([" ", "; ", "/", " - ", ",", " hoặc ", "\n", " ("])


@given(st.data(), ANY_HINTS)
def test_every_way_to_write_a_number_gives_it_or_a_fault(data: st.DataObject, hints: Hints) -> None:
    number = data.draw(numbers)
    readings = read_cell(data.draw(written(number)), hints)
    assert readings
    for reading in readings:
        assert reading.e164 in (None, f"+84{number}")
        if reading.doubt is not None:
            assert reading.doubt.mobile == f"+84{number}"


@given(st.data(), ANY_HINTS)
def test_two_numbers_in_a_cell_never_make_a_third(data: st.DataObject, hints: Hints) -> None:
    one, other = data.draw(numbers), data.draw(numbers)
    cell = data.draw(written(one)) + data.draw(BETWEEN) + data.draw(written(other))
    assert {r.e164 for r in read_cell(cell, hints)} <= {None, f"+84{one}", f"+84{other}"}


@given(st.data(), ANY_HINTS)
def test_a_landline_of_before_2017_is_itself_today_or_the_mobile_it_looks_like(
    data: st.DataObject, hints: Hints
) -> None:
    number = data.draw(old_landlines)
    old = renumbered(number)
    today = old.significant if old else ""
    assert {r.e164 for r in read_cell(data.draw(written(number)), hints)} <= {None, f"+84{number}", f"+84{today}"}


LOST = st.builds(
    lambda number, places, frame: frame.format(f"{number:.{places}E}"),
    st.integers(100_000_000, 99_999_999_999),
    st.integers(0, 7),
    st.sampled_from(["{}", "{}", " {} ", "'{}", "ĐT: {}", "{} (Zalo)", "+{}"]),
)


@given(LOST, st.sampled_from([".", ","]), st.sampled_from(["E+", "e+", "E", "E ", " E+", "E+0"]), ANY_HINTS)
def test_what_lost_digits_is_never_a_number(cell: str, point: str, exponent: str, hints: Hints) -> None:
    readings = read_cell(cell.replace(".", point).replace("E+", exponent), hints)
    assert [r.fault for r in readings] == ["phone.digits_lost"]


@given(LOST, numbers, st.sampled_from(["; ", "/", ", ", "\n", " - ", " "]), st.booleans())
def test_it_does_not_take_the_number_beside_it_along(cell: str, number: str, between: str, first: bool) -> None:
    both = (f"0{number}", cell) if first else (cell, f"0{number}")
    found = {r.e164 or r.fault for r in read_cell(between.join(both))}
    assert found - {"phone.not_a_number"} == {f"+84{number}", "phone.digits_lost"}  # the words between them


@pytest.mark.parametrize(
    ("cell", "fault"),
    [
        (9.1234567809876e18, "phone.digits_lost"),
        (float(2**53), "phone.digits_lost"),
        (1e300, "phone.digits_lost"),
        (Decimal("9.12E+8"), "phone.digits_lost"),
        (912345678.5, "phone.digits_lost"),
        (120234567.1, "phone.digits_lost"),
        (-344766.0, "phone.digits_lost"),
        (-912345678, "phone.digits_lost"),
        (float("inf"), "phone.not_a_number"),
        ("912345678E+1", "phone.letters"),
        ("120,234,567.0", "phone.invalid"),
        ("028 3812 345/6", "phone.too_short"),
    ],
)
def test_numbers_of_programs_that_are_none(cell: object, fault: str) -> None:
    readings = read_cell(cell)
    assert {r.e164 for r in readings} == {None}
    assert fault in {r.fault for r in readings}


@pytest.mark.parametrize(
    "cell",
    [
        *(912345678.0, 912345678, Decimal("912345678"), Decimal("912345678.00"), 84912345678.0),
        *("912345678.0", "0912345678.0", "912345678,00", "912,345,678.00", "912.345.678,00", "912345678.000000"),
        *("9.12345678E+8", "9,12345678E+08", "8.4912345678E+10", "9.1234567800E+8", "'0912345678", '="0912345678"'),
    ],
)
def test_numbers_of_programs_that_kept_every_digit(cell: object) -> None:
    assert [r.e164 for r in read_cell(cell, Hints("", "40"))] == ["+84912345678"]


def test_a_number_of_a_list_that_ends_in_zeros_was_rounded() -> None:
    """`9.12E+08` opened once more and saved: only a list's cells are numbers of a spreadsheet."""
    for cell in (912000000.0, "912000000", "912000000.0", 84900000000.0):
        assert [r.fault for r in read_cell(cell, Hints("", ""))] == ["phone.digits_lost"]
    assert [r.e164 for r in read_cell("0912000000", Hints("", ""))] == ["+84912000000"]
    assert [r.e164 for r in read_cell(912000000.0)] == ["+84912000000"]


def test_faults_that_leave_open_what_number_it_was() -> None:
    assert {"phone.digits_lost", "phone.two_readings", "phone.too_short"} <= UNREADABLE
    assert "phone.not_a_number" not in UNREADABLE
