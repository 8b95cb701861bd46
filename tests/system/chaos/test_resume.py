"""The long form stopped anywhere goes on: what is done is kept, the storm under way is played again with its seed."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.system.chaos import __main__ as long_form
from tests.system.chaos.kills import KINDS


@pytest.fixture
def played(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """(seed, kills) of each storm begun; the third one is interrupted, the fifth finds something."""
    begun: list[tuple[int, int]] = []

    def storm(seed: int, kills: int, _home: Path) -> dict[str, Any]:
        begun.append((seed, kills))
        if len(begun) == 3:
            raise KeyboardInterrupt
        violations = {"twice": ["a text"]} if len(begun) == 5 else {}
        return {"seed": seed, "kills": dict.fromkeys(KINDS, kills), "violations": violations}

    monkeypatch.setattr(long_form, "_one", storm)
    return begun


def chaos(monkeypatch: pytest.MonkeyPatch, file: Path, *arguments: str) -> int:
    monkeypatch.setattr(sys, "argv", ["chaos", "--resume", str(file), *arguments])
    return long_form.main()


def test_it_goes_on_with_the_seed_it_was_stopped_in(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, played: list[tuple[int, int]], capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "chaos.json"
    assert chaos(monkeypatch, file, "--kills", "34", "--seed", "7") == long_form.INTERRUPTED
    assert str(file) in capsys.readouterr().out
    assert [entry["seed"] for entry in json.loads(file.read_text())] == [7, 8]
    assert chaos(monkeypatch, file, "--kills", "34", "--seed", "7") == 1  # a storm of all that are done was violated
    assert played == [(7, 10), (8, 10), (9, 10), (9, 10), (10, 4)]
    assert "violated in seeds [10]" in capsys.readouterr().out
    assert chaos(monkeypatch, file, "--kills", "34") == 1
    assert len(played) == 5, "nothing was left to do"


def test_so_many_storms_at_a_time(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, played: list[tuple[int, int]]
) -> None:
    for _ in range(2):
        assert chaos(monkeypatch, tmp_path / "chaos.json", "--storms", "1") == 0
    assert played == [(1, 10), (2, 10)]
