"""Gateway, worker, beat and commands refuse to start with other keys than the database was written with, in words."""

from __future__ import annotations

import base64
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from cli.main import alo
from demo.data_directory import free_port
from runtime.container import machine_work
from runtime.refusals import NOT_CONFIGURED
from runtime.settings import Settings
from services.keys import fingerprints as key_fingerprints
from store.unit_of_work import Database
from tests.doubles import KEYS
from tests.house.source import ROOT

OTHER = base64.b64encode(bytes(32)).decode()
PARTS = {
    "gateway": ["gunicorn", "-c", "python:runtime.web_server", "gateway.wsgi:app"],
    "worker": ["celery", "-A", "workers.app", "worker", "-Q", "contact", "-c", "1", "-l", "ERROR"],
    "beat": ["celery", "-A", "workers.app", "beat", "-s", "{data}/beat", "--pidfile=", "-l", "ERROR"],
}


@pytest.fixture
def environment(
    database_url: str, console_url: str, broker_url: str, owner: Database, tmp_path: Path
) -> dict[str, str]:
    """A database that knows its keys, and the environment of a part that is given them."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("ALO_", "DATABASE_", "BROKER_", "TWILIO_"))}
    urls = {"DATABASE_URL": database_url, "ALO_CONSOLE_DATABASE_URL": console_url, "BROKER_URL": broker_url}
    keys = {name.upper(): value for name, value in KEYS.items()}
    work = machine_work(Settings(database_url=database_url, **KEYS))
    key_fingerprints.admit(work)
    work.database.close()
    return {**kept, **urls, **keys, "ALO_DATA_DIR": str(tmp_path), "ALO_PORT": str(free_port()), "ALO_WEB_WORKERS": "1"}


def start(argv: list[str], environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    argv = [word.format(data=environment["ALO_DATA_DIR"]) for word in argv]
    return subprocess.run(
        [sys.executable, "-m", *argv], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"ALO_SECRET_KEYS": f"test:{OTHER}"}, "không phải khoá mà cơ sở dữ liệu này đã dùng"),
        ({"ALO_SECRET_KEYS": ""}, "alo keys new"),
    ],
    ids=["other keys", "no keys"],
)
def test_a_part_with_other_keys_does_not_start(
    environment: dict[str, str], part: str, given: dict[str, str], said: str
) -> None:
    ended = start(PARTS[part], {**environment, **given})
    assert ended.returncode == NOT_CONFIGURED, ended.stdout + ended.stderr
    assert said in ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr
    assert OTHER not in ended.stdout + ended.stderr


def test_a_command_refuses_too(environment: dict[str, str]) -> None:
    ended = start(["cli.main", "--lang=en", "round", "list"], {**environment, "ALO_LOOKUP_KEY": f"2:{OTHER}"})
    assert ended.returncode == 1
    assert "alo keys rehash" in ended.stderr


def test_keys_are_listed_and_a_new_set_is_printed(environment: dict[str, str], owner_url: str) -> None:
    runner, here = CliRunner(), {**environment, "DATABASE_OWNER_URL": owner_url}
    made = runner.invoke(alo, ["keys", "new"], env={"DATABASE_URL": ""})
    assert [line.split("=")[0] for line in made.stdout.splitlines()] == [name.upper() for name in KEYS]
    for argv in (["list"], ["list", "--json"], ["rotate"], ["rotate", "--json"]):
        ended = runner.invoke(alo, ["keys", *argv], env=here)
        assert ended.exit_code == 0, ended.output
