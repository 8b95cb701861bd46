"""The witness must be able to see: each protection taken away turns a storm red."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.system.chaos import planted, storm

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]


@pytest.mark.parametrize(("fault", "seen_by"), list(planted.SEEN_BY.items()))
def test_a_fault_is_seen(fault: str, seen_by: frozenset[str], tmp_path: Path) -> None:
    report = storm.run(tmp_path, planted.plan(fault))
    print(storm.told(report))
    assert seen_by & {check for check, lines in report.violations.items() if lines}
