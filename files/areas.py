"""The provinces of today and those before 1/7/2025, by name and code. Code numbers were reused: a code has a scheme.

It must not know lists or offices.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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

_SHORT: Mapping[str, str] = {
    "hcm": "79", "ho chi minh city": "79", "sai gon": "79", "ba ria vung tau": "79", "brvt": "79", "vung tau": "79",
    "thua thien hue": "46", "tt hue": "46", "hn": "01", "dak lac": "66", "dac lac": "66", "dac lak": "66",
    "dac nong": "68", "daklak": "66", "daknong": "68", "kontum": "51", "gialai": "52",
}  # fmt: skip
_LEVELS = ("tinh ", "thanh pho ", "tp ", "t ")


@dataclass(frozen=True, slots=True)
class Area:
    """A province of today; `former` is the (code, name) before 2025 when the text named one that is gone."""

    code: str
    former: tuple[str, str] | None = None


def find(text: str) -> Area | None:
    """The province that a name or a code means, in either scheme; None when it is none.

    Where a number means different provinces before and after, both went into the same one of today (15, 24, 44, 52,
    80, 82, 91), so a bare number is read as today's first.
    """
    said = fold(text)
    for level in _LEVELS:
        said = said.removeprefix(level)
    return _KNOWN.get(said.removeprefix("tp").strip() if said.startswith("tphcm") else said)


def _known() -> dict[str, Area]:
    known = {fold(name): Area(code, (old, name)) for old, (name, code) in FORMER.items()}
    known |= {old: Area(code, (old, name)) for old, (name, code) in FORMER.items()}
    known |= {short: Area(code) for short, code in _SHORT.items()}
    known |= {fold(name): Area(code) for code, name in PROVINCES.items()}
    return known | {code: Area(code) for code in PROVINCES} | {code.lstrip("0"): Area(code) for code in PROVINCES}


_KNOWN: Mapping[str, Area] = _known()
