"""Applies changed settings of a round to its campaigns: ladders derived again, contacts not yet sent planned again.

It must not know who changed them; nothing is sent.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from contact import release
from contact.calendar import MEDIA
from contact.campaign_states import DRAFTS, UNDER_WAY
from contact.kinds import KINDS, derive
from contact.ladder import REPLANNED
from contact.settings import RoundSettings
from store.campaign import campaigns
from store.campaign import replanning as rows
from store.registry import organisations as registry

RELEASE_S, OUTSIDE = release.AT_ONCE_S, "outside_hours"
OPEN = (*DRAFTS, *UNDER_WAY)


@dataclass(frozen=True, slots=True)
class Changed:
    """Contacts that had not left: `replanned` by a changed ladder, `retimed` into changed hours."""

    replanned: int
    retimed: int


def apply(conn: Connection, round_id: UUID, settings: RoundSettings, now: datetime) -> Changed:
    """Bring the new settings to every open campaign of the round, whose row the caller has locked."""
    replanned = 0
    for campaign in campaigns.of_round(conn, round_id, OPEN):
        ladder = derive(KINDS[campaign.kind], settings.ladder).to_dict()
        if ladder != campaign.ladder:
            campaigns.change(conn, campaign.id, ladder=ladder)
            replanned += rows.take_back(conn, campaign.id, REPLANNED, now)
    return Changed(replanned, _retime(conn, round_id, settings, now))


def _retime(conn: Connection, round_id: UUID, settings: RoundSettings, now: datetime) -> int:
    last = rows.last_due(conn, round_id)
    if last is None or last < now:
        return 0
    apart = registry.office_ids(conn, settings.places)
    moved = 0
    for medium in MEDIA:
        closed = release.closed_stretches(settings.calendar, medium, now, last)
        moved += rows.retime(conn, round_id, medium, closed, RELEASE_S, OUTSIDE, but=list(apart.values()))
        for code, office_id in apart.items():
            closed = release.closed_stretches(settings.calendar_at(code), medium, now, last)
            moved += rows.retime(conn, round_id, medium, closed, RELEASE_S, OUTSIDE, offices=[office_id])
    return moved
