"""A call of ours that breaks off in the middle of an interview is taken up again by one more call, a moment later.

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
from contact.delivery import State
from services import interviews, next_interview
from services.planted import is_planted
from services.questionnaires import form_of
from services.work import Work
from store import calls, outbox
from store import interviews as interview_rows
from store.prepared import Row
from survey import asides

PURPOSE = "resumption"
REASON = "ladder.dropped"


def after(work: Work, ref: str) -> bool:
    """Plan the resumption of the call `ref`, if it broke off; whether one was planned by this call of ours.

    Any number of times: the row's id follows from the dropped call's, so a second one is the same.
    """
    with work.database.transaction() as conn:
        phone = calls.lock_phone(conn, ref)
        told = calls.at_end(conn, ref) if phone is not None else None
        held = interview_rows.lock(conn, told["interview_id"]) if told and told["interview_id"] else None
        dropped = outbox.lock(conn, told["outbox_id"]) if told and held and told["outbox_id"] else None
        if told is None or held is None or dropped is None or is_planted("no-call-again"):
            return False
        settings, office_code = interview_rows.round_settings_of(conn, held["id"])
        rules, now = round_settings.from_dict(settings), work.clock.now()
        due_at = now + timedelta(seconds=rules.resume_after_s)
        ends_at = told["at"] + timedelta(seconds=rules.caps.resume_within_s)
        if not rules.resume_after_s or due_at > ends_at or not rules.calendar_at(office_code).open("call", due_at):
            return False
        if not (_broke_off(conn, dropped, told, held, now) and _is_alone(conn, dropped, ends_at)):
            return False
        row = _row(work, dropped, held, due_at, ends_at)
        return outbox.insert_contacts(conn, [row]) > 0


def _broke_off(conn: Connection, dropped: Row, told: Row, held: Row, now: datetime) -> bool:
    """Whether somebody who had agreed, and pressed a key in this call, was cut off at a question of the form.

    Whoever was said goodbye to (`ended_at`), was asked when, who they are or whether they mean it, has asked for a
    person, or has been heard elsewhere since, was not. A resumption that breaks off is not resumed.
    """
    if dropped["state"] != State.COMPLETED or dropped["purpose"] == PURPOSE or told["ended_at"] is not None:
        return False
    if held["status"] not in next_interview.WAITING or not interviews.takes_answers(held, now):
        return False
    if not told["keyed"] or told["person_wanted"] or told["last_seq"] != held["seq"]:
        return False
    kind, about = asides.parts(told["question"])
    form = form_of(conn, held["questionnaire_sha256"])
    question = form.question(about if kind == asides.RIGHT else told["question"])
    return question is not None and question.role != "consent"


def _is_alone(conn: Connection, dropped: Row, until: datetime) -> bool:
    """Whether no other call to the phone runs or is due soon."""
    return is_planted("resume-twice") or not outbox.has_call(conn, dropped["phone_hash"], until)


def _row(work: Work, dropped: Row, held: Row, due_at: datetime, ends_at: datetime) -> Mapping[str, Any]:
    id_: UUID = work.ids.new() if is_planted("resume-twice") else uuid5(dropped["id"], PURPOSE)
    return {
        "id": id_,
        "ref": work.ids.public(),
        "medium": "call",
        "purpose": PURPOSE,
        "sender_id": dropped["sender_id"],
        "phone_hash": dropped["phone_hash"],
        "interview_id": held["id"],
        "office_id": held["office_id"],
        "campaign_id": None if is_planted("resume-twice") else dropped["campaign_id"],
        "step": dropped["step"],
        "attempt": -dropped["attempt"],  # none of the ladder's own, which count from 1
        "state": str(State.PLANNED),
        "reason": {"code": REASON, "seq": held["seq"]},
        "due_at": due_at,
        "deadline_at": ends_at,
        "created_at": work.clock.now(),
    }


def gone_on(row: Row, interview: Row | None) -> bool:
    """Whether the person was heard again, on any channel, since the call broke off that `row` would resume."""
    seq = row["reason"].get("seq")
    return row["purpose"] == PURPOSE and interview is not None and seq is not None and interview["seq"] != seq


def give_way(conn: Connection, phone_hash: bytes, now: datetime) -> None:
    """The person was quicker and rings, or asks for a call: theirs is made, ours is not."""
    outbox.withdraw(conn, {"code": "rang_first"}, now, phone_hash=phone_hash, purpose=PURPOSE)
