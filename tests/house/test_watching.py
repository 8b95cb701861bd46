"""What `/metrics` tells stands in docs/watching.md and nothing else does; who watches asks only for what is told."""

from __future__ import annotations

import ast
import json
import re
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY

from cli.doctor_checks import sign_checks as signs
from gateway.metrics import DESCRIPTIONS
from runtime.celery_client import TASK_TIME_LIMIT_S
from tests.house.source import ROOT, called, literal, modules, tree
from workers.schedule import HEARTBEAT_S, TICK_S

PAGE = (ROOT / "docs" / "watching.md").read_text("utf-8")
COUNTED = {found.name for found in REGISTRY.collect() if found.name.startswith("alo_")}
"""What a process counts by itself."""
TOLD = COUNTED | set(DESCRIPTIONS)
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
    assert measured() == set(DESCRIPTIONS)


def test_every_figure_is_explained_and_every_explained_figure_exists() -> None:
    assert documented() == TOLD


def named(text: str) -> set[str]:
    """Figures that an expression asks for, without what Prometheus adds to a name."""
    found = set(re.findall(r"\b(alo_[a-z_]+)\b", text))
    return {next((name.removesuffix(e) for e in ENDINGS if name.removesuffix(e) in TOLD), name) for name in found}


ALERTS: list[dict[str, Any]] = [
    rule
    for group in yaml.safe_load((ROOT / "deploy" / "alerts.yml").read_text("utf-8"))["groups"]
    for rule in group["rules"]
]
DASHBOARD: dict[str, Any] = json.loads((ROOT / "deploy" / "dashboard.json").read_text("utf-8"))


@pytest.mark.parametrize("rule", ALERTS, ids=lambda rule: rule["alert"])
def test_an_alarm_asks_for_what_is_told_and_says_what_to_do(rule: dict[str, Any]) -> None:
    assert named(rule["expr"])
    assert named(rule["expr"]) <= TOLD
    assert rule["for"]
    assert rule["labels"]["severity"] in ("critical", "warning")
    said = rule["annotations"]
    assert set(said) == {"summary", "summary_en", "action", "action_en", "runbook"}
    assert len({*said.values()}) == len(said)
    runbook = (ROOT / "docs" / "runbook.md").read_text("utf-8")
    assert said["runbook"] == "docs/runbook.md#alarms"
    assert f"| {rule['alert']} |" in runbook.partition("## Alarms\n")[2].partition("\n## ")[0]
    labels = set(re.findall(r"\$labels\.(\w+)", "".join(said.values())))
    assert labels <= LABELS


def test_the_runbook_tells_of_no_other_alarm() -> None:
    section = (ROOT / "docs" / "runbook.md").read_text("utf-8").partition("## Alarms\n")[2].partition("\n## ")[0]
    assert re.findall(r"^\| (Alo\w+) \|", section, re.MULTILINE) == [rule["alert"] for rule in ALERTS]


@pytest.mark.parametrize("panel", DASHBOARD["panels"], ids=lambda panel: panel["title"])
def test_a_picture_shows_what_is_told(panel: dict[str, Any]) -> None:
    assert panel["targets"]
    for target in panel["targets"]:
        assert named(target["expr"])
        assert named(target["expr"]) <= TOLD
        assert set(re.findall(r"{{(\w+)}}", target["legendFormat"])) <= LABELS | {"instance"}


def test_pictures_do_not_overlap() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & taken
        assert at["x"] + at["w"] <= 24
        taken |= cells
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


def test_doctor_and_alarms_call_the_same_late() -> None:
    """And neither sooner than a living part can be."""
    asked = {rule["alert"]: rule["expr"] for rule in ALERTS}
    assert f"alo_beat_last_seconds > {signs.BEAT_LATE_S:g}" in asked["AloBeatSilent"]
    assert f"alo_queue_last_task_seconds > {signs.QUEUE_LATE_S:g}" in asked["AloQueueSilent"]
    assert f"alo_outbox_stalled_seconds > {signs.STALLED_S:g}" in asked["AloSenderStalled"]
    assert signs.BEAT_LATE_S >= 20 * TICK_S
    assert signs.QUEUE_LATE_S > TASK_TIME_LIMIT_S + HEARTBEAT_S
    assert signs.PATIENCE_S > HEARTBEAT_S


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
