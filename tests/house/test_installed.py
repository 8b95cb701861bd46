"""An installation has no simulated network, no tests, no secrets, and works without them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest
from packaging.utils import canonicalize_name

from tests.house.installed import installed, is_installed
from tests.house.source import PACKAGES, ROOT
from tests.house.test_pins import pins

NEVER = ("simulator/", "tests/", "questionnaires/", "demo/", "docs/")


def away() -> list[str]:
    """Modules that the checkout's own environment would find all the same: whatever the product's pins do not bring."""
    pinned = set(pins(ROOT / "requirements.txt"))
    found = packages_distributions().items()
    theirs = {module for module, brought in found if not {canonicalize_name(one) for one in brought} & pinned}
    return sorted({"demo", "simulator", "tests", *(name for name in theirs if name.isidentifier())} - OF_THE_CHECKOUT)


OF_THE_CHECKOUT = frozenset(PACKAGES) - {"demo", "simulator"}
WITHOUT = f"import sys; sys.path.insert(0, '.'); sys.modules.update(dict.fromkeys({away()}))\n"
LOAD_ALL = """
import importlib, pathlib
here = pathlib.Path(".").resolve()
for file in sorted(pathlib.Path(".").rglob("*.py")):
    name = ".".join(file.with_suffix("").parts).removesuffix(".__init__")
    if name not in ("gateway.wsgi", "migrations.env") and "versions" not in file.parts:
        assert pathlib.Path(importlib.import_module(name).__file__).resolve().is_relative_to(here), name
import celery.app.amqp, celery.apps.beat, celery.apps.worker, celery.concurrency.prefork, kombu, kombu.transport
kombu.transport.get_transport_cls("redis")
import sqlalchemy
sqlalchemy.create_engine("postgresql+psycopg://x@localhost/x")
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation's files."""
    home = tmp_path_factory.mktemp("installed")
    for path in installed():
        target = home / path
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / path, target)
    return home


def test_what_is_for_trying_out_stays_behind(place: Path) -> None:
    assert [path for path in installed() if path.startswith(NEVER)] == []
    assert {path.parent.name for path in place.glob("*/__init__.py")} == set(PACKAGES) - {
        "demo",
        "simulator",
        "questionnaires",
    }


@pytest.mark.parametrize("path", [".env", "carriers.env", ".alo/keys.json", "backup.dump", "runtime/__pycache__/x.pyc"])
def test_secrets_and_remains_stay_behind(path: str) -> None:
    """`COPY . .` took along whatever lay in the checkout."""
    assert not is_installed(path)


def run(place: Path, code: str, *argv: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": "/usr/bin:/bin", "ALO_DATA_DIR": str(place / ".alo"), "ALO_LANG": "en"}
    command = [sys.executable, "-c", WITHOUT + code, *argv]
    return subprocess.run(command, cwd=place, env=environment, capture_output=True, text=True, timeout=600, check=False)


def test_all_of_it_loads_without_what_stayed_behind(place: Path) -> None:
    done = run(place, LOAD_ALL)
    assert done.returncode == 0, done.stderr[-2000:]


def test_what_is_not_there_is_not_offered_and_said_in_words(place: Path) -> None:
    alo = "from cli.main import main; main()"
    offered = run(place, alo, "--help").stdout
    assert "doctor" in offered
    assert " demo " not in offered
    refused = run(place, alo, "up")
    assert refused.returncode == 1
    assert "DATABASE_URL" in refused.stderr
    assert "Traceback" not in refused.stderr
