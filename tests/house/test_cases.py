"""A table of cases reports every case that fails, by its label, and only those; `--case` narrows it down."""

from __future__ import annotations

import pytest

from tests import cases

ROWS = [(1, 1), (2, 3), pytest.param(4, 5, id="the last")]


@cases.table(("left", "right"), ROWS)
def equal(left: int, right: int) -> None:
    assert left == right


@cases.table("word", ["a", "b"])
def asked_with_a_fixture(word: str, allowed: str) -> None:
    assert word in allowed


def test_every_failing_case_is_told_with_its_values_and_place() -> None:
    with pytest.raises(pytest.fail.Exception) as failed:
        equal()
    first, *others = str(failed.value).split("\n")
    assert first == "2 of 3 cases:"
    told = [line for line in others if "AssertionError at " in line]
    assert [line.split(":")[0] for line in told] == ["2-3", "the last"]
    assert all("test_cases.py:14: assert " in line for line in told)


def test_one_case_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cases, "wanted", "1-1")
    equal()
    monkeypatch.setattr(cases, "wanted", "nowhere")
    with pytest.raises(pytest.skip.Exception):
        equal()


def test_fixtures_are_handed_on() -> None:
    asked_with_a_fixture(allowed="ab")
    with pytest.raises(pytest.fail.Exception, match="1 of 2 cases:\nb: AssertionError"):
        asked_with_a_fixture(allowed="a")


def test_offenders_are_all_named() -> None:
    cases.assert_none([])
    with pytest.raises(pytest.fail.Exception, match="2:\none\ntwo"):
        cases.assert_none(["one", "two"])
