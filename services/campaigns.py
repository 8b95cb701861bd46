"""Reminder campaigns as staff see them: draft, preview, launch with the number typed back, pause, resume, stop, status.

Nothing is sent here. Planning is `services.advance`, sending `services.dispatch`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping

from contact import settings as round_settings
from services import estimates, texts
from services.advance import plan_of
from services.estimates import Estimate
from services.faults import Refusal
from services.work import Work
from store import audit, campaigns, outbox, registry, rounds

PLAN_PAGE = 2000
SAMPLES = 10
KINDS = ("reminder",)


@dataclass(frozen=True, slots=True)
class Preview:
    """Who will be contacted, who not and why, what they will read, and what it takes."""

    campaign_id: UUID
    title: str
    round_code: str
    office_code: str
    contacted: int
    excluded: Mapping[str, int]
    """Reason code → organisations not contacted."""
    excluded_names: tuple[tuple[str, str], ...]
    """(organisation, reason code) of the first of them."""
    sample_texts: tuple[str, ...]
    estimate: Estimate


def draft(
    work: Work,
    round_code: str,
    office_code: str,
    actor: str,
    *,
    title: str = "",
    audience: Mapping[str, Any] | None = None,
) -> UUID:
    """Write a reminder campaign as a draft; its ladder is the round's. Raises Refusal: closed or unknown round."""
    now = work.clock.now()
    campaign_id = work.ids.new()
    with work.database.transaction() as conn:
        found = rounds.by_code(conn, round_code)
        office = registry.office_by_code(conn, office_code)
        if found is None:
            raise Refusal("campaign.no_round", round=round_code)
        if office is None:
            raise Refusal("campaign.no_office", office=office_code)
        if found["state"] != "open" or now >= found["closes_at"]:
            raise Refusal("campaign.round_closed", round=round_code)
        campaigns.add(
            conn,
            id=campaign_id,
            round_id=found["id"],
            office_id=office["id"],
            kind="reminder",
            title=title or found["title"],
            state="draft",
            audience=dict(audience or {}),
            ladder=round_settings.from_dict(found["settings"]).ladder.to_dict(),
            seed=campaign_id.int % 2**31,
            planned=0,
            cursor=None,
            created_at=now,
            created_by=actor,
            launched_at=None,
            launched_by="",
            ended_at=None,
        )
        _trail(conn, now, actor, "campaign.drafted", campaign_id, office["id"])
    return campaign_id


def preview(work: Work, campaign_id: UUID) -> Preview:
    """What launching the draft would do, as of now. Raises Refusal for an unknown campaign."""
    with work.database.transaction() as conn:
        campaign = _campaign(conn, campaign_id)
        where = (campaign["round_id"], campaign["office_id"], campaign["audience"])
        counts = campaigns.audience_counts(conn, *where)
        contacted = campaigns.audience_listed(conn, *where, excluded=False, limit=SAMPLES)
        left_out = campaigns.audience_listed(conn, *where, excluded=True, limit=200)
        plan = plan_of(conn, campaign)
        samples = tuple(texts.sample(work, conn, row["interview_id"], plan.text) for row in contacted)
        media = campaigns.audience_media(conn, *where)
        estimate = estimates.estimate(conn, plan, media, samples, work.clock.now())
    return Preview(
        campaign_id,
        campaign["title"],
        campaign["round_code"],
        campaign["office_code"],
        counts.pop("", 0),
        counts,
        tuple((row["name"], row["excluded"]) for row in left_out),
        tuple(s.body for s in samples),
        estimate,
    )


