"""The provinces of today and those before 1/7/2025, by name and code. Code numbers were reused: a code has a scheme.

It must not know lists or offices.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from characters.cleaning import clean, one_tone_place
from files.columns import fold

SCHEME = "vn-2025"
FORMER_SCHEME = "vn-2004"

PROVINCES: Mapping[str, str] = {
    "01": "Hà Nội", "04": "Cao Bằng", "08": "Tuyên Quang", "11": "Điện Biên", "12": "Lai Châu", "14": "Sơn La",
    "15": "Lào Cai", "19": "Thái Nguyên", "20": "Lạng Sơn", "22": "Quảng Ninh", "24": "Bắc Ninh", "25": "Phú Thọ",
    "31": "Hải Phòng", "33": "Hưng Yên", "37": "Ninh Bình", "38": "Thanh Hóa", "40": "Nghệ An", "42": "Hà Tĩnh",
    "44": "Quảng Trị", "46": "Huế", "48": "Đà Nẵng", "51": "Quảng Ngãi", "52": "Gia Lai", "56": "Khánh Hòa",
    "66": "Đắk Lắk", "68": "Lâm Đồng", "75": "Đồng Nai", "79": "Hồ Chí Minh", "80": "Tây Ninh", "82": "Đồng Tháp",
    "86": "Vĩnh Long", "91": "An Giang", "92": "Cần Thơ", "96": "Cà Mau",
}  # fmt: skip
"""Code → name in the scheme of 2025."""

FORMER: Mapping[str, tuple[str, str]] = {
    "01": ("Hà Nội", "01"), "02": ("Hà Giang", "08"), "04": ("Cao Bằng", "04"), "06": ("Bắc Kạn", "19"),
    "08": ("Tuyên Quang", "08"), "10": ("Lào Cai", "15"), "11": ("Điện Biên", "11"), "12": ("Lai Châu", "12"),
    "14": ("Sơn La", "14"), "15": ("Yên Bái", "15"), "17": ("Hòa Bình", "25"), "19": ("Thái Nguyên", "19"),
    "20": ("Lạng Sơn", "20"), "22": ("Quảng Ninh", "22"), "24": ("Bắc Giang", "24"), "25": ("Phú Thọ", "25"),
    "26": ("Vĩnh Phúc", "25"), "27": ("Bắc Ninh", "24"), "30": ("Hải Dương", "31"), "31": ("Hải Phòng", "31"),
    "33": ("Hưng Yên", "33"), "34": ("Thái Bình", "33"), "35": ("Hà Nam", "37"), "36": ("Nam Định", "37"),
    "37": ("Ninh Bình", "37"), "38": ("Thanh Hóa", "38"), "40": ("Nghệ An", "40"), "42": ("Hà Tĩnh", "42"),
    "44": ("Quảng Bình", "44"), "45": ("Quảng Trị", "44"), "46": ("Thừa Thiên Huế", "46"), "48": ("Đà Nẵng", "48"),
    "49": ("Quảng Nam", "48"), "51": ("Quảng Ngãi", "51"), "52": ("Bình Định", "52"), "54": ("Phú Yên", "66"),
    "56": ("Khánh Hòa", "56"), "58": ("Ninh Thuận", "56"), "60": ("Bình Thuận", "68"), "62": ("Kon Tum", "51"),
    "64": ("Gia Lai", "52"), "66": ("Đắk Lắk", "66"), "67": ("Đắk Nông", "68"), "68": ("Lâm Đồng", "68"),
    "70": ("Bình Phước", "75"), "72": ("Tây Ninh", "80"), "74": ("Bình Dương", "79"), "75": ("Đồng Nai", "75"),
    "77": ("Bà Rịa - Vũng Tàu", "79"), "79": ("Hồ Chí Minh", "79"), "80": ("Long An", "80"),
    "82": ("Tiền Giang", "82"), "83": ("Bến Tre", "86"), "84": ("Trà Vinh", "86"), "86": ("Vĩnh Long", "86"),
    "87": ("Đồng Tháp", "82"), "89": ("An Giang", "91"), "91": ("Kiên Giang", "91"), "92": ("Cần Thơ", "92"),
    "93": ("Hậu Giang", "92"), "94": ("Sóc Trăng", "92"), "95": ("Bạc Liêu", "96"), "96": ("Cà Mau", "96"),
}  # fmt: skip
"""Code before 2025 → (name, code of the province of today that it went into)."""

_GONE_BEFORE: Mapping[str, tuple[str, str]] = {"28": ("Hà Tây", "01")}
"""The same for what had gone before 2025: Hà Tây, part of Hà Nội since 2008. Its name is understood, not its code."""

_OLDER: Mapping[str, tuple[str, ...]] = {
    "Hà Bắc": ("24",), "Minh Hải": ("96",), "Hoàng Liên Sơn": ("15",), "Bắc Thái": ("19",), "Cửu Long": ("86",),
    "Hà Nam Ninh": ("37",), "Nam Hà": ("37",), "Vĩnh Phú": ("25",), "Hà Tuyên": ("08",),
    "Quảng Nam - Đà Nẵng": ("48",), "Vũng Tàu - Côn Đảo": ("79",),
    "Sông Bé": ("75", "79"), "Hà Sơn Bình": ("01", "25"), "Nghệ Tĩnh": ("40", "42"), "Hải Hưng": ("31", "33"),
    "Nghĩa Bình": ("51", "52"), "Phú Khánh": ("56", "66"), "Thuận Hải": ("56", "68"), "Gia Lai - Kon Tum": ("51", "52"),
    "Cao Lạng": ("04", "20"), "Bình Trị Thiên": ("44", "46"),
}  # fmt: skip
"""Provinces that were parted between 1978 and 1997 → today's that their land lies in. They had no code of a scheme."""

