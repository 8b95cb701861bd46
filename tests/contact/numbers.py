"""Numbers of today, and the ways people and programs write them, for properties."""

from __future__ import annotations

from hypothesis import strategies as st
from phonenumbers import PhoneNumberType, is_valid_number, number_type, parse

from contact.renumbering import OLD_AREA_CODES, PROVINCE_OF

_MOBILE_STARTS = [f"{a}{b}" for a in "35789" for b in range(10)]


def is_kind(significant: str, kind: int) -> bool:
    """Whether the library holds the digits (without 0) for a valid number of this kind."""
    number = parse(f"+84{significant}", None)
    return is_valid_number(number) and number_type(number) == kind


mobiles = st.builds(
    lambda start, rest: f"{start}{rest:07d}", st.sampled_from(_MOBILE_STARTS), st.integers(0, 9_999_999)
).filter(lambda number: is_kind(number, PhoneNumberType.MOBILE))
landlines = st.builds(
    lambda code, rest: f"{code}{rest:08d}"[: len(code)] + f"{rest:08d}"[len(code) - 2 :],
    st.sampled_from(sorted(PROVINCE_OF)),
    st.integers(20_000_000, 89_999_999),
).filter(lambda number: is_kind(number, PhoneNumberType.FIXED_LINE))
numbers = st.one_of(mobiles, landlines)
"""Significant digits, without 0 and country code."""

old_landlines = st.builds(
    lambda code, rest: code + f"{rest:08d}"[: 8 if len(code) == 1 else 7],
    st.sampled_from(sorted(OLD_AREA_CODES)),
    st.integers(20_000_000, 89_999_999),
)
"""Landlines as before 2017, without 0."""

separators = st.sampled_from(["", "", "", " ", ".", "-", "  ", "\u00a0", "–", " - "])

_AROUND = ("{}", "{}", "{}", " {} ", "'{}", "ĐT: {}", "{} (Zalo)", "Anh Nam {}", "{}.", "\ufeff{}")


@st.composite
def written(draw: st.DrawFn, significant: str) -> str:
    """One way to write a number: its beginning, what stands between its digits, brackets, and something around it."""
    start = draw(st.sampled_from(["0", "+84", "84", "0084", "+84 ", "+84.", "+84 (0)", "(+84)", "(84)", "84-", ""]))
    digits = significant if start else significant
    pieces = [digit + draw(separators) for digit in digits[:-1]] + [digits[-1]]
    if draw(st.booleans()):  # most people write two or three groups
        cut = sorted({draw(st.integers(1, len(digits) - 1)) for _ in range(2)})
        mark = draw(separators)
        pieces = [digits[: cut[0]] + mark, digits[cut[0] : cut[-1]] + (mark if len(cut) > 1 else ""), digits[cut[-1] :]]
    text = start + "".join(pieces)
    if start in ("0", "") and draw(st.booleans()):
        size = draw(st.integers(2, 4))
        text = f"({text[:size]}){text[size:]}" if text[:size].isdigit() else text
    around = draw(
        st.sampled_from(["{}", "{}", "{}", " {} ", "'{}", "ĐT: {}", "{} (Zalo)", "Anh Nam {}", "{}.", "\ufeff{}"])
    )
    return around.format(text)
