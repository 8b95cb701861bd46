"""The schedule of Celery beat, in real seconds. A second beat is harmless: every task may run twice.

Messages expire before they can pile up behind a worker that is away.
"""

from __future__ import annotations

from typing import Any

from runtime.celery_client import QUEUES

TICK_S = 1.0
HEARTBEAT_S = 10.0


def _every(seconds: float, task: str, **options: Any) -> dict[str, Any]:
    return {"task": task, "schedule": seconds, "options": {"expires": max(3.0, seconds * 2), **options}}


def schedule(time_scale: float = 1.0) -> dict[str, dict[str, Any]]:
    """The table beat goes by; the pulse stays, repairs come `time_scale` times sooner."""
    return {
        "tick": _every(TICK_S, "alo.sweep_due"),
        "free leases": _every(10.0 / time_scale, "alo.sweep_leases"),
        "rows in doubt": _every(15.0 / time_scale, "alo.reconcile_doubtful"),
        "silent rows": _every(20.0 / time_scale, "alo.reconcile_silent"),
        "weights": _every(30.0 / time_scale, "alo.sweep_weights"),
        "clocks": _every(20.0 / time_scale, "alo.sweep_clocks"),
        "marks": _every(20.0 / time_scale, "alo.sweep_marks"),
        "carriers after a restore": _every(10.0 / time_scale, "alo.reconcile_carriers"),
        "retention": _every(3600.0 / time_scale, "alo.sweep_retention"),
        "erasures": _every(60.0 / time_scale, "alo.sweep_erasures"),
        "missed texts": _every(60.0 / time_scale, "alo.sweep_missed_texts"),
        **{f"heartbeat of {queue}": _every(HEARTBEAT_S / time_scale, "alo.heartbeat", queue=queue) for queue in QUEUES},
    }
