"""Erases a person: number, names, words and whatever quotes them go; what counts, and the wish to be left alone, stay.

First nothing leaves for the number any more (as everybody's role), then all of it goes in one transaction of the one
role that may. Carriers and files are asked afterwards. It must not know a page or a command.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from contact.consent import ConsentState
from contact.tasks import TaskKind, TaskState
from services import audit_chain as chain
from services import tasks
from services.consent import callers as numbers
from services.consent import ledger as consent
from services.privacy import erased_words, erasure_marks, persons
from services.privacy.person_requests import CARRY_OUT
from services.privacy.persons import Person
from services.refusal import Refusal
from services.work import Work
from store import audit, audit_chain
from store.people import consent as ledger
from store.people import phones
from store.privacy import erasing, erasures, personal
from store.privacy.erasures import CarrierRecord
from store.registry import organisations as registry
from store.tables.campaigns import tasks as task_rows
from store.tables.outbox import receipts
from store.tables.registry import imports
from store.tables.staff import audit as trail
from store.tables.staff import staff
from store.tables.unfit import unfit
from store.unit_of_work import Database, after_commit

JOB = "alo.sweep_erasures"
UNDER_WAY = "person.under_way"
A_CALL = timedelta(hours=2)
"""Business time after which a call without an end, or a text that was leaving, is not under way any more."""


@dataclass(frozen=True, slots=True)
class ErasurePreview:
    """What an erasure would take: rows by table; organisations (code, name) that lose the number, and how many other
    numbers those have; `held`: nothing is known of the number when it is False."""

    number: str
    rows: Mapping[str, int]
    organisations: Sequence[tuple[str, str]]
    other_numbers: int
    erased_at: datetime | None

    @property
    def held(self) -> bool:
        """Whether anything is held about the person."""
        return any(self.rows.values())


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased: rows by table, records that carriers are asked to delete; the words, for a search of files."""

    number: str
    rows: Mapping[str, int]
    at_carriers: int
    kannel: bool
    person: Person = field(repr=False)
    words: frozenset[str] = field(repr=False, default=frozenset())


def preview(work: Work, written: str) -> ErasurePreview:
    """What `erase` would do to the person whose number staff typed. Raises Refusal for what is not one number."""
    with work.database.transaction() as conn:
        person = persons.find(work, conn, written)
        rows = erasing.counted(conn, person.subject)
        rows |= {table.name: len(persons.mentions(work, conn, table, person)) for table in personal.SEARCHED}
        theirs = personal.memberships(conn, person.subject)
        others = personal.other_numbers(conn, person.subject)
        at = erasures.marked_at(conn, person.subject.phone_hash)
    return ErasurePreview(person.number, rows, [(row.registry_code, row.name) for row in theirs], others, at)


@dataclass(frozen=True, slots=True)
class Traces:
    """By what a person is found in files: themselves, and the words they said."""

    person: Person = field(repr=False)
    words: frozenset[str] = field(repr=False)


def traces(work: Work, written: str) -> Traces:
    """What files are searched for before the database forgets it: whatever ends an erasure after that, files hold
    nothing that nobody could look for any more. Raises Refusal for what is not one number."""
    with work.database.transaction() as conn:
        person = persons.find(work, conn, written)
        words = _written(work, conn, person)
        for interview in person.subject.interviews:
            words |= erased_words.words_of(conn, interview, person.sought)
    return Traces(person, frozenset(words))


