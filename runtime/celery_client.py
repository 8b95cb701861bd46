"""How we speak to Celery: one configuration for those who enqueue and those who work, and the Jobs port on it.

It must not know what a task does; `workers.app` adds the tasks.
"""

from __future__ import annotations

import logging
from typing import Any

import kombu.exceptions
import structlog
from celery import Celery, signals

from runtime import observability
from store.unit_of_work import refuse_open_transaction

HOUSEKEEPING = "housekeeping"
QUEUES = ("contact", HOUSEKEEPING)
"""Contact: planning, dispatch, calls. Housekeeping: sweeps and whatever may wait; never behind a dispatcher."""

ROUTES = {"alo.sweep_*": {"queue": "housekeeping"}, "alo.reconcile_*": {"queue": "housekeeping"}}
"""Task name → queue; every other task goes to the first queue."""

VISIBILITY_TIMEOUT_S = 600
TASK_TIME_LIMIT_S = 240
"""Real seconds, under half the visibility time-out: a task is never redelivered while it still runs."""

_log = structlog.get_logger()


def configuration(broker_url: str) -> dict[str, Any]:
    """Celery's settings: late acknowledgement, no results, JSON, a lost worker's task comes back within seconds."""
    return {
        "broker_url": broker_url,
        "broker_connection_retry_on_startup": True,
        "broker_transport_options": {
            "visibility_timeout": VISIBILITY_TIMEOUT_S,
            "unacked_restore_throttle": 1,
            "socket_timeout": 30,
            "socket_connect_timeout": 5,
        },
        "task_acks_late": True,
        "task_reject_on_worker_lost": True,
        "task_acks_on_failure_or_timeout": True,
        "worker_prefetch_multiplier": 1,
        "task_time_limit": TASK_TIME_LIMIT_S,
        "task_soft_time_limit": TASK_TIME_LIMIT_S - 30,
        "task_serializer": "json",
        "accept_content": ["json"],
        "task_ignore_result": True,
        "result_backend": None,
        "task_default_queue": QUEUES[0],
        "task_queues": None,
        "task_routes": ROUTES,
        "task_create_missing_queues": True,
        "task_protocol": 2,
        "worker_hijack_root_logger": False,
        "worker_send_task_events": False,
        "worker_enable_remote_control": True,
        "worker_max_memory_per_child": 400_000,
        "task_publish_retry_policy": {"max_retries": 2, "interval_start": 0, "interval_step": 0.2, "interval_max": 0.5},
        "timezone": "UTC",
        "enable_utc": True,
    }


class CommittedCelery(Celery):  # type: ignore[misc]  # celery brings no types
    """A Celery application that sends nothing while a transaction is open: workers would not see its rows yet."""

    def send_task(self, *args: Any, **kwargs: Any) -> Any:
        """As Celery's, which `delay` and `apply_async` of every task come to. Raises OpenTransactionError."""
        refuse_open_transaction()
        return super().send_task(*args, **kwargs)


def celery_app(broker_url: str) -> Celery:
    """A Celery application with our configuration and no tasks of its own."""
    app = CommittedCelery("alo", set_as_current=False)
    app.conf.update(configuration(broker_url))
    return app


@signals.setup_logging.connect(weak=False)  # type: ignore[untyped-decorator]  # celery brings no types
def _redact_logs(loglevel: int | str = "INFO", **_more: Any) -> None:
    """Workers and beat log as everybody else does; Celery then leaves logging alone."""
    observability.configure(logging.getLevelName(loglevel) if isinstance(loglevel, int) else loglevel)


class CeleryJobs:
    """The Jobs port over Celery. An unreachable broker loses the hint, never the work: sweeps find the rows."""

    def __init__(self, broker_url: str) -> None:
        """Nothing is connected until the first task."""
        self._app = celery_app(broker_url)

    def enqueue(self, task: str, *ids: str) -> None:
        """Send the task's name and ids. Raises OpenTransactionError inside a transaction."""
        try:
            self._app.send_task(task, args=ids)
        except kombu.exceptions.OperationalError:
            _log.warning("broker_unreachable", task=task)
