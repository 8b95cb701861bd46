"""The dispatch task: sends what is due for all senders, each within its rate, for a few seconds.

One process serves every sender at once, so that many senders need no more processes than few; several tasks may run at
the same time, here and on other hosts, and keep the rates together.
"""

from __future__ import annotations

from uuid import UUID

from celery import signals

from services.calls import machine_detection as detection
from services.sending.overlap import Relay
from workers.app import app
from workers.task import work

BUDGET_S = 2.0
"""Real seconds one dispatch claims: with a task each second two are at work, and planning is not kept waiting."""

_relay = Relay()
"""This process's, whichever tasks it is given."""


@app.task(name="alo.dispatch")
def dispatch(sender_id: str = "") -> int:
    """Send what is due, for one sender or for all. Rows handed to the carriers since this process was last asked."""
    if sender_id:
        return _relay.dispatch(work(), UUID(sender_id), BUDGET_S)
    return _relay.dispatch_due(work(), BUDGET_S)


@signals.worker_process_shutdown.connect(weak=False)
def _end(**_more: object) -> None:
    """A process that ends first hands over what it has claimed."""
    _relay.close()


@app.task(name="alo.hang_up")
def hang_up(outbox_id: str) -> bool:
    """End a call that a machine took. Whether there was one to end."""
    return detection.hang_up(work(), UUID(outbox_id))
