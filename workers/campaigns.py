"""Campaigns: enter the audience, then decide next steps page by page."""

from __future__ import annotations

from uuid import UUID

from services import advance as ladder
from services import campaigns
from workers.app import app
from workers.task import work


@app.task(name="alo.plan_campaign")
def plan_campaign(campaign_id: str) -> int:
    """Enter the audience of a launched campaign. Interviews entered."""
    entered = campaigns.plan(work(), UUID(campaign_id))
    advance_campaign.delay(campaign_id)
    return entered


@app.task(name="alo.advance_campaign")
def advance_campaign(campaign_id: str) -> int:
    """Decide next steps until no interview is due. Interviews decided."""
    decided = 0
    while page := ladder.advance(work(), UUID(campaign_id)):
        decided += page
    return decided
