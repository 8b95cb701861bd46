"""Pages open to everybody: sign in, sign out, accept an invitation, choose the language."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from flask import Blueprint, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from characters import codes
from gateway import auth
from gateway.console.context import console_context, field, machine_work, refusal_words, render_page, render_wait, say
from gateway.console.new_password import password_fault
from gateway.console.return_path import safe_return_path
from gateway.console.sign_in_log import note_sign_in_failed, note_signed_out
from gateway.metrics import REFUSED
from runtime.catalogue import LANGUAGES
from services.refusal import Refusal
from services.staff import accounts as staff
from services.staff import demo_member, passwords, second_factor
from store.people.staff import StaffRow

routes = Blueprint("door", __name__)
LEFT_BEHIND = '"cache", "storage"'
"""What a browser forgets at a sign-out. Not "cookies": that would be those of every site of the domain."""


@routes.get("/sign-in")
def sign_in() -> ResponseReturnValue:
    """The form."""
    if auth.member():
        return redirect(url_for("rounds.home"), 303)
    return render_page("sign_in.html", email="", fault=say("console.session.over") if auth.forget_ended() else "")


@routes.post("/sign-in")
def take_sign_in() -> ResponseReturnValue:
    """Sign in, or say that address or password is wrong, not which."""
    email, tries = codes.email(request.form.get("email", "")), console_context().tries
    wait = tries.begin(email)
    if wait:
        return render_wait("sign_in.html", wait, email=email)
    found = auth.verify_member(email, request.form.get("password", ""))
    if found is None:
        REFUSED.labels("console", "sign_in").inc()
        note_sign_in_failed("password", email)
        return render_page("sign_in.html", 401, email=email, fault=say("console.sign_in.wrong"))
    tries.succeeded(email)
    if second_factor.state(machine_work(), found.staff_id).set_up:
        auth.begin_second_step(found)
        return redirect(url_for("step.show"), 303)
    auth.sign_in(found)
    response = redirect(url_for("rounds.home"), 303)
    tries.remember(response, email)
    return response


@routes.post("/sign-out")
def sign_out() -> ResponseReturnValue:
    """End the session, and have the browser forget what it kept of the pages."""
    note_signed_out()
    auth.sign_out()
    response = redirect(url_for("door.sign_in"), 303)
    response.headers["Clear-Site-Data"] = LEFT_BEHIND
    return response


@routes.get("/invitation/<token:token>")
def invitation(token: str) -> ResponseReturnValue:
    """The form to choose a password, as long as the invitation is open."""
    try:
        return _invitation(200, staff.invitee(machine_work(), token))
    except Refusal as refusal:
        return render_page("notice.html", 410, title=say("console.invitation.title"), text=refusal_words(refusal))


@routes.post("/invitation/<token:token>")
def take_invitation(token: str) -> ResponseReturnValue:
    """Set the password and use the invitation up."""
    wait = console_context().tries.begin("")
    if wait:
        return render_wait("notice.html", wait, title=say("console.invitation.title"))
    password, name = request.form.get("password", ""), field("name")[:120]
    try:
        invitee = staff.invitee(machine_work(), token)
        console_context().tries.succeeded("")
        fault = password_fault(password, (invitee.email, name, invitee.name, invitee.office_name))
        if fault:
            return _invitation(422, replace(invitee, name=name), fault)
        staff_id = staff.join(machine_work(), token, auth.hash_new_password(password), name)
    except Refusal as refusal:
        return render_page("notice.html", 410, title=say("console.invitation.title"), text=refusal_words(refusal))
    response = _enter(staff_id)
    flash(say("console.invitation.taken"), "done")  # after it: a session that begins holds nothing of an earlier one
    return response


@routes.get("/demo/<token:token>")
def demo_link(token: str) -> ResponseReturnValue:
    """Sign in as the demonstration's manager: once, and only where nobody real can be reached."""
    if request.method == "HEAD":  # a preview of the link uses nothing up
        return "", 204
    wait = console_context().tries.begin("")
    if wait:
        return render_wait("notice.html", wait, title=say("console.demo_link.title"))
    try:
        staff_id = demo_member.take_token(machine_work(), token)
    except Refusal as refusal:
        return render_page("notice.html", 410, title=say("console.demo_link.title"), text=refusal_words(refusal))
    console_context().tries.succeeded("")
    return _enter(staff_id, both_factors=True)


def _enter(staff_id: UUID, *, both_factors: bool = False) -> ResponseReturnValue:
    """Begin the session of who has just shown a link of theirs, or ask for the second factor they have set up."""
    found = auth.member_by_id(staff_id)
    if found is None:
        return redirect(url_for("door.sign_in"), 303)
    if found.second_factor and not both_factors:
        auth.begin_second_step(found)
        return redirect(url_for("step.show"), 303)
    auth.sign_in(found)
    return redirect(url_for("rounds.home"), 303)


@routes.post("/language")
def language() -> ResponseReturnValue:
    """Choose the language of the pages for this session, and come back."""
    chosen, back = request.form.get("lang", ""), request.form.get("back", "")
    if chosen in LANGUAGES:
        session["lang"] = chosen
    return redirect(safe_return_path(back) or url_for("rounds.home"), 303)


def _invitation(status: int, invitee: StaffRow, fault: str = "") -> ResponseReturnValue:
    return render_page(
        "invitation.html", status, invitee=invitee, least=passwords.SHORTEST, most=passwords.LONGEST, fault=fault
    )
