"""Days on which an office works: Monday to Friday, without Vietnam's public holidays, Tết and substituted days off.

It must not know what is due.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from contact.calendar import SATURDAY, local, local_day, public_holidays


def is_working_day(on: date) -> bool:
    """Whether offices work on the local date `on`."""
    return on.weekday() < SATURDAY and on not in public_holidays(on.year)


def end_of_working_day(at: datetime, days: int) -> datetime:
    """The end, in UTC, of the working day that comes `days` working days after the local day of `at` (aware)."""
    on, left = local_day(at), days
    while left > 0:
        on += timedelta(days=1)
        left -= is_working_day(on)
    return local(on + timedelta(days=1), time())


def end_of_day(at: datetime, days: int) -> datetime:
    """The end, in UTC, of the day that comes `days` days of the calendar after the local day of `at` (aware)."""
    return local(local_day(at) + timedelta(days=days + 1), time())
