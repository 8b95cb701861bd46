"""Working days pass over weekends, public holidays and Tết."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from contact.calendar import ZONE
from contact.working_days import end_of_day, end_of_working_day


@pytest.mark.parametrize(
    ("asked", "due"),
    [
        ("2026-11-18 09:00", "2026-11-21 00:00"),  # Wednesday: to the end of Friday
        ("2026-11-19 23:59", "2026-11-24 00:00"),  # Thursday: Friday, Monday
        ("2026-11-21 10:00", "2026-11-26 00:00"),  # Saturday: Monday, Wednesday; the 24th is a holiday
        ("2026-08-31 10:00", "2026-09-05 00:00"),  # the national days are 1 and 2 September
        ("2026-02-13 10:00", "2026-02-25 00:00"),  # the Friday before Tết
    ],
)
def test_two_working_days(asked: str, due: str) -> None:
    at = datetime.fromisoformat(asked).replace(tzinfo=ZONE)
    assert end_of_working_day(at.astimezone(UTC), 2) == datetime.fromisoformat(due).replace(tzinfo=ZONE)


def test_days_of_the_calendar() -> None:
    at = datetime(2026, 11, 18, 9, tzinfo=ZONE)
    assert end_of_day(at, 15) == datetime(2026, 12, 4, tzinfo=ZONE)
