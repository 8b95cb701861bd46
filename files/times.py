"""Moments as people and programs write them in files: 24 hours or half days, Vietnamese and English, day first or last.

Half a day is never guessed: what is not understood to the end is None. It must not know what happened then.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

from characters.cleaning import folded
from files.cells import read_date
from files.columns import plain
from files.workbooks import Cell

LOCAL = ZoneInfo("Asia/Ho_Chi_Minh")
_ISO = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}")
_SERIAL = re.compile(r"\d{5}\.\d{1,15}")
_EPOCH = datetime(1899, 12, 30)  # noqa: DTZ001  Excel's days have no zone
_LONGEST = 64
"""Characters of a moment; what is longer is none."""
_DAY = r"\d{1,2}[/.-]\d{1,2}[/.-]\d{4}|\d{4}-\d{1,2}-\d{1,2}|(?:ngay )?\d{1,2} thang \d{1,2} nam \d{4}"
_CLOCK = (
    r"(?P<hour>\d{1,2})(?: ?(?:gio|[:hg]) ?(?:(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d{1,6})?)?(?: ?phut)?)?)?"
)
_HALF = r"(?P<half>am|pm|a\.m\.?|p\.m\.?|sa|ch|sang|trua|chieu|toi|dem|khuya)"
_WHEN = re.compile(rf"(?:luc |vao )?{_CLOCK}(?: ?(?:buoi )?{_HALF})?")
_FIRST = re.compile(rf"(?:ngay )?(?P<day>{_DAY})[ ,T]*(?:- )?(?P<clock>.*)")
_LAST = re.compile(rf"(?P<clock>.*?)[ ,-]*(?: ngay )?(?P<day>{_DAY})")


def _from_to(morning: range, later: range, as_it_is: range = range(0)) -> Callable[[int], int | None]:
    """The hour of the day for an hour of a half day: of `morning` it stays, of `later` noon is added."""

    def of_day(hour: int) -> int | None:
        if hour in morning or hour in as_it_is:
            return hour
        return hour + 12 if hour in later else None

    return of_day


def _am(hour: int) -> int | None:
    if hour == 12:
        return 0
    return hour if hour < 12 else None


def _pm(hour: int) -> int | None:
    if 1 <= hour < 12:
        return hour + 12
    return hour if hour >= 12 else None


_HALVES: Mapping[str, Callable[[int], int | None]] = {
    **dict.fromkeys(("am", "sa"), _am),
    **dict.fromkeys(("pm", "ch"), _pm),
    "sang": _from_to(range(12), range(0)),
    "trua": _from_to(range(10, 13), range(1, 3), range(13, 15)),
    "chieu": _from_to(range(13, 20), range(1, 8)),
    "toi": _from_to(range(17, 24), range(5, 12)),
    "dem": _from_to(range(5), range(8, 12), range(20, 24)),
    "khuya": _from_to(range(4), range(10, 12), range(22, 24)),
}
"""Half of the day → hour as written → hour of the day; None where nobody would say so, or mean two things by it: at
"12 giờ đêm" a day begins for some and ends for others."""


def read_time(cell: Cell, zone: tzinfo = LOCAL) -> datetime | None:
    """A moment as UTC, from a date cell, an Excel serial or text; of `zone` unless it says otherwise.

    None for what cannot be read to the end, also for an hour that no half of a day has.
    """
    if isinstance(cell, datetime):
        return _utc(cell, zone)
    if isinstance(cell, date):
        return _utc(datetime(cell.year, cell.month, cell.day), zone)  # noqa: DTZ001
    return _read_cached(plain(cell), zone)


@lru_cache(maxsize=4096)
def _read_cached(text: str, zone: tzinfo) -> datetime | None:
    if _ISO.match(text):
        return _iso(text, zone) or _read_words(text, zone)
    if _SERIAL.fullmatch(text):
        return _utc(_EPOCH + timedelta(seconds=round(float(text) * 86_400)), zone)
    return _read_words(text, zone)


def _iso(text: str, zone: tzinfo) -> datetime | None:
    try:
        return _utc(datetime.fromisoformat(text), zone)
    except ValueError:
        return None


def _read_words(text: str, zone: tzinfo) -> datetime | None:
    """Day and clock in either order, the clock perhaps missing: then the day's first moment."""
    said = folded(text[: _LONGEST + 1])
    if len(text) > _LONGEST:
        return None
    for order in (_FIRST, _LAST):
        if found := order.fullmatch(said):
            day = read_date(_as_cell(found["day"]))
            clock = _clock(found["clock"].strip())
            if day is not None and clock is not None:
                return _utc(datetime(day.year, day.month, day.day) + clock, zone)  # noqa: DTZ001
    day = read_date(text) if re.fullmatch(r"\d{5}", said) else None
    return None if day is None else _utc(datetime(day.year, day.month, day.day), zone)  # noqa: DTZ001


def _as_cell(day: str) -> str:
    """A folded day in the words that `read_date` knows."""
    return day.replace("ngay ", "").replace("thang", "tháng").replace("nam", "năm")


def _clock(text: str) -> timedelta | None:
    """Since midnight; nothing said is midnight. None for what is no time of day."""
    if not text:
        return timedelta()
    found = _WHEN.fullmatch(text)
    if found is None or (found["half"] is None and re.fullmatch(r"(?:luc |vao )?\d+", text)):
        return None
    hour: int | None = int(found["hour"])
    if found["half"] is not None:
        hour = _HALVES[found["half"].replace(".", "")](int(found["hour"]))
    minute, second = int(found["minute"] or 0), int(found["second"] or 0)
    if hour is None or hour > 23 or minute > 59 or second > 59:
        return None
    return timedelta(hours=hour, minutes=minute, seconds=second)


def _utc(moment: datetime, zone: tzinfo) -> datetime | None:
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except OverflowError:
        return None
