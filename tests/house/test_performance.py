"""docs/performance.md names each row of the bench, and no other; the bench runs what users have."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pytest

from tests.bench import __main__ as bench
from tests.bench.__main__ import GROUPS
from tests.bench.installed import DEVELOPMENT
from tests.bench.measuring import Row
from tests.house.source import ROOT

KEPT = Row("kept", "µs", [1.0], [1.0], 2.0)


def _broken() -> Iterator[Row]:
    yield KEPT
    raise RuntimeError("the server is gone")


@pytest.mark.parametrize(
    ("rows", "status"),
    [
        ([KEPT, Row("only reported", "µs", [9.0], [1.0], None)], 0),
        ([KEPT, Row("ratio", "µs", [2.1], [1.0], 2.0)], 1),
        ([KEPT, Row("beside the ratio", "µs", [1.0], [1.0], 2.0, faults=("101 MB",))], 1),
        ([], 1),
        (_broken(), 1),
    ],
)
def test_the_bench_fails_when_a_must_is_missed_or_a_row_was_not_taken(
    rows: Any, status: int, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(bench, "GROUPS", {("one",): lambda *_: iter(rows), ("two",): lambda *_: iter([KEPT])})
    monkeypatch.setattr(bench, "house", nullcontext)
    monkeypatch.setattr("sys.argv", ["bench", "--json", str(tmp_path / "bench.json")])
    assert bench.main() == status
    assert '"kept"' in (tmp_path / "bench.json").read_text()  # the others are measured all the same


def test_every_row_of_the_bench_is_explained_and_every_explained_row_exists() -> None:
    text = (ROOT / "docs" / "performance.md").read_text("utf-8")
    rows = re.findall(r"^\| ((?:`[a-z0-9-]+`(?:, )?)+) \|", text.partition("## Rows")[2], re.MULTILINE)
    named = [name for row in rows for name in re.findall(r"`([a-z0-9-]+)`", row)]
    assert sorted(named) == sorted(name for group in GROUPS for name in group)


def test_what_the_bench_hides_only_development_brings() -> None:
    pinned = re.findall(r"^([a-z0-9-]+)==", (ROOT / "requirements.txt").read_text("utf-8"), re.MULTILINE)
    assert not set(DEVELOPMENT) & set(pinned)
    ours = (ROOT / "requirements-dev.txt").read_text("utf-8")
    assert all(f"\n{name}==" in ours for name in DEVELOPMENT)
