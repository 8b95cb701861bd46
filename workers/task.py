"""What every task stands on: the process's one `Work`, built after the fork, when first needed."""

from __future__ import annotations

from functools import cache

from runtime.container import machine_work, plant
from runtime.settings import Settings
from services import key_fingerprints
from services.work import Work


@cache
def work() -> Work:
    """Database, clock, carriers and the rest of this worker process. Raises Refusal for keys of another database."""
    settings = Settings()
    found = machine_work(settings)
    key_fingerprints.admit(found)
    plant(settings, found)
    return found
