"""Previews the launch of a draft: who is contacted, who is not and why, sample texts, estimate. Nothing is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from contact import settings as round_settings
from contact.campaign_states import CampaignState
from contact.kinds import CampaignKind
from services.campaign import estimates
from services.campaign.estimates import Estimate
from services.campaign.next_step import CampaignPlan, plan_of
from services.refusal import Refusal
from services.sending import campaign_texts
from services.work import Work
from sms.texting import Text
from store.campaign import audience, campaigns
from store.campaign.audience import Audience
from store.campaign.campaigns import CampaignRow

SAMPLES = 10
LEFT_OUT = 200


@dataclass(frozen=True, slots=True, kw_only=True)
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
    kind: CampaignKind
    state: CampaignState
    needs_second: bool
    """More organisations than the round lets one person launch."""
    approved_by: str
    contacted_names: tuple[str, ...]
    """The first of them."""
    offices: Mapping[str, int]
    """Office code → organisations contacted."""
    unknown_codes: tuple[str, ...]
    """Registry codes of the draft that nobody has."""
    steps: tuple[tuple[str, str], ...]
    """(medium, purpose) of the ladder's steps."""
    long_texts: int
    """How many of the sample texts take more than one segment each."""
    audience: Mapping[str, Any]
    spread_days: int


def preview(work: Work, campaign_id: UUID, sight: Work | None = None) -> Preview:
    """What launching the draft would do, as of now. Raises Refusal for a campaign that is not there to see.

    `sight`: as who looks sees the database (`work`: everything). Names, outcomes, counts and whose texts are written
    as samples are read there; only the texts themselves are written by the machine.
    """
    campaign, found, unknown = read(sight or work, campaign_id, SAMPLES, LEFT_OUT)
    with work.database.transaction() as conn:
        counts = found.by(lambda _office, excluded, _mobile: excluded)
        plan = plan_of(conn, campaign)
        written = samples(work, conn, plan, [interview for interview, _ in found.contacted])
        estimate = estimates.estimate(conn, plan, _media(found), written, work.clock.now())
        number = counts.pop("", 0)
        return Preview(
            campaign_id=campaign_id,
            title=campaign.title,
            round_code=campaign.round_code,
            office_code=campaign.office_code,
            contacted=number,
            excluded=counts,
            excluded_names=tuple(found.left_out),
            sample_texts=tuple(text.body for text in written),
            estimate=estimate,
            kind=campaign.kind,
            state=campaign.state,
            needs_second=_needs_second(campaign, number),
            approved_by=campaign.approved_by,
            contacted_names=tuple(name for _, name in found.contacted),
            offices=_offices(found),
            unknown_codes=tuple(unknown),
            steps=tuple((step.medium, step.purpose) for step in plan.ladder.steps),
            long_texts=sum(text.segments > 1 for text in written),
            audience=campaign.audience,
            spread_days=campaign.spread_days,
        )


def read(sight: Work, campaign_id: UUID, contacted: int, left_out: int) -> tuple[CampaignRow, Audience, Sequence[str]]:
    """The campaign, its audience with so many of each by name, and codes that nobody has: as `sight` sees them.

    Raises Refusal for a campaign that is not there.
    """
    with sight.database.transaction() as conn:
        campaign = campaigns.by_id(conn, campaign_id)
        if campaign is None:
            raise Refusal("campaign.unknown", campaign=str(campaign_id))
        found = audience.read(conn, campaign, contacted, left_out)
        return campaign, found, audience.missing_codes(conn, campaign)


def _media(found: Audience) -> dict[str, int]:
    """Of those contacted: how many have a mobile that can be texted, and how many only a landline."""
    by_medium = found.by(lambda _, excluded, mobile: None if excluded else "mobile" if mobile else "landline")
    return {"mobile": 0, "landline": 0} | by_medium


def _offices(found: Audience) -> dict[str, int]:
    """Office code → organisations contacted, by code."""
    return dict(sorted(found.by(lambda office, excluded, _: None if excluded else office).items()))


def _needs_second(campaign: CampaignRow, contacted: int) -> bool:
    """Whether somebody else must approve it before it may be launched."""
    limit = round_settings.from_dict(campaign.settings).approval_above
    approved = campaign.state == CampaignState.APPROVED and campaign.approved_for >= contacted
    return contacted > limit and not approved


def samples(work: Work, conn: Connection, plan: CampaignPlan, contacted: Sequence[UUID]) -> tuple[Text, ...]:
    """The ladder's first text as these interviews would get it now; none for a ladder of calls."""
    step = next((step for step in plan.ladder.steps if step.medium == "text"), None)
    if step is None:
        return ()
    sender = plan.sender_of(step)
    return tuple(campaign_texts.sample(work, conn, interview, sender, step.purpose) for interview in contacted)
