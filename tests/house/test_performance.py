"""docs/performance.md names each row of the bench, and no other; the bench runs what users have."""

from __future__ import annotations

import re

from tests.bench.__main__ import GROUPS
from tests.bench.installed import DEVELOPMENT
from tests.house.source import ROOT


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
