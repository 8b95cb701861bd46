"""The Celery application of the workers and of beat; its configuration is shared with whoever enqueues.

`celery -A workers.app` finds `app` here. Tasks carry ids only.
"""

from __future__ import annotations

from runtime.celery_client import celery_app
from runtime.settings import Settings
from workers.schedule import schedule

_settings = Settings()
app = celery_app(_settings.broker_url.get_secret_value())
app.conf.beat_schedule = schedule(_settings.alo_haste)
app.conf.imports = ("workers.outbound", "workers.campaigns", "workers.housekeeping")