_SHORT: Mapping[str, str] = {
    **dict.fromkeys(("hcm", "hcmc", "ho chi minh city", "sai gon", "saigon"), "79"),
    **dict.fromkeys(("hn", "hanoi"), "01"), "danang": "48", "haiphong": "31", "cantho": "92",
    **dict.fromkeys(("tt hue", "t t hue"), "46"),
    **dict.fromkeys(("dac lac", "dak lac", "dac lak", "daklak", "daclac", "daclak"), "66"),
    "gialai": "52", "lao cay": "15",
}  # fmt: skip
"""Other folded spellings of today's provinces → code."""
_SHORT_FORMER: Mapping[str, str] = {
    **dict.fromkeys(("brvt", "br vt", "vung tau", "ba ria"), "77"),
    **dict.fromkeys(("dac nong", "daknong", "dacnong"), "67"), "kontum": "62", "bac can": "06",
}  # fmt: skip
"""Other folded spellings of provinces before 2025 → code of that time."""
_LEVELS = re.compile(r"(tinh|thanh pho|t ?p|t) |tp(?=hcm)")
_BESIDE = re.compile(r"\(.*?\)|\b(cũ|mới|cu|moi)$", re.IGNORECASE)
"""What stands beside a name: "Bắc Giang (cũ)", "Hà Giang cũ"."""

PLACES_NAMED_LIKE_PROVINCES: Mapping[str, frozenset[str]] = {
    code: frozenset(names.split(", "))
    for code, names in {
        "01": "Yên Bài", "08": "Thái Bình, Bình Thuận, Quang Bình", "14": "Bình Thuận, Phù Yên", "15": "Khánh Hòa",
        "20": "Thái Bình", "31": "Hòa Bình, Hà Nam", "33": "Bình Định", "38": "Quảng Ninh, Quảng Bình",
        "44": "Quảng Ninh", "52": "Bình Dương", "68": "Tuyên Quang", "79": "Hòa Bình, Phú Thọ", "80": "Thạnh Hóa",
        "82": "Thanh Hòa, Phú Thọ", "86": "Bình Phước, Hòa Bình", "92": "Thạnh Hòa, Khánh Hòa", "96": "Hòa Bình",
    }.items()
}  # fmt: skip
"""Province of today → districts (until 2025) and communes of its own that are called like another province, marks
apart: huyện Quảng Ninh of Quảng Bình, huyện Hòa Bình of Bạc Liêu, huyện Phù Yên of Sơn La."""


