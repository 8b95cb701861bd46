"""The ladder of running campaigns, page by page: for every interview whose contact has ended, what comes next and why.

Rows are planned, nothing is sent. A page is one transaction, so planning may be killed and resumed anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from contact import ladder as ladders
from contact import settings as round_settings
from contact.abilities import NOT_ABLE, RULED_OUT, takes
from contact.calendar import MEDIA, Calendar, Medium
from contact.campaign_states import CampaignState, LadderState
from contact.delivery import State
from contact.kinds import KINDS
from contact.ladder import REPLANNED, Attempt, Ladder, LadderEnd, LadderStep, Next, Reach
from contact.sender import SenderRow, preferred
from contact.settings import RoundSettings
from contact.tasks import TaskKind
from services.tasks import digest
from services.unfit import isolation, set_aside
from services.work import Work
from store.campaign import campaigns
from store.campaign import due_steps as due_interviews
from store.campaign.audience import SILENCED
from store.campaign.campaigns import CampaignRow
from store.campaign.due_steps import DueInterview, EarlierContact, KnownPhone
from store.messages import continuity, outbox, senders
from store.people import tasks

PAGE = 500
LOOK_AGAIN = timedelta(minutes=30)
"""Business time until an interview that another campaign is contacting is looked at again."""
EXHAUSTED = "ladder.exhausted"
UNANSWERABLE = tuple(kind.name for kind in KINDS.values() if kind.notice)
"""Kinds that ask nothing: their end leaves nobody unheard."""


@dataclass(frozen=True, slots=True)
class CampaignPlan:
    """What one campaign plans with."""

    campaign: CampaignRow
    ladder: Ladder
    settings: RoundSettings
    text: SenderRow | None
    call: SenderRow | None
    notice: SenderRow | None = None
    """For texts that ask nothing, it need not receive."""

    @property
    def calendar(self) -> Calendar:
        """The round's hours, where no province's differ."""
        return self.settings.calendar

    def sender(self, medium: str, *, wants_reply: bool = True) -> SenderRow | None:
        """The sender a contact of `medium` leaves from."""
        if medium == "call":
            return self.call
        return self.text if wants_reply else self.notice

    def sender_of(self, step: LadderStep) -> SenderRow | None:
        """The sender the contacts of a step leave from."""
        return self.sender(step.medium, wants_reply=step.wants_reply)

    def reach(self, *, mobile: bool, rung: bool = True) -> Reach:
        """What an organisation can be contacted by: with a mobile that takes texts, or with other numbers only; `rung`:
        one of them takes calls."""
        return Reach(
            "mobile" if mobile else "landline",
            can_text=self.notice is not None,
            two_way=self.text is not None and self.text.can_receive,
            can_call=self.call is not None and rung,
        )


def plan_of(conn: Connection, campaign: CampaignRow) -> CampaignPlan:
    """The plan of a campaign: its ladder, its round's calendar, the senders in use now."""
    rows = senders.all_rows(conn)
    settings = round_settings.from_dict(campaign.settings)
    receiving = [s for s in rows if s.can_receive]
    return CampaignPlan(
        campaign,
        ladders.from_dict(campaign.ladder),
        settings,
        preferred(receiving, "text") or preferred(rows, "text"),
        preferred(rows, "call"),
        preferred(rows, "text"),
    )


def advance(work: Work, campaign_id: UUID) -> int:
    """Decide the next step of up to a page of a campaign's interviews. Interviews decided."""
    page = isolation.each(
        work, "campaigns", [campaign_id], lambda one: _page(work, one), key=str, aside=set_aside.campaign(work)
    )
    for fault in page.waiting:
        raise fault
    return sum(page.done)


def _page(work: Work, campaign_id: UUID) -> int:
    """A page at once; when one of it is unfit, each alone. Raises what makes the campaign itself unfit."""
    try:
        return _advance(work, campaign_id)
    except Exception as fault:
        if isolation.kind_of(fault) not in ("data", "unclear"):
            raise
    with work.database.transaction() as conn:
        campaign = campaigns.by_id(conn, campaign_id)
        if campaign is not None:
            plan_of(conn, campaign)
        due = due_interviews.due_ids(conn, campaign_id, work.clock.now(), PAGE)
    alone = isolation.each(
        work, "ladder", due, lambda one: _advance(work, campaign_id, one), key=lambda one: f"{campaign_id}:{one}",
        aside=set_aside.step(campaign_id),
    )  # fmt: skip
    return sum(alone.done) + alone.unfit


def go_on(work: Work, campaign_id: UUID, interview_id: UUID | None = None) -> int:
    """Decide the next step of one interview, or of a page of those due, though nothing may leave now. Those decided."""
    return _advance(work, campaign_id, interview_id, though_held=True)


