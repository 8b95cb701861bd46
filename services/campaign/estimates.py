"""Estimates a campaign before it starts: segments, minutes and cost as ranges, and when it would be finished.

The low end: everybody answers the first contact. The high end: everybody climbs the whole ladder. Estimates only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from sqlalchemy import Connection

from contact import tariff
from contact.calendar import ZONE, Calendar, Medium
from contact.ladder import LadderStep
from contact.release import segments
from contact.sender import SenderRow
from services.campaign.next_step import CampaignPlan
from sms.texting import Text
from store.messages import senders

CALL_SECONDS = 240
"""Assumed length of an answered call (our own assumption until a round has been measured)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """Ranges (low, high); cost in the tariff's currency; `finishes_at` at the senders' rates within the hours."""

    segments: tuple[int, int]
    minutes: tuple[int, int]
    cost: tuple[Decimal, Decimal]
    currency: str
    sample_tariff: bool
    finishes_at: datetime


def estimate(
    conn: Connection, plan: CampaignPlan, media: Mapping[str, int], samples: Sequence[Text], now: datetime
) -> Estimate:
    """The estimate for `media` ({"mobile": n, "landline": n}) organisations whose texts look like `samples`."""
    per_text = max((s.segments for s in samples), default=1)
    steps = [(step, _reached(step, media)) for step in plan.ladder.steps]
    first = _first(steps, media)
    texts = (first["text"], sum(n for step, n in steps if step.medium == "text"))
    calls = (first["call"], sum(n for step, n in steps if step.medium == "call"))
    prices = {m: _price(conn, plan, m, now) for m in ("text", "call")}
    minutes_each = -(-CALL_SECONDS // 60)
    costs = tuple(
        t * per_text * prices["text"].amount + c * minutes_each * prices["call"].amount
        for t, c in zip(texts, calls, strict=True)
    )
    return Estimate(
        segments=(texts[0] * per_text, texts[1] * per_text),
        minutes=(calls[0] * minutes_each, calls[1] * minutes_each),
        cost=(costs[0], costs[1]),
        currency=prices["text"].currency,
        sample_tariff=any(p.sample for p in prices.values()),
        finishes_at=_finish(plan, steps, now),
    )


@dataclass(frozen=True, slots=True)
class _Price:
    amount: Decimal
    currency: str
    sample: bool


def _sender(plan: CampaignPlan, medium: str) -> SenderRow | None:
    """The sender of the ladder's first step of `medium`."""
    step = next((step for step in plan.ladder.steps if step.medium == medium), None)
    return plan.sender(medium) if step is None else plan.sender_of(step)


def _price(conn: Connection, plan: CampaignPlan, medium: str, now: datetime) -> _Price:
    sender = _sender(plan, medium)
    if sender is None:
        return _Price(Decimal(0), "VND", sample=True)
    table = tariff.from_dict(senders.tariff(conn, sender.id))
    found: Medium = "text" if medium == "text" else "call"
    return _Price(table.price(found, now.astimezone(ZONE).date()), table.currency, table.sample)


def _reached(step: LadderStep, media: Mapping[str, int]) -> int:
    """Organisations a step can reach: texts need a mobile."""
    return media["mobile"] if step.medium == "text" else media["mobile"] + media["landline"]


def _first(steps: Sequence[tuple[LadderStep, int]], media: Mapping[str, int]) -> dict[str, int]:
    if not steps:
        return {"text": 0, "call": 0}
    if steps[0][0].medium == "text":
        calls = any(step.medium == "call" for step, _ in steps)
        return {"text": media["mobile"], "call": media["landline"] if calls else 0}
    return {"text": 0, "call": media["mobile"] + media["landline"]}


def _finish(plan: CampaignPlan, steps: Sequence[tuple[LadderStep, int]], now: datetime) -> datetime:
    at = now
    for number, (step, count) in enumerate(steps):
        if number == 0 and plan.campaign.spread_days:
            at = _last_release(plan, step, now)
        at = plan.calendar.next_open(step.medium, at + timedelta(seconds=step.gap_s))
        at = _after_work(plan.calendar, step.medium, at, count / _per_second(plan, step.medium))
    return at


def _last_release(plan: CampaignPlan, step: LadderStep, now: datetime) -> datetime:
    last = segments(plan.calendar, step.medium, now, plan.campaign.spread_days, plan.campaign.closes_at)[-1]
    return last.moment(last.high)


def _per_second(plan: CampaignPlan, medium: str) -> float:
    """Contacts a second: the sender's rate; for calls no more than its lines allow."""
    sender = _sender(plan, medium)
    if sender is None:
        return 1.0
    rate = float(sender.rate_per_s)
    return min(rate, sender.lines / CALL_SECONDS) if medium == "call" and sender.lines else rate


def _after_work(calendar: Calendar, medium: Medium, start: datetime, seconds: float) -> datetime:
    """The moment `seconds` of open hours after `start`."""
    for opens, closes in calendar.openings(medium, start):
        room = (closes - opens).total_seconds()
        if seconds <= room:
            return opens + timedelta(seconds=seconds)
        seconds -= room
    return start
