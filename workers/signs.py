"""Records the heartbeats of beat and workers (`runtime.heartbeats`), and the task that asks a queue for one.

Imported by `workers.app`'s tasks; it must not know what other tasks do.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from celery import signals

from runtime.heartbeats import Heartbeats
from runtime.settings import Settings
from workers.app import app


@app.task(name="alo.heartbeat")
def answer() -> None:
    """Nothing: that it ended is the sign, also on a queue that has nothing else to do."""


@cache
def heartbeats() -> Heartbeats:
    """The signs of life of this process, made after the fork."""
    return Heartbeats(Settings().broker_url.get_secret_value())


@signals.task_postrun.connect(weak=False)
def _note_task(task: Any = None, **_more: Any) -> None:
    """A task has ended: its queue is served."""
    delivery = getattr(getattr(task, "request", None), "delivery_info", None) or {}
    if queue := delivery.get("routing_key"):
        heartbeats().note_task(str(queue))


@signals.beat_init.connect(weak=False)
def _watch_beat(**_more: Any) -> None:
    """From here on this process is beat: whatever it publishes was asked for by its schedule."""
    signals.after_task_publish.connect(_note_beat, weak=False)


def _note_beat(**_more: Any) -> None:
    heartbeats().note_beat()
