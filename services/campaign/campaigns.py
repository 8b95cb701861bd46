"""Campaigns as staff see them: draft, preview, approval, launch with the number typed back, pause, resume, stop.

Nothing is sent here. Planning is `services.campaign.planning`, the ladder `services.campaign.next_step`, sending
`services.sending.dispatcher`. Every verb is in the audit trail with who, when and why.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from contact import settings as round_settings
from contact.campaign_states import DRAFTS, UNDER_WAY, CampaignState
from contact.kinds import KINDS, CampaignKind, Kind, derive
from contact.masking import mask_numbers
from services import lookups
from services.campaign import filters as audience_filters
from services.campaign import planning
from services.campaign.preview import Preview, preview
from services.refusal import Refusal
from services.unfit import isolation
from services.work import Work
from store import audit
from store.campaign import audience as audiences
from store.campaign import campaigns
from store.campaign.campaigns import CampaignRow
from store.messages import outbox
from store.registry import organisations as registry
from store.registry import rounds
from store.registry.rounds import RoundRow, RoundState
from store.unit_of_work import after_commit

__all__ = ["Preview", "approve", "draft", "finish", "launch", "pause", "plan", "preview", "resume", "stop"]

plan = planning.plan


def draft(
    work: Work,
    round_code: str,
    office_code: str | None,
    actor: str,
    *,
    title: str = "",
    audience: Mapping[str, Any] | None = None,
    kind: str = CampaignKind.REMINDER,
    seed: int | None = None,
    spread_days: int = 0,
    reason: str = "",
) -> UUID:
    """Write a campaign of one of `contact.kinds.KINDS` as a draft; its ladder is derived from the round's.

    `office_code` None: the national office, whose campaigns reach every office's organisations. `audience`: values of
    `store.campaign.audience.FILTERS`. `spread_days`: first contacts over so many days. Raises Refusal.
    """
    now = work.clock.now()
    campaign_id = work.ids.new()
    chosen = _kind(kind)
    wanted = audience_filters.checked(chosen, audience or {})
    with work.database.transaction() as conn:
        found = _open_round(conn, round_code, now)
        office_id, national = _office(conn, office_code)
        wanted = audience_filters.resolved(conn, wanted, found.id, None if national else office_id)
        ladder = derive(chosen, round_settings.from_dict(found.settings).ladder)
        if not ladder.steps:
            raise Refusal("campaign.no_steps", round=round_code)
        campaigns.add(
            conn,
            id=campaign_id,
            round_id=found.id,
            office_id=office_id,
            kind=kind,
            title=mask_numbers(title).text or found.title,
            state=CampaignState.DRAFT,
            audience=wanted,
            ladder=ladder.to_dict(),
            seed=campaign_id.int % 2**31 if seed is None else seed,
            spread_days=max(0, spread_days),
            planned=0,
            created_at=now,
            created_by=actor,
            launched_by="",
        )
        _trail(conn, now, actor, "campaign.drafted", campaign_id, office_id, reason, kind=kind)
    return campaign_id


def _kind(name: str) -> Kind:
    try:
        return KINDS[CampaignKind(name)]
    except ValueError:
        raise Refusal("campaign.unknown_kind", kind=name, kinds=", ".join(KINDS)) from None


def _open_round(conn: Connection, code: str, now: datetime) -> RoundRow:
    found = rounds.by_code(conn, code)
    if found is None:
        raise Refusal("campaign.no_round", round=code)
    if found.state != RoundState.OPEN or now >= found.closes_at:
        raise Refusal("campaign.round_closed", round=code)
    return found


def _office(conn: Connection, code: str | None) -> tuple[UUID, bool]:
    """The office with this code, or the national one, and whether it is national."""
    if code is not None:
        office = lookups.office(conn, code, "campaign.no_office")
        return office.id, office.level == "national"
    national = [row.id for row in registry.all_offices(conn) if row.level == "national"]
    if not national:
        raise Refusal("campaign.no_national_office")
    return national[0], True


def approve(work: Work, campaign_id: UUID, typed_number: int, actor: str, reason: str = "") -> int:
    """A second person's yes to a draft, for the number of organisations it contacts now. Returns that number.

    Raises Refusal: not a draft, wrong number, or the drafter's own.
    """
    now = work.clock.now()
    with work.database.transaction() as conn:
        campaign = _campaign(conn, campaign_id)
        contacted = _checked(conn, campaign, typed_number, now)
        if actor == campaign.created_by:
            raise Refusal("campaign.own_draft")
        given = {"approved_by": actor, "approved_at": now, "approved_for": contacted}
        if not campaigns.move(conn, campaign_id, DRAFTS, CampaignState.APPROVED, **given):
            raise Refusal("campaign.not_a_draft", state=campaign.state)
        _told(conn, now, actor, "campaign.approved", campaign, reason, contacted=contacted)
    return contacted


def launch(work: Work, campaign_id: UUID, typed_number: int, actor: str, reason: str = "") -> int:
    """Start a draft: `typed_number` must be the number of organisations it contacts now. Returns that number.

    Above the round's limit somebody else than the drafter must have approved at least as many. A second launch of the
    same campaign changes nothing and raises Refusal("campaign.not_a_draft"); so a double click, a repeated command and
    two members of staff make one launch.
    """
    now = work.clock.now()
    with work.database.transaction() as conn:
        campaign = _campaign(conn, campaign_id)
        contacted = _checked(conn, campaign, typed_number, now)
        _second_person(campaign, contacted)
        if not campaigns.move(
            conn, campaign_id, [campaign.state], CampaignState.PLANNING, launched_at=now, launched_by=actor
        ):
            raise Refusal("campaign.not_a_draft", state=CampaignState.PLANNING)
        _told(conn, now, actor, "campaign.launched", campaign, reason, contacted=contacted)
        after_commit(conn, work.jobs.enqueue, "alo.plan_campaign", str(campaign_id))
    return contacted


def _checked(conn: Connection, campaign: CampaignRow, typed_number: int, now: datetime) -> int:
    """How many a draft contacts now, if that is the number typed and it may still be launched."""
    contacted = audiences.counts(conn, campaign).get("", 0)
    if campaign.state not in DRAFTS:
        raise Refusal("campaign.not_a_draft", state=campaign.state)
    if contacted == 0:
        raise Refusal("campaign.nobody")
    if typed_number != contacted:
        raise Refusal("campaign.wrong_number", typed=typed_number, contacted=contacted)
    if campaign.round_state != RoundState.OPEN or now >= campaign.closes_at:
        raise Refusal("campaign.round_closed", round=campaign.round_code)
    return contacted


def _second_person(campaign: CampaignRow, contacted: int) -> None:
    limit = round_settings.from_dict(campaign.settings).approval_above
    if contacted <= limit:
        return
    if campaign.state != CampaignState.APPROVED:
        raise Refusal("campaign.needs_second", contacted=contacted, limit=limit)
    if contacted > campaign.approved_for:
        raise Refusal("campaign.outgrown", contacted=contacted, approved=campaign.approved_for)


def pause(
    work: Work,
    campaign_id: UUID,
    actor: str,
    reason: str = "",
    *,
    office: str | None = None,
    sender: str | None = None,
    medium: str | None = None,
) -> None:
    """Hold what has not left; live calls finish. With `office` (code), `sender` (name) or `medium`: only that part.

    Raises Refusal unless it is under way, or when the part is unknown or on hold already.
    """
    now = work.clock.now()
    with work.database.transaction() as conn:
        campaign = _campaign(conn, campaign_id)
        parts = campaigns.parts(conn, office, sender, medium)
        if not parts:
            _move(conn, campaign, [CampaignState.PLANNING, CampaignState.RUNNING], CampaignState.PAUSED)
        why = {"actor": actor, "at": now.isoformat(), "reason": mask_numbers(reason).text}
        for name, key in parts.items():
            if key is None or not campaigns.hold(conn, campaign_id, key, why, UNDER_WAY):
                raise Refusal("campaign.part_not_held", part=name, state=campaign.state)
        _told(conn, now, actor, "campaign.paused", campaign, reason, parts=list(parts))


def resume(
    work: Work,
    campaign_id: UUID,
    actor: str,
    reason: str = "",
    *,
    office: str | None = None,
    sender: str | None = None,
    medium: str | None = None,
) -> None:
    """Go on after a pause, with the whole campaign or the part named. Raises Refusal unless that is on hold."""
    now = work.clock.now()
    with work.database.transaction() as conn:
        campaign = _campaign(conn, campaign_id)
        parts = campaigns.parts(conn, office, sender, medium)
        if not parts:
            _move(
                conn,
                campaign,
                [CampaignState.PAUSED],
                CampaignState.RUNNING if campaign.planned_at else CampaignState.PLANNING,
            )
        for name, key in parts.items():
            if key is None or not campaigns.let_go(conn, campaign_id, key):
                raise Refusal("campaign.part_not_on_hold", part=name)
        _told(conn, now, actor, "campaign.resumed", campaign, reason, parts=list(parts))
        if not parts and not campaign.planned_at:
            after_commit(conn, work.jobs.enqueue, "alo.plan_campaign", str(campaign_id))


def stop(work: Work, campaign_id: UUID, actor: str, reason: str = "") -> int:
    """End it for good: what has not left is withdrawn, live calls finish. Rows withdrawn."""
    now = work.clock.now()
    with work.database.transaction() as conn:
        campaign = _campaign(conn, campaign_id)
        _move(conn, campaign, [*DRAFTS, *UNDER_WAY], CampaignState.STOPPING)
        withdrawn = outbox.withdraw(conn, {"code": "campaign_stopped"}, now, campaign_id=campaign_id)
        _told(conn, now, actor, "campaign.stopped", campaign, reason, withdrawn=withdrawn)
    finish(work, campaign_id)
    return withdrawn


def finish(work: Work, campaign_id: UUID) -> bool:
    """Close a stopping campaign without rows in flight, or a running one whose ladders have all ended."""
    now = work.clock.now()
    with work.database.transaction() as conn:
        campaign = campaigns.claim(conn, campaign_id)
        if campaign is None:
            return False
        if campaign.state == CampaignState.STOPPING:  # a refused hand-over may have come back since the stop
            outbox.withdraw(conn, {"code": "campaign_stopped"}, now, campaign_id=campaign_id)
        if outbox.has_open_rows(conn, campaign_id):
            return False
        if campaign.state == CampaignState.STOPPING:
            return campaigns.move(conn, campaign_id, [CampaignState.STOPPING], CampaignState.STOPPED, ended_at=now)
        if campaign.state != CampaignState.RUNNING or campaigns.has_open_interviews(conn, campaign_id):
            return False
        return campaigns.move(conn, campaign_id, [CampaignState.RUNNING], CampaignState.DONE, ended_at=now)


def _move(conn: Connection, campaign: CampaignRow, come_from: Sequence[CampaignState], to: CampaignState) -> None:
    if not campaigns.move(conn, campaign.id, come_from, to):
        raise Refusal("campaign.cannot", state=campaign.state, wanted=to)


def _campaign(conn: Connection, campaign_id: UUID) -> CampaignRow:
    campaign = campaigns.by_id(conn, campaign_id)
    if campaign is None:
        raise Refusal("campaign.unknown", campaign=str(campaign_id))
    return campaign


def _told(
    conn: Connection, at: datetime, actor: str, action: str, campaign: CampaignRow, reason: str, **detail: Any
) -> None:
    _trail(conn, at, actor, action, campaign.id, campaign.office_id, reason, **detail)


def _trail(
    conn: Connection,
    at: datetime,
    actor: str,
    action: str,
    campaign_id: UUID,
    office_id: UUID,
    reason: str,
    **detail: Any,
) -> None:
    subject = str(campaign_id)
    told = {name: value for name, value in {"reason": reason, **detail}.items() if value not in ("", [])}
    audit.append(conn, at=at, actor=actor, action=action, subject=subject, office_id=office_id, detail=told)


def finish_campaigns(work: Work) -> int:
    """Close campaigns that have nothing left to do. Campaigns closed."""
    with work.database.transaction() as conn:
        ids = [*campaigns.ids_in(conn, CampaignState.RUNNING), *campaigns.ids_in(conn, CampaignState.STOPPING)]
    return sum(isolation.each(work, "finishing", ids, lambda one: finish(work, one), key=str).done)
