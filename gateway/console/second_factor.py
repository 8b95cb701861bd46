"""One's second factor: set up with a picture, recovery codes shown once, renewed, moved to another phone, turned off.

It must not know how codes are made or kept, nor anybody else's.
"""

from __future__ import annotations

from collections.abc import Callable

import qrcode
from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import TooManyRequests

from gateway import auth
from gateway.console.desk import desk, member, page, refusal_words, say
from gateway.console.door_log import note_sign_in_failed
from services import second_factor
from services.faults import Refusal

routes = Blueprint("second", __name__, url_prefix="/account/second-factor")
TRIES = "second-factor"
"""What tries at the password of a set-up are counted as."""


@routes.get("")
def show() -> ResponseReturnValue:
    """How it stands; the picture where it is not set up, or with ?new for another phone."""
    own = member()
    if not own.second_factor or "new" in request.args:
        return _set_up(200)
    state = second_factor.state(desk().machine, own.staff_id)
    return page("second_factor.html", state=state, needed=own.national)


@routes.post("")
def confirm() -> ResponseReturnValue:
    """End a set-up: with the password, so that an unattended screen is not enough, and a code of the new phone."""
    own = member()
    tries = desk().tries
    if tries.again(TRIES, str(own.staff_id)):
        raise TooManyRequests
    if auth.verified(own.email, request.form.get("password", "")) is None:
        note_sign_in_failed("present_password", own.email)
        return _set_up(422, say("console.password.wrong"))
    tries.right(TRIES, str(own.staff_id))
    code, work = request.form.get("code", ""), desk().machine
    try:
        return _codes(second_factor.confirm(work, own.staff_id, code, own.session_id))
    except Refusal as refusal:
        return _set_up(422, refusal_words(refusal))


@routes.post("/codes")
def renew() -> ResponseReturnValue:
    """New recovery codes."""
    own, code = member(), request.form.get("code", "")
    try:
        return _codes(second_factor.renew_codes(desk().machine, own.staff_id, code))
    except Refusal as refusal:
        flash(refusal_words(refusal), "refused")
    return redirect(url_for("second.show"), 303)


@routes.post("/off")
def turn_off() -> ResponseReturnValue:
    """Do without it."""
    own, code = member(), request.form.get("code", "")
    return _obeyed(lambda: second_factor.turn_off(desk().machine, own.staff_id, code), "console.second.off.done")


def _obeyed(command: Callable[[], None], told: str) -> ResponseReturnValue:
    try:
        command()
    except Refusal as refusal:
        flash(refusal_words(refusal), "refused")
        return redirect(url_for("second.show"), 303)
    flash(say(told), "done")
    return redirect(url_for("account.show"), 303)


def _set_up(status: int, fault: str = "") -> ResponseReturnValue:
    begun = second_factor.begin(desk().machine, member().staff_id)
    side, path = picture(begun.address)
    shown = {"side": side, "path": path, "secret": begun.secret, "again": member().second_factor}
    return page("second_set_up.html", status, **shown, fault=fault)


def _codes(made: list[str]) -> ResponseReturnValue:
    return page("recovery_codes.html", 200, codes=made)


def picture(text: str) -> tuple[int, str]:
    """A QR code: its side in modules, and the SVG path of the dark ones, which needs no style of its own."""
    drawn = qrcode.QRCode(border=4)
    drawn.add_data(text)
    rows = drawn.get_matrix()
    dark = [f"M{x} {y}h1v1h-1z" for y, row in enumerate(rows) for x, module in enumerate(row) if module]
    return len(rows), "".join(dark)
