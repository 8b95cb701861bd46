"""When somebody may be contacted: windows per medium and weekday, public holidays, Tết, exceptions of single days.

Times are aware UTC in and out; windows are local times of Asia/Ho_Chi_Minh. It must not know who is contacted, or why.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any, Literal
from zoneinfo import ZoneInfo

Medium = Literal["text", "call"]
MEDIA: tuple[Medium, ...] = ("text", "call")
ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
_HORIZON_DAYS = 400
SATURDAY, _SUNDAY = 5, 6
_NOON = time(12)


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """Open from `opens` (included) to `closes` (not included), local time of one day. Raises ValueError when empty."""

    opens: time
    closes: time

    def __post_init__(self) -> None:
        if self.opens >= self.closes:
            raise ValueError(f"window closes before it opens: {self.opens}–{self.closes}")


Day = tuple[Window, ...]
"""The windows of one day, in order; empty: closed."""


def day(*windows: str) -> Day:
    """Windows written as "07:30-11:00". Raises ValueError on another shape."""
    return tuple(sorted(Window(*(time.fromisoformat(t) for t in w.split("-"))) for w in windows))


def without_morning(windows: Day) -> Day:
    """The same day with its morning off: nothing before noon."""
    return tuple(Window(max(w.opens, _NOON), w.closes) for w in windows if w.closes > _NOON)


@dataclass(frozen=True, slots=True)
class Hours:
    """For each medium the windows of Monday … Sunday. Raises ValueError unless each medium opens some time a week."""

    text: tuple[Day, ...]
    call: tuple[Day, ...]

    def __post_init__(self) -> None:
        for medium in MEDIA:
            week = self.week(medium)
            if len(week) != 7 or not any(week):
                raise ValueError(f"a week of {medium} needs seven days and at least one window")

    def week(self, medium: Medium) -> tuple[Day, ...]:
        """The seven days of `medium`, Monday first."""
        return self.text if medium == "text" else self.call

    def to_dict(self) -> dict[str, Any]:
        """{"text": [["07:00-21:00"], …seven], "call": …}."""
        return {medium: [write_day(d) for d in self.week(medium)] for medium in MEDIA}


def write_day(windows: Day) -> list[str]:
    """The windows as `day` reads them."""
    return [f"{w.opens:%H:%M}-{w.closes:%H:%M}" for w in windows]


def hours_from_dict(data: Mapping[str, Any]) -> Hours:
    """The hours that `Hours.to_dict` wrote. Raises KeyError or ValueError on another shape."""
    weeks = {medium: tuple(day(*d) for d in data[medium]) for medium in MEDIA}
    return Hours(text=weeks["text"], call=weeks["call"])


def same_all_week(text: Day, call: Day, *, sunday_mornings: bool) -> Hours:
    """The same windows every day, Sunday mornings open or not."""

    def week(windows: Day) -> tuple[Day, ...]:
        sunday = windows if sunday_mornings else without_morning(windows)
        return (windows,) * _SUNDAY + (sunday,)

    return Hours(text=week(text), call=week(call))


DEFAULT_HOURS = same_all_week(day("07:00-21:00"), day("07:30-11:00", "13:30-20:00"), sunday_mornings=False)
"""Texts 07–21, calls 07:30–11:00 and 13:30–20:00, Sunday mornings off (our own default, kinder than Decree 91/2020)."""


@lru_cache(maxsize=16)
def public_holidays(year: int) -> frozenset[date]:
    """Vietnam's public holidays of a year, Tết and substituted days off among them."""
    import holidays  # only here: the webhooks never ask, and it is not small

    return frozenset(holidays.country_holidays("VN", years=year))


@dataclass(frozen=True, slots=True)
class Calendar:
    """Hours with the days that differ: public holidays and Tết are closed, `exceptions` replace a day altogether."""

    hours: Hours = DEFAULT_HOURS
    public_holidays: bool = True
    """Vietnam's public holidays, Tết and substituted days off are closed."""
    exceptions: Mapping[date, Mapping[Medium, Day]] = field(default_factory=dict)
    """A date → its windows per medium instead of the usual ones; a medium left out is closed that day."""

    def windows(self, medium: Medium, on: date) -> Day:
        """The windows of `medium` on the local date `on`."""
        if on in self.exceptions:
            return self.exceptions[on].get(medium, ())
        if self.public_holidays and on in public_holidays(on.year):
            return ()
        return self.hours.week(medium)[on.weekday()]

    def open(self, medium: Medium, at: datetime) -> bool:
        """Whether `medium` may be used at the aware time `at`."""
        local = at.astimezone(ZONE)
        return any(w.opens <= local.time() < w.closes for w in self.windows(medium, local.date()))

    def next_open(self, medium: Medium, at: datetime) -> datetime:
        """The first open moment at or after `at`, in UTC. Raises ValueError when nothing opens within 400 days."""
        return next(self.openings(medium, at))[0]

    def openings(self, medium: Medium, at: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The open stretches [from, to) at or after `at`, in UTC; the first one begins at `at` when `at` is open.

        Raises ValueError when 400 days have passed.
        """
        at = at.astimezone(UTC)
        first = at.astimezone(ZONE).date()
        for days in range(_HORIZON_DAYS):
            on = first + timedelta(days=days)
            for window in self.windows(medium, on):
                opens, closes = local(on, window.opens), local(on, window.closes)
                if closes > at:
                    yield max(opens, at), closes
        raise ValueError(f"no open window for {medium} within {_HORIZON_DAYS} days")


def local(on: date, at: time) -> datetime:
    """The moment of a local date and time, in UTC."""
    return datetime.combine(on, at, ZONE).astimezone(UTC)


def local_day(at: datetime) -> date:
    """The day in Vietnam that the aware time `at` lies in."""
    return at.astimezone(ZONE).date()


def day_start(at: datetime) -> datetime:
    """Local midnight of the day `at` lies in, in UTC: where a day's caps begin."""
    return local(local_day(at), time())
