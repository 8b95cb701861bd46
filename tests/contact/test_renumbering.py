"""The change of 2017 as the library's own data of areas have it, and numbers from before it."""

from __future__ import annotations

import pytest
from hypothesis import given
from phonenumbers import PhoneNumberType
from phonenumbers.geodata import GEOCODE_DATA

from contact.phone import read_cell
from contact.renumbering import OLD_AREA_CODES, PROVINCE_OF, renumbered
from files import areas
from tests import cases
from tests.contact.numbers import is_kind, old_landlines

UNCHANGED = {"210", "211", "218", "219"}
PLACES = {code[2:]: names["vi"] for code, names in GEOCODE_DATA.items() if code.startswith("842")}


def test_every_area_code_of_today_is_there_once() -> None:
    assert sorted([*OLD_AREA_CODES.values(), *UNCHANGED]) == sorted(PLACES) == sorted(PROVINCE_OF)


@cases.table("code", sorted(PLACES))
def test_area_codes_serve_the_provinces_that_the_library_names(code: str) -> None:
    name = PLACES[code].removeprefix("TP ").removeprefix("Thủ đô ").replace("Lăk", "Lắk").replace("Đăk", "Đắk")
    found = areas.find(name)
    assert found is not None, name
    assert found.code == PROVINCE_OF[code]


def test_old_codes_do_not_begin_one_another() -> None:
    codes = sorted(OLD_AREA_CODES)
    assert [(a, b) for a in codes for b in codes if a != b and b.startswith(a) and len(a) > 1] == []


@given(old_landlines)
def test_the_local_number_stays(number: str) -> None:
    found = renumbered(number)
    assert found is not None
    code, local = found.area_code, found.local
    assert number.endswith(local)
    assert OLD_AREA_CODES[number.removesuffix(local)] == code
    assert len(code + local) == 10


@pytest.mark.parametrize("old", sorted(code for code in OLD_AREA_CODES if code[0] in "246" or len(code) == 3))
def test_codes_that_are_no_mobile_are_converted_and_flagged(old: str) -> None:
    local = "38123456" if len(old) == 1 else "3844123"
    assert not is_kind(old + local, PhoneNumberType.MOBILE)
    found = read_cell(f"0{old} {local}")
    if f"{old}3" in PROVINCE_OF:  # 0203 may be today's code with a digit missing: see below
        found = read_cell(f"(0{old}) {local}")
    assert [(r.e164, r.kind, r.flags) for r in found] == [
        (f"+84{OLD_AREA_CODES[old]}{local}", "landline", ("old_area_code",))
    ]


@pytest.mark.parametrize(("local", "fault"), [("0844123", "phone.invalid"), ("1844123", "phone.invalid")])
def test_no_local_number_begins_with_what_dials_elsewhere(local: str, fault: str) -> None:
    assert [r.fault for r in read_cell(f"060 {local}")] == [fault]
