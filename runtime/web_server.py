"""Gunicorn's configuration (`gunicorn -c python:runtime.web_server gateway.wsgi:app`): threads, time-outs, logs.

It must not know a route. Gunicorn gives `RAW_URI`, without which signatures over percent-encoded URLs fail.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from gunicorn.glogging import Logger

from runtime import observability
from runtime.settings import Settings

_settings = Settings()


class RedactedLogger(Logger):  # type: ignore[misc]  # gunicorn brings no types
    """Gunicorn's logger without its own handlers: its lines go the way of all others."""

    def setup(self, cfg: Any) -> None:
        """Set up as gunicorn does, then hand over to the root logger."""
        super().setup(cfg)
        for logger in (self.error_log, self.access_log):
            logger.handlers.clear()
            logger.propagate = True
        observability.configure(_settings.alo_log_level)

    def warning(self, msg: str, *args: Any, **more: Any) -> None:
        """Of a request that is none: not by whom, and not its line, in which anything may stand."""
        super().warning("Invalid request" if msg.startswith("Invalid request from") else msg, *args, **more)

    def exception(self, msg: str, *args: Any, **more: Any) -> None:
        """Of a request that failed: not its address, in which tokens stand."""
        if msg.startswith("Error handling request"):
            msg, args = "Error handling request", ()
        super().exception(msg, *args, **more)


bind = f"{_settings.alo_bind}:{_settings.alo_port}"
workers = _settings.alo_web_workers
threads = _settings.alo_web_threads
worker_class = "gateway.web_worker.ReceivingWorker"
"""Gunicorn's threads, taken only by requests that are whole; `threads` for carriers and as many for staff pages."""
worker_connections = 512
"""Beyond it the connection that has waited longest goes."""
forwarded_allow_ips = ""
forwarder_headers = ""
"""Gunicorn believes no header of a proxy: `ALO_TRUSTED_PROXIES` says who is believed, and what."""
keepalive = 30
timeout = 60
graceful_timeout = 20
limit_request_line = 8190
limit_request_field_size = 8190
accesslog = None
"""No access log: paths are ours to count (`/metrics`), not to keep."""

logger_class = RedactedLogger
control_socket_disable = True
"""Its default place is one a user: a second Alo on the machine would take the first one's."""

preload_app = True
"""What is loaded before the fork is shared; connections must not cross it: see `gateway.wsgi`."""


def on_starting(_server: Any) -> None:
    """What a killed server's processes last held is nobody's any more, where it is kept in files."""
    place = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    for file in Path(place).glob("gauge_live*_*.db") if place else ():
        if file.stem.rpartition("_")[2] != str(os.getpid()):
            file.unlink(missing_ok=True)


def post_worker_init(worker: Any) -> None:
    """Each worker completes its app; one that cannot ends here, and the server says why."""
    worker.wsgi.open()


def child_exit(_server: Any, worker: Any) -> None:
    """A worker's gauges end with it, where workers share their counters."""
    if "PROMETHEUS_MULTIPROC_DIR" in os.environ:
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid)  # type: ignore[no-untyped-call]  # left unannotated there
