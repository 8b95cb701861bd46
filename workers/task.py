"""What every task stands on: the process's one `Work`, built after the fork, when first needed."""

from __future__ import annotations

from functools import cache

from runtime.container import machine_work, plant
from runtime.settings import Settings
from services.work import Work


@cache
def work() -> Work:
    """Database, clock, carriers and the rest of this worker process."""
    settings = Settings()
    found = machine_work(settings)
    plant(settings, found)
    return found
