"""Who may bring us news: size, type, account and signature are checked before anything is read into the house.

Refusals are counted with a reason and change nothing; nothing of the request is logged. It must not know use cases.
"""

from __future__ import annotations

import hmac
from typing import NoReturn

from flask import Request, g, request
from werkzeug.datastructures import MultiDict
from werkzeug.exceptions import HTTPException

from carriers.credentials import Credentials, kannel_secrets, tokens_by_account
from carriers.twilio.signature import HEADER, signed
from characters.cleaning import storable
from gateway.metrics import REFUSED

MAX_BYTES = 64 * 1024
"""Largest body taken. A text has 1,600 characters; Twilio's largest posts stay far below."""
FORM = "application/x-www-form-urlencoded"
KANNEL_TYPES = frozenset({"text/plain", "application/octet-stream"})


class RefusedError(HTTPException):
    """A request that is turned away; `description` is the reason's code."""

    is_code = True

    def __init__(self, status: int, reason: str) -> None:
        """`status` is the HTTP status, `reason` a code for the counter and the answer."""
        super().__init__(description=reason)
        self.code = status


def refuse(door: str, status: int, reason: str) -> NoReturn:
    """Count and turn away."""
    REFUSED.labels(door, reason).inc()
    raise RefusedError(status, reason)


def raw_target(asked: Request) -> str | None:
    """Path and query exactly as they were sent, or None when the server does not tell (then nothing can be verified).

    Werkzeug decodes percent signs, and a signature over the decoded URL is another one.
    """
    target = asked.environ.get("RAW_URI") or asked.environ.get("REQUEST_URI")
    return target if isinstance(target, str) and target.startswith("/") else None


class WebhookGuard:
    """Checks requests of every carrier; `twilio` and `kannel` run before each view of their doors."""

    def __init__(self, credentials: Credentials, public_base_url: str) -> None:
        """`public_base_url` as carriers know us: configured, never taken from forwarded headers."""
        self._tokens = tokens_by_account(credentials)
        self._secrets = kannel_secrets(credentials)
        self._base = public_base_url.rstrip("/")

    def twilio(self) -> None:
        """Let the request pass, its form in `g.form`, or raise RefusedError."""
        if request.mimetype != FORM:
            refuse("twilio", 415, "content_type")
        signature = request.headers.get(HEADER)
        if not signature:
            refuse("twilio", 403, "unsigned")
        form = _form("twilio")
        tokens = self._tokens.get(form.get("AccountSid", ""))
        if tokens is None:
            refuse("twilio", 403, "account")
        target = raw_target(request)
        if target is None and request.environ.get("RAW_URI"):
            refuse("twilio", 400, "target")  # `POST http://elsewhere/…`: no address of ours
        if target is None:
            refuse("twilio", 500, "no_raw_target")
        if not signed(self._base + target, form, signature, tokens):
            refuse("twilio", 403, "signature")
        g.form = {storable(name): storable(value) for name, value in form.items()}

    def kannel(self) -> None:
        """Let the request pass or raise RefusedError. Kannel signs nothing: it brings our secret back."""
        if request.method == "POST" and request.mimetype not in KANNEL_TYPES:
            refuse("kannel", 415, "content_type")
        if not _fits(request):
            refuse("kannel", 413, "too_large")
        given = request.args.get("s", "").encode()
        if not given:
            refuse("kannel", 403, "unsigned")
        if not any(hmac.compare_digest(given, known.encode()) for known in self._secrets):
            refuse("kannel", 403, "secret")


def _form(door: str) -> MultiDict[str, str]:
    if not _fits(request):
        refuse(door, 413, "too_large")
    return request.form


def _fits(asked: Request) -> bool:
    """By the announced length; a body that announces none is read, and werkzeug stops one byte above the limit."""
    if asked.content_length is not None:
        return asked.content_length <= MAX_BYTES
    return len(asked.get_data()) <= MAX_BYTES
