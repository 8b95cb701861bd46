"""A province within a round: download who has answered, lock it, and unlock it (the national office only).

Answers never leave here: the console's role may not read them.
"""

from __future__ import annotations

from flask import Blueprint, Response, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway.console.context import (
    console_context,
    machine_work,
    masked_field,
    member,
    refusal_words,
    run_command,
    say,
    scoped_work,
)
from gateway.console.rounds import chosen_office, visible_round
from services.refusal import Refusal
from services.results.exports import FORMATS, ExportOrder, export
from services.rounds.provinces import lock_office, unlock_office

routes = Blueprint("province", __name__, url_prefix="/rounds/<code>")
TYPES = {"csv": "text/csv", "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"}


@routes.post("/status")
def status(code: str) -> ResponseReturnValue:
    """Who has answered, of what the member may see, as a file."""
    visible_round(code)
    found, wanted = member(), request.form.get("format", "xlsx")
    if wanted not in FORMATS["status"]:
        abort(404)
    with console_context().uploads.room() as place:
        path = place / f"{code}.{wanted}"
        office = None if found.national else found.office_code
        order = ExportOrder(code, "status", wanted, path, found.actor, masked_field("reason"), office)
        try:
            export(scoped_work(), order, say)
        except Refusal as refusal:
            flash(refusal_words(refusal), "refused")
            return redirect(url_for("rounds.show", code=code), 303)
        answer = Response(path.read_bytes(), content_type=TYPES[wanted])
    answer.headers["Content-Disposition"] = f'attachment; filename="status.{wanted}"'
    return answer


@routes.post("/lock")
def lock(code: str) -> ResponseReturnValue:
    """Lock the member's province (the national alliance: any)."""
    visible_round(code)
    office, reason = chosen_office(), masked_field("reason")
    told = say("round.was_locked", office=office, round=code)
    run_command(lambda: lock_office(machine_work(), code, office, member().actor, reason), told)
    return redirect(url_for("rounds.show", code=code), 303)


@routes.post("/unlock")
def unlock(code: str) -> ResponseReturnValue:
    """Open a locked province again; the use case refuses all but the national alliance."""
    visible_round(code)
    office, reason, found = chosen_office(), masked_field("reason"), member()
    told = say("round.was_unlocked", office=office, round=code)
    run_command(
        lambda: unlock_office(machine_work(), code, office, found.actor, reason, national=found.national),
        told,
    )
    return redirect(url_for("rounds.show", code=code), 303)
