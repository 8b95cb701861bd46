"""Authenticates carrier webhooks: nothing is read into the house before a carrier's own guard has let it pass.

Refusals are counted with a reason and change nothing; nothing of the request is logged. It must not know a carrier or
a use case.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NoReturn

from flask import Request
from werkzeug.exceptions import HTTPException

from carriers.webhook_requests import RefusedRequestError
from gateway.metrics import REFUSED

MAX_BYTES = 64 * 1024
"""Largest body taken. A text has 1,600 characters; Twilio's largest posts stay far below."""


class RefusedError(HTTPException):
    """A request that is turned away; `description` is the reason's code."""

    is_code = True

    def __init__(self, status: int, reason: str) -> None:
        """`status` is the HTTP status, `reason` a code for the counter and the answer."""
        super().__init__(description=reason)
        self.code = status


def refuse(carrier: str, status: int, reason: str) -> NoReturn:
    """Count and turn away."""
    REFUSED.labels(carrier, reason).inc()
    raise RefusedError(status, reason)


def raw_target(asked: Request) -> str | None:
    """Path and query exactly as they were sent, or None when the server does not tell (then nothing can be verified).

    Werkzeug decodes percent signs, and a signature over the decoded URL is another one.
    """
    target = asked.environ.get("RAW_URI") or asked.environ.get("REQUEST_URI")
    return target if isinstance(target, str) and target.startswith("/") else None


class FlaskWebhook:
    """Flask's request as carriers read one (`carriers.webhook_requests.WebhookRequest`)."""

    def __init__(self, asked: Request, base: str) -> None:
        """`base`: our public address as carriers know it; configured, never taken from forwarded headers."""
        self._asked = asked
        self._base = base

    @property
    def method(self) -> str:
        """GET or POST."""
        return self._asked.method

    @property
    def mimetype(self) -> str:
        """The type of the body, without parameters."""
        return self._asked.mimetype

    @property
    def charset(self) -> str | None:
        """The declared charset of the body."""
        return self._asked.mimetype_params.get("charset")

    @property
    def query(self) -> Mapping[str, str]:
        """Parameters of the URL."""
        return self._asked.args

    @property
    def headers(self) -> Mapping[str, str]:
        """Headers, by names in any case."""
        return self._asked.headers  # type: ignore[return-value]  # it reads as a mapping does

    @property
    def form(self) -> Mapping[str, str]:
        """The posted form."""
        return self._asked.form

    @property
    def body(self) -> bytes:
        """The body as it came."""
        return self._asked.get_data()

    def refuse_too_large(self) -> None:
        """By the announced length; a body that announces none is read, and werkzeug stops one byte above the limit."""
        announced = self._asked.content_length
        if (len(self._asked.get_data()) if announced is None else announced) > MAX_BYTES:
            raise RefusedRequestError(413, "too_large")

    @property
    def public_url(self) -> str:
        """Our public address with the raw target."""
        target = raw_target(self._asked)
        if target is None and self._asked.environ.get("RAW_URI"):
            raise RefusedRequestError(400, "target")  # `POST http://elsewhere/…`: no address of ours
        if target is None:
            raise RefusedRequestError(500, "no_raw_target")
        return self._base + target
