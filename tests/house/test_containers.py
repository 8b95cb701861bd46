"""compose.yaml and the Dockerfile name what is there: modules, options, queues, settings, roles, files.

No container is built here; that they run is not shown.
"""

from __future__ import annotations

import ast
import re
import shlex
from importlib.util import find_spec
from typing import Any

import pytest
import yaml
from celery.bin.celery import celery
from click import Context
from sqlalchemy import make_url

from cli.main import alo
from runtime.celery_client import QUEUES
from runtime.embedded import DATABASE, LOGIN_ROLES
from runtime.settings import known_settings
from tests.house.installed import is_installed
from tests.house.source import ROOT, tree

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if "build" in service}
DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ").splitlines()
OF_LIBRARIES = {"PROMETHEUS_MULTIPROC_DIR"}
OF_PYTHON = ("PIP_", "PYTHON")
SETTINGS = {name.upper() for name in known_settings()} | {"ALO_SERVE"}


def said(instruction: str) -> list[str]:
    """What the Dockerfile says after each `instruction`."""
    return [line.removeprefix(instruction).strip() for line in DOCKERFILE if line.startswith(f"{instruction} ")]


def commands() -> dict[str, list[str]]:
    """Each part's command line; the image's own where a part names none."""
    image = yaml.safe_load(said("CMD")[-1])
    return {name: service.get("command", image) for name, service in OURS.items()}


@pytest.mark.parametrize("part", OURS)
def test_a_part_runs_what_is_there(part: str) -> None:
    match commands()[part]:
        case ["python", "-m", module]:
            assert find_spec(module) is not None
        case ["gunicorn", "-c", configuration, application]:
            assert find_spec(configuration.removeprefix("python:")) is not None
            assert defines(*application.split(":"))
        case ["celery", "-A", module, command, *options]:
            assert defines(module, "app")
            understood(command, options)
        case ["alo", group, command]:
            assert command in alo.get_command(Context(alo), group).commands
        case other:
            pytest.fail(f"{part} runs nothing of ours: {other}")


def defines(module: str, name: str) -> bool:
    """Whether a module of ours assigns `name` at its top; it is not loaded, for that may start something."""
    targets = [
        target
        for node in tree(ROOT / f"{module.replace('.', '/')}.py").body
        for target in (node.targets if isinstance(node, ast.Assign) else [])
    ]
    return any(isinstance(target, ast.Name) and target.id == name for target in targets)


def understood(command: str, options: list[str]) -> dict[str, Any]:
    """Celery's own reading of a command line. Raises click.UsageError."""
    known = celery.commands[command]
    found, rest, _ = known.make_parser(Context(known)).parse_args(list(options))
    assert not rest
    return dict(found)


def test_each_queue_is_worked() -> None:
    found = [command[4:] for command in commands().values() if command[3:4] == ["worker"]]
    assert sorted(understood("worker", options)["queues"] for options in found) == sorted(QUEUES)


def test_what_is_set_is_a_setting() -> None:
    given = {name for service in OURS.values() for name in service["environment"]}
    image = {word.partition("=")[0] for line in said("ENV") for word in shlex.split(line)}
    image = {name for name in image if not name.startswith(OF_PYTHON)}
    assert given | image <= SETTINGS | OF_LIBRARIES


def test_what_the_file_asks_of_its_reader_exists() -> None:
    """The words before the first part name settings and passwords, and every password is asked for."""
    text = (ROOT / "compose.yaml").read_text("utf-8")
    head = text.partition("x-alo:")[0]
    passwords = set(re.findall(r"\$\{([A-Z_]+):\?\}", text))
    named = set(re.findall(r"\b[A-Z]+(?:_[A-Z]+)+\b", head))
    assert passwords <= named
    assert named - passwords <= SETTINGS


def test_addresses_name_parts_and_roles() -> None:
    for service in OURS.values():
        for name, value in service["environment"].items():
            if name.endswith("_URL") and name != "PUBLIC_BASE_URL":
                url = make_url(re.sub(r"\$\{[A-Z_]+:\?\}", "secret", value))
                assert url.host in SERVICES
                assert url.drivername == "redis" or (url.username in LOGIN_ROLES and url.database == DATABASE)
    roles = (ROOT / COMPOSE["configs"]["roles"]["file"]).read_text("utf-8")
    assert set(re.findall(r"CREATE ROLE (\w+)", roles)) == set(LOGIN_ROLES)
    assert re.findall(r"CREATE DATABASE (\w+)", roles) == [DATABASE]


def test_what_parts_wait_for_and_keep_is_declared() -> None:
    volumes = set(COMPOSE["volumes"])
    for service in SERVICES.values():
        assert set(service.get("depends_on", {})) <= set(SERVICES)
        assert {place.partition(":")[0] for place in service.get("volumes", ())} <= volumes
        assert {given["source"] for given in service.get("configs", ())} <= set(COMPOSE["configs"])


def test_what_is_copied_is_there() -> None:
    for line in said("COPY"):
        for source in shlex.split(line)[:-1]:
            assert (ROOT / source).exists(), source
            assert source == "." or is_installed(source), source


def test_no_secret_may_be_left_out() -> None:
    """`${NAME}` alone is empty where nothing is set: every name must be required."""
    assert re.findall(r"\$\{[A-Z_]+\}", (ROOT / "compose.yaml").read_text("utf-8")) == []


def test_each_part_gets_only_its_own_secrets() -> None:
    given = {name: set(service["environment"]) for name, service in OURS.items()}
    assert given["migrate"] == {"DATABASE_OWNER_URL"}
    assert given["senders"] == given["beat"]
    machine = {"DATABASE_URL", "BROKER_URL", "ALO_SECRET_KEYS", "ALO_LOOKUP_KEY", "PUBLIC_BASE_URL"}
    pages = {"ALO_CONSOLE_DATABASE_URL", "ALO_SESSION_KEY", "PROMETHEUS_MULTIPROC_DIR"}
    erases = {"ALO_ERASER_DATABASE_URL"}
    for part, more in (("gateway", pages), ("worker-contact", set()), ("worker-housekeeping", erases), ("beat", set())):
        assert given[part] == machine | more, part
    files = {name: service.get("env_file") for name, service in OURS.items()}
    assert [name for name, file in files.items() if file not in (None, "carriers.env")] == []
    assert files["beat"] is files["migrate"] is None
