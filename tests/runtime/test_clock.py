"""Business time may run fast, real time never."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from runtime.clock import FastClock, RealClock, UnreadableClockError, clock_of
from simulator.clock import SimulatedClock as NetworkClock

START = datetime(2026, 11, 18, 1, 0, tzinfo=UTC)
ANCHOR = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)


def test_business_time_runs_at_its_rate_and_real_time_at_one() -> None:
    clock = clock_of(f"{START.isoformat()}@900@{ANCHOR.isoformat()}")
    with time_machine.travel(ANCHOR + timedelta(seconds=96), tick=False):
        assert clock.now() == START + timedelta(days=1)
        assert clock.real() == ANCHOR + timedelta(seconds=96)


def test_the_text_of_a_clock_gives_it_back() -> None:
    clock = FastClock(START, 900.0, ANCHOR)
    assert clock_of(str(clock)) == clock


JUMPS = (
    (START + timedelta(hours=2), START + timedelta(hours=12)),
    (START + timedelta(hours=13), START + timedelta(hours=20)),
)


@pytest.mark.parametrize(
    ("real_s", "hours"), [(0, 0), (7199, 2 - 1 / 3600), (7200, 12), (9000, 12.5), (10800, 20), (14400, 21)]
)
def test_jumps_are_left_out_of_business_time(real_s: int, hours: float) -> None:
    """At the beginning of a stretch it is its end at once; for the product and for the simulated network alike."""
    clock = FastClock(START, 1.0, ANCHOR, JUMPS)
    expected = START + timedelta(hours=hours)
    with time_machine.travel(ANCHOR + timedelta(seconds=real_s), tick=False):
        assert clock.now() == clock_of(str(clock)).now() == expected
        assert NetworkClock.parse(str(clock)).now() == expected
    with time_machine.travel(ANCHOR, tick=False):
        assert clock.after(timedelta(seconds=real_s)) == expected


def test_times_of_another_zone_become_utc() -> None:
    clock = clock_of("2026-11-18T08:00:00+07:00@1@2026-11-22T12:00:00+07:00")
    with time_machine.travel(ANCHOR, tick=False):
        assert clock.now() == START
        assert clock.now().tzinfo is UTC


def test_no_setting_is_the_real_clock() -> None:
    clock = clock_of("")
    assert isinstance(clock, RealClock)
    with time_machine.travel(ANCHOR, tick=False):
        assert clock.now() == clock.real() == ANCHOR


@pytest.mark.parametrize(
    "text",
    ["now", "a@b@c", "2026-11-18T08:00@900@2026-11-22T12:00:00Z", "2026-11-18T08:00Z@0@2026-11-22T12:00Z",
     "2026-11-18T08:00Z@-1@2026-11-22T12:00Z", "2026-11-18T08:00Z@inf@2026-11-22T12:00Z",
     "2026-11-18T08:00Z@nan@2026-11-22T12:00Z",
     "2026-11-18T08:00Z@1@2026-11-22T12:00Z@2026-11-18T09:00Z",
     "2026-11-18T08:00Z@1@2026-11-22T12:00Z@2026-11-18T10:00Z/2026-11-18T09:00Z",
     "2026-11-18T08:00Z@1@2026-11-22T12:00Z@2026-11-18T09:00/2026-11-18T10:00Z",
     "2026-11-18T08:00Z@1@2026-11-22T12:00Z@2026-11-18T07:00Z/2026-11-18T09:00Z"],
)  # fmt: skip
def test_an_unreadable_clock_is_refused(text: str) -> None:
    with pytest.raises(UnreadableClockError):
        clock_of(text)


def test_a_moment_of_real_time_is_longer_on_a_fast_clock() -> None:
    with time_machine.travel(ANCHOR, tick=False):
        assert FastClock(START, 900.0, ANCHOR).after(timedelta(seconds=1)) == START + timedelta(minutes=15)
        assert RealClock().after(timedelta(seconds=-60)) == ANCHOR - timedelta(minutes=1)
