"""The short form: ten kills of each kind in one storm under all faults, beside the same seed in calm weather."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.system.chaos import figures, storm
from tests.system.chaos.kills import KINDS
from tests.system.chaos.storm import Plan

pytestmark = [pytest.mark.system, pytest.mark.chaos, pytest.mark.timeout(3600)]

KILLS = 10
SEED = int(os.environ.get("CHAOS_SEED", "1"))
"""Printed with the result; the long form takes it as --seed."""


def test_nothing_is_lost_doubled_or_stuck(tmp_path: Path) -> None:
    report = storm.run(tmp_path / "storm", Plan(SEED, KILLS))
    print(storm.told(report))
    assert report.kills == dict.fromkeys(KINDS, KILLS), f"seed {SEED}"
    assert {check: lines for check, lines in report.violations.items() if lines} == {}, f"seed {SEED}"
    assert report.counts["answers"] > 300
    calm = storm.run(tmp_path / "calm", storm.calm(report))
    assert calm.passed
    assert figures.differences(report.answers, calm.answers, report.forms, report.sheets) == []
