"""How numbers in Vietnam changed: mobiles in 2018, area codes of landlines in 2017 and (Hà Tây) 2008. Data.

It must not know how numbers are written. All codes stand without the 0 that is dialled before them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

OLD_MOBILES: Mapping[str, str] = {
    **{"120": "70", "121": "79", "122": "77", "126": "76", "128": "78"},
    **{"123": "83", "124": "84", "125": "85", "127": "81", "129": "82"},
    **{f"16{n}": f"3{n}" for n in range(2, 10)},
    **{"186": "56", "188": "58", "199": "59"},
}
"""First digits of 11-digit mobiles before 2018 → today's; the last seven digits stayed."""

OLD_AREA_CODES: Mapping[str, str] = {
    # 11 February 2017
    **{"22": "212", "231": "213", "20": "214", "230": "215", "29": "216", "52": "232", "53": "233", "54": "234"},
    **{"510": "235", "511": "236", "37": "237", "38": "238", "39": "239"},
    # 15 April 2017
    **{"33": "203", "240": "204", "25": "205", "26": "206", "27": "207", "280": "208", "281": "209", "320": "220"},
    **{"321": "221", "241": "222", "31": "225", "351": "226", "36": "227", "350": "228", "30": "229", "780": "290"},
    **{"781": "291", "710": "292", "711": "293", "74": "294", "76": "296", "77": "297", "79": "299"},
    # 17 June 2017
    **{"4": "24", "8": "28", "61": "251", "62": "252", "64": "254", "55": "255", "56": "256", "57": "257"},
    **{"58": "258", "68": "259", "60": "260", "501": "261", "500": "262", "63": "263", "59": "269", "70": "270"},
    **{"651": "271", "72": "272", "73": "273", "650": "274", "75": "275", "66": "276", "67": "277"},
}
"""Area codes before 2017 → today's; the local number stayed. 210, 211, 218 and 219 did not change.

Since 2018 many of the old codes are the first digits of mobiles (32-39, 56, 58, 59, 70, 76-79, 81-89 …)."""

_PROVINCES: Mapping[str, str] = {
    "01": "24", "04": "206", "08": "207 219", "11": "215", "12": "213", "14": "212", "15": "214 216", "19": "208 209",
    "20": "205", "22": "203", "24": "204 222", "25": "210 211 218", "31": "220 225", "33": "221 227",
    "37": "226 228 229", "38": "237", "40": "238", "42": "239", "44": "232 233", "46": "234", "48": "235 236",
    "51": "255 260", "52": "256 269", "56": "258 259", "66": "257 262", "68": "252 261 263", "75": "251 271",
    "79": "28 254 274", "80": "272 276", "82": "273 277", "86": "270 275 294", "91": "296 297", "92": "292 293 299",
    "96": "290 291",
}  # fmt: skip
PROVINCE_OF: Mapping[str, str] = {code: area for area, codes in _PROVINCES.items() for code in codes.split()}
"""Area code of today → the province it serves (scheme vn-2025), those that former provinces brought in among them."""

LOCAL_DIGITS = 7
"""Digits of a local number; eight where the area code is that of Hà Nội or TP Hồ Chí Minh."""


HA_TAY = "34"
"""Area code of Hà Tây until it became part of Hà Nội in 2008: `34 3xxxxxx` → `4 33xxxxxx` → today's `24 33xxxxxx`."""


@dataclass(frozen=True, slots=True)
class Renumbered:
    """A landline as written before 2017: its `old_code`, and `area_code` and `local` number of today."""

    old_code: str
    area_code: str
    local: str

    @property
    def significant(self) -> str:
        """Today's digits without 0."""
        return self.area_code + self.local


def renumbered(significant: str) -> Renumbered | None:
    """What the digits (without 0) are when they are a landline as written before 2017, else None.

    What else they may be is not looked at.
    """
    for size in (1, 2, 3):
        new = OLD_AREA_CODES.get(significant[:size])
        local_digits = LOCAL_DIGITS + 1 if size == 1 else LOCAL_DIGITS
        if new is not None and len(significant) - size == local_digits:
            return Renumbered(significant[:size], new, significant[size:])
    if significant.startswith(f"{HA_TAY}3") and len(significant) == len(HA_TAY) + LOCAL_DIGITS:
        return Renumbered(HA_TAY, "24", f"3{significant[len(HA_TAY) :]}")
    return None
