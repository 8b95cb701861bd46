"""Faults planted on purpose: each takes one protection of the product away, so that the test that proves it goes red.

They are patches of ours on the product's functions and statements; the product knows nothing of them. `plant` does it
in this process for the length of a block, `environment` in processes that a test starts (`site/sitecustomize.py`):
there a fault is refused unless every sender is simulated.
"""

from __future__ import annotations

import importlib
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import wraps
from pathlib import Path
from typing import Any

from tests.faults.patches import FAULTS, Patch

__all__ = ["FAULTS", "PlantingRefusedError", "environment", "plant", "plant_for_good", "plant_where_simulated"]

VARIABLE = "ALO_TEST_FAULT"
"""What a started process reads; it is no setting of the product's."""
ROOT = Path(__file__).parents[2]
SITE = Path(__file__).parent / "site"


class PlantingRefusedError(RuntimeError):
    """A fault was asked for that is unknown, or where real people could be reached."""


@contextmanager
def plant(fault: str) -> Iterator[None]:
    """Plant one fault for the length of a block. Raises PlantingRefusedError for an unknown one."""
    with ExitStack() as undo:
        for patch in _patches(fault):
            undo.callback(setattr, patch.place, patch.name, getattr(patch.place, patch.name))
            setattr(patch.place, patch.name, patch.instead)
        yield


def plant_for_good(fault: str) -> None:
    """Plant one fault in this process until it ends. Raises PlantingRefusedError for an unknown one."""
    for patch in _patches(fault):
        setattr(patch.place, patch.name, patch.instead)


def environment(fault: str) -> dict[str, str]:
    """What a process is started with so that `fault` is planted in it; nothing for ""."""
    if not fault:
        return {}
    path = [str(SITE), str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {VARIABLE: fault, "PYTHONPATH": os.pathsep.join(path)}


def plant_where_simulated(fault: str) -> None:
    """Plant one fault once this process has opened its database. The process fails when a sender there is real."""
    container: Any = importlib.import_module("runtime.container")
    machine_work: Callable[..., Any] = container.machine_work

    @wraps(machine_work)
    def sabotaged(*given: Any, **more: Any) -> Any:
        work = machine_work(*given, **more)
        _refuse_real(work, fault)
        if container.machine_work is sabotaged:  # once: the next one finds it planted
            container.machine_work = machine_work
            plant_for_good(fault)
        return work

    container.machine_work = sabotaged


def _refuse_real(work: Any, fault: str) -> None:
    senders = importlib.import_module("store.messages.senders")
    with work.database.transaction() as conn:
        simulated = all(sender.simulated for sender in senders.all_rows(conn))
    work.database.close()  # the process may fork
    if fault not in FAULTS or not simulated:
        raise PlantingRefusedError(f"refused to plant {fault!r}: unknown, or a sender is not simulated")


def _patches(fault: str) -> list[Patch]:
    if fault not in FAULTS:
        raise PlantingRefusedError(f"no such fault: {fault}")
    return list(FAULTS[fault].patches())
