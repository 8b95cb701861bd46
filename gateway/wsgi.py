"""What the web server loads: `gunicorn -c python:runtime.web_server gateway.wsgi:app`.

`ALO_SERVE` says which side this process serves: "both" (default), "webhooks" or "console". Modules are loaded here and
the carriers' side is made, before the server forks, so that its workers share them; nothing is connected until after.
"""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Iterable
from typing import cast
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment
from wsgiref.util import setup_testing_defaults

from gateway.app_routing import Side, load, serve, webhooks_app
from runtime.container import running_settings
from runtime.refusals import exit_on_refusal
from runtime.settings import Settings

SIDE = cast(Side, os.environ.get("ALO_SERVE", "both"))
REHEARSALS = 20
"""Requests until Python has rewritten, for speed, the functions that every request runs."""


class LateApp:
    """A WSGI app completed by `open` in the worker, or by its first request where the server does not call that."""

    def __init__(self, webhooks: WSGIApplication | None) -> None:
        """`webhooks`: the carriers' side where it is made already; nothing else is."""
        self._lock = threading.Lock()
        self._webhooks = webhooks
        self._app: WSGIApplication | None = None

    def open(self) -> WSGIApplication:
        """Make what is missing, once. Raises Refusal, KeyError."""
        with self._lock:
            if self._app is None:
                nothing_missing = self._webhooks if SIDE == "webhooks" else None
                settings = Settings()
                with exit_on_refusal(settings.alo_lang):
                    self._app = nothing_missing or serve(running_settings(settings), SIDE, self._webhooks)
            return self._app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Hand the request over unchanged."""
        return (self._app or self.open())(environ, start_response)


def warmed_up(app: WSGIApplication) -> WSGIApplication:
    """`app` after some requests that need no database: what they load and settle is shared too."""
    for _ in range(REHEARSALS):
        environ: WSGIEnvironment = {"PATH_INFO": "/healthz"}
        setup_testing_defaults(environ)
        app(environ, lambda *_said: lambda _data: None)
    return app


load(SIDE)
_settings = Settings()
with exit_on_refusal(_settings.alo_lang):
    webhooks = None if SIDE == "console" else warmed_up(webhooks_app(running_settings(_settings)))
gc.collect()
gc.freeze()  # the collector leaves alone what is there now: pages stay shared
app = LateApp(webhooks)
