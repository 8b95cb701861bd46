"""The states of a campaign, from draft to its end.

Pure: what may follow what is said by the use cases of `services.campaign`. It must not know who is in one.
"""

from __future__ import annotations

from enum import StrEnum


class CampaignState(StrEnum):
    """Where a campaign stands; the values are those of the database."""

    DRAFT = "draft"
    APPROVED = "approved"
    """A second person said yes to the draft."""
    PLANNING = "planning"
    """Launched; its audience is being entered."""
    RUNNING = "running"
    PAUSED = "paused"
    STOPPING = "stopping"
    """Stopped by staff; contacts are still in flight."""
    STOPPED = "stopped"
    DONE = "done"
    """Every ladder has ended."""


DRAFTS = (CampaignState.DRAFT, CampaignState.APPROVED)
"""Not launched yet."""
UNDER_WAY = (CampaignState.PLANNING, CampaignState.RUNNING, CampaignState.PAUSED)
"""Launched and not stopped."""
OVER = (CampaignState.STOPPING, CampaignState.STOPPED, CampaignState.DONE)
"""Nothing of it may leave any more."""
LIVE = (*UNDER_WAY, CampaignState.STOPPING)
"""Launched, and contacts may still leave or be in flight."""


class LadderState(StrEnum):
    """Where one interview stands in a campaign."""

    WAITING = "waiting"
    """Its next step is to be decided at a known time."""
    CONTACTING = "contacting"
    """A contact is planned or under way."""
    ENDED = "ended"
