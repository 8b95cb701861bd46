"""deploy/ fits what it starts: settings, queues, limits, connections, logs; tests/system/install shows that it runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from celery.bin.celery import celery

from carriers import registry
from cli.doctor_checks import PARTS
from gateway.console.lists import MAX_UPLOAD
from gateway.webhooks.guard import MAX_BYTES
from runtime.celery_client import QUEUES
from runtime.refusals import NOT_CONFIGURED
from runtime.settings import Settings
from tests.house.source import ROOT
from tests.house.test_containers import OURS, understood
from tests.house.test_guarded_containers import BY_HAND, RESERVED, options, pools

DEPLOY = ROOT / "deploy"
UNITS = {path.stem: path.read_text("utf-8") for path in (DEPLOY / "systemd").glob("*.service")}
PAGE = (ROOT / "docs" / "install.md").read_text("utf-8")
NGINX = (DEPLOY / "nginx" / "alo.conf").read_text("utf-8")
IN_FILE = {
    "machine.env": {"DATABASE_URL", "BROKER_URL", "ALO_SECRET_KEYS", "ALO_LOOKUP_KEY"},
    "console.env": {"ALO_CONSOLE_DATABASE_URL", "ALO_SESSION_KEY"},
    "eraser.env": {"ALO_ERASER_DATABASE_URL"},
    "owner.env": {"DATABASE_OWNER_URL"},
    "carriers.env": set(),
}
UNIT = 1 << 10
LOOKS = "alo-doctor"
"""The unit that looks whether the others are well; containers have health checks."""


def values(unit: str, key: str) -> list[str]:
    """Every value of a key of a unit."""
    return re.findall(rf"^{key}=(.*)$", UNITS[unit], re.MULTILINE)


def given(unit: str) -> set[str]:
    """The files of settings a unit is given, in its environment or as credentials."""
    return {Path(value).name for key in ("EnvironmentFile", "LoadCredential") for value in values(unit, key)}


def test_units_and_containers_are_the_same_parts_with_the_same_secrets() -> None:
    assert {name.removeprefix("alo-") for name in UNITS if name != LOOKS} == set(OURS)
    for name in UNITS.keys() - {LOOKS}:
        container = OURS[name.removeprefix("alo-")]
        wanted = set(container["environment"]) - {"PUBLIC_BASE_URL", "PROMETHEUS_MULTIPROC_DIR"}
        assert set().union(*(IN_FILE[file] for file in given(name))) == wanted, name
        assert ("carriers.env" in given(name)) == ("env_file" in container), name


@pytest.mark.parametrize("unit", [name for name in UNITS if values(name, "Type") != ["oneshot"]])
def test_no_part_that_lives_has_secrets_in_its_environment(unit: str) -> None:
    assert values(unit, "EnvironmentFile") == []
    assert not set().union(*IN_FILE.values()) & set(re.findall(r"^Environment=(\w+)=", UNITS[unit], re.MULTILINE))


def test_what_looks_after_the_others_is_started_with_them() -> None:
    assert f"{LOOKS}.timer" in (DEPLOY / "systemd" / "alo.target").read_text("utf-8")
    _, doctor, *words = values(LOOKS, "ExecStart")[0].split()
    assert doctor == "doctor"
    assert set(words[::2]) == {"--part"}
    assert {"beat", "queues", "due"} <= set(words[1::2]) <= set(PARTS)


def test_the_page_writes_each_setting_into_its_file() -> None:
    for names in IN_FILE.values():
        for setting in names - {"ALO_SECRET_KEYS", "ALO_LOOKUP_KEY"}:
            assert setting in PAGE


@pytest.mark.parametrize("unit", [name for name in UNITS if "celery" in UNITS[name]])
def test_celery_understands_what_a_unit_says(unit: str) -> None:
    words = values(unit, "ExecStart")[0].split()
    assert words[1:5] == ["-m", "celery", "-A", "workers.app"]
    assert words[5] in celery.commands
    found = understood(words[5], words[6:])
    assert words[5] != "worker" or found["queues"] in QUEUES


@pytest.mark.parametrize("unit", UNITS)
def test_a_unit_is_started_again_unless_only_an_operator_can_mend_it(unit: str) -> None:
    if values(unit, "Type") == ["oneshot"]:
        return
    assert values(unit, "Restart") == ["always"]
    assert values(unit, "RestartPreventExitStatus") == [str(NOT_CONFIGURED)]
    assert values(unit, "TimeoutStopSec")


def test_connections_fit() -> None:
    told = (DEPLOY / "postgresql" / "alo.conf").read_text("utf-8")
    allowed = int(re.findall(r"^max_connections = (\d+)", told, re.MULTILINE)[0])
    wanted = 0
    for name in UNITS:
        settings = set().union(*(IN_FILE[file] for file in given(name)))
        many = re.findall(r" -c (\d+) ", UNITS[name])
        processes = Settings().alo_web_workers if "gunicorn" in UNITS[name] else int(many[0]) if many else 1
        wanted += processes * pools(dict.fromkeys(settings))
    assert wanted + BY_HAND + RESERVED <= allowed, wanted


def test_rows_stay_out_of_the_databases_log_as_in_containers() -> None:
    told = (DEPLOY / "postgresql" / "alo.conf").read_text("utf-8")
    found = dict(re.findall(r"^(log_\w+) = ([\w-]+)", told, re.MULTILINE))
    assert found == {name: value for name, value in options("postgres").items() if name.startswith("log_")}


def megabytes(place: str) -> int:
    """The bound of bodies in one location of nginx, in bytes."""
    block = NGINX.rpartition(f"location {place} {{")[2].split("}", 1)[0]
    number, letter = re.findall(r"client_max_body_size (\d+)([km])", block)[0]
    return int(number) * (UNIT if letter == "k" else UNIT * UNIT)


def test_nginx_takes_what_the_gateway_takes() -> None:
    assert {megabytes(carrier.prefix) for carrier in registry.KNOWN.values()} == {MAX_BYTES}
    assert MAX_UPLOAD <= megabytes("/") <= 2 * MAX_UPLOAD


def test_nginx_passes_targets_unchanged_and_writes_none_down() -> None:
    assert set(re.findall(r"proxy_pass ([^;]+);", NGINX)) == {"http://alo_gateway"}  # a path here rewrites targets
    assert "$request_uri" not in NGINX.split("log_format")[1].split(";")[0]
    logged = set(re.findall(r"\$\w+", NGINX.split("log_format alo")[1].split(";")[0]))
    assert not logged & {
        "$request",
        "$uri",
        "$args",
        "$query_string",
        "$http_referer",
        "$request_body",
        "$document_uri",
    }
    assert re.search(r"error_log \S+ emerg;", NGINX)
    for header in ("X-Forwarded-For $remote_addr", "X-Forwarded-Proto $scheme"):
        assert f"proxy_set_header {header};" in NGINX


def test_ci_installs_what_the_page_installs() -> None:
    page = re.findall(r"^apt-get install --yes (.*)$", PAGE, re.MULTILINE)[0].split()
    ci = (ROOT / ".ci" / "run").read_text("utf-8")
    assert [package for package in page if not re.search(rf"[ (]{re.escape(package)}[ ;)]", ci)] == []
