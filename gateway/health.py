"""What supervisors and Prometheus ask: is the process there, can it work, what has it counted.

It must not know what use cases do; what can be asked beyond the database is passed in as probes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import sqlalchemy as sa
from flask import Blueprint, Response, jsonify, request
from prometheus_client import CONTENT_TYPE_LATEST
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import NotFound

from gateway.inside import Inside
from gateway.metrics import REFUSED, exposition
from gateway.webhook_guard import raw_target
from migrations.compatibility import fit
from services.traffic import Measure, measures
from store.unit_of_work import Database

Probe = Callable[[], bool]
_REVISION = sa.text(
    "SELECT version_num, coalesce(obj_description('alembic_version'::regclass, 'pg_class'), '') FROM alembic_version"
)
_FITS = ("ok", "newer")
"""What a schema may be to this code for it to work."""
_VERSIONS = Path(__file__).resolve().parent.parent / "migrations" / "versions"


def newest_migration() -> str:
    """The newest migration of this code: files are numbered, so no migration tool need be loaded to know."""
    return max(path.name.partition("_")[0] for path in _VERSIONS.glob("[0-9]*_*.py"))


def health_routes(database: Database, probes: Mapping[str, Probe], inside: Inside) -> Blueprint:
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
        at = _revision(database)
        needed = {
            "database": "ok" if at is not None else "away",
            "migrations": "behind" if at is None else fit(*at, head),
            "raw_target": "ok" if raw_target(request) else "missing",
        }
        told = {name: "ok" if _asked(probe) else "away" for name, probe in probes.items()}
        ready = all(state in _FITS for state in needed.values())
        response = jsonify(ready=ready, needed=needed, told=told)
        response.status_code = 200 if ready else 503
        return response

    @routes.get("/metrics")
    def metrics() -> Response:
        return Response(exposition(_measures(database)), content_type=CONTENT_TYPE_LATEST)

    return routes


def _revision(database: Database) -> tuple[str, str] | None:
    """The schema's revision, and the comment that says which code it is fit for."""
    try:
        with database.transaction() as conn:
            found = conn.execute(_REVISION).first()
    except SQLAlchemyError:
        return None
    return ("", "") if found is None else (str(found[0]), str(found[1]))


def _measures(database: Database) -> list[Measure]:
    try:
        return measures(database)
    except SQLAlchemyError:  # what this process counted is told all the same; /readyz says what is wrong
        return []


def _asked(probe: Probe) -> bool:
    try:
        return probe()
    except OSError:
        return False
