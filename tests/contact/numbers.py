"""Numbers of today, and the ways people and programs write them, for properties."""

from __future__ import annotations

from hypothesis import assume
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


_STARTS = ("0", "+84", "84", "0084", "+84 ", "+84.", "+84 (0)", "(+84)", "(84)", "84-", "")
_AROUND = ("{}", "{}", "{}", " {} ", "'{}", "ĐT: {}", "{} (Zalo)", "Anh Nam {}", "{}.", "\ufeff{}")


@st.composite
def written(draw: st.DrawFn, significant: str) -> str:
    """One way to write a number: its beginning, its groups and what stands between them, brackets, words around it."""
    start, mark, digits = draw(st.sampled_from(_STARTS)), draw(separators), significant
    for place in sorted(draw(st.sets(st.integers(1, len(digits) - 1), max_size=4)), reverse=True):
        digits = digits[:place] + mark + digits[place:]
    assume(not digits.endswith(".0"))  # that is what a program made of a number, and no group
    text = start + digits
    size = draw(st.integers(2, 4))
    if start in ("0", "") and text[:size].isdigit() and draw(st.booleans()):
        text = f"({text[:size]}){text[size:]}"
    return draw(st.sampled_from(_AROUND)).format(text)
