"""What the web server loads: `gunicorn -c python:runtime.web_server gateway.wsgi:app`.

`ALO_SERVE` says which side this process serves: "both" (default), "webhooks" or "console". Modules are loaded here,
before the server forks, so that its workers share them; pools and clients are made by each worker after the fork.
"""

from __future__ import annotations

import gc
import os
import threading
from collections.abc import Iterable
from typing import cast
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from gateway.serving import Side, load, serve
from runtime.container import running_settings
from runtime.settings import Settings

SIDE = cast(Side, os.environ.get("ALO_SERVE", "both"))


class Late:
    """A WSGI app made by `open` in the worker, or by its first request where the server does not call that."""

    def __init__(self) -> None:
        """Nothing is made yet."""
        self._lock = threading.Lock()
        self._app: WSGIApplication | None = None

    def open(self) -> WSGIApplication:
        """Make the app, once. Raises Refusal, KeyError."""
        with self._lock:
            if self._app is None:
                self._app = serve(running_settings(Settings()), SIDE)
            return self._app

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Hand the request over unchanged."""
        return (self._app or self.open())(environ, start_response)


load(SIDE)
gc.freeze()  # the collector leaves alone what is loaded: pages stay shared
app = Late()
