"""The second step of signing in: a code of the authenticator, or a recovery code. The session begins here.

It must not know how codes are made or kept.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import auth
from gateway.console.desk import desk, later, page, say
from gateway.console.door_log import note_sign_in_failed
from gateway.metrics import REFUSED
from services.staff import second_factor

routes = Blueprint("step", __name__, url_prefix="/sign-in/code")


@routes.get("")
def show() -> ResponseReturnValue:
    """The form, for who gave their password."""
    return page("second_step.html") if auth.asked_second() else redirect(url_for("door.sign_in"), 303)


@routes.post("")
def take() -> ResponseReturnValue:
    """Begin the session, or say that the code is wrong."""
    asked = auth.asked_second()
    if asked is None:
        flash(say("console.step.over"), "refused")
        return redirect(url_for("door.sign_in"), 303)
    tries = desk().tries
    wait = tries.begin(asked.email, "code")
    if wait:
        return later("second_step.html", wait)
    proof = second_factor.prove(desk().machine, asked.staff_id, request.form.get("code", ""))
    if proof in ("wrong", "wait"):
        REFUSED.labels("console", "code").inc()
        note_sign_in_failed(f"code_{proof}", asked.email)
        return page("second_step.html", 429 if proof == "wait" else 401, fault=say(f"second_factor.{proof}"))
    tries.succeeded(asked.email, "code")
    auth.sign_in(asked)
    if proof == "recovery":
        flash(
            say("console.step.recovered", left=second_factor.state(desk().machine, asked.staff_id).codes_left), "done"
        )
    response = redirect(url_for("rounds.home"), 303)
    tries.remember(response, asked.email)
    return response
