"""Plans call backs for people who asked for a call: one a phone at a time, due within the minute, outside campaigns.

Works inside the caller's transaction, under the phone's lock. Whether the call may leave is asked again when it does.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from contact import ring_back
from contact import settings as round_settings
from contact.calendar import Calendar
from contact.delivery import State
from contact.purpose import Purpose
from services.work import Work
from store.interview import interviews as interview_rows
from store.interview.interviews import HeldInterview
from store.messages import outbox


def plan(
    work: Work,
    conn: Connection,
    held: HeldInterview,
    phone_hash: bytes,
    sender_id: UUID,
    reason: str,
    at: datetime | None = None,
) -> bool:
    """Plan the call back about the interview `held`, from `sender_id`, now or `at` the business time that was chosen;
    False when the phone has one open already. One that waits for a later time is brought forward, and a call of ours
    that would resume a dropped one gives way: the person was quicker."""
    now = work.clock.now()
    due_at = at or ring_back.due_at(now, _calendar(conn, held))
    outbox.withdraw(conn, {"code": "rang_first"}, now, phone_hash=phone_hash, purpose=Purpose.RESUMPTION)
    if outbox.bring_forward(conn, phone_hash, held.id, due_at, {"code": reason}):
        return True
    row = {
        "id": work.ids.new(),
        "ref": work.ids.public(),
        "medium": "call",
        "purpose": Purpose.CALL_BACK,
        "sender_id": sender_id,
        "phone_hash": phone_hash,
        "interview_id": held.id,
        "office_id": held.office_id,
        "state": str(State.PLANNED),
        "reason": {"code": reason},
        "due_at": due_at,
        "created_at": now,
    }
    return outbox.insert_contacts(conn, [row]) > 0


def _calendar(conn: Connection, held: HeldInterview) -> Calendar:
    settings, office_code = interview_rows.round_settings_of(conn, held.id)
    return round_settings.from_dict(settings).calendar_at(office_code)
