"""Pages of rounds: the list, and the progress of one in counts."""

from __future__ import annotations

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway.console import campaign_form
from gateway.console.context import console_context, member, render_page, scoped_work
from services.campaign import filters as audience_filters
from services.campaign.progress import BEGUN, OUTCOMES, RoundProgress, round_progress
from services.refusal import Refusal
from services.registry import offices
from services.rounds import rounds
from store.registry.rounds import RoundState

routes = Blueprint("rounds", __name__)


@routes.get("/")
def home() -> ResponseReturnValue:
    """All rounds; the only open one at once."""
    found = rounds.all_rounds(scoped_work())
    live = [row for row in found if row.state == RoundState.OPEN]
    if len(live) == 1 and "all" not in request.args:
        return redirect(url_for("rounds.show", code=live[0].code), 303)
    return render_page("rounds.html", rounds=found)


@routes.get("/rounds/<code>")
def show(code: str) -> ResponseReturnValue:
    """Progress of one round, its reminders, and the form for a new one."""
    found = visible_round(code)
    now = console_context().console.clock.now()
    live = found.state == RoundState.OPEN and now < found.closes_at
    areas, communes = audience_filters.places(scoped_work(), code) if live else ([], [])
    return render_page(
        "round.html",
        round=found,
        offices=offices_to_choose(),
        statuses=OUTCOMES,
        begun=BEGUN,
        now=now,
        live=live,
        choices=campaign_form.CHOICES,
        areas=[(area, campaign_form.area_name(area)) for area in areas],
        communes=communes,
    )


def visible_round(code: str) -> RoundProgress:
    """The round as the member may see it, or 404."""
    try:
        return round_progress(scoped_work(), code)
    except Refusal:
        abort(404)


def offices_to_choose() -> list[tuple[str, str]]:
    """(code, name) of the offices the member acts for: their own, or every one for the national alliance."""
    found = member()
    if not found.national:
        return [(found.office_code, found.office_name)]
    return [(row.code, row.name) for row in offices.all_offices(scoped_work())]


def chosen_office() -> str:
    """The office of the form, one the member acts for; or 404."""
    given = request.form.get("office", "") or member().office_code
    return given if given in dict(offices_to_choose()) else abort(404)
