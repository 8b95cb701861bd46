"""Pages of campaigns: draft, preview, test text, approval, launch by typing a number back, progress, pause, stop.

Every command first looks the campaign up in the member's scope: another office's campaign is a 404.
"""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from characters.cleaning import clean
from contact.campaign_states import DRAFTS, CampaignState
from gateway.console import campaign_form
from gateway.console.context import (
    console_context,
    field,
    machine_work,
    masked_field,
    member,
    refusal_words,
    render_page,
    run_command,
    say,
    scoped_work,
)
from gateway.console.rounds import chosen_office, offices_to_choose, visible_round
from runtime import reasons
from services import lookups
from services.campaign import campaigns, progress
from services.campaign import sample_text as trial
from services.campaign import status as campaign_status
from services.campaign.status import CampaignStatus
from services.refusal import Refusal
from services.senders import senders
from store.campaign import contacts as campaign_contacts
from store.people import staff

routes = Blueprint("campaigns", __name__)
MOVING = (CampaignState.PLANNING, CampaignState.RUNNING, CampaignState.STOPPING)
"""States in which the counts move by themselves."""
PARTS = ("office", "sender", "medium")
CONTACTS_A_PAGE, MOST_PAGES = 100, 10_000


@routes.before_request
def _campaigns_are_for() -> ResponseReturnValue | None:
    """Members of the national office without the national role see no campaign and make none."""
    return None if member().may_campaign else render_page("error.html", 403, code="national_only")


@routes.post("/rounds/<code>/campaigns")
def draft(code: str) -> ResponseReturnValue:
    """Write a draft; its preview is the next page."""
    visible_round(code)
    try:
        given = campaign_form.filled_in(request.form)
        made = campaigns.draft(machine_work(), code, chosen_office(), member().actor, **given)
    except Refusal as refusal:
        flash(refusal_words(refusal), "refused")
        return redirect(url_for("rounds.show", code=code), 303)
    return redirect(url_for("campaigns.show", campaign_id=made), 303)


@routes.get("/campaigns/<uuid:campaign_id>")
def show(campaign_id: UUID) -> ResponseReturnValue:
    """A draft's preview, or how far a launched campaign has come."""
    found = _visible_campaign(campaign_id)
    if found.state in DRAFTS:
        return _preview(found)
    return render_page(
        "campaign.html",
        campaign=found,
        outcomes=progress.campaign_outcomes(scoped_work(), campaign_id),
        statuses=progress.OUTCOMES,
        begun=progress.BEGUN,
        live=found.state in MOVING,
        now=console_context().console.clock.now(),
        names=_names(),
    )


def _preview(status: CampaignStatus) -> ResponseReturnValue:
    shown = campaigns.preview(machine_work(), status.campaign_id, scoped_work())
    return render_page(
        "preview.html",
        campaign=status,
        preview=shown,
        audience=campaign_form.describe_audience(shown.audience),
        own=status.created_by == member().actor,
        names=_names(),
    )


def _names() -> dict[str, str]:
    """Actor → name, of the staff the member may see."""
    with scoped_work().database.transaction() as conn:
        return staff.names(conn)


@routes.get("/campaigns/<uuid:campaign_id>/contacts")
def contacts(campaign_id: UUID) -> ResponseReturnValue:
    """Each contact and why, a page at a time; of one organisation with ?code."""
    found, code = _visible_campaign(campaign_id), clean(request.args.get("code", ""))
    at_page = min(max(1, request.args.get("page", 1, int)), MOST_PAGES)
    start = (at_page - 1) * CONTACTS_A_PAGE
    with scoped_work().database.transaction() as conn:
        named = lookups.registry_codes(conn, [code]) if code else None
        rows = campaign_contacts.in_order(conn, campaign_id, named, CONTACTS_A_PAGE + 1, start)
    told = [(row, reasons.sentence(say, row.medium, row.at, row.reason)) for row in rows[:CONTACTS_A_PAGE]]
    more = len(rows) > CONTACTS_A_PAGE
    return render_page(
        "contacts.html", campaign=found, contacts=told, code=code, first=start + 1, at_page=at_page, more=more
    )


