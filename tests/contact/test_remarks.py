"""Words beside a number that say not to use it, or that it is no phone; what formulas made of a number; other signs
between numbers; landlines of Hà Tây."""

from __future__ import annotations

import pytest

from contact.hints import Hints, meaning_of
from contact.phone import UNREADABLE, read_cell
from contact.remarks import sets_aside
from tests import cases

A, B = "+84912345678", "+84987654321"
SAID = ("số cũ", "cũ", "sai số", "sai", "nhầm số", "không liên lạc được", "ko liên lạc được", "không gọi được",
        "đã đổi số", "bỏ", "hủy", "huỷ", "đã hủy", "khóa", "khoá", "tạm khoá", "không dùng", "không dùng nữa",
        "không sử dụng", "ngừng sử dụng", "không còn sử dụng", "đã mất", "mất sim", "số chết", "thu hồi", "bị cắt",
        "không gọi", "đừng gọi", "không liên hệ", "không nhận tin", "từ chối", "không đồng ý", "MST", "CMND", "CCCD",
        "STK", "số TK", "fax", "wrong number", "do not call", "không phải số này", "không đúng", "SO CU", "trước đây",
        "sđt sai", "không hoạt động")  # fmt: skip
INNOCENT = ("con trai", "Zalo", "Anh Huy", "Khoa", "chị Cúc", "cụ An", "Cu Tí", "bố Nam", "bộ phận", "nội bộ", "Sái",
            "kế toán", "gọi giờ HC", "không Zalo", "không dùng Zalo", "thuê bao trả sau", "số mới", "Dũng", "Trần Dung",
            "không nghe máy", "liên hệ qua Zalo", "Chị Nhâm", "vợ", "chính chủ", "ĐT/Fax")  # fmt: skip


@cases.table("words", SAID)
def test_a_number_that_its_words_set_aside_is_not_used(words: str) -> None:
    for cell in (f"{words} 0912345678", f"0912.345.678 ({words})", f"{words}: 0912345678"):
        assert [(r.e164, r.fault) for r in read_cell(cell)] == [(None, "phone.set_aside")]
    assert "phone.set_aside" not in UNREADABLE  # a number held before goes too


@pytest.mark.parametrize("words", INNOCENT)
def test_other_words_beside_a_number_say_nothing(words: str) -> None:
    for cell in (f"{words} 0912345678", f"0912345678 ({words})"):
        assert [r.e164 for r in read_cell(cell)] == [A]


def test_words_without_a_letter_set_nothing_aside() -> None:
    assert not sets_aside("0912345678 (-)")


@pytest.mark.parametrize(("cell", "expected"), [
    ("Số cũ 0912345678, số mới 0987654321", ["phone.set_aside", B]),
    ("0912345678 (số cũ) 0987654321", ["phone.set_aside", B]),
    ("0912345678 0987654321 (sai số)", [A, "phone.set_aside"]),
    ("0912345678; 0987654321 (không gọi)", [A, "phone.set_aside"]),
    ("Không gọi: 0912345678, 0987654321", ["phone.set_aside", "phone.set_aside"]),
    ("0912345678 -> 0987654321", ["phone.set_aside", B]), ("0912345678→0987654321", ["phone.set_aside", B]),
    ("0243 825 1234 Fax 0243 825 1235", ["+842438251234", "phone.set_aside"]),
    ("ĐT: 0243 825 1234 Fax: 0243 825 1235", ["+842438251234", "phone.set_aside"]),
    ("ĐT/Fax: 0243 825 1234", ["+842438251234"]), ("0912345678, Zalo", [A]),
])  # fmt: skip
def test_the_words_belong_to_their_own_number(cell: str, expected: list[str]) -> None:
    assert [r.e164 or r.fault for r in read_cell(cell)] == expected


@pytest.mark.parametrize("cell", ["-912345594", "-912345594.0", -912345594, -912345594.0, -1851.5, 0.923749964,
                                  "0.923749964", "0,923749964", "1.0826497203", "0.92374996"])  # fmt: skip
def test_what_a_formula_made_of_a_number_is_no_number(cell: object) -> None:
    """`+84-912…` and `0912…/0987…` are formulas to a spreadsheet; its result is somebody else's number."""
    assert [(r.e164, r.fault) for r in read_cell(cell)] == [(None, "phone.digits_lost")]


def test_a_dash_that_begins_a_line_is_no_minus() -> None:
    for cell in ("- 0912345678", "-0912345678", "- 912345678"):
        assert [r.e164 for r in read_cell(cell)] == [A]


@pytest.mark.parametrize("sign", ["\\", ":", "=", "~", "!", "、", " ~ ", "+", " + ", "，"])
def test_other_signs_between_two_numbers(sign: str) -> None:
    assert [r.e164 for r in read_cell(f"0912345678{sign}0987654321")] == [A, B]


def test_further_writings() -> None:
    for cell in ("++84912345678", '"0912345678"', "0912345678+84912345678", "0912345678 (0912345678)"):
        assert [r.e164 for r in read_cell(cell)] == [A]
    assert [r.e164 for r in read_cell("0912345678(0987654321)")] == [A, B]
    assert [r.fault for r in read_cell("0000000000")] == ["phone.not_a_number"]


@pytest.mark.parametrize("cell", ["$912345678", "=0912345678", "0912@345678", "2024-01-01 00:00:00"])
def test_signs_among_digits_leave_a_number_known_before_alone(cell: str) -> None:
    assert [r.fault for r in read_cell(cell)] == ["phone.unclear"]
    assert "phone.unclear" in UNREADABLE


@pytest.mark.parametrize(("cell", "hints"), [
    ("0343512345", Hints("landline", "01")), ("(034) 3512345", Hints("", "40")), ("034.3512.345", Hints("", "01")),
    ("CQ: 0343512345", Hints("", "01")),
])  # fmt: skip
def test_a_landline_of_ha_tay_is_nobodys_mobile(cell: str, hints: Hints) -> None:
    (reading,) = read_cell(cell, hints)
    assert reading.doubt is not None
    assert (reading.doubt.mobile, reading.doubt.landline) == ("+84343512345", "+842433512345")
    assert [r.e164 for r in read_cell("0343512345", Hints("", "01"))] == ["+84343512345"]


@pytest.mark.parametrize("heading", ["ĐT CQ", "Điện thoại (CQ)", "ĐT nhà riêng", "Điện thoại nhà", "NR", "ĐT UBND",
                                     "Home", "Work phone", "Điện thoại hữu tuyến"])  # fmt: skip
def test_more_headings_of_landlines(heading: str) -> None:
    assert meaning_of(heading) == "landline"
    assert meaning_of("SĐT riêng") == "mobile"
