"""Error handlers of the webhooks: a short code in plain text or JSON, and a log line without personal data.

Messages of exceptions may quote phones and texts, so only their type and the places in our code are written down.
"""

from __future__ import annotations

import traceback
from pathlib import Path

import structlog
from flask import Flask, Response, jsonify, request
from werkzeug.exceptions import HTTPException

from gateway.metrics import FAILED

_log = structlog.get_logger("alo.gateway")
_ROOT = Path(__file__).resolve().parent.parent
_DEEPEST = 12


def answer(status: int, code: str) -> Response:
    """An error answer: `code` in plain text, or {"error": code} for clients that prefer JSON."""
    wants_json = request.accept_mimetypes.best == "application/json"
    response = jsonify(error=code) if wants_json else Response(f"{code}\n", mimetype="text/plain")
    response.status_code = status
    return response


def note_failure(error: BaseException, door: str) -> None:
    """Count and log a failure of ours: type, SQLSTATE and places, never a message or a parameter."""
    kind = type(error).__name__
    FAILED.labels(door, kind).inc()
    _log.error("request_failed", door=door, error=kind, sqlstate=_sqlstate(error), places=places(error))


def places(error: BaseException) -> list[str]:
    """Where it happened: "file:line function", outermost first, at most the twelve deepest."""
    frames = traceback.extract_tb(error.__traceback__)[-_DEEPEST:]
    return [f"{_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]


def _short(filename: str) -> str:
    path = Path(filename)
    return str(path.relative_to(_ROOT)) if path.is_relative_to(_ROOT) else path.name


def _sqlstate(error: BaseException) -> str:
    return str(getattr(getattr(error, "orig", None), "sqlstate", None) or "")


def handle_http_error(error: HTTPException) -> Response:
    """A refusal or another HTTP error as an answer: our own code, else the error's name."""
    code = error.description if getattr(error, "is_code", False) else error.name.lower().replace(" ", "_")
    return answer(error.code or 500, code or "error")


def handle_failure(error: Exception) -> Response:
    """A failure of ours: noted, and a bare 500."""
    note_failure(error, request.endpoint or "none")
    return answer(500, "internal_error")


def register(app: Flask) -> None:
    """Give `app` both handlers."""
    app.register_error_handler(HTTPException, handle_http_error)
    app.register_error_handler(Exception, handle_failure)
