"""Tasks of campaigns: enter the audience, a page a message, then decide next steps page by page."""

from __future__ import annotations

from uuid import UUID

from services.campaign import next_step as ladder
from services.campaign import planning
from workers.app import app
from workers.task import work


@app.task(name="alo.plan_campaign")
def plan_campaign(campaign_id: str) -> int:
    """Enter one page of a launched campaign's audience and ask for the next. Interviews entered.

    A message that finds another planner at work ends here, so the pulse's messages never add up.
    """
    entered = planning.plan_page(work(), UUID(campaign_id))
    following = advance_campaign if entered is None else plan_campaign
    following.delay(campaign_id)
    return entered or 0


@app.task(name="alo.advance_campaign")
def advance_campaign(campaign_id: str) -> int:
    """Decide next steps until no interview is due. Interviews decided."""
    decided = 0
    while page := ladder.advance(work(), UUID(campaign_id)):
        decided += page
    return decided
