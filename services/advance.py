"""The ladder of running campaigns, page by page: for every interview whose contact has ended, what comes next and why.

Rows are planned, nothing is sent. A page is one transaction, so planning may be killed and resumed anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping

from contact import ladder as ladders
from contact import settings as round_settings
from contact.calendar import Calendar
from contact.delivery import State
from contact.ladder import Attempt, End, Ladder, Next, Reach
from contact.sender import SenderRow
from services.work import Work
from store import campaigns, outbox, senders

PAGE = 500
LOOK_AGAIN = timedelta(minutes=30)
"""Business time until an interview that another campaign is contacting is looked at again."""
SILENCED = ("stopped", "held")


@dataclass(frozen=True, slots=True)
class Plan:
    """What one campaign plans with."""

    campaign: RowMapping
    ladder: Ladder
    calendar: Calendar
    text: SenderRow | None
    call: SenderRow | None

    def sender(self, medium: str) -> SenderRow | None:
        """The sender a contact of `medium` leaves from."""
        return self.text if medium == "text" else self.call


def plan_of(conn: Connection, campaign: RowMapping) -> Plan:
    """The plan of a campaign: its ladder, its round's calendar, the senders in use now."""
    rows = [s for s in senders.all_rows(conn) if not s.paused_reason]
    settings = round_settings.from_dict(campaign["settings"])
    return Plan(
        campaign,
        ladders.from_dict(campaign["ladder"]),
        settings.calendar,
        preferred(rows, "text"),
        preferred(rows, "call"),
    )


def preferred(rows: list[SenderRow], medium: str) -> SenderRow | None:
    """The sender of `medium` with the greatest weight; of equal ones, one that can receive."""
    of_medium = [s for s in rows if s.medium == medium]
    return max(of_medium, key=lambda s: (s.weight, s.can_receive, s.name), default=None)


def advance(work: Work, campaign_id: UUID) -> int:
    """Decide the next step of up to a page of a campaign's interviews. Interviews decided."""
    now = work.clock.now()
    with work.database.transaction() as conn:
        campaign = campaigns.by_id(conn, campaign_id)
        if campaign is None or campaign["state"] != "running":
            return 0
        plan = plan_of(conn, campaign)
        page = campaigns.due_page(conn, campaign_id, now, PAGE)
        decided = [_decide(work, plan, row, now) for row in page]
        outbox.insert_contacts(conn, [contact for contact, _ in decided if contact])
        campaigns.record_progress(conn, [progress for _, progress in decided])
        return len(page)


def _decide(work: Work, plan: Plan, row: RowMapping, now: datetime) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """The contact to plan, if any, and how far the interview has come."""
    if row["excluded"]:
        return None, _progress(plan, row, row["step"], "ended", {"code": row["excluded"]})
    phone = _usable(row)
    decision = ladders.decide(
        plan.ladder,
        [_attempt(plan, past) for past in row["history"] or ()],
        now,
        plan.calendar,
        _reach(plan, phone),
        appointment=row["appointment_at"],
        closes_at=plan.campaign["closes_at"],
    )
    if isinstance(decision, Next) and phone is not None:
        reason = {"code": decision.reason, **decision.params}
        contact = _contact(work, plan, row, phone, decision, now)
        return contact, _progress(plan, row, decision.step, "contacting", reason)
    reason = {"code": decision.reason, **decision.params}
    if isinstance(decision, End):
        return None, _progress(plan, row, row["step"], "ended", reason)
    return None, _progress(plan, row, row["step"], "waiting", reason) | {"new_next_at": now + LOOK_AGAIN}


def _usable(row: RowMapping) -> tuple[str, str] | None:
    """(hash in hex, kind) of the first phone that may be contacted."""
    return next(((h, kind) for h, kind, consent in row["phones"] or () if consent not in SILENCED), None)


def _reach(plan: Plan, phone: tuple[str, str] | None) -> Reach | None:
    if phone is None:
        return None
    two_way = plan.text is not None and plan.text.can_receive
    return Reach(phone[1], can_text=plan.text is not None, two_way=two_way, can_call=plan.call is not None)


def _attempt(plan: Plan, past: Mapping[str, Any]) -> Attempt:
    own = past["campaign"] == str(plan.campaign["id"])
    return Attempt(
        past["medium"],
        State(past["state"]),
        datetime.fromisoformat(past["at"]),
        past["step"] if own else 0,
        past["attempt"],
        past["purpose"],
        past["error_kind"],
    )


def _contact(
    work: Work, plan: Plan, row: RowMapping, phone: tuple[str, str], decision: Next, now: datetime
) -> dict[str, Any]:
    sender = plan.sender(decision.medium)
    assert sender is not None  # `Reach` allows a medium only where there is a sender
    return {
        "id": work.ids.new(),
        "ref": work.ids.public(),
        "medium": decision.medium,
        "purpose": decision.purpose,
        "sender_id": sender.id,
        "phone_hash": bytes.fromhex(phone[0]),
        "interview_id": row["interview_id"],
        "office_id": row["office_id"],
        "campaign_id": plan.campaign["id"],
        "step": decision.step,
        "attempt": decision.attempt,
        "state": str(State.PLANNED),
        "reason": {"code": decision.reason, **decision.params},
        "due_at": decision.due_at,
        "deadline_at": plan.campaign["closes_at"],
        "created_at": now,
    }


def _progress(plan: Plan, row: RowMapping, step: int, state: str, reason: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "of_campaign": plan.campaign["id"],
        "of_interview": row["interview_id"],
        "new_step": step,
        "new_state": state,
        "new_reason": dict(reason),
        "new_next_at": None,
    }
