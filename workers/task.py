"""What every task stands on: the process's one `Work`, built after the fork, when first needed."""

from __future__ import annotations

from functools import cache

from runtime.container import machine_work
from services.work import Work


@cache
def work() -> Work:
    """Database, clock, carriers and the rest of this worker process."""
    return machine_work()
