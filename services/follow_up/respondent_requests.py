"""What a person asks for besides answering: somebody to talk to, a call from us, another time, not to be taken for
somebody else. Words about it are the channel's.

Works inside the caller's transaction, under the locks of phone and interview.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import Connection

from contact.calendar import local_day
from contact.sender import preferred
from contact.tasks import TaskKind
from services import tasks
from services.consent import ledger as consent
from services.follow_up import call_backs
from services.interview.events import Happening
from services.work import Work
from store.interview import interviews as rows
from store.interview.interviews import HeldInterview
from store.messages import outbox, senders
from store.people import abilities, phones
from store.people.phones import PhoneRow
from store.registry import organisations as registry
from survey.answers import Heard, Key
from survey.engine.effects import Appointed, Connected, Effect, PersonAt, Wanted, WrongPerson


def carry_out(work: Work, conn: Connection, held: HeldInterview, phone_hash: bytes, effects: Iterable[Effect]) -> None:
    """Follow the wishes among `effects`: a person becomes a task, until they have talked; a call is due now, or at the
    time chosen, by a campaign where one contacts them, else by itself, and a task only where nothing can ring."""
    wanted: set[str] = set()
    for effect in effects:
        if isinstance(effect, Wanted):
            wanted.add(effect.what)
        elif isinstance(effect, Appointed):
            ours = _call(work, conn, held, phone_hash, datetime.fromisoformat(effect.at))
            wanted.update(() if ours else ("person",))
        elif isinstance(effect, PersonAt):
            tell_of_person(work, conn, held, datetime.fromisoformat(effect.at))
        elif isinstance(effect, Connected) and effect.done:
            tasks.settle(work, conn, _person_wanted(work, held), "machine:transfer")
        elif isinstance(effect, WrongPerson):
            _give_number_up(work, conn, held, phone_hash, effect.why)
    if "call" in wanted and not _call(work, conn, held, phone_hash, None):
        wanted.add("person")
    if wanted & {"person", "transfer"}:
        tell_of_person(work, conn, held)


def stop(
    work: Work, conn: Connection, held: HeldInterview, phone: PhoneRow, happening: Happening, language: str
) -> None:
    """No contact any more on any channel, round or organisation; the key that confirmed it is the evidence."""
    said = consent.Said(
        channel=happening.channel,
        source_id=happening.source_id,
        evidence=happening.said.digits if isinstance(happening, Heard) and isinstance(happening.said, Key) else "",
        at=work.clock.now(),
        interview_id=held.id,
        wording=f"{held.questionnaire_sha256}:{language}",
    )
    consent.stop(work, conn, phone.hash, phone.consent, said)


def _call(work: Work, conn: Connection, held: HeldInterview, phone_hash: bytes, at: datetime | None) -> bool:
    """Whether a call back is on its way, at once or `at` a chosen time, this one or one that was asked for before; none
    is where it could not leave."""
    if not _can_be_rung(conn, held, phone_hash):
        return False
    if rows.ask_for_call(conn, held.id, at or work.clock.now()):
        return True
    sender = preferred(senders.all_rows(conn), "call")
    if sender is None:
        return False
    reason = "asked_for_call" if at is None else "ladder.appointment"
    call_backs.plan(work, conn, held, phone_hash, sender.id, reason, at)
    return True


def _can_be_rung(conn: Connection, held: HeldInterview, phone_hash: bytes) -> bool:
    """Whether a call about the interview would leave for this phone: it takes calls, as far as is known, and nobody
    said that it is not the organisation's."""
    known = abilities.of_phone(conn, phone_hash).get("call")
    able = known is None or known.able
    return able and not phones.is_given_up(conn, held.organisation_id, phone_hash)


def _give_number_up(work: Work, conn: Connection, held: HeldInterview, phone_hash: bytes, why: str) -> None:
    """Nobody rings this number about this organisation again, and staff find out whom to ring."""
    registry.mark_invalid(conn, held.id, phone_hash, why, work.clock.now())
    outbox.withdraw(conn, {"code": why}, work.clock.now(), phone_hash=phone_hash, interview_id=held.id)
    _tell_staff(work, conn, held, TaskKind.NOT_THEM if why == "wrong_number" else TaskKind(why), phone_hash.hex())


def tell_of_person(work: Work, conn: Connection, held: HeldInterview, wanted_at: datetime | None = None) -> None:
    """A person is wanted about the interview, at once or at a time: one task a Vietnamese day, open again if it was
    done."""
    tasks.open_task(
        work,
        conn,
        kind=TaskKind.PERSON_WANTED,
        cause=_person_wanted(work, held),
        office_id=held.office_id,
        interview_id=held.id,
        wanted_at=wanted_at,
        again=True,
    )


def _person_wanted(work: Work, held: HeldInterview) -> str:
    return f"person_wanted:{held.id}:{local_day(work.clock.now())}"


def _tell_staff(work: Work, conn: Connection, held: HeldInterview, kind: TaskKind, cause: str) -> None:
    tasks.open_task(
        work,
        conn,
        kind=kind,
        cause=f"{kind}:{held.id}:{cause}",
        office_id=held.office_id,
        interview_id=held.id,
    )
