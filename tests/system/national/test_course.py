"""A national run that was stopped knows where it was."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from uuid import UUID

import pytest

from tests.system.national.course import Course
from tests.system.national.meters import Reading
from tests.system.national.reference import Cost
from tests.system.national.story import START


def course(campaign: UUID | None = None) -> Course:
    at = START + timedelta(minutes=7, microseconds=5)
    return Course(300, 61, (4001, 4002), 60.0, at, {"one by one": [Cost(1.5, 2, 3, 4)]}, {"import": 2.5}, campaign)


@pytest.mark.parametrize("campaign", [None, UUID(int=7)])
def test_what_is_kept_is_read_again(tmp_path: Path, campaign: UUID | None) -> None:
    kept = course(campaign)
    kept.write(tmp_path)
    assert Course.read(tmp_path) == kept


def test_legs_add_up() -> None:
    found = course()
    for begin in (10.0, 500.0):
        early = Reading(begin, {"gateway": 1.0}, {}, {"interview_events": 5})
        found.add(early, Reading(begin + 5, {"gateway": 3.0}, {}, {"interview_events": 9}))
    assert (found.seconds, found.turns, found.cpu_s) == (10.0, 8, {"gateway": 4.0})


def test_a_run_that_never_was_cannot_go_on(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        Course.read(tmp_path)
