"""The demonstration as a command: it passes, leaves nobody's number, name or words in a log, and can fail."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from demo.data_directory import free_port
from demo.samples.sample_list import sample_rows
from tests import faults
from tests.house.source import ROOT

pytestmark = [pytest.mark.system, pytest.mark.timeout(400)]

CHECKS = {"answers", "twice", "hours", "caps", "opt_out", "played"}
PERSON = 5
"""The column of the list that names a person."""
SHORTEST_WORDS = 12
"""Shorter bodies ("2", "STOP") are found in any log."""
NOT_OURS = {"simulator.log"}


@dataclass(frozen=True)
class Played:
    """One run of `alo demo --json`."""

    directory: Path
    code: int
    document: dict[str, Any]
    told: str


def play(directory: Path, **settings: str) -> Played:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ALO_", "DATABASE_", "BROKER_", "TWILIO_"))}
    ours = {"ALO_DATA_DIR": str(directory), "ALO_PORT": str(free_port()), "ALO_LANG": "en"}
    argv = [sys.executable, "-m", "cli.main", "demo", "--json"]
    environment = {**kept, **ours, **settings}
    done = subprocess.run(argv, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=390, check=False)
    assert done.stdout, done.stderr
    return Played(directory, done.returncode, json.loads(done.stdout), done.stderr)


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """The demonstration at its most talkative."""
    return play(tmp_path_factory.mktemp("demo"), ALO_LOG_LEVEL="DEBUG")


def test_it_passes_every_check(played: Played) -> None:
    found = played.document
    assert found["violations"] == {check: [] for check in CHECKS}
    assert found["passed"]
    assert played.code == 0
    assert found["contacted"] == 40
    assert found["compared"] > 200
    assert set(found["answered_by_channel"]) == {"voice", "sms", "online"}


def secrets(directory: Path) -> dict[str, str]:
    """What no log may hold → what it is: numbers without their prefix, persons, words written and spoken."""
    rows = list(sample_rows())
    journal = [json.loads(line) for line in (directory / "journal.jsonl").read_text("utf-8").splitlines()]
    numbers = {e[side] for e in journal for side in ("to", "sender") if side in e}
    bodies = {e["body"] for e in journal if len(e.get("body", "")) >= SHORTEST_WORDS}
    found = {number.removeprefix("+84"): "number" for number in numbers if number.startswith("+84")}
    found |= {str(row[PERSON]): "person" for row in rows}
    return found | dict.fromkeys(bodies, "words")


def test_no_log_knows_a_person(played: Played) -> None:
    wanted = secrets(played.directory)
    assert {"number", "person", "words"} <= set(wanted.values())
    assert len(wanted) > 150
    assert any(what == "number" and number.startswith("9000000") for number, what in wanted.items())
    logs = [*(played.directory / "logs").glob("*.log"), *played.directory.glob("*/*.log")]
    ours = {log for log in logs if log.name not in NOT_OURS}
    assert {"gateway.log", "worker-contact.log", "postgres.log"} <= {log.name for log in ours}
    said = {log: log.read_text("utf-8", "replace") for log in ours} | {played.directory / "stderr": played.told}
    our_numbers = re.compile(r"247300000[12]")  # printed on every letter: no secret
    leaks = [
        f"{log.name}: a {what}"
        for log, text in said.items()
        for secret, what in wanted.items()
        if not our_numbers.search(secret) and secret in text
    ]
    assert leaks == []


def test_it_fails_when_opting_out_does_nothing(tmp_path: Path) -> None:
    found = play(tmp_path, **faults.environment("skip-opt-out"))
    assert found.code == 1
    assert not found.document["passed"]
    assert found.document["violations"]["opt_out"]
