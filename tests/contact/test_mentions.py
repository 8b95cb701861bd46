"""A person is found in texts whatever form their number or name has there, and nobody else is."""

from __future__ import annotations

import unicodedata

import pytest

from contact.mentions import REMOVED, Sought, forms

NUMBER, NAME = "+84381234567", "Trần Thị Đông"
SOUGHT = Sought([NUMBER, "+842383844123"], [NAME, "Hoa"])


@pytest.mark.parametrize(
    "text",
    [
        *("+84381234567", "84381234567", "0084381234567", "0381234567", "381234567", "0381 234 567", "038.123.45.67"),
        *("(038) 1234567", "+84 (0)38 123 4567", "0168 123 4567", "1681234567", "+84-168-123-4567"),
        *("02383844123", "(0238) 3844.123", "0383844123", "(038) 3844 123"),
        *("Trần Thị Đông", "TRẦN  THỊ ĐÔNG", "tran thi dong", unicodedata.normalize("NFD", "Bà Trần Thị Đông")),
        *("Hoa", " hoa ", '{"raw": "0381234567"}'),
    ],
)  # fmt: skip
def test_the_person_is_found_and_taken_out(text: str) -> None:
    assert SOUGHT.stands_in(text)
    assert not SOUGHT.stands_in(SOUGHT.without(text))


@pytest.mark.parametrize(
    "text",
    [
        "+84381234568",
        "10381234567",
        "3812345678",
        "Trần Thị Đôngg",
        "Thị Đông",
        "hoa hồng",
        "",
        "0168123456",
        "HTX 567",
    ],
)
def test_nobody_else_is(text: str) -> None:
    assert not SOUGHT.stands_in(text)
    assert SOUGHT.without(text) == text


def test_the_rest_of_a_text_stays() -> None:
    assert SOUGHT.without("Gọi bà Trần Thị Đông, 0381 234 567, lúc 8 giờ") == f"Gọi bà {REMOVED}, {REMOVED}, lúc 8 giờ"


def test_documents_keep_their_shape() -> None:
    document = {
        "rows": [{"value": "0381234567", "row": 3, "leader": NAME, "0381234567": True}],
        "n": 381234567,
        "x": None,
    }
    taken = SOUGHT.taken_out(document)
    assert taken == {"rows": [{"value": REMOVED, "row": 3, "leader": REMOVED, REMOVED: True}], "n": REMOVED, "x": None}


def test_a_foreign_number_has_one_form() -> None:
    assert forms("+12025550123") == ["12025550123"]
