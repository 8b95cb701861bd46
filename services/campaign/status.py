"""The status of a campaign: interviews by state, rows by medium and state, segments, minutes and cost so far.

Counts only; no organisation's answers are read here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from contact.campaign_states import CampaignState
from contact.kinds import CampaignKind
from services.refusal import Refusal
from services.work import Work
from store.campaign import campaigns
from store.messages import outbox
from store.messages.outbox import StateCount


@dataclass(frozen=True, slots=True)
class PartOnHold:
    """A part on hold: `kind` office, sender or medium; `part` its code or name; who, when (ISO 8601) and why."""

    kind: str
    part: str
    actor: str
    at: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CampaignStatus:
    """Grouped counts of one campaign, read in one transaction."""

    campaign_id: UUID
    title: str
    state: CampaignState
    round_code: str
    office_code: str
    interviews: dict[str, int]
    """waiting, contacting, ended → interviews."""
    texts: dict[str, int]
    calls: dict[str, int]
    """State of the outbox → rows."""
    segments: int
    minutes: Decimal
    cost: Decimal
    kind: CampaignKind
    planned: int
    """Organisations entered so far."""
    held_back: int
    """Planned contacts that a pause of the campaign, or of a part, holds back."""
    holds: tuple[PartOnHold, ...]
    created_by: str
    """Who drafted it."""


def status(work: Work, campaign_id: UUID) -> CampaignStatus:
    """The campaign's counts now. Raises Refusal for an unknown one."""
    with work.database.transaction() as conn:
        campaign = campaigns.by_id(conn, campaign_id)
        if campaign is None:
            raise Refusal("campaign.unknown", campaign=str(campaign_id))
        interviews = campaigns.progress(conn, campaign_id)
        rows = outbox.states_of_campaign(conn, campaign_id)
        held_back = campaigns.held_back(conn, campaign_id)
        names = campaigns.part_names(conn)
    return CampaignStatus(
        campaign_id=campaign_id,
        title=campaign.title,
        state=campaign.state,
        round_code=campaign.round_code,
        office_code=campaign.office_code,
        interviews=interviews,
        texts=_by_state(rows, "text"),
        calls=_by_state(rows, "call"),
        segments=sum(row.segments for row in rows if row.medium == "text"),
        minutes=(Decimal(sum(row.seconds for row in rows if row.medium == "call")) / 60).quantize(Decimal("0.1")),
        cost=sum((row.cost for row in rows), Decimal(0)),
        kind=campaign.kind,
        planned=campaign.planned,
        held_back=held_back,
        holds=tuple(_hold(names, key, why) for key, why in sorted(campaign.holds.items())),
        created_by=campaign.created_by,
    )


def _hold(names: Mapping[str, str], key: str, why: Mapping[str, str]) -> PartOnHold:
    kind, _, part = key.partition(":")
    return PartOnHold(kind, names.get(key, part), why["actor"], why["at"], why["reason"])


def _by_state(rows: list[StateCount], medium: str) -> dict[str, int]:
    found: dict[str, int] = {}
    for row in rows:
        if row.medium == medium:
            found[row.state] = found.get(row.state, 0) + row.n
    return found
