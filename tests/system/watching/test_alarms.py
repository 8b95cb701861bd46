"""Each alarm as shipped, weighed by promtool over an hour of figures: it fires for what it names, when due, alone."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.system.watching import prometheus

pytestmark = pytest.mark.system

STEPS = 240
"""Of 15 seconds."""
FIRING = 'count by (alertname) (ALERTS{alertstate="firing"})'
WELL = {
    'alo_build_info{version="1",python="3"}': 1,
    "alo_database_up{}": 1,
    "alo_database_writable{}": 1,
    "alo_schema_fits{}": 1,
    "alo_broker_up{}": 1,
    "alo_beat_last_seconds{}": 1,
    'alo_queue_last_task_seconds{queue="contact"}': 240,
    'alo_queue_last_task_seconds{queue="housekeeping"}': 9,
    'alo_queue_messages{queue="contact"}': 300,
    'alo_outbox_oldest_due_seconds{sender="texts"}': 20000,
    'alo_outbox_stalled_seconds{sender="texts"}': 1,
    'alo_outbox_rows{sender="texts",medium="text",state="unknown"}': 10,
    "alo_database_connections{}": 100,
    "alo_database_connections_most{}": 200,
    'alo_database_pool_in_use{role="machine"}': 3,
    'alo_database_pool_size{role="machine"}': 8,
    'alo_database_pool_in_use{role="console"}': 0,
    'alo_database_pool_size{role="console"}': 0,
    "alo_data_free_bytes{}": 50e9,
    "alo_data_size_bytes{}": 100e9,
    "alo_held_after_restore{}": 0,
    'alo_sender_paused{sender="texts"}': 1,
    'alo_webhook_failed_total{door="twilio",error="X"}': 100,
    'alo_webhook_refused_total{door="twilio",reason="signature"}': 100,
}
"""A busy house in which nothing is wrong: a long queue of texts, a paused sender, errors of yesterday."""
AMISS: dict[str, dict[str, Any]] = {
    "AloSaysNothing": dict.fromkeys(WELL),
    "AloDatabaseAway": {"alo_database_up{}": 0, "alo_database_writable{}": 0, "alo_schema_fits{}": 0},
    "AloDatabaseRefusesWriting": {"alo_database_writable{}": 0},
    "AloSchemaDoesNotFit": {"alo_schema_fits{}": 0},
    "AloBrokerAway": {
        "alo_broker_up{}": 0,
        **dict.fromkeys(name for name in WELL if re.match("alo_(beat|queue)", name)),
    },
    "AloBeatSilent": {
        "alo_beat_last_seconds{}": "31+15x240",
        'alo_queue_last_task_seconds{queue="contact"}': "40+15x240",
        'alo_queue_last_task_seconds{queue="housekeeping"}': "+Inf _x240",
    },
    "AloQueueSilent": {'alo_queue_last_task_seconds{queue="housekeeping"}': "301+15x240"},
    "AloQueueLong": {'alo_queue_messages{queue="contact"}': 1001},
    "AloSenderStalled": {'alo_outbox_stalled_seconds{sender="texts"}': "121+15x240"},
    "AloManyInDoubt": {'alo_outbox_rows{sender="texts",medium="text",state="unknown"}': 101},
    "AloConnectionsScarce": {"alo_database_connections{}": 190},
    "AloPoolExhausted": {'alo_database_pool_in_use{role="machine"}': 8},
    "AloDiskFilling": {"alo_data_free_bytes{}": 4e9},
    "AloHeldAfterRestore": {"alo_held_after_restore{}": 1},
    "AloItemsSetAside": {'alo_unfit_items{loop="texts",code="ValueError"}': 2},
    "AloWebhooksFail": {'alo_webhook_failed_total{door="twilio",error="X"}': "100+1x240"},
    "AloSignaturesRefused": {'alo_webhook_refused_total{door="twilio",reason="signature"}': "100+1x240"},
    "AloFiguresMissing": {'alo_figures_missing{part="senders"}': 1},
}
SLOW = {"AloWebhooksFail": 10, "AloSignaturesRefused": 10}
"""Alarms over a stretch of time need its minutes before they can weigh."""


def series(figures: dict[str, Any]) -> list[dict[str, str]]:
    """As promtool takes them: of one gateway; what is None is not told."""
    told = []
    for name, value in figures.items():
        if value is None:
            continue
        labelled = name.replace("{", '{instance="one",', 1).replace(",}", "}")
        told.append({"series": labelled, "values": value if isinstance(value, str) else f"{value:g}x{STEPS}"})
    return told


def minutes(text: str) -> int:
    """The wait of a rule."""
    assert text.endswith("m")
    return int(text[:-1])


def case(figures: dict[str, Any], expected: dict[int, list[str]]) -> dict[str, Any]:
    """Figures, and which alarms fire after so many minutes."""
    return {
        "interval": "15s",
        "input_series": series(figures),
        "promql_expr_test": [
            {
                "expr": FIRING,
                "eval_time": f"{at}m",
                "exp_samples": [{"labels": f'{{alertname="{name}"}}', "value": 1} for name in firing],
            }
            for at, firing in expected.items()
        ],
    }


@pytest.fixture(scope="module")
def waits() -> dict[str, int]:
    """Alarm → minutes it waits, as shipped."""
    if not prometheus.is_there():
        pytest.skip(prometheus.NOT_THERE)
    read = yaml.safe_load(prometheus.RULES.read_text("utf-8"))
    return {rule["alert"]: minutes(rule["for"]) for group in read["groups"] for rule in group["rules"]}


def weighed(home: Path, cases: list[dict[str, Any]], rules: Path = prometheus.RULES) -> str:
    """What promtool says that is other than expected; "" where nothing is."""
    file = home / "weighed.yml"
    file.write_text(
        yaml.safe_dump({"rule_files": [str(rules)], "evaluation_interval": "15s", "tests": cases}, sort_keys=False)
    )
    done = subprocess.run(["promtool", "test", "rules", str(file)], capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


def cases(waits: dict[str, int]) -> list[dict[str, Any]]:
    """Every alarm with its figures, and a house that is well."""
    told = [case(WELL, {30: [], 59: []})]
    for name, figures in AMISS.items():
        begun = SLOW.get(name, 0)
        before = {} if begun else {waits[name] - 1: []}
        told.append(case(WELL | figures, {**before, begun + waits[name] + 1: [name]}))
    return told


def test_every_alarm_fires_alone_for_what_it_names(waits: dict[str, int], tmp_path: Path) -> None:
    assert set(AMISS) == set(waits)
    assert weighed(tmp_path, cases(waits)) == ""


def test_alarms_that_ask_for_something_else_are_seen(waits: dict[str, int], tmp_path: Path) -> None:
    """The planted fault: bounds that nothing reaches."""
    changed = tmp_path / "alerts.yml"
    changed.write_text(
        re.sub(r"alo_beat_last_seconds > 30", "alo_beat_last_seconds > 300000", prometheus.RULES.read_text())
    )
    assert "AloBeatSilent" in weighed(tmp_path, cases(waits), changed)
