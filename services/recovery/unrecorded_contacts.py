"""A contact that left though this database says nothing of it: tied to its row, or entered, so that it counts and never
leaves again.

Everything is written as of the moment it left. It must not know where it was found: a carrier's list, or its log.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection

from contact.caps import ANSWERS_SOMEBODY, EXEMPT
from contact.delivery import Departed, State
from contact.purpose import Purpose
from contact.sender import SenderRow
from services.campaign import next_step
from services.consent import callers
from services.delivery import outcomes
from services.ports import Clock
from services.sending import campaign_texts
from services.sending.campaign_texts import DepartingText
from services.sending.policy import FINISHED_CODES, FOR_THE_FINISHED
from services.unfit import isolation
from services.work import Work
from store.interview import interviews as interview_rows
from store.interview.interviews import HeldInterview
from store.messages import continuity as rows
from store.messages import departing_page, outbox
from store.messages.outbox import OutboxRow
from store.people import phones

Tied = Literal["known", "tied", "entered", "nobody"]

SLACK = timedelta(minutes=1)
"""Business time by which the moment that a carrier tells and ours may differ."""
RESTORED = "restored"
"""Code of a contact's reason: the database had lost it."""


@dataclass(frozen=True, slots=True)
class Then:
    """The clock as it stood when something left; real time is what it is."""

    clock: Clock
    at: datetime

    def now(self) -> datetime:
        """See `services.ports.Clock`."""
        return self.at

    def real(self) -> datetime:
        """See `services.ports.Clock`."""
        return self.clock.real()

    def after(self, real: timedelta) -> datetime:
        """See `services.ports.Clock`."""
        return self.at + real


def tie(work: Work, sender: SenderRow, one: Departed) -> Tied:
    """Find the row of something that left by `sender`, or enter one. What was found; a repetition changes nothing.

    "nobody": it went to no number that a person here could have.
    """
    then = replace(work, clock=Then(work.clock, one.at))
    found = _tie(then, sender, one)
    if found is None and _go_on(then, one.number):
        found = _tie(then, sender, one)
    return found or _enter(then, sender, one)


def presume(work: Work, sender: SenderRow, phone_hash: bytes, row_id: UUID) -> bool:
    """Put in doubt a row that may have left, and nobody can be asked: it counts and is never sent again. False: it is
    withdrawn meanwhile."""
    with work.database.transaction() as conn:
        phones.lock(conn, phone_hash)
        waiting = [r for r in rows.without_id(conn, phone_hash, sender.medium, sender.id) if r.id == row_id]
        return any(_leave(work, conn, sender, row, work.clock.now(), "") for row in waiting)


def set_aside(work: Work, sender: SenderRow) -> Callable[[Connection, Departed], None]:
    """What to do where a contact cannot be tied by a fault of its own: what was due for its phone is in doubt."""

    def put_in_doubt(conn: Connection, one: Departed) -> None:
        phone = callers.lock(work, conn, one.number)
        held = [] if phone is None else rows.without_id(conn, phone.hash, sender.medium, sender.id)
        for row in held:
            if row.state in (State.PLANNED, State.CLAIMED) and _was_due(row, one.at):
                outbox.change(conn, row.id, **_gone(work, sender, row, one.at))

    return put_in_doubt


def _tie(work: Work, sender: SenderRow, one: Departed) -> Tied | None:
    """Tie it to a row that is there; None: there is none."""
    with work.database.transaction() as conn:
        phone = callers.lock(work, conn, one.number)
        if phone is None:
            return "nobody"
        if one.receipt.carrier_id and rows.knows(conn, sender.id, one.receipt.carrier_id):
            return "known"
        held = rows.without_id(conn, phone.hash, sender.medium, sender.id)
        gone = next((row for row in held if _is_gone(work, row, one)), None)
        if gone is not None:
            _merge(work, conn, gone.id, one)
            return "known"
        row = match(work, [row for row in held if row.state in rows.NOT_GONE], one)
        if row is None or not _leave(work, conn, sender, row, one.at, one.body):
            return None
        _merge(work, conn, row.id, one)
        return "tied"


def match(work: Work, waiting: Sequence[OutboxRow], one: Departed) -> OutboxRow | None:
    """The row that this is: by its very words, else the first one that was due for it. None: of none of them."""
    written = [row for row in waiting if row.body is not None and _words(work, row, row.body) == one.body]
    if written:
        return written[0]
    replies = [row for row in waiting if row.purpose in ANSWERS_SOMEBODY]
    if one.in_reply:
        return replies[0] if replies else None
    other = [row for row in waiting if row not in replies and _may_be(row, one)]
    return next((row for row in other if _was_due(row, one.at)), None)


def _words(work: Work, row: OutboxRow, body: bytes) -> str:
    return work.vault.open(body, "outbox.body", row.id)


def _may_be(row: OutboxRow, one: Departed) -> bool:
    """Whether its words say nothing against it: they are written as a text leaves."""
    rewritten = row.state in (State.PLANNED, State.CLAIMED) and row.purpose not in campaign_texts.WRITTEN
    return row.body is None or not one.body or rewritten


