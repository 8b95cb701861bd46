"""Recorded sentences for platforms that play them. Public: platforms fetch them unsigned; nothing personal is in them.

A name changes with its audio, so whoever fetched one may keep it for ever.
"""

from __future__ import annotations

from flask import Blueprint, Response, abort

from gateway.webhooks.context import webhook_context
from services.calls.recording_cache import audio

routes = Blueprint("prompts", __name__)


@routes.get("/prompts/<ref:name>.wav")
def recording(name: str) -> Response:
    """The recording of this name, or 404."""
    found = audio(webhook_context().work, name)
    if found is None:
        abort(404)
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(found, mimetype="audio/wav", headers=headers)
