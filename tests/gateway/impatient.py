"""The web server's configuration with little patience, so that tests see its end."""

from __future__ import annotations

import os

from gateway import web_worker

worker_class = os.environ["WORKER"]
threads = 4
worker_connections = 100
forwarded_allow_ips = ""
forwarder_headers = ""
control_socket_disable = True
keepalive = 30
graceful_timeout = 1
_SCALE = float(os.environ.get("WAITS", "1"))
"""How many times longer it waits, for tests that want to see no end."""
web_worker.ARRIVAL_S = 2.0 * _SCALE
web_worker.GRACE_S = web_worker.STALL_S = 1.5 * _SCALE
