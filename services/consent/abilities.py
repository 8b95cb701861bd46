"""Updates whether numbers take texts or calls: a carrier rules a medium out; contacts, imports or staff restore it.

What a carrier says of a number is true of the phone, whoever has it; what a person said of it ("not mine") belongs to
one organisation (`store.registry.organisations`). Works inside the caller's transaction, under the phone's lock.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Literal
from uuid import UUID

from sqlalchemy import Connection

from contact.abilities import NOT_ABLE, RULED_OUT
from contact.calendar import Medium, local_day
from contact.delivery import ErrorKind
from contact.tasks import TaskKind
from services import tasks
from services.work import Work
from store import audit
from store.messages import outbox
from store.people import abilities as rows

Source = Literal["carrier", "contact", "import", "staff"]

LOST, FOUND = "phone.unable", "phone.able"
"""Actions in the audit trail."""


def rule_out(work: Work, conn: Connection, phone_hash: bytes, kind: ErrorKind, code: str, tried_at: datetime) -> None:
    """A carrier says that the number takes no texts, no calls or neither. A contact of `tried_at` (business time) tells
    nothing about a medium that something later than it has proved."""
    known = rows.of_phone(conn, phone_hash)
    for medium in RULED_OUT[kind]:
        before = known.get(medium)
        if before is None or not before.able or before.at <= tried_at:
            lose(work, conn, phone_hash, medium, code, "carrier", "machine:delivery")


def lose(
    work: Work, conn: Connection, phone_hash: bytes, medium: Medium, code: str, source: Source, actor: str
) -> None:
    """Nothing of `medium` leaves for the phone any more; ladders go on with what is left, staff where nothing is."""
    now = work.clock.now()
    rows.put(conn, phone_hash, medium, able=False, code=code, source=source, at=now)
    _trail(work, conn, actor, LOST, phone_hash, medium, code, source)
    promised = rows.promised(conn, phone_hash) if medium == "call" else ()
    outbox.withdraw(conn, {"code": NOT_ABLE[medium], "error": code}, now, phone_hash=phone_hash, medium=medium)
    for call in promised:
        break_promise(work, conn, call.interview_id, call.office_id)
    for found in rows.left_alone(conn, phone_hash):
        tasks.open_task(
            work, conn, kind=TaskKind.WRONG_NUMBER, cause=_cause(found.interview_id, phone_hash), detail=code,
            office_id=found.office_id, interview_id=found.interview_id,
        )  # fmt: skip


def regain(
    work: Work, conn: Connection, phone_hash: bytes, media: Iterable[str], code: str, source: Source, actor: str
) -> None:
    """The phone takes these media after all, which `code` says why; ladders that ended for want of it go on."""
    now = work.clock.now()
    for medium in media:
        rows.put(conn, phone_hash, medium, able=True, code=code, source=source, at=now)
        _trail(work, conn, actor, FOUND, phone_hash, medium, code, source)
    rows.take_up(conn, phone_hash, now)
    for interview in rows.interviews_with(conn, phone_hash):
        tasks.settle(work, conn, _cause(interview, phone_hash), actor)


def break_promise(work: Work, conn: Connection, interview_id: UUID, office_id: UUID | None) -> None:
    """A call was asked for that the number does not take: a person sees to it, one task a Vietnamese day."""
    cause = f"person_wanted:{interview_id}:{local_day(work.clock.now())}"
    tasks.open_task(
        work, conn, kind=TaskKind.PERSON_WANTED, cause=cause, office_id=office_id, interview_id=interview_id, again=True
    )


def _cause(interview_id: UUID, phone_hash: bytes) -> str:
    return f"wrong_number:{interview_id}:{phone_hash.hex()}"


def _trail(
    work: Work, conn: Connection, actor: str, action: str, phone_hash: bytes, medium: str, code: str, source: str
) -> None:
    detail = {"medium": medium, "code": code, "source": source}
    subject = f"phone:{phone_hash.hex()[:12]}"
    audit.append(conn, at=work.clock.now(), actor=actor, action=action, subject=subject, detail=detail)
