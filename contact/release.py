"""Spreads first contacts over the open hours: a seeded place between 0 and 1 becomes a moment.

Pure. It must not know whose place it is, nor how the place was drawn.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from contact.calendar import ZONE, Calendar, Medium

AT_ONCE_S = 60
"""Business seconds over which an undivided release is laid out, so that due times alone give its order."""


@dataclass(frozen=True, slots=True)
class Segment:
    """Places from `low` (included) to `high` (not included) fall evenly into `seconds` from `starts_at` on."""

    low: float
    high: float
    starts_at: datetime
    seconds: float

    def moment(self, place: float) -> datetime:
        """The moment of a `place` of this segment."""
        return self.starts_at + timedelta(seconds=(place - self.low) / (self.high - self.low) * self.seconds)


def segments(
    calendar: Calendar, medium: Medium, earliest: datetime, days: int, closes_at: datetime | None = None
) -> tuple[Segment, ...]:
    """Segments that cover [0, 1): the open hours of the first `days` days that have any, or (0) at once.

    At once is the minute just past, so that all are due now in their order; before an opening, its first minute. Hours
    at or after `closes_at` are left out, but for the first of all.
    """
    minute = timedelta(seconds=AT_ONCE_S)
    if not days and calendar.open(medium, earliest) and calendar.open(medium, earliest - minute):
        return (Segment(0.0, 1.0, earliest - minute, AT_ONCE_S),)
    stretches = _stretches(calendar, medium, earliest, days, closes_at)
    total = sum(seconds for _, seconds in stretches)
    found: list[Segment] = []
    before = 0.0
    for starts_at, seconds in stretches:
        before, low = before + seconds, before / total
        found.append(Segment(low, before / total, starts_at, seconds))
    return tuple(found)


def _stretches(
    calendar: Calendar, medium: Medium, earliest: datetime, days: int, closes_at: datetime | None
) -> list[tuple[datetime, float]]:
    dates: set[object] = set()
    found: list[tuple[datetime, float]] = []
    for opens, closes in calendar.openings(medium, earliest):
        dates.add(opens.astimezone(ZONE).date())
        if found and (len(dates) > days or (closes_at is not None and opens >= closes_at)):
            break
        seconds = (min(closes, closes_at or closes) - opens).total_seconds()
        found.append((opens, max(1.0, seconds if days else min(seconds, AT_ONCE_S))))
        if not days:
            break
    return found


def moment(released: Sequence[Segment], place: float) -> datetime:
    """The moment of a `place` in [0, 1). Raises StopIteration for a place outside."""
    return next(s for s in released if s.low <= place < s.high).moment(place)


def closed_stretches(
    calendar: Calendar, medium: Medium, start: datetime, end: datetime
) -> tuple[tuple[datetime, datetime], ...]:
    """The closed stretches [from, to) between `start` and `end`; the last one ends with the opening after `end`."""
    found: list[tuple[datetime, datetime]] = []
    since = start
    for opens, closes in calendar.openings(medium, start):
        if opens > since:
            found.append((since, opens))
        since = closes
        if opens >= end:
            break
    return tuple(found)
