"""Planning a launched campaign: its audience is entered page by page, first contacts with it, set-based.

Every page is one transaction and one statement; killed anywhere, planning goes on from the campaign's cursor. Nothing
is sent.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from contact import ladder as ladders
from contact import release
from contact.calendar import Calendar
from contact.campaign_states import CampaignState
from contact.ladder import Next
from services.campaign.next_step import CampaignPlan, plan_of
from services.unfit import isolation, set_aside
from services.work import Work
from store.campaign import campaigns
from store.campaign import planning as rows
from store.campaign.campaigns import CampaignRow
from store.registry import provinces as round_offices

PAGE = 2000


def plan(work: Work, campaign_id: UUID) -> int:
    """Enter what is left of the audience and set the campaign running. Interviews entered."""
    entered = 0
    while (page := plan_page(work, campaign_id)) is not None:
        entered += page
    return entered


def plan_page(work: Work, campaign_id: UUID) -> int | None:
    """Enter the next page; the last one sets the campaign running. Interviews entered, or None at the end.

    None also when the campaign is not being planned, or somebody else is at it: one planner at a time.
    """
    page = isolation.each(
        work, "campaigns", [campaign_id], lambda one: _plan_page(work, one), key=str, aside=set_aside.campaign(work)
    )
    for fault in page.waiting:
        raise fault
    return page.done[0] if page.done else None


def _plan_page(work: Work, campaign_id: UUID) -> int | None:
    with work.database.transaction() as conn:
        campaign = campaigns.claim(conn, campaign_id)
        if campaign is None or campaign.state != CampaignState.PLANNING:
            return None
        now = work.clock.now()
        page = rows.page(conn, campaign, PAGE)
        if not page:
            campaigns.move(conn, campaign_id, [CampaignState.PLANNING], CampaignState.RUNNING, planned_at=now)
            return None
        entered = _enter(work, conn, campaign, page[-1], len(page), now)
        campaigns.change(conn, campaign_id, cursor=page[-1], planned=campaign.planned + entered)
        return entered


def _enter(work: Work, conn: Connection, campaign: CampaignRow, upto: UUID, size: int, now: datetime) -> int:
    plan = plan_of(conn, campaign)
    names = [(work.ids.new(), work.ids.public()) for _ in range(size)]
    places = round_offices.apart(conn, campaign.round_id, plan.settings.places)
    first = first_contacts(plan, now)
    for code, (office_id, closes_at) in places.items():
        of_office = first_contacts(plan, now, code, closes_at)
        first += [{**row, "office": str(office_id)} for row in of_office]
    apart = [office_id for office_id, _ in places.values()]
    return rows.enter(conn, campaign, upto, first, names, apart=apart, horizon=_horizon(plan, now), at=now)


def first_contacts(
    plan: CampaignPlan, now: datetime, place: str = "", closes_at: datetime | None = None
) -> list[dict[str, Any]]:
    """What `contact.ladder` decides for somebody without a past, with a mobile and without one, by release segment.

    `place`: code of an office whose hours or deadline (`closes_at`) differ. Left out is a call at another time than
    earlier ones: it needs the past.
    """
    calendar = plan.settings.calendar_at(place)
    closes_at = min(closes_at or plan.campaign.closes_at, plan.campaign.closes_at)
    found: list[dict[str, Any]] = []
    for mobile in (True, False):
        decision = ladders.decide(plan.ladder, [], now, calendar, plan.reach(mobile=mobile), closes_at=closes_at)
        if isinstance(decision, Next) and not plan.ladder.steps[decision.step - 1].other_time:
            found.extend(_segments(plan, calendar, decision, mobile, now, closes_at))
    return found


def _segments(
    plan: CampaignPlan, calendar: Calendar, decision: Next, mobile: bool, now: datetime, closes_at: datetime
) -> list[dict[str, Any]]:
    sender = plan.sender_of(plan.ladder.steps[decision.step - 1])
    assert sender is not None  # `Reach` allows a medium only where there is a sender
    common = {
        "office": None,
        "mobile": mobile,
        "medium": decision.medium,
        "purpose": decision.purpose,
        "sender_id": str(sender.id),
        "step": decision.step,
        "reason": {"code": decision.reason, **decision.params},
    }
    campaign, earliest = plan.campaign, max(now, decision.due_at)
    laid_out = release.segments(calendar, decision.medium, earliest, campaign.spread_days, closes_at)
    return [
        {**common, "low": s.low, "high": s.high, "starts_at": s.starts_at.isoformat(), "seconds": s.seconds}
        for s in laid_out
    ]


def _horizon(plan: CampaignPlan, now: datetime) -> datetime:
    """Contacts before this no longer make the ladder wait."""
    waits = [plan.ladder.retry_s, *(step.gap_s for step in plan.ladder.steps)]
    return now - timedelta(seconds=max(waits))
