"""Reminders: draft and preview, launch with the number typed back, watch, pause, resume, stop.

Every command first finds the campaign in the member's own sight, so another office's does not exist for them.
"""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway.console.desk import desk, member, obey, page, refusal_words, say, sight
from gateway.console.rounds import chosen_office, seen
from services import campaign_status, campaigns, progress
from services.campaign_status import CampaignStatus
from services.faults import Refusal

routes = Blueprint("campaigns", __name__)
LIVE = ("planning", "running", "stopping")
"""States in which the counts move by themselves."""
_LONGEST_TITLE = 120


@routes.post("/rounds/<code>/campaigns")
def draft(code: str) -> ResponseReturnValue:
    """Write a draft; its preview is the next page."""
    seen(code)
    audience: dict[str, object] = {n: request.form[n].strip() for n in ("kind", "commune") if request.form.get(n)}
    if request.form.get("member") in ("yes", "no"):
        audience["is_member"] = request.form["member"] == "yes"
    title = request.form.get("title", "").strip()[:_LONGEST_TITLE]
    try:
        made = campaigns.draft(desk().machine, code, chosen_office(), member().actor, title=title, audience=audience)
    except Refusal as refusal:
        flash(refusal_words(refusal), "refused")
        return redirect(url_for("rounds.show", code=code), 303)
    return redirect(url_for("campaigns.show", campaign_id=made), 303)


@routes.get("/campaigns/<uuid:campaign_id>")
def show(campaign_id: UUID) -> ResponseReturnValue:
    """A draft's preview, or how far a launched campaign has come."""
    found = _seen(campaign_id)
    if found.state == "draft":
        return page("preview.html", campaign=found, preview=campaigns.preview(desk().machine, campaign_id))
    return page(
        "campaign.html",
        campaign=found,
        outcomes=progress.campaign_outcomes(sight(), campaign_id),
        statuses=progress.OUTCOMES,
        begun=progress.BEGUN,
        live=found.state in LIVE,
        now=desk().console.clock.now(),
    )


@routes.post("/campaigns/<uuid:campaign_id>/launch")
def launch(campaign_id: UUID) -> ResponseReturnValue:
    """Launch the draft if the number typed back is right."""
    _seen(campaign_id)
    typed = request.form.get("number", "").strip().replace(".", "")
    if not (typed.isascii() and typed.isdigit() and len(typed) < 10):
        flash(say("console.launch.no_number"), "refused")
        return _back(campaign_id)
    actor = member().actor
    told = say("campaign.launched", contacted=typed)
    obey(lambda: campaigns.launch(desk().machine, campaign_id, int(typed), actor), told)
    return _back(campaign_id)


@routes.post("/campaigns/<uuid:campaign_id>/pause")
def pause(campaign_id: UUID) -> ResponseReturnValue:
    """Hold what has not left."""
    _seen(campaign_id)
    obey(lambda: campaigns.pause(desk().machine, campaign_id, member().actor), say("campaign.paused"))
    return _back(campaign_id)


@routes.post("/campaigns/<uuid:campaign_id>/resume")
def resume(campaign_id: UUID) -> ResponseReturnValue:
    """Go on."""
    _seen(campaign_id)
    obey(lambda: campaigns.resume(desk().machine, campaign_id, member().actor), say("campaign.resumed"))
    return _back(campaign_id)


@routes.get("/campaigns/<uuid:campaign_id>/stop")
def ask_stop(campaign_id: UUID) -> ResponseReturnValue:
    """Ask once more."""
    return page("stop.html", campaign=_seen(campaign_id))


@routes.post("/campaigns/<uuid:campaign_id>/stop")
def stop(campaign_id: UUID) -> ResponseReturnValue:
    """End it for good."""
    _seen(campaign_id)
    obey(lambda: campaigns.stop(desk().machine, campaign_id, member().actor), say("console.stop.done"))
    return _back(campaign_id)


def _seen(campaign_id: UUID) -> CampaignStatus:
    """The campaign if the member may see it, else 404."""
    try:
        return campaign_status.status(sight(), campaign_id)
    except Refusal:
        abort(404)


def _back(campaign_id: UUID) -> ResponseReturnValue:
    return redirect(url_for("campaigns.show", campaign_id=campaign_id), 303)
