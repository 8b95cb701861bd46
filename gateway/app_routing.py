"""Routes requests to the webhooks' or the console's app, by host or path, in one process or in two.

Each side is imported only when served, so that a process for webhooks stays small. It must not know what a route does.
"""

from __future__ import annotations

import importlib
import importlib.util
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Literal, cast
from urllib.parse import urlsplit
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug.exceptions import NotFound

from carriers import registry
from runtime import container
from runtime.settings import Settings

Side = Literal["both", "webhooks", "console"]
PROMPTS = "/prompts/"
HEALTH_PATHS = ("/healthz", "/readyz", "/metrics")
_PROBE_S = 0.5


def webhook_paths() -> tuple[str, ...]:
    """How the paths of the carriers' side begin: every carrier's own prefix, and the recordings."""
    return (*(carrier.prefix for carrier in registry.KNOWN.values()), PROMPTS)


@dataclass(frozen=True, slots=True)
class ByHost:
    """A WSGI app over both: a host named for one side serves only that side, any other host goes by the path.

    Health is answered on every host.
    """

    webhooks: WSGIApplication
    console: WSGIApplication
    webhook_host: str = ""
    console_host: str = ""
    webhook_paths: tuple[str, ...] = field(default_factory=webhook_paths)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Hand the request over unchanged: its raw target is signed."""
        return self._side(environ)(environ, start_response)

    def _side(self, environ: WSGIEnvironment) -> WSGIApplication:
        path = str(environ.get("PATH_INFO", "/"))
        host = str(environ.get("HTTP_HOST", "")).partition(":")[0].lower()
        if path in HEALTH_PATHS or (self.webhook_host and host == self.webhook_host.lower()):
            return self.webhooks
        for_carriers = path.startswith(self.webhook_paths)
        if self.console_host and host == self.console_host.lower():
            return NotFound() if for_carriers else self.console
        return self.webhooks if for_carriers else self.console


def serve(settings: Settings, side: Side = "both", webhooks: WSGIApplication | None = None) -> WSGIApplication:
    """The WSGI app of one process: the carriers' side, the staff's, or both by host and path. Raises Refusal, KeyError.

    `webhooks`: the carriers' side where it is made already.
    """
    if side == "console":
        return console_app(settings)
    webhooks = webhooks or webhooks_app(settings)
    if side == "webhooks":
        return webhooks
    return ByHost(webhooks, console_app(settings), settings.alo_webhook_host, settings.alo_console_host)


def load(side: Side) -> None:
    """Load the modules that `serve` will need, and make nothing."""
    importlib.import_module("psycopg")  # SQLAlchemy would load it with the first engine
    if side != "console":
        importlib.import_module("gateway.app")
    if side != "webhooks":
        importlib.import_module("gateway.console")


def webhooks_app(settings: Settings) -> WSGIApplication:
    """The carriers' side, as the machine's database role. It may be made before a fork: it keeps no connection."""
    from gateway.app import create_webhooks_app
    from gateway.health_probes import health_probes
    from gateway.internal_access import Inside
    from gateway.key_check import with_key_check
    from gateway.metrics import count_connections
    from gateway.warm_up import warm_up

    work = container.machine_work(settings)
    count_connections(work.database, "machine")
    probes = {"broker": _reachable(settings.broker_url.get_secret_value())}
    inside = Inside(settings.alo_inside, settings.alo_trusted_proxies)
    app = create_webhooks_app(
        work, container.credentials(settings), settings.base_url, probes, inside, health_probes(settings)
    )
    app = with_key_check(app, work)
    warm_up(work)
    work.database.close()
    return cast(WSGIApplication, app)


def console_app(settings: Settings) -> WSGIApplication:
    """The staff's side, loaded where it is served."""
    from gateway.console import create_console_app

    return cast(WSGIApplication, create_console_app(settings))


def _reachable(broker_url: str) -> Callable[[], bool]:
    """A probe that opens a connection to the broker and closes it. Raises OSError when called in vain."""
    at = urlsplit(broker_url)

    def probe() -> bool:
        if not at.hostname:
            with socket.socket(socket.AF_UNIX) as local:
                local.settimeout(_PROBE_S)
                local.connect(at.path)
            return True
        with socket.create_connection((at.hostname, at.port or 6379), _PROBE_S):
            return True

    return probe
