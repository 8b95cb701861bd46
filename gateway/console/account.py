"""The member's own account page: their sessions, ending them, changing the password.

It must not show or change anybody else's: every command is given the member's own id.
"""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import auth
from gateway.console.context import console_context, machine_work, member, render_page, render_wait, say
from gateway.console.new_password import password_fault
from gateway.console.sign_in_log import note_sign_in_failed
from services.staff import accounts as staff
from services.staff import passwords, sessions

routes = Blueprint("account", __name__, url_prefix="/account")
TRIES = "own password"
"""What tries at the present password are counted as."""


@routes.get("")
def show() -> ResponseReturnValue:
    """The member's name, office and role, and their sessions."""
    return render_page("account.html", sessions=sessions.list_sessions(machine_work(), member().staff_id))


@routes.post("/sessions/<uuid:session_id>/end")
def end(session_id: UUID) -> ResponseReturnValue:
    """End one of the member's sessions; ending the current one signs out."""
    if not sessions.end_own(machine_work(), member().staff_id, only=session_id):
        abort(404)
    if session_id == member().session_id:
        return redirect(url_for("door.sign_in"), 303)
    return _redirect_done("console.sessions.ended", count=1)


@routes.post("/sessions/end-others")
def end_others() -> ResponseReturnValue:
    """End all of the member's sessions but the current one."""
    ended = sessions.end_own(machine_work(), member().staff_id, but=member().session_id)
    return _redirect_done("console.sessions.ended", count=ended)


@routes.get("/password")
def password() -> ResponseReturnValue:
    """The form to change it."""
    return _password(200)


@routes.post("/password")
def change_password() -> ResponseReturnValue:
    """Change it, for who knows the present one: an unattended screen is not enough."""
    own, given, tries = member(), request.form.get("password", ""), console_context().tries
    wait = tries.again(TRIES, str(own.staff_id))
    if wait:
        return render_wait("password.html", wait, least=passwords.SHORTEST, most=passwords.LONGEST)
    present = request.form.get("present", "")
    if auth.verify_member(own.email, present) is None:
        note_sign_in_failed("present_password", own.email)
        return _password(422, say("console.password.wrong"))
    tries.right(TRIES, str(own.staff_id))
    fault = (
        say("console.password.same")
        if given == present
        else password_fault(given, (own.email, own.name, own.office_name))
    )
    if fault:
        return _password(422, fault)
    staff.change_password(machine_work(), own.staff_id, auth.hash_new_password(given), own.session_id)
    return _redirect_done("console.password.changed")


def _password(status: int, fault: str = "") -> ResponseReturnValue:
    return render_page("password.html", status, least=passwords.SHORTEST, most=passwords.LONGEST, fault=fault)


def _redirect_done(code: str, **params: int) -> ResponseReturnValue:
    flash(say(code, **params), "done")
    return redirect(url_for("account.show"), 303)