def launch(work: Work, campaign_id: UUID, typed_number: int, actor: str) -> int:
    """Start a draft: `typed_number` must be the number of organisations it contacts now. Returns that number.

    A second launch of the same campaign changes nothing and raises Refusal("campaign.not_a_draft"); so a double
    click, a repeated command and two members of staff make one launch.
    """
    now = work.clock.now()
    with work.database.transaction() as conn:
        campaign = _campaign(conn, campaign_id)
        where = (campaign["round_id"], campaign["office_id"], campaign["audience"])
        contacted = campaigns.audience_counts(conn, *where).get("", 0)
        if campaign["state"] != "draft":
            raise Refusal("campaign.not_a_draft", state=campaign["state"])
        if contacted == 0:
            raise Refusal("campaign.nobody")
        if typed_number != contacted:
            raise Refusal("campaign.wrong_number", typed=typed_number, contacted=contacted)
        if campaign["round_state"] != "open" or now >= campaign["closes_at"]:
            raise Refusal("campaign.round_closed", round=campaign["round_code"])
        if not campaigns.move(conn, campaign_id, ["draft"], "planning", launched_at=now, launched_by=actor):
            raise Refusal("campaign.not_a_draft", state="planning")
        _trail(conn, now, actor, "campaign.launched", campaign_id, campaign["office_id"], contacted=contacted)
    work.jobs.enqueue("alo.plan_campaign", str(campaign_id))
    return contacted


def plan(work: Work, campaign_id: UUID) -> int:
    """Enter the audience page by page and set the campaign running; killed anywhere, it goes on from its cursor."""
    entered = 0
    while True:
        now = work.clock.now()
        with work.database.transaction() as conn:
            campaign = campaigns.locked(conn, campaign_id)
            if campaign is None or campaign["state"] != "planning":
                return entered
            added, last = campaigns.plan_page(conn, campaign, now, PLAN_PAGE)
            entered += added
            if last is None:
                campaigns.move(conn, campaign_id, ["planning"], "running")
                return entered
            campaigns.change(conn, campaign_id, cursor=last, planned=campaign["planned"] + added)


def pause(work: Work, campaign_id: UUID, actor: str) -> None:
    """Hold what has not left; live calls finish. Raises Refusal unless it is running."""
    _move(work, campaign_id, actor, ["running"], "paused", "campaign.paused")


def resume(work: Work, campaign_id: UUID, actor: str) -> None:
    """Go on after a pause. Raises Refusal unless it is paused."""
    _move(work, campaign_id, actor, ["paused"], "running", "campaign.resumed")


def stop(work: Work, campaign_id: UUID, actor: str) -> int:
    """End it for good: what has not left is withdrawn, live calls finish. Rows withdrawn."""
    _move(work, campaign_id, actor, ["draft", "planning", "running", "paused"], "stopping", "campaign.stopped")
    now = work.clock.now()
    with work.database.transaction() as conn:
        withdrawn = outbox.withdraw(conn, {"code": "campaign_stopped"}, now, campaign_id=campaign_id)
    finish(work, campaign_id)
    return withdrawn


def finish(work: Work, campaign_id: UUID) -> bool:
    """Close a stopping campaign without rows in flight, or a running one whose ladders have all ended."""
    now = work.clock.now()
    with work.database.transaction() as conn:
        campaign = campaigns.locked(conn, campaign_id)
        if campaign is None or outbox.open_rows(conn, campaign_id):
            return False
        if campaign["state"] == "stopping":
            return campaigns.move(conn, campaign_id, ["stopping"], "stopped", ended_at=now)
        progress = campaigns.progress(conn, campaign_id)
        if campaign["state"] != "running" or any(n for state, n in progress.items() if state != "ended"):
            return False
        return campaigns.move(conn, campaign_id, ["running"], "done", ended_at=now)


def _move(work: Work, campaign_id: UUID, actor: str, come_from: list[str], to: str, action: str) -> None:
    now = work.clock.now()
    with work.database.transaction() as conn:
        campaign = _campaign(conn, campaign_id)
        if not campaigns.move(conn, campaign_id, come_from, to):
            raise Refusal("campaign.cannot", state=campaign["state"], wanted=to)
        _trail(conn, now, actor, action, campaign_id, campaign["office_id"])


def _campaign(conn: Connection, campaign_id: UUID) -> RowMapping:
    campaign = campaigns.by_id(conn, campaign_id)
    if campaign is None:
        raise Refusal("campaign.unknown", campaign=str(campaign_id))
    return campaign


def _trail(
    conn: Connection, at: datetime, actor: str, action: str, campaign_id: UUID, office_id: UUID, **detail: Any
) -> None:
    subject = str(campaign_id)
    audit.append(conn, at=at, actor=actor, action=action, subject=subject, office_id=office_id, detail=detail)
