"""The long tests that run first are there, and an order leaves no test out."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from tests.house.source import ROOT
from tests.order import LONG, longest_first


def test_what_is_said_to_be_long_is_there() -> None:
    for name in LONG:
        module, test = name.split("::")
        assert f"def {test or 'test_'}" in (ROOT / module).read_text("utf-8"), name


@pytest.mark.parametrize("workers", [1, 2, 3])
def test_each_worker_begins_with_its_share_of_the_long_ones(workers: int) -> None:
    names = [f"tests/x.py::test_{n}" for n in range(20)] + [f"{name}x" for name in LONG[:6]]
    items = cast("list[pytest.Item]", [SimpleNamespace(nodeid=name) for name in names])
    ordered = [item.nodeid for item in longest_first(items, workers)]
    assert sorted(ordered) == sorted(names)
    starts = [ordered[len(names) * worker // workers] for worker in range(workers)]
    assert starts == [f"{name}x" for name in LONG[:workers]]
