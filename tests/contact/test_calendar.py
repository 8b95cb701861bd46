"""Hours: windows, lunch, Sunday mornings, public holidays, Tết, exceptions of single days."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact.calendar import DEFAULT_HOURS, ZONE, Calendar, Hours, Medium, day, day_start, hours_from_dict

CALENDAR = Calendar()
SECONDS = 7 * 365 * 86400
MOMENTS = st.integers(0, SECONDS).map(lambda s: datetime(2025, 1, 1, tzinfo=UTC) + timedelta(seconds=s))
MEDIA: st.SearchStrategy[Medium] = st.sampled_from(["text", "call"])


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("medium", "at", "is_open"),
    [
        ("text", "2026-11-21T07:00", True),
        ("text", "2026-11-21T06:59:59", False),
        ("text", "2026-11-21T21:00", False),
        ("call", "2026-11-21T07:29", False),
        ("call", "2026-11-21T10:59:59", True),
        ("call", "2026-11-21T12:00", False),
        ("call", "2026-11-21T13:30", True),
        ("call", "2026-11-21T20:00", False),
        ("call", "2026-11-22T09:00", False),  # Sunday morning
        ("text", "2026-11-22T11:59", False),
        ("text", "2026-11-22T12:00", True),
        ("call", "2026-11-22T13:30", True),
        ("text", "2026-11-24T09:00", False),  # Vietnam Cultural Day
        ("text", "2026-09-02T09:00", False),  # National Day
        ("call", "2027-02-06T15:00", False),  # Tết
        ("text", "2027-02-05T09:00", False),  # the eve of Tết
    ],
)
def test_open(medium: Medium, at: str, is_open: bool) -> None:
    assert CALENDAR.open(medium, local(at)) is is_open


@pytest.mark.parametrize(
    ("medium", "at", "opens"),
    [
        ("call", "2026-11-21T11:00", "2026-11-21T13:30"),
        ("call", "2026-11-21T20:00", "2026-11-22T13:30"),
        ("text", "2026-11-21T21:00", "2026-11-22T12:00"),
        ("text", "2026-11-23T22:00", "2026-11-25T07:00"),
        ("text", "2027-02-03T22:00", "2027-02-11T07:00"),  # over Tết
        ("call", "2026-11-21T08:00", "2026-11-21T08:00"),
    ],
)
def test_next_open(medium: Medium, at: str, opens: str) -> None:
    found = CALENDAR.next_open(medium, local(at))
    assert found == local(opens)
    assert found.utcoffset() == timedelta(0)


@given(medium=MEDIA, at=MOMENTS)
def test_the_next_opening_is_open_and_nothing_before_it_is(medium: Medium, at: datetime) -> None:
    found = CALENDAR.next_open(medium, at)
    assert found >= at
    assert CALENDAR.open(medium, found)
    assert CALENDAR.open(medium, at) is (found == at)
    if found > at:
        assert not CALENDAR.open(medium, found - timedelta(seconds=1))
        assert not CALENDAR.open(medium, at + (found - at) / 2)


def test_exceptions_replace_the_day_even_a_holiday() -> None:
    calendar = Calendar(exceptions={date(2026, 11, 24): {"call": day("09:00-10:00")}, date(2026, 11, 25): {}})
    assert calendar.open("call", local("2026-11-24T09:30"))
    assert not calendar.open("text", local("2026-11-24T09:30"))
    assert calendar.next_open("call", local("2026-11-24T10:00")) == local("2026-11-26T07:30")


def test_holidays_can_be_left_open() -> None:
    assert Calendar(public_holidays=False).open("text", local("2026-11-24T09:00"))


def test_hours_survive_json() -> None:
    assert hours_from_dict(DEFAULT_HOURS.to_dict()) == DEFAULT_HOURS


def test_a_medium_that_never_opens_is_refused() -> None:
    with pytest.raises(ValueError, match="call"):
        Hours(text=DEFAULT_HOURS.text, call=((),) * 7)
    with pytest.raises(ValueError, match="closes before"):
        day("11:00-07:30")


def test_a_day_begins_at_local_midnight() -> None:
    assert day_start(local("2026-11-21T06:59")) == local("2026-11-21T00:00")
    assert day_start(datetime(2026, 11, 20, 17, 0, tzinfo=UTC)).astimezone(ZONE).time() == time(0)
