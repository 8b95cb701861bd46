"""Gunicorn's configuration (`gunicorn -c python:runtime.web_server gateway.wsgi:app`): threads, time-outs, logs.

It must not know a route. Gunicorn gives `RAW_URI`, without which signatures over percent-encoded URLs fail.
"""

from __future__ import annotations

import os
from typing import Any

from runtime import observability
from runtime.settings import Settings

_settings = Settings()

bind = f"{_settings.alo_bind}:{_settings.alo_port}"
workers = _settings.alo_web_workers
threads = _settings.alo_web_threads
worker_class = "gthread"
keepalive = 30
timeout = 60
graceful_timeout = 20
max_requests = 0
limit_request_line = 8190
limit_request_field_size = 8190
accesslog = None
"""No access log: paths are ours to count (`/metrics`), not to keep."""

worker_tmp_dir = None
preload_app = False
"""Pools and clients must not cross a fork: each worker loads the app itself."""


def on_starting(_server: Any) -> None:
    """Before anything is logged."""
    observability.configure(_settings.alo_log_level)


def post_fork(_server: Any, _worker: Any) -> None:
    """Gunicorn set its own log handlers meanwhile; ours redact."""
    observability.configure(_settings.alo_log_level)


def child_exit(_server: Any, worker: Any) -> None:
    """A worker's gauges end with it, where workers share their counters."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]  # left unannotated there
