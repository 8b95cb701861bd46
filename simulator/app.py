"""The simulator as one Flask application and one threaded server; `python -m simulator` starts it."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException
from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from simulator.api import rest
from simulator.api.control import Control
from simulator.api.handset_page import HandsetPage
from simulator.api.restore import restore
from simulator.errors import ApiError, not_found, refusal
from simulator.network.network import Network
from simulator.phone.calls import Calls
from simulator.phone.texts import Texts


def create_app(net: Network) -> Flask:
    """The API, the control routes and the handset page over `net`, which goes on from its journal."""
    app = Flask("simulator")
    texts, calls = Texts(net), Calls(net)
    restore(net, texts, calls)
    app.register_blueprint(rest.Api(net, texts, calls).blueprint())
    app.register_blueprint(Control(net, texts, calls).blueprint())
    app.register_blueprint(HandsetPage(net, calls).blueprint())
    app.register_error_handler(ApiError, rest.show)
    app.register_error_handler(HTTPException, _show_http)
    return app


def _show_http(error: HTTPException) -> tuple[Response, int, dict[str, str]]:
    """Unknown routes and methods in the API's own JSON."""
    if error.code == 404:
        return rest.show(not_found(request.path))
    if error.code == 405:
        return rest.show(refusal(20004, 405))
    return rest.show(ApiError(20500 if (error.code or 500) >= 500 else 20001, error.name, error.code or 500))


class _Handler(WSGIRequestHandler):
    """No access log (its lines would carry phone numbers) and no Nagle delay between header and body."""

    disable_nagle_algorithm = True

    def log(self, type: str, message: str, *args: Any) -> None:
        """Only what went wrong is worth a line."""
        if type == "error":
            logging.getLogger("simulator").error(message, *args)


def make_simulator(net: Network, host: str, port: int) -> BaseWSGIServer:
    """The server, listening already; `serve_forever` runs it, `server_port` is the port it got."""
    return make_server(host, port, create_app(net), threaded=True, request_handler=_Handler)
