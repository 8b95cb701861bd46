"""The last questions before something leaves: consent, completion, pause, hours and caps, asked under the locks.

Pure: facts in, verdict out. Nothing is sent, stored or looked up here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from contact.calendar import Calendar, Medium, day_start
from contact.caps import Caps, Counts, refuse

OVER = {"complete": "completed", "refused": "refused", "answered": "answered_online"}
"""Interview status → why there is nothing more to ask."""
ANSWERS_SOMEBODY = ("reply", "receipt", "opt_out_confirmation")
"""Purposes that leave whatever became of the interview: somebody has just said something."""
CALL_RUNNING_WAIT = timedelta(minutes=30)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known under the locks. `exempt` contacts answer somebody who waits: hours and caps do not apply."""

    medium: Medium
    purpose: str
    consent: str
    interview_status: str
    campaign_state: str
    round_open: bool
    counts: Counts
    exempt: bool = False


@dataclass(frozen=True, slots=True)
class Go:
    """It may leave; `counted` says whether it is reserved against the caps."""

    counted: bool


@dataclass(frozen=True, slots=True)
class Withdraw:
    """It must not leave any more; `code` says why."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Retime:
    """It may leave later; spends no attempt."""

    at: datetime
    code: str


@dataclass(frozen=True, slots=True)
class Hold:
    """The campaign is paused: back to planned, unchanged."""


Verdict = Go | Withdraw | Retime | Hold


def clear(facts: Facts, now: datetime, calendar: Calendar, caps: Caps) -> Verdict:
    """The verdict on one contact at business time `now` (docs/contact-rules.md)."""
    ban = _ban(facts)
    if ban is not None:
        return Withdraw(ban)
    if facts.exempt:
        refusal = refuse(caps, facts.purpose, facts.medium, facts.counts)
        return Go(counted=False) if refusal is None else Withdraw(refusal)
    if facts.campaign_state == "paused":
        return Hold()
    if not calendar.open(facts.medium, now):
        return Retime(calendar.next_open(facts.medium, now), "outside_hours")
    return _within_caps(facts, now, calendar, caps)


def _ban(facts: Facts) -> str | None:
    if facts.consent == "stopped" and facts.purpose != "opt_out_confirmation":
        return "opted_out"
    if facts.purpose in ANSWERS_SOMEBODY:
        return None
    if facts.consent == "held":
        return "held"
    if facts.interview_status in OVER:
        return OVER[facts.interview_status]
    if facts.campaign_state in ("stopping", "stopped", "done"):
        return "campaign_stopped"
    return None if facts.round_open else "round_closed"


def _within_caps(facts: Facts, now: datetime, calendar: Calendar, caps: Caps) -> Verdict:
    refusal = refuse(caps, facts.purpose, facts.medium, facts.counts)
    if refusal is None:
        return Go(counted=True)
    if refusal == "caps.contacts_a_round":
        return Withdraw(refusal)
    wait_until = now + CALL_RUNNING_WAIT if refusal == "caps.call_running" else day_start(now) + timedelta(days=1)
    return Retime(calendar.next_open(facts.medium, wait_until), refusal)
