"""The `Work` of a worker process, built after the fork, when first needed."""

from __future__ import annotations

from functools import cache

from runtime.container import eraser_database, machine_work
from runtime.settings import Settings
from services import continuity
from services.keys import fingerprints as key_fingerprints
from services.work import Work
from store.unit_of_work import Database


@cache
def work() -> Work:
    """Database, clock, carriers and the rest of this worker process. Raises Refusal for keys of another database."""
    settings = Settings()
    found = machine_work(settings)
    key_fingerprints.admit(found)
    continuity.watch(found)  # before the first task: no loop may meet a database that is older than what left
    return found


@cache
def eraser() -> Database | None:
    """The database as the role that may take away what was said; None in a worker that was not given its address."""
    settings = Settings()
    return eraser_database(settings) if settings.alo_eraser_database_url.get_secret_value() else None
