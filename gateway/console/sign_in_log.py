"""Security log of the staff pages: failed sign-ins, sign-outs, refusals, pages that are not there for a member.

A line carries the member's id, the door and keyed hashes of what was typed and of where it came from: enough to see
that one place tries many members, never an address or a password. It must not know why something was refused.
"""

from __future__ import annotations

import structlog
from flask import Response, request

from gateway import auth
from gateway.console.context import machine_work
from services.staff import accounts as staff

_log = structlog.get_logger("alo.gateway")
_LETTERS = 16
"""Of a hash in hexadecimal: 64 bits tell the addresses of a country apart."""


def note_sign_in_failed(reason: str, email: str = "") -> None:
    """A sign-in that failed, `reason` a code: with the member's id where the address is somebody's."""
    known = staff.id_of(machine_work(), email) if email else None
    _note("sign_in_failed", reason, staff=_text(known), subject=keyed("email", email))


def note_signed_out() -> None:
    """Somebody leaves; call it before they have."""
    _note("signed_out", "", staff=_member())


def note_refusal(response: Response) -> Response:
    """An answer that refuses a right or a rate, or says that something is not there for a member; handed on."""
    if response.status_code in (403, 429):
        _note("refused", str(response.status_code), staff=_member())
    elif response.status_code == 404 and _member():
        _note("not_found", "404", staff=_member())
    return response


def note_forged() -> None:
    """A form without its token."""
    _note("refused", "csrf", staff=_member())


def keyed(kind: str, text: str) -> str:
    """A hash that nobody without the look-up key can try addresses against; "" of nothing."""
    return "h" + machine_work().vault.lookup(f"{kind}:{text}").hex()[:_LETTERS] if text else ""


def _note(event: str, reason: str, **told: str) -> None:
    source = keyed("source", request.remote_addr or "")
    filled = {name: value for name, value in told.items() if value}
    _log.warning(event, door=request.endpoint or "none", reason=reason, source=source, **filled)


def _member() -> str:
    found = auth.member()
    return str(found.staff_id) if found is not None else ""


def _text(value: object) -> str:
    return str(value) if value is not None else ""
