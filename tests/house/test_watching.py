"""What `/metrics` tells stands in docs/watching.md and nothing else does; who watches asks only for what is told."""

from __future__ import annotations

import ast
import re

from prometheus_client import REGISTRY

from gateway.metrics import SAID
from tests.house.source import ROOT, called, literal, modules, tree

PAGE = (ROOT / "docs" / "watching.md").read_text("utf-8")
COUNTED = {found.name for found in REGISTRY.collect() if found.name.startswith("alo_")}
"""What a process counts by itself."""
TOLD = COUNTED | set(SAID)
ENDINGS = ("_total", "_bucket", "_sum", "_count", "_created")


def measured() -> set[str]:
    """Every name that a `Measure` of ours is made with."""
    return {
        str(literal(node.args[0]))
        for path in modules("services", "gateway")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and called(node) == "Measure"
    }


def documented() -> set[str]:
    """Every figure that the table of the page explains."""
    table = PAGE.partition("## Figures")[2]
    rows = re.findall(r"^\| ((?:`alo_[a-z_]+`(?:, )?)+) \|", table, re.MULTILINE)
    return {name for row in rows for name in re.findall(r"`(alo_[a-z_]+)`", row)}


def test_every_measure_has_words_and_all_words_a_measure() -> None:
    assert measured() == set(SAID)


def test_every_figure_is_explained_and_every_explained_figure_exists() -> None:
    assert documented() == TOLD


def named(text: str) -> set[str]:
    """Figures that an expression asks for, without what Prometheus adds to a name."""
    found = set(re.findall(r"\b(alo_[a-z_]+)\b", text))
    return {next((name.removesuffix(e) for e in ENDINGS if name.removesuffix(e) in TOLD), name) for name in found}


LABELS = {
    *("of", "queue", "sender", "medium", "state", "kind", "code", "why", "listed", "loop", "part", "version", "python"),
    *("door", "reason", "error", "outcome", "role", "le"),
}


def test_no_label_comes_from_a_request() -> None:
    """Labels are names of ours, codes, kinds and states."""
    calls = [
        node
        for path in modules("services", "gateway")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and called(node) == "Measure" and isinstance(node.args[1], ast.Dict)
    ]
    assert len(calls) > 20
    given = {literal(key) for node in calls if isinstance(node.args[1], ast.Dict) for key in node.args[1].keys}
    ours = [found for found in REGISTRY.collect() if found.name.startswith("alo_")]
    given |= {label for family in ours for sample in family.samples for label in sample.labels}
    assert given <= LABELS
