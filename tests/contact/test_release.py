"""Release: places become moments inside the hours, in order, without gap or overlap."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from contact import release
from contact.calendar import MEDIA, ZONE, Calendar

WEDNESDAY = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)  # 09:00 in Viet Nam
moments = st.integers(0, 2 * 366 * 86400).map(lambda s: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=s))
places = st.floats(0, 1, exclude_max=True)


@given(moments, st.sampled_from(MEDIA), st.integers(0, 9))
def test_segments_cover_all_places_once(at: datetime, medium: str, days: int) -> None:
    found = release.segments(Calendar(), medium, at, days)
    assert (found[0].low, found[-1].high) == (0, 1)
    assert all(before.high == after.low for before, after in pairwise(found))


@given(moments, st.sampled_from(MEDIA), st.integers(0, 9), places)
def test_every_moment_is_in_the_hours(at: datetime, medium: str, days: int, place: float) -> None:
    moment = release.moment(release.segments(Calendar(), medium, at, days), place)
    rounded_up = moment - timedelta(microseconds=1)
    assert Calendar().open(medium, moment) or Calendar().open(medium, rounded_up)


@given(moments, st.integers(0, 9), places, places)
def test_a_later_place_is_never_earlier(at: datetime, days: int, one: float, other: float) -> None:
    found = release.segments(Calendar(), "text", at, days)
    first, second = sorted((one, other))
    assert release.moment(found, first) <= release.moment(found, second)


def test_at_once_in_the_hours_means_due_already() -> None:
    found = release.segments(Calendar(), "text", WEDNESDAY, 0)
    assert all(release.moment(found, place) <= WEDNESDAY for place in (0, 0.5, 0.999999))


def test_at_once_out_of_hours_means_the_first_minute() -> None:
    found = release.segments(Calendar(), "call", WEDNESDAY + timedelta(hours=3), 0)  # 12:00, calls from 13:30
    local = [release.moment(found, place).astimezone(ZONE) for place in (0, 0.999)]
    assert [(m.hour, m.minute) for m in local] == [(13, 30), (13, 30)]


def test_days_count_only_days_with_hours_and_end_with_the_round() -> None:
    saturday = WEDNESDAY + timedelta(days=3)
    found = release.segments(Calendar(), "call", saturday, 2)
    assert {s.starts_at.astimezone(ZONE).day for s in found} == {21, 22}
    short = release.segments(Calendar(), "call", saturday, 9, saturday + timedelta(hours=2))
    assert len(short) == 1
    assert short[0].moment(0.999) < saturday + timedelta(hours=2)


@given(moments, st.sampled_from(MEDIA), st.integers(0, 14 * 24), st.integers(0, 14 * 24))
def test_closed_stretches_are_what_is_not_open(at: datetime, medium: str, hours: int, probe: int) -> None:
    end = at + timedelta(hours=hours)
    closed = release.closed_stretches(Calendar(), medium, at, end)
    moment = min(at + timedelta(hours=probe), end)
    assert Calendar().open(medium, moment) != any(since <= moment < until for since, until in closed)
