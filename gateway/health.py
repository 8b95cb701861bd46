"""Routes for supervisors and Prometheus: `/healthz`, `/readyz`, `/metrics`.

It must not know what use cases do; what is looked at is passed in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, Response, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST
from werkzeug.exceptions import NotFound

from gateway.health_probes import FITS, HealthProbes, check_database, figures, newest_migration
from gateway.internal_access import Inside
from gateway.metrics import REFUSED, exposition
from gateway.webhooks.guard import raw_target

Probe = Callable[[], bool]


def health_routes(watched: HealthProbes, probes: Mapping[str, Probe], inside: Inside) -> Blueprint:
    """`/healthz` for everybody, `/readyz` and `/metrics` for who is `inside`; others learn nothing of either.

    `probes` are reported by name and never required (the broker).
    """
    routes = Blueprint("health", __name__)
    head = newest_migration()

    @routes.before_request
    def _for_inside() -> None:
        if request.endpoint != "health.healthz" and not inside.admits(request.environ):
            REFUSED.labels("health", "outside").inc()
            raise NotFound

    @routes.get("/healthz")
    def healthz() -> Response:
        return Response("ok\n", mimetype="text/plain")

    @routes.get("/readyz")
    def readyz() -> Response:
        found = check_database(watched, head)
        needed = {
            "database": found.database,
            "migrations": found.migrations,
            "writing": found.writing,
            "raw_target": "ok" if raw_target(request) else "missing",
        }
        told = {name: "ok" if _answers(probe) else "away" for name, probe in probes.items()}
        ready = all(state in FITS for state in needed.values())
        response = jsonify(ready=ready, needed=needed, told=told)
        response.status_code = 200 if ready else 503
        return response

    @routes.get("/metrics")
    def metrics() -> Response:
        return Response(exposition(figures(watched, head)), content_type=CONTENT_TYPE_LATEST)

    return routes


def _answers(probe: Probe) -> bool:
    try:
        return probe()
    except OSError:
        return False
