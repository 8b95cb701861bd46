"""The contact policy at the moment of sending: consent, number, completion, pause, hours and caps, under the locks.

Pure: facts in, verdict out. Nothing is sent, stored or looked up here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from contact.abilities import NOT_ABLE
from contact.calendar import Calendar, Medium
from contact.campaign_states import OVER, CampaignState
from contact.caps import ANSWERS_SOMEBODY, EXEMPT, Caps, Counts, free_at, refuse
from contact.consent import ConsentState
from contact.kinds import KINDS
from contact.ladder import REPLANNED
from contact.purpose import Purpose

FINISHED_CODES = {"complete": "completed", "refused": "refused", "answered": "answered_online"}
"""Interview status → why there is nothing more to ask."""
OVERTAKEN = "overtaken"
"""A reply that would leave after a newer one: who reads it last would be taken to answer the newer question."""
FOR_THE_FINISHED = frozenset(kind.purpose for kind in KINDS.values() if kind.finished)
"""Purposes of texts for those who have answered."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known under the locks, about one contact."""

    medium: Medium
    purpose: str
    consent: ConsentState
    interview_status: str
    campaign_state: CampaignState | None
    """None: it is of no campaign."""
    round_open: bool
    counts: Counts
    on_hold: bool = False
    """The campaign holds back this office, sender or medium."""
    arrives_at: datetime | None = None
    """Business time by which the carrier has it; None: at once."""
    on_ladder: bool = True
    """Its campaign's ladder did not change while a dispatcher had the row in its hands."""
    deadline_at: datetime | None = None
    """Business time from which on it must not leave any more."""
    overtaken: bool = False
    """The phone was shown a newer question than the one this text was written about."""
    not_theirs: str = ""
    """Why the number is not the organisation's any more: wrong_number, left_office, number_gone (off its list)."""
    erased: bool = False
    """The number was erased: there is nothing to send to."""
    unable: str = ""
    """The code for which the number is known not to take the medium; "" it does, as far as is known."""
    unread: bool = False
    """The database is older than what left: carriers must be read before anything does."""
    gone_on: bool = False
    """The person was heard again since the call broke off that this one would resume."""

    @property
    def exempt(self) -> bool:
        """It answers somebody who waits, keeps a time they chose, or resumes a dropped call: caps of its own apply."""
        return self.purpose in EXEMPT

    @property
    def asked_for(self) -> bool:
        """It answers somebody who waits, or keeps a time they chose: hours do not apply."""
        return self.exempt and self.purpose != Purpose.RESUMPTION


@dataclass(frozen=True, slots=True)
class Go:
    """Verdict: send it; `counted` says whether it is reserved against the caps."""

    counted: bool


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Verdict: withdraw it; `code` says why."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Retime:
    """Verdict: send it later; no attempt is spent."""

    at: datetime
    code: str


@dataclass(frozen=True, slots=True)
class Hold:
    """The campaign is paused, or carriers must be read first: back to planned, unchanged."""


Verdict = Go | Withdraw | Retime | Hold


def clear(facts: Facts, now: datetime, calendar: Calendar, caps: Caps) -> Verdict:
    """The verdict on one contact at business time `now` (docs/contact-rules.md)."""
    verdict = _verdict(facts, now, calendar, caps)
    late = isinstance(verdict, Retime) and facts.deadline_at is not None and verdict.at >= facts.deadline_at
    return Withdraw("no_time_left") if late else verdict


def _verdict(facts: Facts, now: datetime, calendar: Calendar, caps: Caps) -> Verdict:
    if facts.unread:
        return Hold()
    ban = _ban(facts)
    if ban is not None:
        return Withdraw(ban, {"error": facts.unable} if ban == NOT_ABLE[facts.medium] else {})
    if facts.purpose not in ANSWERS_SOMEBODY and _held_back(facts):
        return Hold()
    shut = None if facts.asked_for else _shut(facts, now, calendar)
    if shut is not None:
        return Retime(calendar.next_open(facts.medium, shut), "outside_hours")
    return _within_caps(facts, now, calendar, caps)


def _shut(facts: Facts, now: datetime, calendar: Calendar) -> datetime | None:
    """The moment on its way to the carrier in which its medium is closed: a window may end under it."""
    return next((at for at in (now, facts.arrives_at or now) if not calendar.open(facts.medium, at)), None)


def _held_back(facts: Facts) -> bool:
    return facts.campaign_state == CampaignState.PAUSED or facts.on_hold


def _ban(facts: Facts) -> str | None:
    if facts.consent == ConsentState.STOPPED and facts.purpose != Purpose.OPT_OUT_CONFIRMATION:
        return "opted_out"
    if facts.erased:
        return "number_erased"
    if facts.purpose in ANSWERS_SOMEBODY:
        return OVERTAKEN if facts.purpose == Purpose.REPLY and facts.overtaken else None
    if facts.not_theirs or facts.unable:
        return facts.not_theirs or NOT_ABLE[facts.medium]
    if facts.consent == ConsentState.HELD:
        return "held"
    if facts.gone_on:
        return "gone_on"
    if facts.interview_status in FINISHED_CODES and facts.purpose not in FOR_THE_FINISHED:
        return FINISHED_CODES[facts.interview_status]
    if facts.campaign_state in OVER:
        return "campaign_stopped"
    if not facts.round_open:
        return "round_closed"
    return None if facts.on_ladder else REPLANNED


def _within_caps(facts: Facts, now: datetime, calendar: Calendar, caps: Caps) -> Verdict:
    refusal = refuse(caps, facts.purpose, facts.medium, facts.counts)
    if refusal is None:
        return Go(counted=not facts.exempt)
    free = free_at(caps, refusal, facts.counts, now)
    if free is None:
        return Withdraw(refusal)
    soon = facts.exempt and refusal == "caps.call_running"
    return Retime(free if soon else calendar.next_open(facts.medium, free), refusal)
