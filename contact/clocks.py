"""Estimates the offset of a carrier's clock, and when a text was sent by the carrier's time stamp.

Ours minus theirs is the offset. What passes between a carrier's stamp and our taking in is the offset plus the time on
the way, which is never negative: so the least of several is nearest to the offset, and only what is much more is late.
It must not know a store, a sender or the time now.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

ON_TIME = 10.0
"""Seconds on the way that show nothing (our own assumption): a text that took no longer was sent when it came."""
SURELY_LATE = 45.0
"""Seconds beyond which a text was surely held up; between the two its clock may have been set (our own assumption)."""
LONGEST = timedelta(days=7).total_seconds()
"""Seconds that no carrier holds a text: what seems later was stamped by a clock that has lost its date."""
ALIKE = 5.0
"""Seconds by which the ways of two texts differ that were both on time."""
IN_A_ROW, APART = 4, timedelta(seconds=10)
"""So many texts in a row, taken in over at least this time and all alike, show a clock. What was held up and comes all
at once was stamped over minutes, and is not alike."""
MANY, FAR_APART = 8, timedelta(minutes=1)
"""So many texts in a row, taken in over at least this time and all late, show a clock too, alike or not."""
FEW = 5
ZONES = timedelta(hours=1)
"""Clocks that show another time zone differ by whole hours."""

Transit = tuple[datetime, datetime]
"""When we took a text in, and the carrier's stamp on it."""


@dataclass(frozen=True, slots=True)
class Sending:
    """When a text was sent: `at`; where that cannot be told, `otherwise` it was at this later time.

    `sure`: that it was held up is beyond doubt. `lag`: seconds between the carrier's stamp and our taking it in.
    """

    at: datetime
    otherwise: datetime | None = None
    sure: bool = True
    lag: float | None = None


def offset_of(transits: Sequence[Transit], before: int | None) -> int | None:
    """The offset of a link in seconds, by its latest texts (newest first); `before`: as it was taken until now.

    The newest texts, where they are alike or all late, show it; else the least time that any took, unless `before` is
    less still: of few the least, of more the second least, for one stamp may be wrong.
    """
    lags = [(taken - stamp).total_seconds() for taken, stamp in transits]
    if not lags:
        return before
    row, many = lags[:IN_A_ROW], lags[:MANY]
    if _spread(transits, IN_A_ROW) >= APART and max(row) - min(row) <= ALIKE:
        return round(min(row))
    if before is not None and _spread(transits, MANY) >= FAR_APART and min(many) - before > ON_TIME:
        return round(min(many))
    least = sorted(lags)[0 if len(lags) < FEW else 1]
    return round(least) if before is None or least < before else before


def _spread(transits: Sequence[Transit], newest: int) -> timedelta:
    """The time in which so many texts were taken in; none where there are fewer."""
    return transits[0][0] - transits[newest - 1][0] if len(transits) >= newest else timedelta(0)


def sending(
    received_at: datetime, stamp: datetime | None, offset: int | None, lag: float | None, *, from_list: bool
) -> Sending:
    """When a text was sent that we took in at `received_at` and that the carrier stamped `stamp`.

    `offset`: of its link, where that is known; `lag`: how long the same phone's text before took, for where it is not.
    `from_list`: found in the carrier's list, where nothing stands that came in time. Never after `received_at`.
    """
    if stamp is None:
        return Sending(received_at)
    took = (received_at - stamp).total_seconds()
    corrected = min(stamp + timedelta(seconds=offset or 0), received_at)
    if from_list:
        return _from_list(min(stamp, received_at), corrected, lag)
    late = took - (offset or 0)
    if late <= ON_TIME or (offset is None and lag is not None and abs(took - lag) <= ALIKE):
        return Sending(received_at, lag=took)
    sure = SURELY_LATE < late <= LONGEST and not _whole_hours(late)
    return Sending(corrected, received_at, sure=sure, lag=took)


def _from_list(stamp: datetime, corrected: datetime, lag: float | None) -> Sending:
    """Of a text that was held up: by its stamp, unless its link's clock is another; then both times are possible."""
    first, last = sorted((stamp, corrected))
    if (last - first).total_seconds() <= ON_TIME:
        return Sending(stamp, lag=lag)
    return Sending(first, last, sure=False, lag=lag)


def _whole_hours(seconds: float) -> bool:
    """Whether a time zone explains it."""
    hour = ZONES.total_seconds()
    return seconds >= hour - SURELY_LATE and (seconds + SURELY_LATE) % hour <= 2 * SURELY_LATE
