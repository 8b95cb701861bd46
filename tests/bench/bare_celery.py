"""A Celery worker with one task that does nothing: what Celery itself weighs. BENCH_BROKER_URL says where its queue is.

Nothing of ours is imported.
"""

from __future__ import annotations

import os

from celery import Celery

app = Celery("bare", broker=os.environ.get("BENCH_BROKER_URL", ""))
app.conf.task_ignore_result = True


@app.task(name="bare.nothing")
def nothing() -> None:
    """Done."""
