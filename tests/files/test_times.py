"""Half a day is never lost: a time is read as it was meant, or not at all."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from files.times import read_time
from tests import cases

DAY = "18/11/2026"


@cases.table(
    ("clock", "hour", "minute"),
    [
        ("09:30", 9, 30), ("9h30", 9, 30), ("9 giờ 30", 9, 30), ("9g30", 9, 30), ("14g", 14, 0), ("14h", 14, 0),
        ("9 giờ 30 phút", 9, 30), ("0h", 0, 0), ("23:59:59", 23, 59), ("7:05", 7, 5),
        ("2:30 PM", 14, 30), ("2:30:00 PM", 14, 30), ("02:30:00 CH", 14, 30), ("02:30:00 SA", 2, 30),
        ("2:30pm", 14, 30), ("2:30 p.m.", 14, 30), ("2 PM", 14, 0), ("12:15 AM", 0, 15), ("12:15 PM", 12, 15),
        ("12:00 SA", 0, 0), ("12:00 CH", 12, 0), ("14:30 PM", 14, 30), ("14:30 CH", 14, 30), ("9:30 AM", 9, 30),
        ("7h30 sáng", 7, 30), ("7h30 SÁNG", 7, 30), ("7h30 sang", 7, 30), ("2h chiều", 14, 0), ("14h chiều", 14, 0),
        ("2 giờ chiều", 14, 0), ("12h trưa", 12, 0), ("11h30 trưa", 11, 30), ("1h trưa", 13, 0), ("8h tối", 20, 0),
        ("20h tối", 20, 0), ("11h đêm", 23, 0), ("1h đêm", 1, 0), ("lúc 7h30 sáng", 7, 30), ("2 chiều", 14, 0),
        ("2h buổi chiều", 14, 0), ("02:30:00\u202fCH", 14, 30), ("０９：３０", 9, 30),
        ("11h khuya", 23, 0), ("2h khuya", 2, 0),
    ],
)  # fmt: skip
def test_a_time_of_day_is_read_before_and_behind_its_day(clock: str, hour: int, minute: int) -> None:
    for text in (f"{DAY} {clock}", f"{DAY}, {clock}", f"{clock} {DAY}", f"{clock} ngày {DAY}", f"2026-11-18 {clock}"):
        found = read_time(text)
        assert found is not None, text
        local = found.timestamp() + 7 * 3600
        at = datetime.fromtimestamp(local, UTC)
        assert (at.date(), at.hour, at.minute) == (date(2026, 11, 18), hour, minute), text


@pytest.mark.parametrize(
    "clock",
    [
        "12h đêm", "12h tối", "12h chiều", "12h sáng", "14:30 AM", "14h sáng", "3h trưa", "6h đêm", "9h chiều",
        "0:30 PM",
        "25:00", "9:60", "9:30:61", "hôm qua", "9h30 xyz", "9", "9h3", "sáng", "9:30 sáng chiều", "khoảng 9h",
        "7h kém 15",
        "9:30 UTC+", "7 rưỡi", "9:30 EST", "2:30 PN",
    ],
)  # fmt: skip
def test_what_is_not_sure_is_no_time_and_never_midnight(clock: str) -> None:
    assert read_time(f"{DAY} {clock}") is None
    assert read_time(f"2026-11-18 {clock}") is None


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("46344.395833333", datetime(2026, 11, 18, 2, 30, tzinfo=UTC)),
        (46344.395833333, datetime(2026, 11, 18, 2, 30, tzinfo=UTC)),
        ("46344", datetime(2026, 11, 17, 17, tzinfo=UTC)),
        ("2026-11-18T09:30:00.123+07:00", datetime(2026, 11, 18, 2, 30, 0, 123000, tzinfo=UTC)),
        ("2026-11-18T02:30:00.000Z", datetime(2026, 11, 18, 2, 30, tzinfo=UTC)),
        ("2026-11-18 9:30", datetime(2026, 11, 18, 2, 30, tzinfo=UTC)),
        ("ngày 18 tháng 11 năm 2026", datetime(2026, 11, 17, 17, tzinfo=UTC)),
        ("7h30 sáng ngày 18 tháng 11 năm 2026", datetime(2026, 11, 18, 0, 30, tzinfo=UTC)),
        (date(2026, 11, 18), datetime(2026, 11, 17, 17, tzinfo=UTC)),
        ("31/02/2026 09:30", None),
        ("09:30", None),
        ("", None),
        ("0001-01-01T00:00:00", None),
    ],
)
def test_days_serials_and_zones(cell: object, expected: datetime | None) -> None:
    assert read_time(cell) == expected  # type: ignore[arg-type]  # any cell


def test_a_time_may_be_of_another_zone() -> None:
    assert read_time("2026-11-18T02:30:00", UTC) == datetime(2026, 11, 18, 2, 30, tzinfo=UTC)
