r"""Validates the path a form asks to return to: rebuilt from the route it matches, so that no redirect leaves us.

What a browser makes of `/\evil`, `/<tab>/evil` or `//evil` need not be known: nothing that was given is sent back.
It must not know which page asks.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, urlencode

from flask import current_app, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RoutingException


def safe_return_path(path: str) -> str | None:
    """The address of the page that `path` (a path as pages see it, perhaps with a query) leads to, or None."""
    path, _, query = path.partition("#")[0].partition("?")
    if not path.startswith("/") or path.startswith("//"):
        return None
    try:
        endpoint, values = current_app.url_map.bind("").match(path, "GET")
        place = url_for(endpoint, **values)
    except (HTTPException, RoutingException, ValueError):
        return None
    asked_for = parse_qsl(query, keep_blank_values=True, max_num_fields=50) if query.count("&") < 50 else []
    if endpoint == "static":
        return None
    return f"{place}?{urlencode(asked_for)}" if asked_for else place