@dataclass(frozen=True, slots=True)
class Area:
    """A province of today; `former` is the (code, name) before 2025 when the text named one that is gone, its code ""
    for those of before 1997.

    `certain`: named with its marks, without any, or by a code; "Phù Yên" is found for Phú Yên, and is not certain.
    `others`: where the land of one of before 1997 lies in several of today, the further ones; then nothing is certain.
    """

    code: str
    former: tuple[str, str] | None = None
    certain: bool = True
    others: tuple[str, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """Every province of today that may be meant."""
        return (self.code, *self.others)

    @property
    def is_older(self) -> bool:
        """Whether it was gone before 1997: its name alone, behind a commune, is rather a place's."""
        return self.former is not None and not self.former[0]


def find(text: str) -> Area | None:
    """The province that a name or a code means, in either scheme; None when it is none.

    A code that was used in both schemes went into the province that has it today (15, 24, 44, 52, 80, 82, 91), so a
    bare number is read as today's first.
    """
    written = clean(text)
    bare = _BESIDE.sub(" ", written)
    said = _LEVELS.sub("", fold(bare), count=1) if _LEVELS.match(fold(bare)) else fold(bare)
    known = _AREAS_BY_NAME.get(said)
    if known is None:
        return None
    beside = [find(inside) for inside in re.findall(r"\((.*?)\)", written)]
    former = next((area.former for area in beside if area and area.former and area.code == known.code), None)
    return replace(known, former=known.former or former, certain=_certain(bare, said) and not known.others)


def _certain(name: str, folded_name: str) -> bool:
    """Whether the marks of a name are right, or there are none at all."""
    marked = _with_marks(name)
    return marked.isascii() or folded_name not in _MARKED or marked.endswith(_MARKED[folded_name])


def _with_marks(name: str) -> str:
    return one_tone_place(" ".join(name.casefold().replace("-", " ").split()))


def is_own_place(name: str, code: str) -> bool:
    """Whether the province `code` has a district or commune of this name, which is another province's name too."""
    return fold(name) in {fold(place) for place in PLACES_NAMED_LIKE_PROVINCES.get(code, ())}


def is_own_district(text: str, code: str) -> bool:
    """Whether what stands for a province is a place of `code` by its marks: "Phù Yên" in Sơn La."""
    area = find(text)
    return area is not None and not area.certain and is_own_place(text, code)


def is_city(text: str) -> bool:
    """Whether `text` says that it means a city, which once was part of a province of its name."""
    return fold(text).startswith(("thanh pho ", "tp "))


def province_among(parts: Sequence[str], code: str) -> str:
    """The part that names the province, of what stands behind a commune ("huyện Quảng Ninh", "Quảng Bình"); "" if none.

    Who says "tỉnh" means one; else it is the last name of a province, unless its marks contradict or the province
    `code` ("" = not known), whose place it is, has one of that name. Names before it are districts.
    """
    named = [(part, area) for part in parts if (area := find(part)) is not None]
    said = [part for part, _ in named if fold(part).startswith("tinh ")]
    named = [(part, area) for part, area in named if not area.is_older]
    if said or not named:
        return said[-1] if said else ""
    part, area = named[-1]
    own = area.code != code and not is_city(part) and is_own_place(part, code)
    return part if area.certain and not own else ""


def _areas_by_name() -> dict[str, Area]:
    known = {fold(name): Area(codes[0], ("", name), others=codes[1:]) for name, codes in _OLDER.items()}
    known |= {fold(name): Area(code, (old, name)) for old, (name, code) in {**_GONE_BEFORE, **FORMER}.items()}
    known |= {old: Area(code, (old, name)) for old, (name, code) in FORMER.items()}
    for short, old in _SHORT_FORMER.items():
        name, code = FORMER[old]
        known[short] = Area(code, (old, name))
    known |= {short: Area(code) for short, code in _SHORT.items()}
    known |= {fold(name): Area(code) for code, name in PROVINCES.items()}
    return known | {code: Area(code) for code in PROVINCES} | {code.lstrip("0"): Area(code) for code in PROVINCES}


_AREAS_BY_NAME: Mapping[str, Area] = _areas_by_name()
_MARKED: Mapping[str, str] = {
    fold(name): _with_marks(name)
    for name in (*PROVINCES.values(), *(name for name, _ in (*FORMER.values(), *_GONE_BEFORE.values())), *_OLDER)
}
"""Folded → marked names: what was found without marks must not contradict them."""
