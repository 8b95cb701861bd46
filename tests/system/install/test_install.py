"""docs/install.md leads from an empty machine to a well doctor, a signed call by TLS, a renewal, and away again."""

from __future__ import annotations

import json
import os
import pwd
import re
import shutil
import subprocess
import sys
from typing import Any

import pytest

from tests.house.source import ROOT
from tests.system.install.document import steps
from tests.system.install.visitor import HUSH, INSIDE

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

PROGRAMS = {
    "nginx",
    "redis-server",
    "pg_createcluster",
    "systemd-analyze",
    "openssl",
    "logrotate",
    "setpriv",
    "ip",
    "git",
}
NAMESPACES = ["unshare", "--mount", "--pid", "--net", "--uts", "--fork", "--kill-child", "--mount-proc"]


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What came of following the page."""
    if os.geteuid() != 0:
        pytest.skip("the installation needs root")
    if any(shutil.which(program) is None for program in PROGRAMS):
        pytest.skip(
            "the installation needs nginx, postgresql, redis-server, systemd, openssl and logrotate: apt install"
        )
    asks = f"import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != {sys.version_info[:2]})"
    if subprocess.run(["/usr/bin/python3", "-c", asks], capture_output=True, check=False).returncode != 0:
        pytest.skip("the installation needs Debian's Python of the version that runs the tests, with venv")
    if subprocess.run([*NAMESPACES, "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("the installation needs namespaces")
    report = tmp_path_factory.mktemp("install") / "report.json"
    argv = [*NAMESPACES, sys.executable, "-m", "tests.system.install.journey", str(report)]
    kept = {
        k: v for k, v in os.environ.items() if not k.startswith(("ALO_", "DATABASE_", "BROKER_", "TWILIO_", "KANNEL_"))
    }
    done = subprocess.run(argv, cwd=ROOT, env=kept, capture_output=True, text=True, timeout=560, check=False)
    assert report.exists(), done.stdout + done.stderr
    told: dict[str, Any] = json.loads(report.read_text())
    assert "failed" not in told, "\n".join(told["failed"])
    assert done.returncode == 0, done.stderr
    return told


def test_every_step_of_the_page_was_followed(found: dict[str, Any]) -> None:
    assert list(found["steps"]) == [step.title for step in steps()]
    assert len(found["steps"]) >= 10


def test_a_release_holds_what_runs_and_belongs_to_root(found: dict[str, Any]) -> None:
    assert {"runtime", "gateway", "workers", "migrations", ".venv"} <= set(found["release"])
    assert not {"simulator", "tests", "questionnaires", "docs", "deploy", ".git"} & set(found["release"])
    assert found["strange"] == []


def test_the_doctor_finds_no_fault(found: dict[str, Any]) -> None:
    for title in ("8. Is it well?", "Another release"):
        assert "✗" not in found[title]
        assert found[title].count("✓") >= 15


def test_carriers_are_answered_through_tls(found: dict[str, Any]) -> None:
    visits = found["visits"]
    for asked in ("call", "call with percent signs", "text"):
        status, said = visits[asked]
        assert (status, "<Response" in said) == (200, True), (asked, said)
    assert visits["forged call"][0] == 403
    assert visits["large body"][0] == 413


def test_what_is_for_inside_stays_inside(found: dict[str, Any]) -> None:
    visits = found["visits"]
    for path in INSIDE:
        assert visits[path][0] == 404, path
        assert "alo_" not in visits[path][1]
    assert visits["inside"][0] == 200
    assert visits["healthz"][0] == 200
    assert visits["prompts"][0] == 404
    assert "alo" not in str(visits["turn"][1])
    assert visits["plain"] == [301, f"https://alo.example.vn/a?{HUSH}"]
    assert visits["sign-in"][0] == 303


def test_no_log_holds_a_secret_or_a_person(found: dict[str, Any]) -> None:
    logs = found["logs"]
    access = logs["/var/log/alo/access.log"]
    assert re.search(r" POST /twilio/voice 200 ", access)
    assert " GET /invitation " in access
    for place, text in logs.items():
        for secret in (HUSH, "901234567", "a-token-that", "postgresql://", "password"):
            assert secret not in text, (place, secret)


def test_parts_run_with_least_rights(found: dict[str, Any]) -> None:
    assert set(found["parts"]) == set(found["exposure"])
    wanted = {
        "alo-gateway": {"machine", "carriers", "console"},
        "alo-worker-contact": {"machine", "carriers"},
        "alo-worker-housekeeping": {"machine", "carriers", "eraser"},
        "alo-beat": {"machine"},
    }
    root = pwd.getpwnam("root").pw_uid
    for name, part in found["parts"].items():
        assert part["user"] != root, name
        assert (part["no_new_privileges"], int(part["capabilities"], 16)) == ("1", 0), name
        assert part["filter"] == "2", name  # system calls are filtered, and it lives
        assert part["inherited"] == [], name  # a child process would have it too
        assert part["credentials"] == {f"{file}.env": "0o400" for file in wanted[name]}, name
        assert not re.search("://|token|password|key=", part["command"]), name
        assert set(part["writable"]) <= {"/tmp", "/run/alo-gateway", "/var/lib/alo"}, name
    assert set(found["modes"].values()) == {"0o600"}


def test_systemd_understands_the_units_and_finds_them_closed(found: dict[str, Any]) -> None:
    code, said = found["verified"]
    assert (code, said) == (0, "")
    assert max(found["exposure"].values()) <= 2.0
    assert found["logrotate"][0] == 0
    assert not re.search("^error", found["logrotate"][1], re.MULTILINE)


def test_it_goes_away_as_the_page_says(found: dict[str, Any]) -> None:
    assert found["left"] == {"parts": [], "places": [], "units": []}
