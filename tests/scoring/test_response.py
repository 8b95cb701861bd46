"""AAPOR rates: a worked example and the properties the definitions promise."""

from __future__ import annotations

from dataclasses import fields
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from contact.outcomes import Disposition
from scoring.response import DispositionCounts, Rates, outcomes, rates

COUNTS = st.builds(DispositionCounts, **{f.name: st.integers(0, 2000) for f in fields(DispositionCounts)})


def test_by_hand() -> None:
    """60 complete, 10 partial, 5 refused, 20 not reached, 5 other, 10 unknown, 10 not eligible: e = 100/110."""
    found = rates(outcomes(dict(zip(Disposition, (60, 10, 5, 20, 5, 10, 10), strict=True))))
    e = Fraction(10, 11)
    assert found.e == e
    assert (found.rr1, found.rr2) == (Fraction(60, 110), Fraction(70, 110))
    assert (found.rr3, found.rr4) == (60 / (100 + e * 10), 70 / (100 + e * 10))
    assert (found.rr5, found.rr6) == (Fraction(60, 100), Fraction(70, 100))
    assert (found.coop1, found.coop3) == (Fraction(60, 80), Fraction(60, 75))
    assert (found.ref1, found.con1) == (Fraction(5, 110), Fraction(80, 110))


@given(COUNTS)
def test_each_rate_is_a_share_and_more_unknown_never_raises_it(counts: DispositionCounts) -> None:
    found = rates(counts)
    values = [getattr(found, f.name) for f in fields(Rates)]
    assert all(value is None or 0 <= value <= 1 for value in values)
    for low, middle, high in (
        (found.rr1, found.rr3, found.rr5),
        (found.rr2, found.rr4, found.rr6),
        (found.ref1, found.ref2, found.ref3),
        (found.con1, found.con2, found.con3),
    ):
        if low is not None and middle is not None and high is not None:
            assert low <= middle <= high


@given(COUNTS)
def test_response_is_cooperation_times_contact(counts: DispositionCounts) -> None:
    found = rates(counts)
    if found.coop1 is not None and found.con3 is not None:
        assert found.rr5 == found.coop1 * found.con3
        assert found.rr6 == (found.coop2 or 0) * found.con3


def test_an_empty_list_has_no_rates() -> None:
    assert set(vars_of(rates(DispositionCounts()))) == {None}


def vars_of(found: Rates) -> list[Fraction | None]:
    return [getattr(found, f.name) for f in fields(Rates)]