def erase(work: Work, eraser: Database, written: str, actor: str) -> Erased:
    """Erase the person whose number staff typed; a number that nobody knows is marked, so that no list brings it in.

    Raises Refusal: not one number, or a text or call is under way.
    """
    number = numbers.one_of(written)
    leave_alone(work, number, actor)
    now = work.clock.now()
    with eraser.transaction() as conn:
        registry.hold_imports(conn)  # none that is under way writes the person again
        phones.lock(conn, work.vault.lookup(number))
        person = persons.find(work, conn, number)
        done, words = _take_away(work, conn, person)
        scrubbed = _scrub_trail(conn, person)
        names = _names(work, conn, person) if person.subject.organisations else []
        held = erasures.held_by_carriers(conn, person.subject.phone_hash)
        done |= erasing.blank(conn, person.subject)
        _mark(work, conn, person.subject.phone_hash, names, now)
        asked = _ask_carriers(work, conn, held)
        rows = {name: n for name, n in (done | {trail.name: len(scrubbed)}).items() if n}
        detail = {"rows": rows, "at_carriers": asked, "scrubbed": scrubbed}
        audit.append(conn, at=now, actor=actor, action="person.erased", subject=person.subject.mark, detail=detail)
        after_commit(conn, work.jobs.enqueue, JOB)
    kannel = any(not work.carriers.can_delete(row.carrier) for row in held)
    if kannel:
        _tell_of_logs(work, person)
    return Erased(number, done, asked, kannel, person, frozenset(words))


def reapply(work: Work, eraser: Database, kept: Iterable[Mapping[str, Any]], actor: str) -> int:
    """Erase once more whom `kept` (`erasure_marks.kept`) names, after an older backup was brought back. Numbers erased.

    A number that the backup does not hold is marked only. Raises Refusal when the marks are of another look-up key;
    after all others are done, when a text or call of somebody was under way.
    """
    wanted = erasure_marks.read(work, kept)
    there = erasure_marks.numbers_there(work, wanted["number"])
    erased = sum(_erased_unless_under_way(work, eraser, number, actor) for number in there)
    now = work.clock.now()
    with eraser.transaction() as conn:
        for kind, subjects in wanted.items():
            for subject, version in subjects.items():
                erasures.mark(conn, kind, [subject], version, now)
    if erased < len(there):
        raise Refusal("person.some_under_way", count=len(there) - erased, erased=erased)
    return erased


def _erased_unless_under_way(work: Work, eraser: Database, number: str, actor: str) -> bool:
    try:
        erase(work, eraser, number, actor)
    except Refusal as refusal:
        if refusal.code != UNDER_WAY:
            raise
        return False
    return True


def leave_alone(work: Work, number: str, actor: str) -> None:
    """Nothing leaves for the number (E.164) any more, and the ledger says so for good.

    Raises Refusal: a text or call is under way.
    """
    now = work.clock.now()
    with work.database.transaction() as conn:
        phone = numbers.lock(work, conn, number)
        if phone is None:
            raise Refusal("person.number_unreadable")
        if erasing.under_way(conn, phone.hash, now - A_CALL):
            raise Refusal(UNDER_WAY)
        if phone.consent is ConsentState.STOPPED:
            ledger.withdraw_queued(conn, phone.hash, now)
        else:
            said = consent.Said("staff", f"{actor}:{work.ids.public()}", "", now)
            consent.stop(work, conn, phone.hash, phone.consent, said)
        erasing.end_doubts(conn, phone.hash, now)


def _take_away(work: Work, conn: Connection, person: Person) -> tuple[dict[str, int], set[str]]:
    """What no column tells: words in interviews, and sealed or plain texts that name the person."""
    words: set[str] = set()
    for interview in person.subject.interviews:
        words |= erased_words.take_out(conn, interview, person.sought)
    done = {"answers": len(words)}
    for table, act in _SEARCHED.items():
        found = persons.mentions(work, conn, table, person)
        act(work, conn, person, found)
        done[table.name] = len(found)
    for typed in erasing.TYPED:
        named = list(_without(erasing.typed(conn, typed), person))
        for typed_id, clean in named:
            erasing.set_columns(conn, typed, typed_id, **clean)
        done[typed.name] = len(named)
    done[receipts.name] = 0
    for row_id, clean in _without(erasing.details(conn, receipts, erasing.receipts_of(person.subject)), person):
        erasing.set_columns(conn, receipts, row_id, detail=clean)
        done[receipts.name] += 1
    return done, words | _written(work, conn, person)


Act = Callable[[Work, Connection, Person, Mapping[UUID, str]], None]


