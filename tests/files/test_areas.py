"""Today's 34 provinces and the 63 before them: names as published, codes never without their scheme."""

from __future__ import annotations

import re

import pytest
from vietnam_provinces import Province, Ward

from files import areas
from files.columns import fold


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
        ("Bà Rịa-Vũng Tàu", "79", "77"),
        ("Thừa Thiên - Huế", "46", "46"),
        ("27", "24", "27"),
        ("24", "24", None),
        ("8", "08", None),
        ("Đắk Nông", "68", "67"),
        ("Đắc Nông", "68", "67"),
        ("DakNong", "68", "67"),
        ("Daklak", "66", None),
        ("Đăk Lăk", "66", None),
        ("Đắc Lắc", "66", None),
        ("Kontum", "51", "62"),
        ("Bắc Cạn", "19", "06"),
        ("BR-VT", "79", "77"),
        ("T. Bắc Giang", "24", "24"),
        ("T.P Hồ Chí Minh", "79", None),
        ("Tp Hồ Chí Minh", "79", None),
        ("TPHCM", "79", None),
        ("Sài Gòn", "79", None),
        ("TT-Huế", "46", None),
        ("thành phố Huế", "46", None),
        ("Bắc\u00a0Giang\u200b", "24", "24"),
        ("tỉnh Hà Giang (cũ)", "08", "02"),
        ("Hà Giang cũ", "08", "02"),
        ("Tuyên Quang (Hà Giang cũ)", "08", "02"),
        ("Hoà Bình", "25", "17"),
        ("HA GIANG", "08", "02"),
    ],
)
def test_a_province_by_any_name(text: str, code: str, former: str | None) -> None:
    area = areas.find(text)
    assert area is not None
    assert (area.code, area.former and area.former[0]) == (code, former)


@pytest.mark.parametrize("text", ["", "Bắc", "99", "Xã Hà Nội", "Hà"])
def test_what_is_no_province(text: str) -> None:
    assert areas.find(text) is None


@pytest.mark.parametrize(
    ("text", "certain"),
    [("Phú Yên", True), ("Phu Yen", True), ("Phù Yên", False), ("15", True), ("Hoà Bình", True), ("Hóa Bình", False)],
)
def test_marks_that_contradict_a_name_leave_a_doubt(text: str, certain: bool) -> None:
    area = areas.find(text)
    assert area is not None
    assert area.certain is certain


def test_no_two_provinces_differ_by_marks_only() -> None:
    names = {*areas.PROVINCES.values(), *(name for name, _ in areas.FORMER.values())}
    assert len({fold(name) for name in names}) == len(names)


def test_communes_called_like_another_province_are_known() -> None:
    """Those of today; the districts of before stand beside them."""
    called = {fold(name): area for name in areas.PROVINCES.values() if (area := areas.find(name))}
    called |= {fold(name): area for name, _ in areas.FORMER.values() if (area := areas.find(name))}
    for ward in Ward.iter_all():
        name, code = re.sub("^(Phường|Xã|Đặc khu) ", "", ward.name), f"{int(ward.province_code):02d}"
        if fold(name) in called and called[fold(name)].code != code:
            assert areas.is_own_place(name, code), (code, ward.name)


def test_ha_tay_is_part_of_ha_noi() -> None:
    for name in ("Hà Tây", "tỉnh Hà Tây", "Ha Tay", "HÀ TÂY (cũ)"):
        area = areas.find(name)
        assert area is not None
        assert (area.code, area.former) == ("01", ("28", "Hà Tây"))
    assert areas.find("28") is None


@pytest.mark.parametrize(
    ("name", "codes"),
    [
        ("Hà Bắc", {"24"}), ("tỉnh Minh Hải", {"96"}), ("Hoàng Liên Sơn", {"15"}), ("BẮC THÁI (cũ)", {"19"}),
        ("Cửu Long", {"86"}), ("Hậu Giang", {"92"}), ("Vinh Phu", {"25"}), ("Hà Nam Ninh", {"37"}),
        ("Quảng Nam-Đà Nẵng", {"48"}), ("Sông Bé", {"75", "79"}), ("Hà Sơn Bình", {"01", "25"}),
        ("tỉnh Nghệ Tĩnh", {"40", "42"}), ("Bình Trị Thiên", {"44", "46"}), ("Gia Lai - Kon Tum", {"51", "52"}),
        ("Thuận Hải", {"56", "68"}), ("Hải Hưng cũ", {"31", "33"}), ("Nghĩa Bình", {"51", "52"}),
    ],
)  # fmt: skip
def test_provinces_of_long_ago_are_those_of_today_that_have_their_land(name: str, codes: set[str]) -> None:
    area = areas.find(name)
    assert area is not None
    assert set(area.codes) == codes
    assert area.certain is (len(codes) == 1)
    assert areas.province_among(["thôn 1", name.removeprefix("tỉnh ")], "31") in ("", "Hậu Giang")


def test_every_former_province_of_2004_has_its_land_where_its_heirs_are() -> None:
    """A name that stands in both tables means the younger one: Hậu Giang."""
    older = {fold(name): codes for name, codes in areas._OLDER.items()}
    assert not older.keys() & {fold(name) for name, _ in areas.FORMER.values()}
    assert all(code in areas.PROVINCES for codes in older.values() for code in codes)