def _was_due(row: OutboxRow, at: datetime) -> bool:
    """Whether the row was due by then, or was planned again because the earlier plan is lost."""
    return row.due_at <= at + SLACK or row.created_at >= at - SLACK


def _is_gone(work: Work, row: OutboxRow, one: Departed) -> bool:
    """Whether this row is known to have left just then, with these words."""
    if row.state in rows.NOT_GONE or row.sent_at is None or abs(row.sent_at - one.at) > SLACK:
        return False
    return row.body is None or not one.body or one.body in _words(work, row, row.body)


def _leave(work: Work, conn: Connection, sender: SenderRow, row: OutboxRow, at: datetime, body: str) -> bool:
    """Write a row as having left at `at`, perhaps, and what its phone was shown. False: it is withdrawn meanwhile."""
    interview = _interview(conn, row)
    locked = outbox.lock(conn, row.id)  # waited for: what is passed over here would be entered a second time
    if locked is None or locked.state not in rows.NOT_GONE:
        return False
    departure = departing_page.lock_rows(conn, [row.id], sender.id)[row.id]
    segments = _show(work, conn, sender, DepartingText(departure, interview, at))
    words = {"body": work.vault.seal(body, "outbox.body", row.id)} if body else {}
    outbox.change(conn, row.id, segments=row.segments or segments, **_gone(work, sender, row, at), **words)
    return True


def _gone(work: Work, sender: SenderRow, row: OutboxRow, at: datetime) -> dict[str, Any]:
    """The columns of a row that left at `at`, as far as anybody can tell."""
    return {
        "state": State.UNKNOWN,
        "sender_id": sender.id,
        "lease_until": None,
        "sent_at": at,
        "sent_real_at": work.clock.real(),
        "reserved_at": None if row.purpose in EXEMPT else at,
        "asked_at": None,
        "error_code": RESTORED,
        "reason": {**row.reason, "doubt": RESTORED},
    }


def _interview(conn: Connection, row: OutboxRow) -> HeldInterview | None:
    if row.interview_id is None:
        return None
    return interview_rows.lock_all(conn, [row.interview_id]).get(row.interview_id)


def _show(work: Work, conn: Connection, sender: SenderRow, one: DepartingText) -> int:
    """Record what a text showed, so that an answer finds its question. Segments; 0 where they cannot be told."""
    over = one.held is not None and one.held.status in FINISHED_CODES and one.row.purpose not in FOR_THE_FINISHED
    asks = one.row.purpose not in campaign_texts.WRITTEN
    if sender.medium == "call" or (asks and (over or one.held is None)):
        return 0
    segments = [0]

    def write(page: Sequence[DepartingText]) -> None:
        segments.append(campaign_texts.write_all(work, conn, sender, page)[0].segments)

    isolation.within(conn, [one], write)  # what cannot be written any more has left all the same
    return segments[-1]


def _merge(work: Work, conn: Connection, row_id: UUID, one: Departed) -> None:
    locked = outbox.lock_with_phone(conn, row_id, one.receipt.carrier_id)
    if locked is not None:
        outcomes.merge_into(work, conn, locked, one.receipt, "asked")


def _go_on(work: Work, number: str) -> int:
    """Let the ladders go on that this phone stands on: what left may have been their next step. Steps decided."""
    with work.database.transaction() as conn:
        phone = callers.lock(work, conn, number)
        on = [] if phone is None else rows.open_ladders(conn, phone.hash)
    return sum(next_step.go_on(work, place.campaign_id, place.interview_id) for place in on)


def _enter(work: Work, sender: SenderRow, one: Departed) -> Tied:
    """A row for what was planned after the database was last whole: it counts, and nothing follows from it."""
    with work.database.transaction() as conn:
        phone = callers.lock(work, conn, one.number)
        if phone is None:
            return "nobody"
        asked = rows.open_interviews(conn, phone.hash)
        interview = asked[0] if len(asked) == 1 else None
        row_id = work.ids.new()
        row = {
            "id": row_id,
            "ref": work.ids.public(),
            "medium": sender.medium,
            "purpose": _purpose(sender, one),
            "sender_id": sender.id,
            "phone_hash": phone.hash,
            "interview_id": interview and interview.id,
            "office_id": interview and interview.office_id,
            "state": State.UNKNOWN,
            "reason": {"code": RESTORED},
            "body": work.vault.seal(one.body, "outbox.body", row_id) if one.body else None,
            "due_at": one.at,
            "created_at": one.at,
            "sent_at": one.at,
            "sent_real_at": work.clock.real(),
            "reserved_at": None if one.in_reply else one.at,
        }
        outbox.insert_row(conn, **row)
        _merge(work, conn, row_id, one)
    return "entered"


def _purpose(sender: SenderRow, one: Departed) -> Purpose:
    """What it was most likely for: of a text nobody can tell which it was of the ladder's."""
    if sender.medium == "call":
        return Purpose.CALL
    return Purpose.REPLY if one.in_reply else Purpose.REMINDER
