"""Planted faults: only by name, only where nobody real can be reached, never left behind, and none in the product."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import Any

import pytest
import sqlalchemy as sa

from runtime import container
from runtime.settings import Settings
from services.work import Work
from store.tables.outbox import senders
from tests import faults
from tests.doubles import KEYS
from tests.house.source import ROOT, modules, name
from tests.services.world import World, build

SWITCH = re.compile(r"planted|ablat|sabotag|ALO_TEST_FAULT|PLANTED", re.IGNORECASE)
PRODUCT = (
    *("survey", "contact", "characters", "scoring", "sms", "ivr", "carriers", "files", "store", "services"),
    *("runtime", "workers", "gateway", "migrations", "deploy"),
)
ASKS = "import runtime.container as c; print(hasattr(c.machine_work, '__wrapped__'))"


def places(fault: str) -> list[tuple[Any, str, Any]]:
    """What a fault changes, as it is now."""
    return [(p.place, p.name, getattr(p.place, p.name)) for p in faults.FAULTS[fault].patches()]


@pytest.mark.parametrize("fault", faults.FAULTS)
def test_a_fault_changes_something_for_its_block(fault: str) -> None:
    found = places(fault)
    assert found
    with faults.plant(fault):
        assert all(getattr(place, attribute) is not now for place, attribute, now in found)
    assert all(getattr(place, attribute) is now for place, attribute, now in found)


def test_a_fault_goes_even_when_its_block_fails() -> None:
    found = places("no-lock-order")
    with pytest.raises(ZeroDivisionError), faults.plant("no-lock-order"):
        raise ZeroDivisionError
    assert all(getattr(place, attribute) is now for place, attribute, now in found)


def test_an_unknown_fault_cannot_be_planted() -> None:
    with pytest.raises(faults.PlantingRefusedError), faults.plant("no-such-fault"):
        pass
    with pytest.raises(faults.PlantingRefusedError):
        faults.plant_for_good("no-such-fault")


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is planted for good, without doing it."""
    done: list[str] = []
    monkeypatch.setattr(faults, "plant_for_good", done.append)
    monkeypatch.setattr(container, "machine_work", container.machine_work)  # put back afterwards
    return done


@pytest.mark.parametrize(
    ("fault", "simulated", "wanted"),
    [("ignore-turn", True, ["ignore-turn"]), ("ignore-turn", False, None), ("no-such-fault", True, None)],
)
def test_a_process_refuses_unknown_faults_and_any_fault_with_a_real_sender(
    work: Work, database_url: str, planted: list[str], fault: str, simulated: bool, wanted: list[str] | None
) -> None:
    world: World = build(work)
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(senders).values(simulated=True))
        conn.execute(sa.update(senders).where(senders.c.id == world.text.id).values(simulated=simulated))
    faults.plant_where_simulated(fault)
    settings = Settings(database_url=database_url, **KEYS)
    if wanted is None:
        for _ in range(2):
            with pytest.raises(faults.PlantingRefusedError):
                container.machine_work(settings)
        assert planted == []
        return
    for _ in range(2):
        container.machine_work(settings).database.close()
    assert planted == wanted


def test_only_a_process_that_is_asked_to_loads_a_fault() -> None:
    for fault, wanted in (("ignore-turn", "True"), ("", "False")):
        env = {**os.environ, **faults.environment(fault)}
        done = subprocess.run(
            [sys.executable, "-c", ASKS], cwd="/", env=env, capture_output=True, text=True, check=True
        )
        assert (done.stdout.strip(), done.stderr) == (wanted, "")


def test_the_product_has_no_switch_for_a_fault() -> None:
    found = [name(path) for path in modules(*PRODUCT) if SWITCH.search(path.read_text("utf-8"))]
    assert found == []
    for file in ("Dockerfile", "compose.yaml", "docs/settings.md"):
        assert not SWITCH.search((ROOT / file).read_text("utf-8")), file
