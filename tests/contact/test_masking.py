"""No form of a number stays in what staff write; dates, amounts, codes and tax numbers do."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact.masking import MASK, MaskedText, mask_numbers
from tests import cases

NUMBERS = (
    "0912345678",
    "0912 345 678",
    "0912.345.678",
    "0912-345-678",
    "0912–345–678",
    "09 12 34 56 78",
    "0912·345·678",
    "(0912) 345 678",
    "+84912345678",
    "+84 912 345 678",
    "+84 (0) 912 345 678",
    "(+84) 912.345.678",
    "0084 912 345 678",
    "84912345678",
    "84 912 345 678",
    "912345678",
    "912 345 678",
    "０９１２３４５６７８",
    "０９１２ ３４５ ６７８",
    "O912345678",
    "o912 345 678",
    "0168 1234567",
    "01681234567",
    "02143840123",
    "0214 3840 123",
    "(0214) 3840123",
    "024 3825 1234",
    "+84 24 3825 1234",
    "+856 20 5555 1234",
    "0912\u00a0345\u00a0678",
    "0912,345,678",
    "091/2345678",
    "0912'345'678",
    "0912*345*678",
    "0912|345|678",
    "0912;345;678",
    "0912~345~678",
    "0912…345…678",
    "0912   -   345   -   678",
)


@cases.table("number", NUMBERS)
@cases.table(
    "around", ["{}", "ông Nam {} xin hoãn", "gọi {}.", "sđt:{}", "({})", "Zalo {}, sau 12/11/2026", "lần 2: {}"]
)
def test_a_number_in_any_form_goes(number: str, around: str) -> None:
    found = mask_numbers(around.format(number))
    assert found.count == 1
    assert found.text == around.format(MASK) or (around == "({})" and found.text in ("([☎])", "[☎]"))


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("0912345678 0987654321", "[☎] [☎]"),
        ("0912345678/0987654321", "[☎]/[☎]"),
        ("0912345678, 02143840123; +84987654321", "[☎], [☎]; [☎]"),
        ("sđt0912345678 và ĐT0987654321", "sđt[☎] và ĐT[☎]"),
        ("0912345678nhé, 0987654321Lan gọi lại", "[☎]nhé, [☎]Lan gọi lại"),
        ("0912.345.678đ", "[☎]đ"),
        ("gọi 0️⃣9️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣", "gọi [☎]️⃣"),
        ("12/11/2026 0912345678", "12/11/2026 [☎]"),
        ("2026 0912345678", "2026 [☎]"),
        ("MST 0901234567, đt 0912345678", "MST 0901234567, đt [☎]"),
        ("đt 24 3825 1234", "đt [☎]"),
        ("Bà Đông 0912 345 678 (con trai 0987 654 321)", "Bà Đông [☎] (con trai [☎])"),
    ],
)
def test_several_numbers_and_what_stands_between(written: str, left: str) -> None:
    assert mask_numbers(written).text == left


@pytest.mark.parametrize(
    "written",
    [
        "",
        "hoãn đến 12/11/2026",
        "12.11.2026",
        "2026-11-30 14:05:09",
        "30/11/2026 08:00",
        "từ 01/12/2026 đến 31/12/2026",
        "20261130",
        "350.000.000 đồng",
        "350 000 000",
        "350,000,000 VND",
        "912.345.678 đ",
        "chi 1.250.000đ",
        "vốn 35.000.000.000",
        "MST 0901234567",
        "mã số thuế: 0901234567",
        "MST: 0100109106-001",
        "CCCD 038123456789",
        "stk 0912345678",
        "mã HTX 0912345678",
        "0100109106",
        "mst 0300588569",
        "đợt 2, 36000 tổ chức, 5 %",
        "QĐ 61/2025/QH15",
        "113, 1900 1234, 18001234",
        "sha256 a0912345678b0912345678c",
        "01a2b3c4-0912-3456-7890-0912345678ab",
        "912.345.678đ và 912345678kg",
        "mã gói 0912345678ab, 0912345678XYZ1",
        "theo biên bản 15/BB-HTX ngày 3/4",
        "x" * 300,
    ],
)
def test_what_is_no_number_stays(written: str) -> None:
    assert mask_numbers(written) == MaskedText(written, 0)


@given(st.text(alphabet="09128 .-+()/,O０đabc", max_size=60))
def test_masking_ends_and_what_is_masked_stays_masked(text: str) -> None:
    once = mask_numbers(text)
    assert mask_numbers(once.text).text.count(MASK) >= text.count(MASK)
    assert once.count == once.text.count(MASK) - text.count(MASK)


@given(st.text(max_size=40), st.integers(912_000_000, 912_999_999), st.text(max_size=40))
def test_whatever_stands_around_a_number_it_goes(before: str, number: int, after: str) -> None:
    assert f"0{number}" not in mask_numbers(f"{before} 0{number} {after}").text
