"""What programs make of long numbers: written out where every digit is there, known as lost where not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from characters.notation import SCIENTIFIC, expand_scientific, has_too_many_digits, is_rounded


@pytest.mark.parametrize(
    ("written", "digits"),
    [
        ("9.12345678E+8", "912345678"),
        ("9,12345678E+8", "912345678"),
        ("9.1234567800e8", "912345678"),
        ("9.12000000E+08", "912000000"),
        ("0.912345678E+9", "912345678"),
        ("9.12E+08", None),
        ("9,12E+08", None),
        ("9.12E 08", None),
        ("9.12 E+08", None),
        ("9.12e8", None),
        ("9E+08", None),
        ("9.120E+08", None),
        ("9.1234568E+8", None),
        ("9.123456785E+8", None),
        ("9.12E-08", None),
    ],
)
def test_a_mantissa_carries_every_digit_or_some_are_lost(written: str, digits: str | None) -> None:
    found = SCIENTIFIC.fullmatch(written)
    assert found is not None
    assert expand_scientific(found) == digits


@pytest.mark.parametrize("written", ["912345678", "E+08", "9.12E", "nhà 12E/3", "0912345678E2", "ABC1.2E+3x"])
def test_what_is_no_scientific_notation(written: str) -> None:
    assert SCIENTIFIC.search(written) is None


@given(st.integers(10**8, 10**13), st.integers(0, 12), st.sampled_from("eE"), st.sampled_from(".,"))
def test_what_is_written_out_is_the_number_itself(number: int, places: int, letter: str, point: str) -> None:
    written = f"{number:.{places}e}".replace("e", letter).replace(".", point)
    found = SCIENTIFIC.fullmatch(written)
    assert found is not None
    digits = expand_scientific(found)
    assert digits in (None, str(number))
    assert (digits is None) is (places < len(str(number)) - 1)


def test_floats_that_cannot_have_kept_their_digits() -> None:
    assert has_too_many_digits(1e15)
    assert has_too_many_digits(9.1234567809876e18)
    assert not has_too_many_digits(999_999_999_999_999.0)


@pytest.mark.parametrize(("digits", "expected"), [("912000000", True), ("3160000000", True), ("84900000000", True),
                                                    ("912300000", False), ("0912000000", False), ("12000000", False),
                                                    ("9120000a0", False)])  # fmt: skip
def test_nothing_but_zeros_behind_three_digits(digits: str, expected: bool) -> None:
    assert is_rounded(digits) is expected