@routes.post("/campaigns/<uuid:campaign_id>/test")
def test(campaign_id: UUID) -> ResponseReturnValue:
    """Send the first sample to the member's own phone; the number is kept nowhere but sealed in the outbox."""
    _visible_campaign(campaign_id)
    number, actor = field("number"), member().actor
    run_command(
        lambda: trial.send(machine_work(), campaign_id, number, actor, sight=scoped_work()),
        say("console.test.done"),
    )
    return _back(campaign_id)


@routes.post("/campaigns/<uuid:campaign_id>/approve")
def approve(campaign_id: UUID) -> ResponseReturnValue:
    """A second person's yes."""
    _visible_campaign(campaign_id)
    typed, actor = _typed_number(), member().actor
    if typed is not None:
        approved = say("campaign.approved", contacted=typed)
        run_command(lambda: campaigns.approve(machine_work(), campaign_id, typed, actor), approved)
    return _back(campaign_id)


@routes.post("/campaigns/<uuid:campaign_id>/launch")
def launch(campaign_id: UUID) -> ResponseReturnValue:
    """Launch the draft if the number typed back is right."""
    _visible_campaign(campaign_id)
    typed, actor = _typed_number(), member().actor
    if typed is not None:
        told = say("campaign.launched", contacted=typed)
        run_command(lambda: campaigns.launch(machine_work(), campaign_id, typed, actor), told)
    return _back(campaign_id)


def _typed_number() -> int | None:
    """The number typed back; None, and the next page says so, when there is none."""
    typed = field("number").replace(".", "")
    if typed.isascii() and typed.isdigit() and len(typed) < 10:
        return int(typed)
    flash(say("console.launch.no_number"), "refused")
    return None


@routes.get("/campaigns/<uuid:campaign_id>/pause")
def ask_pause(campaign_id: UUID) -> ResponseReturnValue:
    """All of it, or which part, and why."""
    named = [row.name for row in senders.listed(scoped_work())]
    return render_page(
        "pause.html", campaign=_visible_campaign(campaign_id), offices=offices_to_choose(), senders=named
    )


@routes.post("/campaigns/<uuid:campaign_id>/pause")
def pause(campaign_id: UUID) -> ResponseReturnValue:
    """Hold what has not left, of the whole or of a part."""
    _visible_campaign(campaign_id)
    part, reason, actor = _part(), masked_field("reason"), member().actor
    told = say("campaign.part_paused" if part else "campaign.paused")
    run_command(lambda: campaigns.pause(machine_work(), campaign_id, actor, reason, **part), told)
    return _back(campaign_id)


@routes.post("/campaigns/<uuid:campaign_id>/resume")
def resume(campaign_id: UUID) -> ResponseReturnValue:
    """Go on with the whole, or with a part."""
    _visible_campaign(campaign_id)
    part, actor = _part(), member().actor
    run_command(lambda: campaigns.resume(machine_work(), campaign_id, actor, **part), say("campaign.resumed"))
    return _back(campaign_id)


def _part() -> dict[str, str]:
    """The part the form names ("office:QB", "sender:texts", "medium:call"), as the use cases take it; {}: the whole."""
    kind, _, name = request.form.get("part", "").partition(":")
    if not kind:
        return {}
    return {kind: name} if kind in PARTS and name else abort(404)


@routes.get("/campaigns/<uuid:campaign_id>/stop")
def ask_stop(campaign_id: UUID) -> ResponseReturnValue:
    """Ask once more."""
    return render_page("stop.html", campaign=_visible_campaign(campaign_id))


@routes.post("/campaigns/<uuid:campaign_id>/stop")
def stop(campaign_id: UUID) -> ResponseReturnValue:
    """End it for good."""
    _visible_campaign(campaign_id)
    run_command(lambda: campaigns.stop(machine_work(), campaign_id, member().actor), say("console.stop.done"))
    return _back(campaign_id)


def _visible_campaign(campaign_id: UUID) -> CampaignStatus:
    """The campaign if the member may see it, else 404."""
    try:
        return campaign_status.status(scoped_work(), campaign_id)
    except Refusal:
        abort(404)


def _back(campaign_id: UUID) -> ResponseReturnValue:
    return redirect(url_for("campaigns.show", campaign_id=campaign_id), 303)
