"""The witness must be able to see: each protection taken away turns a storm red."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.chaos import planted, storm

pytestmark = [pytest.mark.system, pytest.mark.chaos, pytest.mark.timeout(700)]


@pytest.mark.parametrize("fault", planted.PROMISED)
def test_a_fault_is_seen(fault: str, tmp_path: Path) -> None:
    report = planted.hunt(tmp_path, fault)
    print(storm.told(report))
    assert not report.passed


def test_nothing_is_seen_where_nothing_is_planted(tmp_path: Path) -> None:
    report = planted.hunt(tmp_path, "")
    print(storm.told(report))
    assert report.passed
    assert planted.calm(report)
