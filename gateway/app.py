"""The webhooks' Flask app. The staff console is another app; the two never import each other.

It must not read settings: everything is passed in.
"""

from __future__ import annotations

import time
from collections.abc import Mapping

from flask import Flask, Response, g, request
from werkzeug.exceptions import BadRequest

from carriers import registry
from carriers.credentials import Credentials
from gateway import errors
from gateway.health import Probe, health_routes
from gateway.health_probes import HealthProbes
from gateway.internal_access import USUAL, Inside
from gateway.metrics import TURN_SECONDS
from gateway.webhooks import prompts
from gateway.webhooks.context import EXTENSION, build_context
from gateway.webhooks.guard import MAX_BYTES
from gateway.webhooks.requests import RefConverter
from gateway.webhooks.routes import add_routes
from services.work import Work


def create_webhooks_app(
    work: Work,
    secrets: Credentials,
    public_base_url: str,
    probes: Mapping[str, Probe] | None = None,
    inside: Inside = USUAL,
    watched: HealthProbes | None = None,
) -> Flask:
    """The app that carriers talk to. `secrets` by reference name; `public_base_url` as carriers know us.

    `probes`: further parts whose state `/readyz` reports without requiring it. `inside`: who may ask for it.
    `watched`: what health looks at; the database of `work` alone where nothing else is given.
    Raises ValueError for a base URL that is no absolute http(s) URL.
    """
    if not public_base_url.startswith(("https://", "http://")):
        raise ValueError("public_base_url")
    app = Flask("gateway", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = MAX_BYTES + 1  # werkzeug cuts off silently; the guard refuses in words
    app.url_map.converters["ref"] = RefConverter
    app.url_map.merge_slashes = False  # a redirect loses the body, and the signature is over the other address
    app.extensions[EXTENSION] = build_context(work, secrets, public_base_url)
    errors.register(app)
    add_routes(app, registry.KNOWN.values(), secrets)
    app.register_blueprint(prompts.routes)
    app.register_blueprint(health_routes(watched or HealthProbes(work), probes or {}, inside))
    app.before_request(_start_watch)
    app.after_request(_stop_watch)
    return app


def _start_watch() -> None:
    """No address of ours has a NUL in it; in fields it is cleaned away, for what a person wrote must be heard."""
    g.began = time.perf_counter()
    if "\0" in request.path:
        raise BadRequest


def _stop_watch(response: Response) -> Response:
    TURN_SECONDS.labels(request.endpoint or "none").observe(time.perf_counter() - g.began)
    return response
