"""The member's second factor: set-up by QR code, recovery codes, moving to another phone, turning off.

It must not know how codes are made or kept, nor anybody else's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import qrcode
from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway import auth
from gateway.console.context import console_context, machine_work, member, refusal_words, render_page, render_wait, say
from gateway.console.sign_in_log import note_sign_in_failed
from services.refusal import Refusal
from services.staff import second_factor

routes = Blueprint("second", __name__, url_prefix="/account/second-factor")
TRIES = "second-factor"
"""What tries at the password of a set-up are counted as."""
NOT_TAKEN = {"second_factor.wrong": "code_wrong", "second_factor.wait": "code_wait"}
"""Refusal of a code → what the log calls it."""


@routes.get("")
def show() -> ResponseReturnValue:
    """How it stands; the picture where it is not set up, or with ?new for another phone."""
    own = member()
    if not own.second_factor or "new" in request.args:
        return _set_up(200)
    state = second_factor.state(machine_work(), own.staff_id)
    return render_page("second_factor.html", state=state, needed=own.national)


@routes.post("")
def confirm() -> ResponseReturnValue:
    """End a set-up: with the password, so that an unattended screen is not enough, and a code of the new phone."""
    own = member()
    tries = console_context().tries
    wait = tries.again(TRIES, str(own.staff_id))
    if wait:
        return render_wait("second_set_up.html", wait, **_set_up_page())
    if auth.verify_member(own.email, request.form.get("password", "")) is None:
        note_sign_in_failed("present_password", own.email)
        return _set_up(422, say("console.password.wrong"))
    tries.right(TRIES, str(own.staff_id))
    code, work = request.form.get("code", ""), machine_work()
    try:
        return _codes(second_factor.confirm(work, own.staff_id, code, own.session_id))
    except Refusal as refusal:
        return _set_up(422, _refusal_words(refusal))


@routes.post("/codes")
def renew() -> ResponseReturnValue:
    """New recovery codes."""
    own, code = member(), request.form.get("code", "")
    try:
        return _codes(second_factor.renew_codes(machine_work(), own.staff_id, code))
    except Refusal as refusal:
        flash(_refusal_words(refusal), "refused")
    return redirect(url_for("second.show"), 303)


@routes.post("/off")
def turn_off() -> ResponseReturnValue:
    """Do without it."""
    own, code = member(), request.form.get("code", "")
    return _run_and_return(
        lambda: second_factor.turn_off(machine_work(), own.staff_id, code), "console.second.off.done"
    )


def _run_and_return(command: Callable[[], None], success: str) -> ResponseReturnValue:
    try:
        command()
    except Refusal as refusal:
        flash(_refusal_words(refusal), "refused")
        return redirect(url_for("second.show"), 303)
    flash(say(success), "done")
    return redirect(url_for("account.show"), 303)


def _refusal_words(refusal: Refusal) -> str:
    """The refusal in words; a code that is not taken is logged as at the door."""
    if refusal.code in NOT_TAKEN:
        note_sign_in_failed(NOT_TAKEN[refusal.code], member().email)
    return refusal_words(refusal)


def _set_up(status: int, fault: str = "") -> ResponseReturnValue:
    return render_page("second_set_up.html", status, **_set_up_page(), fault=fault)


def _set_up_page() -> dict[str, Any]:
    """What the page of a set-up shows."""
    begun = second_factor.begin(machine_work(), member().staff_id)
    side, path = picture(begun.address)
    return {"side": side, "path": path, "secret": begun.secret, "again": member().second_factor}


def _codes(codes: list[str]) -> ResponseReturnValue:
    return render_page("recovery_codes.html", 200, codes=codes)


def picture(text: str) -> tuple[int, str]:
    """A QR code: its side in modules, and the SVG path of the dark ones, which needs no style of its own."""
    drawn = qrcode.QRCode(border=4)
    drawn.add_data(text)
    rows = drawn.get_matrix()
    dark = [f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, module in enumerate(row) if module]
    return len(rows), "".join(dark)
