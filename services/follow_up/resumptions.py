"""What a call of ours leaves behind: one that breaks off in the middle of an interview is taken up again by one more
call, a moment later; a time that was promised in a call back is kept.

One transaction of its own after the receipt of its end, under the locks phone → interview → row. Whether the call may
leave is asked again when it does.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy import Connection

from contact import settings as round_settings
from contact.delivery import FINAL, State
from contact.purpose import Purpose
from services.follow_up import call_backs
from services.interview import next_interview
from services.interview import recording as interviews
from services.interview.questionnaires import form_of
from services.work import Work
from store.interview import calls
from store.interview import interviews as interview_rows
from store.interview.calls import EndedCall
from store.interview.interviews import HeldInterview
from store.messages import outbox
from store.messages.departing_page import DepartingRow
from store.messages.outbox import OutboxRow
from store.people import phones
from survey.engine import side_question_forms as asides

REASON = "ladder.dropped"


def after(work: Work, ref: str) -> bool:
    """Plan the resumption of the call `ref`, if it broke off, or the call that was promised in it; whether one was.

    Any number of times: the row's id follows from the dropped call's, so a second one is the same.
    """
    with work.database.transaction() as conn:
        placed = calls.placed(conn, ref)
        if placed is None or phones.lock(conn, placed.phone_hash) is None:
            return False
        told = calls.at_end(conn, ref)
        about = told.interview_id if told is not None else placed.interview_id
        held = interview_rows.lock(conn, about) if about is not None else None
        ended = outbox.lock(conn, placed.id)
        if held is None or ended is None:
            return False
        if _was_promised(conn, ended, held, work.clock.now()):
            at, why = held.appointment_at, "ladder.appointment"
            return call_backs.plan(work, conn, held, ended.phone_hash, ended.sender_id, why, at)
        return told is not None and _resume(work, conn, ended, told, held)


def _resume(work: Work, conn: Connection, ended: OutboxRow, told: EndedCall, held: HeldInterview) -> bool:
    settings, office_code = interview_rows.round_settings_of(conn, held.id)
    rules, now = round_settings.from_dict(settings), work.clock.now()
    due_at = now + timedelta(seconds=rules.resume_after_s)
    ends_at = told.at + timedelta(seconds=rules.caps.resume_within_s)
    if not rules.resume_after_s or due_at > ends_at or not rules.calendar_at(office_code).open("call", due_at):
        return False
    if not _broke_off(conn, ended, told, held, now):
        return False
    if outbox.has_call(conn, ended.phone_hash, ends_at):
        return False
    return outbox.insert_contacts(conn, [_row(work, ended, held, due_at, ends_at)]) > 0


def _was_promised(conn: Connection, ended: OutboxRow, held: HeldInterview, now: datetime) -> bool:
    """Whether a chosen time lies ahead that nothing else keeps: while a call back runs it is the phone's only one, so
    that the next could not be planned in it; and one that was brought forward may have rung out."""
    if ended.purpose != Purpose.CALL_BACK or ended.campaign_id is not None or ended.state not in FINAL:
        return False
    at = held.appointment_at
    if at is None or at <= now or held.status not in next_interview.WAITING:
        return False
    return not interview_rows.ask_for_call(conn, held.id, at)


def _broke_off(conn: Connection, dropped: OutboxRow, told: EndedCall, held: HeldInterview, now: datetime) -> bool:
    """Whether somebody who had agreed, and pressed a key in this call, was cut off at a question of the form.

    Whoever was said goodbye to (`ended_at`), was asked when, who they are or whether they mean it, has asked for a
    person, or has been heard elsewhere since, was not. A resumption that breaks off is not resumed.
    """
    if dropped.state != State.COMPLETED or dropped.purpose == Purpose.RESUMPTION or told.ended_at is not None:
        return False
    if held.status not in next_interview.WAITING or not interviews.takes_answers(held, now):
        return False
    if not told.keyed or told.person_wanted or told.last_seq != held.seq:
        return False
    kind, about = asides.parts(told.question)
    form = form_of(conn, held.questionnaire_sha256)
    question = form.question(about if kind == asides.RIGHT else told.question)
    return question is not None and question.role != "consent"


def _row(work: Work, dropped: OutboxRow, held: HeldInterview, due_at: datetime, ends_at: datetime) -> Mapping[str, Any]:
    id_: UUID = uuid5(dropped.id, Purpose.RESUMPTION)
    return {
        "id": id_,
        "ref": work.ids.public(),
        "medium": "call",
        "purpose": Purpose.RESUMPTION,
        "sender_id": dropped.sender_id,
        "phone_hash": dropped.phone_hash,
        "interview_id": held.id,
        "office_id": held.office_id,
        "campaign_id": dropped.campaign_id,
        "step": dropped.step,
        "attempt": -dropped.attempt,  # none of the ladder's own, which count from 1
        "state": str(State.PLANNED),
        "reason": {"code": REASON, "seq": held.seq},
        "due_at": due_at,
        "deadline_at": ends_at,
        "created_at": work.clock.now(),
    }


def gone_on(row: DepartingRow, interview: HeldInterview | None) -> bool:
    """Whether the person was heard on any channel since the call that `row` would resume broke off."""
    seq = row.reason.get("seq")
    return row.purpose == Purpose.RESUMPTION and interview is not None and seq is not None and interview.seq != seq
