"""Marks outside the database: the greatest is kept, in a file and at the broker, whichever of them is there."""

from __future__ import annotations

import json
import logging
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import pytest

from runtime.marks import FILE, OutsideMarks

ONE, OTHER = uuid4(), uuid4()


@pytest.fixture
def file_only(tmp_path: Path) -> OutsideMarks:
    return OutsideMarks("", tmp_path)


def test_the_greatest_is_kept(file_only: OutsideMarks) -> None:
    assert file_only.greatest() == {}
    for mark in (3, 7, 5):
        file_only.note({ONE: mark})
    file_only.note({OTHER: 1})
    assert file_only.greatest() == {ONE: 7, OTHER: 1}


def test_several_processes_never_lower_one(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda mark: OutsideMarks("", tmp_path).note({ONE: mark}), range(100)))
    assert OutsideMarks("", tmp_path).greatest() == {ONE: 99}


def test_the_broker_tells_other_hosts(broker_url: str, tmp_path: Path) -> None:
    here, there = (OutsideMarks(broker_url, tmp_path / name) for name in ("here", "there"))
    sender = uuid4()
    (tmp_path / "here").mkdir()
    here.note({sender: 7})
    there.note({sender: 5})
    assert there.greatest()[sender] == 7
    assert not (tmp_path / "there" / FILE).exists()


def test_one_of_them_is_enough(broker_url: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    sender = uuid4()
    OutsideMarks("redis+socket:///nowhere/valkey.sock", tmp_path).note({sender: 2})
    assert OutsideMarks("", tmp_path).greatest()[sender] == 2
    OutsideMarks(broker_url, tmp_path / "nowhere").note({sender: 3})
    assert OutsideMarks(broker_url, tmp_path).greatest()[sender] == 3
    assert not caplog.records


def test_that_neither_can_be_written_is_logged_and_stops_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.ERROR):
        OutsideMarks("amqp://127.0.0.1:1", tmp_path / "nowhere").note({ONE: 1})
    assert "noted nowhere" in caplog.text


def test_a_damaged_file_says_nothing_and_is_written_anew(file_only: OutsideMarks, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("{")
    assert file_only.greatest() == {}
    file_only.note({ONE: 4})
    assert json.loads((tmp_path / FILE).read_text()) == {str(ONE): 4}
