"""The Celery application of the workers and of beat; its configuration is shared with whoever enqueues.

`celery -A workers.app` finds `app` here. Tasks carry ids only.
"""

from __future__ import annotations

from typing import Any

from celery import signals
from sqlalchemy.exc import SQLAlchemyError

from runtime.celery_client import celery_app
from runtime.container import machine_work
from runtime.refusals import exit_on_refusal
from runtime.settings import Settings
from services.keys import fingerprints as key_fingerprints
from workers.schedule import schedule

_settings = Settings()
app = celery_app(_settings.broker_url.get_secret_value())
app.conf.beat_schedule = schedule(_settings.alo_haste)
app.conf.imports = ("workers.outbound", "workers.campaigns", "workers.housekeeping", "workers.signs")


@signals.worker_init.connect(weak=False)
@signals.beat_init.connect(weak=False)
def refuse_other_keys(**_more: Any) -> None:
    """A worker or beat with keys that the database was not written with ends before it takes a task."""
    with exit_on_refusal(_settings.alo_lang):
        work = machine_work(_settings)
        try:
            key_fingerprints.admit(work)
        except SQLAlchemyError:
            pass  # away or not migrated yet: each process asks again before its first task (`workers.task`)
        finally:
            work.database.close()
