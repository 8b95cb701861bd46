"""Validates a new password of a form, typed twice. One rule for invitations and changes.

It must not know what is done with it.
"""

from __future__ import annotations

from collections.abc import Iterable

from flask import request

from gateway.console.context import refusal_words, say
from services.refusal import Refusal
from services.staff import passwords


def password_fault(password: str, own: Iterable[str]) -> str:
    """Why it cannot be taken, in words; "" when it can. `own`: address, name, office of the member."""
    try:
        passwords.check(password, own)
    except Refusal as refusal:
        return refusal_words(refusal)
    return "" if password == request.form.get("again", "") else say("console.password.differs")
