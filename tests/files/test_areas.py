"""Today's 34 provinces and the 63 before them: names as published, codes never without their scheme."""

from __future__ import annotations

import pytest
from vietnam_provinces import Province

from files import areas


def test_the_names_and_codes_of_today_are_the_published_ones() -> None:
    published = {f"{int(p.code):02d}": p.name.removeprefix("Thành phố ") for p in Province.iter_all()}
    assert dict(areas.PROVINCES) == published


def test_sixty_three_went_into_thirty_four() -> None:
    assert len(areas.FORMER) == 63
    assert {now for _, now in areas.FORMER.values()} == set(areas.PROVINCES)


def test_reused_numbers_mean_other_provinces_in_each_scheme() -> None:
    reused = {code for code in areas.PROVINCES if areas.FORMER[code][0] not in (areas.PROVINCES[code],)} - {"46"}
    assert reused == {"15", "24", "44", "52", "80", "82", "91"}
    assert all(areas.FORMER[code][1] == code for code in reused)


@pytest.mark.parametrize(
    ("text", "code", "former"),
    [
        ("Bắc Ninh", "24", None),
        ("tỉnh BẮC GIANG", "24", "24"),
        ("Hà Giang", "08", "02"),
        ("TP. Hồ Chí Minh", "79", None),
        ("TP.HCM", "79", None),
        ("Bà Rịa-Vũng Tàu", "79", None),
        ("Thừa Thiên - Huế", "46", None),
        ("27", "24", "27"),
        ("24", "24", None),
        ("8", "08", None),
        ("Đắk Nông", "68", "67"),
    ],
)
def test_a_province_by_any_name(text: str, code: str, former: str | None) -> None:
    area = areas.find(text)
    assert area is not None
    assert (area.code, area.former and area.former[0]) == (code, former)


@pytest.mark.parametrize("text", ["", "Bắc", "99", "Xã Hà Nội", "Hà"])
def test_what_is_no_province(text: str) -> None:
    assert areas.find(text) is None
