"""What somebody asks for as a person (Law 91/2025): entered, with the day by which it must be answered or carried out.

A request is a task of the work list, so that it waits before staff's eyes. It must not know what a page or a command
shows of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from contact.calendar import local_day
from contact.tasks import TaskKind
from contact.working_days import end_of_day, end_of_working_day
from services import tasks
from services.follow_up import staff_requests as told_wishes
from services.follow_up.staff_requests import Told
from services.privacy import persons
from services.privacy.persons import Person
from services.refusal import Refusal
from services.work import Work
from store import audit
from store.people import tasks as rows
from store.privacy import personal

KINDS = ("access", "correct", "withdraw", "erase")
"""What is asked for: a copy, a correction, that consent ends, that everything goes."""
ANSWER, CARRY_OUT = TaskKind.PERSON_REQUEST, TaskKind.PERSON_WITHDRAWAL
"""Kinds of tasks: the person is to be answered; what they withdrew is to be ended, what they want gone to be erased."""
DUE = (ANSWER, CARRY_OUT)
ANSWER_WORKING_DAYS = 2
WITHDRAW_DAYS = 15
"""Law 91/2025 and Decree 356/2025: answered within 2 working days, withdrawal carried out within 15 days."""
MOST_WORDS = 500


@dataclass(frozen=True, slots=True)
class Requested:
    """When a request is to be answered, and, for a withdrawal or an erasure, carried out (aware UTC)."""

    kind: str
    answer_by: datetime
    carry_out_by: datetime | None
    new: bool


def enter(work: Work, written: str, kind: str, told: Told, actor: str) -> Requested:
    """Enter a request about a number; who withdraws or wants to be erased is contacted no more from this moment.

    The same request of one day is one. Raises Refusal: no number, an unknown kind, words or a day missing.
    """
    if kind not in KINDS:
        raise Refusal("person.kind_unknown")
    told_wishes.check(work, told)
    now = work.clock.now()
    ends = kind in ("withdraw", "erase")
    answer_by = end_of_working_day(now, ANSWER_WORKING_DAYS)
    carry_out_by = end_of_day(now, WITHDRAW_DAYS) if ends else None
    with work.database.transaction() as conn:
        person = persons.find(work, conn, written)
        new = _open(work, conn, person, ANSWER, kind, answer_by, told)
        if carry_out_by is not None:
            _open(work, conn, person, CARRY_OUT, kind, carry_out_by, told)
        detail = {"kind": kind, "how": told.how, "answer_by": answer_by.isoformat()}
        audit.append(
            conn, at=now, actor=actor, action="person.requested", subject=person.subject.mark, detail=detail
        )  # fmt: skip
    if ends:
        told_wishes.stop_number(work, person.number, told, actor)
    return Requested(kind, answer_by, carry_out_by, new)


def overdue(conn: Connection, now: datetime) -> Mapping[str, int]:
    """Kind of task → how many requests are past their day and not done."""
    return rows.overdue(conn, DUE, now)


def _open(
    work: Work, conn: Connection, person: Person, task: TaskKind, kind: str, due: datetime, told: Told
) -> bool:  # fmt: skip
    """One task a number, kind and Vietnamese day, in the office of the person's organisations where it is one."""
    offices = personal.offices_of(conn, person.subject)
    where: dict[str, Any] = {"office_id": offices[0]} if len(offices) == 1 else {}
    return tasks.open_task(
        work,
        conn,
        kind=task,
        cause=f"{task}:{person.subject.phone_hash.hex()}:{kind}:{local_day(work.clock.now())}",
        detail=f"{kind}: {person.number} · {told.how} {told.day.isoformat()}: {told.words.strip()}",
        wanted_at=due,
        **where,
    )