def _advance(work: Work, campaign_id: UUID, only: UUID | None = None, *, though_held: bool = False) -> int:
    """One page in one transaction, or one interview of it; none while carriers must be read first."""
    now = work.clock.now()
    with work.database.transaction() as conn:
        campaign = campaigns.by_id(conn, campaign_id, hold=True)  # a stop waits for this page and then withdraws it
        if campaign is None or campaign.state != CampaignState.RUNNING:
            return 0
        if not though_held and continuity.is_held(conn):
            return 0
        plan = plan_of(conn, campaign)
        page = due_interviews.due_page(conn, campaign, now, PAGE, only)
        decided = [_decide(work, plan, row, now) for row in page]
        outbox.insert_contacts(conn, [contact for contact, _ in decided if contact])
        campaigns.record_progress(conn, [progress for _, progress in decided])
        _hand_to_staff(work, conn, plan, page, [progress for _, progress in decided], now)
        return len(page)


def _hand_to_staff(
    work: Work,
    conn: Connection,
    plan: CampaignPlan,
    page: list[DueInterview],
    decided: list[dict[str, Any]],
    now: datetime,
) -> None:
    """Open one staff task per organisation whose ladder is exhausted."""
    if plan.campaign.kind in UNANSWERABLE:
        return
    ended = [row for row, progress in zip(page, decided, strict=True) if progress["new_reason"]["code"] == EXHAUSTED]
    tasks.open_many(conn, [
        {"id": work.ids.new(), "kind": TaskKind.LADDER_ENDED, "digest": digest(f"ladder_ended:{row.interview_id}"),
         "office_id": row.office_id, "interview_id": row.interview_id} for row in ended
    ], now)  # fmt: skip


def _decide(
    work: Work, plan: CampaignPlan, row: DueInterview, now: datetime
) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """The contact to plan, if any, and how far the interview has come."""
    if row.excluded:
        return None, _progress(plan, row, row.step, LadderState.ENDED, {"code": row.excluded})
    numbers = _numbers(row.phones)
    texted, rung = bool(numbers["text"]), bool(numbers["call"])
    decision = ladders.decide(
        plan.ladder,
        [_attempt(plan, past, numbers) for past in row.history],
        now,
        plan.settings.calendar_at(row.office_code),
        plan.reach(mobile=texted, rung=rung) if texted or rung else None,
        appointment=row.appointment_at,
        closes_at=row.closes_at,
    )
    reason = {"code": decision.reason, **decision.params}
    if isinstance(decision, Next):
        contact = _contact(work, plan, row, numbers[decision.medium][0], decision, now)
        return contact, _progress(plan, row, decision.step, LadderState.CONTACTING, reason)
    if isinstance(decision, LadderEnd):
        return None, _progress(plan, row, row.step, LadderState.ENDED, reason)
    return None, _progress(plan, row, row.step, LadderState.WAITING, reason) | {"new_next_at": now + LOOK_AGAIN}


def _numbers(phones: Sequence[KnownPhone]) -> dict[Medium, list[str]]:
    """Medium → the hashes (hex) of the numbers that may be contacted by it, the first choice first."""
    allowed = [phone for phone in phones if phone.consent not in SILENCED]
    return {medium: [phone.hash for phone in allowed if takes(medium, phone.kind, phone.unable)] for medium in MEDIA}


_OTHER: Mapping[Medium, Medium] = {"text": "call", "call": "text"}


def _passes(past: EarlierContact, numbers: Mapping[Medium, Sequence[str]]) -> bool:
    """Whether the number of an earlier contact turned out to take only the other medium."""
    medium = past.medium
    by_error = past.error_kind is not None and medium in RULED_OUT.get(past.error_kind, ())
    ruled_out = by_error or past.reason == NOT_ABLE[medium]
    return ruled_out and past.phone not in numbers[medium] and past.phone in numbers[_OTHER[medium]]


def _attempt(plan: CampaignPlan, past: EarlierContact, numbers: Mapping[Medium, Sequence[str]]) -> Attempt:
    own = past.campaign_id == plan.campaign.id
    return Attempt(
        past.medium,
        past.state,
        past.at,
        past.step if own else 0,
        past.attempt,
        past.purpose,
        past.error_kind,
        _passes(past, numbers),
        past.state == State.WITHDRAWN and past.reason == REPLANNED,
    )


def _contact(
    work: Work, plan: CampaignPlan, row: DueInterview, phone_hash: str, decision: Next, now: datetime
) -> dict[str, Any]:
    step = plan.ladder.steps[decision.step - 1]
    sender = plan.call if decision.medium == "call" else plan.sender_of(step)  # a chosen time: a call at any step
    assert sender is not None  # `Reach` allows a medium only where there is a sender
    return {
        "id": work.ids.new(),
        "ref": work.ids.public(),
        "medium": decision.medium,
        "purpose": decision.purpose,
        "sender_id": sender.id,
        "phone_hash": bytes.fromhex(phone_hash),
        "interview_id": row.interview_id,
        "office_id": row.office_id,
        "campaign_id": plan.campaign.id,
        "step": decision.step,
        "attempt": decision.attempt,
        "state": str(State.PLANNED),
        "reason": {"code": decision.reason, **decision.params},
        "due_at": decision.due_at,
        "deadline_at": row.closes_at,
        "created_at": now,
    }


def _progress(
    plan: CampaignPlan, row: DueInterview, step: int, state: str, reason: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "of_campaign": plan.campaign.id,
        "of_interview": row.interview_id,
        "new_step": step,
        "new_state": state,
        "new_reason": dict(reason),
        "new_next_at": None,
    }
