"""Elapsed time by a clock that may have been set back: a stamp far in the future counts as long ago.

Pure. Where a wait would never end, or for a day only because the clock was put back, it has ended.
"""

from __future__ import annotations

from datetime import datetime, timedelta

TOLERANCE = timedelta(minutes=10)
"""More than any wait of seconds or minutes that is written down ahead, and than hosts' clocks differ."""
LONG_AGO = timedelta(days=36_500)


def since(stamp: datetime, now: datetime) -> timedelta:
    """Time since `stamp`; `LONG_AGO` where it lies so far ahead that the clock was set back since."""
    return now - stamp if stamp <= now + TOLERANCE else LONG_AGO


def is_over(until: datetime, now: datetime, longest: timedelta = timedelta()) -> bool:
    """Whether a wait until then has ended: also when it would last more than `TOLERANCE` beyond the `longest` there
    is."""
    return until < now or until > now + longest + TOLERANCE
