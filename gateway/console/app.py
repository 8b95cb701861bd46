"""Builds the staff's Flask app: only the sign-in pages are open, every form carries a CSRF token.

It must not read settings: everything is passed in.
"""

from __future__ import annotations

from pathlib import Path

from flask import Flask, Response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import CSRFError, CSRFProtect
from werkzeug.exceptions import HTTPException, NotFound
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import BaseConverter

from gateway import auth
from gateway.console import (
    account,
    campaigns,
    lists,
    province_page,
    rounds,
    second_factor,
    second_step,
    sign_in,
    staff_requests,
    work_list,
)
from gateway.console.clean_request import CleanRequest
from gateway.console.context import EXTENSION, ConsoleContext, language, render_page, say, unread_senders
from gateway.console.sign_in_limits import Tries
from gateway.console.sign_in_log import note_forged, note_refusal
from gateway.console.template_filters import filters
from gateway.console.uploads import Uploads
from gateway.counters import Counters, InProcess
from gateway.errors import note_failure
from gateway.health import health_routes
from gateway.health_probes import HealthProbes
from gateway.internal_access import USUAL, Inside
from runtime.catalogue import LANGUAGE_NAMES
from services.work import Work

FORM_BYTES = 64 * 1024
DOOR_BYTES = 16 * 1024
"""Largest body read of somebody who is not signed in: two long passwords and a name, percent-encoded, fit twice."""
OPEN_TO_ALL = frozenset(
    {
        "door.sign_in", "door.take_sign_in", "door.invitation", "door.take_invitation", "door.language", "static",
        "step.show", "step.take", "door.demo_link",
        "health.healthz", "health.readyz", "health.metrics",
    }
)  # fmt: skip
"""Endpoints that need no sign-in; every other one does."""
SET_UP = frozenset({"second.show", "second.confirm", "door.sign_out"})
"""All there is for who needs a second factor and has none yet."""
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self';"
    " form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


class TokenConverter(BaseConverter):
    """Public references of ours in URLs."""

    regex = "[A-Za-z0-9_-]{8,64}"


def build(
    console: Work,
    machine: Work,
    *,
    session_key: str,
    uploads: Path,
    inside: Inside = USUAL,
    counters: Counters | None = None,
    watched: HealthProbes | None = None,
) -> Flask:
    """The app. `console` reads as alo_console, `machine` carries commands out; `uploads` is a private directory.

    `inside`: who may ask for its state, and how many proxies stand before it and say who asks: none is believed unless
    it is known to be there. `counters`: where tries are counted; in this process where there are none.
    `watched`: what health looks at.
    """
    app = Flask(__name__)
    app.request_class = CleanRequest
    if proxies := inside.proxies:  # else everybody would share the proxy's address, and with it the count of tries
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)  # type: ignore[method-assign]  # as Flask says
    app.config.update(
        MAX_FORM_MEMORY_SIZE=FORM_BYTES,
        WTF_CSRF_TIME_LIMIT=None,  # as long as the session
        TEMPLATES_AUTO_RELOAD=False,
    )
    app.url_map.converters["token"] = TokenConverter
    app.url_map.merge_slashes = False  # the redirect would name whatever host the request names
    auth.install(app, console.database, machine, session_key)
    tries = Tries(counters or InProcess(), session_key, lambda: machine.clock.real().timestamp())
    app.extensions[EXTENSION] = ConsoleContext(console, machine, Uploads(uploads, machine.vault), tries)
    app.before_request(_limit_request)
    app.before_request(_guard)
    app.before_request(_clean_query)
    CSRFProtect(app)  # the first that reads a body: who may not pass has been turned away by then
    for side in (
        sign_in,
        second_step,
        account,
        second_factor,
        rounds,
        province_page,
        lists,
        campaigns,
        work_list,
        staff_requests,
    ):
        app.register_blueprint(side.routes)
    app.register_blueprint(health_routes(watched or HealthProbes(machine), {}, inside))
    _install_pages(app)
    return app


def _install_pages(app: Flask) -> None:
    """Words and shapes for templates, pages for errors, headers for everything."""
    app.jinja_env.globals.update(t=say, lang=language, languages=LANGUAGE_NAMES)
    app.jinja_env.globals.update(member=auth.member, senders_held=unread_senders)
    app.jinja_env.filters.update(filters())
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.register_error_handler(HTTPException, _handle_http_error)
    app.register_error_handler(Exception, _handle_failure)
    app.after_request(_headers)
    app.after_request(note_refusal)


def _limit_request() -> None:
    """How much may come in: lists are large, forms are small. No page has an address that cannot be stored."""
    if isinstance(request, CleanRequest):
        request.refuse_nul()
        if not request.is_storable:
            raise NotFound
    request.max_content_length = DOOR_BYTES
    if auth.member() is not None:
        request.max_content_length = lists.MAX_UPLOAD if request.endpoint == "lists.check" else FORM_BYTES


def _clean_query() -> None:
    """Read the query, whatever the page wants of it: a NUL in it is refused (`CleanRequest`)."""
    _ = request.args


def _guard() -> ResponseReturnValue | None:
    """Let members pass, and anybody to the doors; all others sign in first."""
    found = auth.member()
    if request.endpoint is None or request.endpoint in OPEN_TO_ALL:
        return None
    if found is not None and (not found.must_set_up or request.endpoint in SET_UP):
        return None
    target = url_for("second.show" if found is not None else "door.sign_in")
    if "HX-Request" in request.headers:
        return Response(status=401, headers={"HX-Redirect": target})
    return redirect(target, 303)


def _handle_http_error(error: HTTPException) -> ResponseReturnValue:
    if error.response is not None:
        return error.response
    if isinstance(error, CSRFError):
        note_forged()
    if isinstance(error, NotFound) and auth.member() is None:
        return redirect(url_for("door.sign_in"), 303)  # who is not signed in learns of no address
    status = error.code or 500
    code = str(status) if status in (404, 405, 413, 429) else "other"
    if isinstance(error, CSRFError):
        code = "csrf"
    return render_page("error.html", status, code=code)


def _handle_failure(error: Exception) -> ResponseReturnValue:
    note_failure(error, request.endpoint or "none")
    return render_page("error.html", 500, code="500")


def _headers(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["Permissions-Policy"] = "camera=(), microphone=(), geolocation=()"
    if request.is_secure:
        response.headers["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
        response.vary.add("Cookie")
    return response
