"""One's own account: where one is signed in, and ending sessions of one's own.

It must not show or change anybody else's: every command is given the member's own id.
"""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue

from gateway.console.desk import desk, member, page, say
from services import sessions

routes = Blueprint("account", __name__, url_prefix="/account")


@routes.get("")
def show() -> ResponseReturnValue:
    """Who one is here, and where one is signed in."""
    return page("account.html", sessions=sessions.listed(desk().machine, member().staff_id))


@routes.post("/sessions/<uuid:session_id>/end")
def end(session_id: UUID) -> ResponseReturnValue:
    """End one session of one's own; the one that asks by signing out."""
    if not sessions.end_own(desk().machine, member().staff_id, only=session_id):
        abort(404)
    if session_id == member().session_id:
        return redirect(url_for("door.sign_in"), 303)
    return _done("console.sessions.ended", count=1)


@routes.post("/sessions/end-others")
def end_others() -> ResponseReturnValue:
    """End all of one's sessions but the one that asks."""
    ended = sessions.end_own(desk().machine, member().staff_id, but=member().session_id)
    return _done("console.sessions.ended", count=ended)


def _done(code: str, **params: int) -> ResponseReturnValue:
    flash(say(code, **params), "done")
    return redirect(url_for("account.show"), 303)
