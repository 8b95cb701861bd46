"""Hours: windows, lunch, Sunday mornings, public holidays, Tết, exceptions of single days."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given
from hypothesis import strategies as st

from contact.calendar import DEFAULT_HOURS, ZONE, Calendar, Hours, Medium, Window, day, day_start, hours_from_dict
from contact.settings import RoundSettings
from contact.settings import from_dict as settings_from_dict

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


# Many years, every rule by itself

YEARS = st.datetimes(datetime(2024, 1, 1), datetime(2033, 12, 1), timezones=st.just(UTC))  # noqa: DTZ001
WINDOWS = st.lists(st.integers(0, 47), min_size=2, max_size=6, unique=True).map(sorted)


def as_day(marks: list[int]) -> tuple[Window, ...]:
    """Half hours of a day, in pairs: from, to."""
    pairs = zip(marks[::2], marks[1::2], strict=False)
    return tuple(Window(*(time(mark // 2, mark % 2 * 30) for mark in pair)) for pair in pairs)


DAYS = WINDOWS.map(as_day)
WEEKS = st.lists(st.one_of(st.just(()), DAYS), min_size=7, max_size=7).filter(any).map(tuple)


@given(week=WEEKS, at=YEARS, off=st.booleans())
def test_hours_hold_by_the_wall_clock_of_viet_nam_whatever_the_year(week: Any, at: datetime, off: bool) -> None:
    """Judged apart: Viet Nam is seven hours ahead all year, the calendar of holidays is the library's."""
    calendar = Calendar(Hours(text=week, call=week), public_holidays=off)
    wall = at + timedelta(hours=7)
    festive = off and wall.date() in holidays.country_holidays("VN", years=wall.year)
    inside = any(w.opens <= wall.time() < w.closes for w in week[wall.weekday()])
    assert calendar.open("call", at) is (inside and not festive)


@given(at=YEARS, zone=st.sampled_from(["UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe"]))
def test_the_answer_does_not_depend_on_the_zone_a_time_is_written_in(at: datetime, zone: str) -> None:
    elsewhere = at.astimezone(ZoneInfo(zone))
    assert CALENDAR.open("call", elsewhere) is CALENDAR.open("call", at)
    assert CALENDAR.next_open("text", elsewhere) == CALENDAR.next_open("text", at)


@given(week=WEEKS, at=YEARS)
def test_re_timing_twice_changes_nothing(week: Any, at: datetime) -> None:
    calendar = Calendar(Hours(text=week, call=week))
    found = calendar.next_open("call", at)
    assert calendar.next_open("call", found) == found


@pytest.mark.parametrize(
    "first", ["2024-02-10", "2025-01-29", "2026-02-17", "2027-02-06", "2028-01-26", "2029-02-13", "2030-02-02"]
)
def test_nobody_is_contacted_at_tet_nor_on_its_eve(first: str) -> None:
    """First days of the lunar year as Viet Nam reckons it; in 2030 a day before China's."""
    for days in range(-1, 3):
        on = date.fromisoformat(first) + timedelta(days=days)
        assert CALENDAR.windows("text", on) == CALENDAR.windows("call", on) == ()


def test_a_province_may_open_or_close_days_of_its_own() -> None:
    on = date(2026, 11, 25)
    round_wide = {on: {"text": day("07:00-08:00")}}
    own = {"QB": {on: {"text": day("10:00-11:00")}, date(2026, 11, 26): {}}}
    settings = RoundSettings(exceptions=round_wide, places=own)
    assert settings.calendar_at("QB").open("text", local("2026-11-25T10:30"))
    assert not settings.calendar_at("QB").open("text", local("2026-11-25T07:30"))
    assert settings.calendar_at("HN").open("text", local("2026-11-25T07:30"))
    assert settings.calendar_at("HN") == settings.calendar
    assert not settings.calendar_at("QB").open("text", local("2026-11-26T10:30"))
    assert settings_from_dict(settings.to_dict()) == settings
    assert settings_from_dict({k: v for k, v in settings.to_dict().items() if k != "places"}).places == {}
