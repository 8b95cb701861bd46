"""Where a round and its campaigns stand, for the eyes of staff: counts by office, outcome and channel.

It sees what the database role and scope of its Work may see, and no answer at all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from contact.calendar import MEDIA
from services.refusal import Refusal
from services.work import Work
from store.campaign import campaigns
from store.campaign.campaigns import CampaignRow
from store.registry import provinces as round_offices
from store.registry import rounds
from store.registry.provinces import RoundOffice
from store.registry.rounds import RoundState
from store.results import progress
from store.results.progress import OfficeCount, StatusCount

OUTCOMES = ("pending", "active", "partial", "complete", "answered", "refused")
"""Status of an interview, in the order of its life; "answered" is known from the online survey without answers."""
ANSWERED = ("complete", "answered")
BEGUN = ("active", "partial", "complete", "answered", "refused")


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Interviews by status, and those begun by (channel, status)."""

    statuses: Mapping[str, int]
    channels: Mapping[str, Mapping[str, int]]

    @property
    def organisations(self) -> int:
        """All of them."""
        return sum(self.statuses.values())

    @property
    def over(self) -> int:
        """Those that have answered."""
        return sum(self.statuses.get(status, 0) for status in ANSWERED)


@dataclass(frozen=True, slots=True, kw_only=True)
class RoundProgress:
    """One round as far as it may be seen."""

    code: str
    title: str
    state: RoundState
    opens_at: datetime
    closes_at: datetime
    outcomes: Outcomes
    offices: Mapping[str, tuple[str, Outcomes]]
    """Office code → (name, its outcomes)."""
    members: Mapping[bool, Outcomes]
    """Members of the alliance (True) and others apart."""
    places: Sequence[RoundOffice]
    """Provinces with a deadline of their own or a lock."""
    contacts: Mapping[str, Mapping[str, int]]
    """text, call → state of the outbox → rows."""
    campaigns: Sequence[CampaignRow]
    """Newest first."""


def round_progress(work: Work, round_code: str) -> RoundProgress:
    """The round's counts now. Raises Refusal for an unknown round."""
    with work.database.transaction() as conn:
        found = rounds.by_code(conn, round_code)
        if found is None:
            raise Refusal("round.unknown", round=round_code)
        counted = progress.outcomes(conn, found.id)
        sent = progress.contacts(conn, found.id)
        made = campaigns.newest_first(conn, round_code)
        places = round_offices.of_round(conn, found.id)
    names = {row.code: row.name for row in counted}
    return RoundProgress(
        code=found.code,
        title=found.title,
        state=found.state,
        opens_at=found.opens_at,
        closes_at=found.closes_at,
        outcomes=_outcomes(counted),
        offices={code: (name, _outcomes(row for row in counted if row.code == code)) for code, name in names.items()},
        members={member: _outcomes(row for row in counted if row.is_member is member) for member in (True, False)},
        places=places,
        contacts={medium: {row.state: row.n for row in sent if row.medium == medium} for medium in MEDIA},
        campaigns=made,
    )


def campaign_outcomes(work: Work, campaign_id: UUID) -> Outcomes:
    """What became of a campaign's interviews so far."""
    with work.database.transaction() as conn:
        return _outcomes(progress.campaign_outcomes(conn, campaign_id))


def _outcomes(rows: Iterable[OfficeCount | StatusCount]) -> Outcomes:
    statuses: Counter[str] = Counter()
    channels: dict[str, Counter[str]] = {}
    for row in rows:
        statuses[row.status] += row.n
        if row.status in BEGUN and row.channel:
            channels.setdefault(row.channel, Counter())[row.status] += row.n
    return Outcomes(dict(statuses), {channel: dict(found) for channel, found in sorted(channels.items())})
