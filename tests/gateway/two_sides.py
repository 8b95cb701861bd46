"""Both sides as the web server loads them: the small webhooks app, and pages that read a body, sleep or say much."""

from __future__ import annotations

import time
from collections.abc import Iterable
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException

from gateway.app_routing import ByHost
from tests.gateway.small_server import app as webhooks

MUCH = b"x" * 100_000


def pages(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """`/read` tells how many bytes it read, `/sleep` takes its time, `/refuse` reads nothing, `/much` says much."""
    request = Request(environ)
    answer: WSGIApplication
    match request.path:
        case "/read":
            answer = _read(request)
        case "/sleep":
            time.sleep(0.7)
            answer = Response("slept")
        case "/much":
            answer = Response(MUCH)
        case _:
            answer = Response("sign in first", 303)
    return answer(environ, start_response)


def _read(request: Request) -> WSGIApplication:
    request.max_content_length = 50_000_000  # as every page of ours has one
    try:
        return Response(str(len(request.get_data())))
    except HTTPException as fault:
        return fault


app = ByHost(webhooks, pages)
