"""The gateway with faults planted in it, for the proof that the proof sees them; loaded by tests only.

It believes every signature, keeps something of every request, breaks now and then, and lets health wait.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from itertools import count
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

from carriers.twilio import signature
from gateway import wsgi

signature.signed = lambda *_given: True


class Planted:
    """The gateway's app, with faults."""

    def __init__(self) -> None:
        """Nothing was asked yet."""
        self.open = wsgi.app.open
        self._asked, self._held_up = count(1), count()
        self._kept: list[bytes] = []

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer, mostly."""
        number = next(self._asked)
        self._kept.append(b"x" * 100_000 + str(number).encode())
        if environ["PATH_INFO"] == "/healthz" and number > 100 and next(self._held_up) < 3:
            time.sleep(15)  # late on any machine
        elif number % 50 == 0:
            raise RuntimeError("planted")
        return wsgi.app(environ, start_response)


app: Any = Planted()
