"""Slots and budgets: never above rate + burst in any second, whoever sends and however late; ceilings hold."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact.pacing import Budget, Pace, Usage, budget_from_dict

START = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
CLAIMS = st.lists(
    st.tuples(
        st.floats(0, 3).map(lambda s: timedelta(seconds=s)),  # since the claim before
        st.integers(1, 30),  # rows there were
        st.lists(st.floats(0, 1), min_size=30, max_size=30),  # how late each leaves, as a share of what is allowed
    ),
    max_size=25,
)


@given(rate=st.sampled_from([1, 3, 10, 50]), burst=st.integers(1, 20), claims=CLAIMS)
def test_no_second_holds_more_than_rate_and_burst(
    rate: int, burst: int, claims: list[tuple[timedelta, int, list[float]]]
) -> None:
    pace = Pace(rate, burst)
    free, now, left = START, START, []
    for pause, rows, lateness in claims:
        now += pause
        slots = pace.slots(free, now, now + timedelta(seconds=0.4), rows)
        if slots:
            free = slots[-1] + pace.gap
        for slot, share in zip(slots, lateness, strict=False):
            latest = slot + pace.patience
            earliest = max(slot, now)
            left.append(earliest + max(timedelta(0), latest - earliest) * share)
    left.sort()
    for place, at in enumerate(left):
        assert sum(at <= other < at + SECOND for other in left[place:]) <= rate + burst


@given(rate=st.sampled_from([1, 10, 100]), burst=st.integers(1, 10), seconds=st.integers(1, 30))
def test_without_idleness_nothing_of_the_rate_is_lost(rate: int, burst: int, seconds: int) -> None:
    pace, free, taken = Pace(rate, burst), START, 0
    for step in range(seconds * 10):
        now = START + timedelta(seconds=step / 10)
        slots = pace.slots(free, now, now + timedelta(seconds=0.4), 1000)
        taken += len(slots)
        free = slots[-1] + pace.gap if slots else free
    assert taken == pytest.approx((seconds + 0.3) * rate, abs=1.01)


def test_slots_come_a_gap_apart_and_idleness_gives_no_more_than_the_burst() -> None:
    pace = Pace(10, 5)
    slots = pace.slots(START, START + timedelta(hours=1), START + timedelta(hours=1), 1000)
    assert 1 <= len(slots) <= 5
    assert {b - a for a, b in pairwise(slots)} == {timedelta(seconds=0.1)}


@pytest.mark.parametrize(("rate", "burst"), [(0, 1), (-1, 1), (1, 0)])
def test_a_pace_that_is_none_is_refused(rate: int, burst: int) -> None:
    with pytest.raises(ValueError, match="no pace"):
        Pace(rate, burst)


@pytest.mark.parametrize(
    ("budget", "spent", "room"),
    [
        (Budget(contacts_an_hour=10), Usage(contacts_hour=4, contacts_day=40), 6),
        (Budget(contacts_a_day=10), Usage(contacts_day=10), 0),
        (Budget(contacts_a_day=10), Usage(contacts_day=12), 0),
        (Budget(contacts_an_hour=10, contacts_a_day=12), Usage(contacts_hour=1, contacts_day=9), 3),
        (Budget(vnd_an_hour=1000), Usage(vnd_hour=Decimal(300)), 2),
        (Budget(vnd_a_day=1000, contacts_a_day=1), Usage(), 1),
        (Budget(vnd_a_day=1000), Usage(vnd_day=Decimal(700)), 0),
    ],
)
def test_the_tightest_ceiling_holds(budget: Budget, spent: Usage, room: int) -> None:
    assert budget.room(spent, Decimal(350)) == room


def test_budgets_survive_json_and_nonsense_is_refused() -> None:
    budget = Budget(contacts_an_hour=5, vnd_a_day=0)
    assert budget_from_dict(budget.to_dict()) == budget
    assert budget.set
    assert not budget_from_dict({}).set
    for wrong in ({"contacts_a_week": 1}, {"vnd_a_day": -1}):
        with pytest.raises(ValueError, match="no budget"):
            budget_from_dict(wrong)
