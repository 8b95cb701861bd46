"""Codes of an authenticator against the vectors of RFC 6238, and recovery codes however they are typed."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta

import pytest

from services.staff import one_time_codes as one_time

SECRET = b"12345678901234567890"
"""Of RFC 6238, appendix B; its codes have 8 figures, of which the last 6 are ours."""
VECTORS = {59: "287082", 1111111109: "081804", 1111111111: "050471", 1234567890: "005924", 2000000000: "279037"}


@pytest.mark.parametrize(("second", "code"), VECTORS.items())
def test_codes_are_those_of_the_standard(second: int, code: str) -> None:
    at = datetime.fromtimestamp(second, UTC)
    assert one_time.matching_step(SECRET, code, at, 0) == second // 30


@pytest.mark.parametrize(("steps", "taken"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_clocks_may_differ_by_one_step(steps: int, taken: bool) -> None:
    at = datetime.fromtimestamp(1111111111, UTC) - timedelta(seconds=30 * steps)
    assert (one_time.matching_step(SECRET, "050471", at, 0) is not None) == taken


def test_a_step_that_was_taken_and_those_before_it_are_not_taken_again() -> None:
    at = datetime.fromtimestamp(1111111111, UTC)
    taken = one_time.matching_step(SECRET, "050471", at, 0)
    assert taken is not None
    assert one_time.matching_step(SECRET, "050471", at, taken) is None
    assert one_time.matching_step(SECRET, "081804", at, taken) is None


@pytest.mark.parametrize("typed", ["", "28708", "2870820", "abcdef", "٢٨٧٠٨١", "\ud800", "287082" * 50])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert one_time.matching_step(SECRET, one_time.normalise(typed), datetime.fromtimestamp(59, UTC), 0) is None


@pytest.mark.parametrize("typed", ["287 082", "２８７０８２", " 287-082 ", "287\u00a0082\u200b"])
def test_a_code_however_it_is_typed(typed: str) -> None:
    assert one_time.normalise(typed) == "287082"


def test_recovery_codes_are_long_unlike_and_read_in_several_ways() -> None:
    made = one_time.new_codes(os.urandom)
    assert len({one_time.code_hash(code) for code in made}) == one_time.CODES
    for code in made:
        assert len(code.replace("-", "")) == 16
        other = code.lower().replace("-", " ").replace("0", "o").replace("1", "l")
        assert one_time.code_hash(other) == one_time.code_hash(code)
