"""The second step of signing in: a code of the authenticator, or a recovery code. The session begins here.

It must not know how codes are made or kept.
"""

from __future__ import annotations

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import auth
from gateway.console.context import console_context, machine_work, render_page, render_wait, say
from gateway.console.sign_in_log import note_sign_in_failed
from gateway.metrics import REFUSED
from services.staff import second_factor

routes = Blueprint("step", __name__, url_prefix="/sign-in/code")


@routes.get("")
def show() -> ResponseReturnValue:
    """The form, for who gave their password."""
    return render_page("second_step.html") if auth.pending_second_step() else redirect(url_for("door.sign_in"), 303)


@routes.post("")
def take() -> ResponseReturnValue:
    """Begin the session, or say that the code is wrong."""
    asked = auth.pending_second_step()
    if asked is None:
        flash(say("console.step.over"), "refused")
        return redirect(url_for("door.sign_in"), 303)
    tries = console_context().tries
    wait = tries.begin(asked.email, "code")
    if wait:
        return render_wait("second_step.html", wait)
    proof = second_factor.prove(machine_work(), asked.staff_id, request.form.get("code", ""))
    if proof in ("wrong", "wait"):
        REFUSED.labels("console", "code").inc()
        note_sign_in_failed(f"code_{proof}", asked.email)
        return render_page("second_step.html", 429 if proof == "wait" else 401, fault=say(f"second_factor.{proof}"))
    tries.succeeded(asked.email, "code")
    auth.sign_in(asked)
    if proof == "recovery":
        flash(
            say("console.step.recovered", left=second_factor.state(machine_work(), asked.staff_id).codes_left),
            "done",
        )
    response = redirect(url_for("rounds.home"), 303)
    tries.remember(response, asked.email)
    return response
