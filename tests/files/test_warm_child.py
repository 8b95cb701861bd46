"""The warm child of the tests says what the product's own says, under the same limits."""

from __future__ import annotations

from pathlib import Path

import pytest

from files.limited_child import ChildLimits, DiedError, ExceededError, run
from tests.warm_child import WarmChild

FILES = [*sorted(Path("questionnaires").glob("*.xlsx")), *sorted(Path("questionnaires").rglob("*.csv"))][:4]


@pytest.fixture(scope="module")
def warm() -> WarmChild:
    return WarmChild()


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_it_says_what_the_real_child_says(warm: WarmChild, path: Path) -> None:
    form = path.suffix == ".xlsx"
    module, arguments = ("files.form_child", (".xlsx",)) if form else ("files.parsing.child", (path.suffix, ""))
    with path.open("rb") as source:
        said = warm.run(module, source, arguments, ChildLimits())
        source.seek(0)
        assert said == run(module, source, arguments, ChildLimits())


@pytest.mark.parametrize(
    "limits", [ChildLimits(memory_mb=16), ChildLimits(cpu_s=0), ChildLimits(wall_s=0.01), ChildLimits(output_mb=0)]
)
def test_it_keeps_the_limits_and_reads_the_next_file(warm: WarmChild, limits: ChildLimits, tmp_path: Path) -> None:
    with FILES[0].open("rb") as source, pytest.raises((ExceededError, DiedError)):
        warm.run("files.form_child", source, (".xlsx",), limits)
    with FILES[0].open("rb") as source:
        assert warm.run("files.form_child", source, (".xlsx",), ChildLimits())


def test_a_child_that_dies_is_said_to_have_died(warm: WarmChild, tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.write_bytes(b"")
    with empty.open("rb") as source, pytest.raises(DiedError):
        warm.run("files.form_child", source, (), ChildLimits())