def _tasks(work: Work, conn: Connection, person: Person, found: Mapping[UUID, str]) -> None:
    """The work stays without whom it was about; that somebody is to be erased has come about."""
    now = work.clock.now()
    for row in personal.by_ids(conn, task_rows, list(found)):
        done = row["kind"] == CARRY_OUT and row["state"] != TaskState.DONE
        ended = {"state": TaskState.DONE, "done_at": now, "claimed_by": "machine:erasure"} if done else {}
        erasing.set_columns(conn, task_rows, row["id"], detail=None, **ended)


def _reports(work: Work, conn: Connection, person: Person, found: Mapping[UUID, str]) -> None:
    for import_id, report in found.items():
        clean = json.dumps(person.sought.taken_out(json.loads(report)), ensure_ascii=False, sort_keys=True)
        erasing.set_columns(conn, imports, import_id, report=work.vault.seal(clean, "imports.report", import_id))


def _unfit(work: Work, conn: Connection, person: Person, found: Mapping[UUID, str]) -> None:
    erasing.remove(conn, unfit, list(found))


def _staff(work: Work, conn: Connection, person: Person, found: Mapping[UUID, str]) -> None:
    for staff_id in found:
        erasing.set_columns(conn, staff, staff_id, phone=None)


_SEARCHED: Mapping[Any, Act] = {task_rows: _tasks, imports: _reports, unfit: _unfit, staff: _staff}
assert set(_SEARCHED) == set(personal.SEARCHED)


def _without(rows: Iterable[tuple[Any, Any]], person: Person) -> Iterator[tuple[Any, Any]]:
    """The rows whose JSON detail names the person, with the detail as it is without them."""
    for row_id, detail in rows:
        clean = person.sought.taken_out(detail)
        if clean != detail:
            yield row_id, clean


def _scrub_trail(conn: Connection, person: Person) -> Mapping[str, str]:
    """Take the person out of the audit trail. Number of each line that was scrubbed → its digest from now on."""
    numbers = []
    for number, clean in _without(erasing.all_details(conn), person):
        audit_chain.scrub(conn, number, clean, os.urandom(audit.SALT_BYTES))
        numbers.append(number)
    return chain.scrubbed(audit_chain.by_numbers(conn, numbers)) if numbers else {}


def _written(work: Work, conn: Connection, person: Person) -> set[str]:
    """The texts the person wrote, for a search of files; what no key of ours opens cannot be searched for."""
    return {work.vault.open(row.body, "inbound.body", row.id) for row in personal.bodies(conn, person.subject)}


def _names(work: Work, conn: Connection, person: Person) -> list[bytes]:
    found: set[bytes] = set()
    for row in personal.leaders(conn, person.subject):
        name = work.vault.open(row.leader, "organisations.leader", row.id)
        found |= erasure_marks.name_marks(work, row.id, name)
    return sorted(found)


def _mark(work: Work, conn: Connection, phone_hash: bytes, names: Sequence[bytes], now: datetime) -> None:
    erasures.mark(conn, "number", [phone_hash], work.vault.lookup_version, now)
    erasures.mark(conn, "name", names, work.vault.lookup_version, now)


def _ask_carriers(work: Work, conn: Connection, held: Sequence[CarrierRecord]) -> int:
    """Note the carriers' records of the person's texts and calls. How many."""
    rows = [
        {
            "id": work.ids.new(),
            "sender_id": row.sender_id,
            "medium": row.medium,
            "carrier_id": row.carrier_id,
            "tries": 0,
            "next_at": work.clock.real(),
        }
        for row in held
        if work.carriers.can_delete(row.carrier, row.carrier_id or "")
    ]
    erasures.ask_carriers(conn, rows)
    return len(rows)


def _tell_of_logs(work: Work, person: Person) -> None:
    """Kannel keeps texts in its own logs, which nobody but its operator can clean."""
    cause = f"kannel_logs:{person.subject.phone_hash.hex()}:{work.clock.now().isoformat()}"
    with work.database.transaction() as conn:
        tasks.open_task(work, conn, kind=TaskKind.KANNEL_LOGS, cause=cause)
