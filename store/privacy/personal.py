"""What is held about one person: the rows of each table that hang on a number, its organisations and their interviews.

The same places serve copies and erasures (docs/privacy.md lists them all). Sealed texts come as they are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, RowMapping, Table, func, or_, select

from store.people.phones import GIVEN_UP
from store.rows import fetch
from store.tables.base import SEALED
from store.tables.campaigns import campaign_interviews, consent, tasks
from store.tables.interviews import answers, inbound, interview_events, interviews, prompted
from store.tables.outbox import call_turns, calls, outbox, receipts, senders
from store.tables.registry import (
    imports,
    offices,
    organisation_phones,
    organisations,
    phone_abilities,
    phone_readings,
    phones,
)
from store.tables.rounds import rounds
from store.tables.staff import audit, second_factors, staff
from store.tables.unfit import unfit


@dataclass(frozen=True, slots=True)
class Membership:
    """An organisation that has the person's number, and what is said of the link."""

    id: UUID
    name: str
    registry_code: str
    leader: bytes | None
    """Sealed, as the e-mail."""
    email: bytes | None
    position: str
    address: str
    office: str
    """Its code."""
    rank: int
    valid: bool
    note: str
    noted_at: datetime | None


@dataclass(frozen=True, slots=True)
class LeaderRow:
    """The sealed name of an organisation's leader."""

    id: UUID
    leader: bytes


@dataclass(frozen=True, slots=True)
class NumberRow:
    """A number's hash and the sealed number."""

    hash: bytes
    number: bytes


@dataclass(frozen=True, slots=True)
class BodyRow:
    """The sealed body of a text that came in."""

    id: UUID
    body: bytes


@dataclass(frozen=True, slots=True)
class PartRow:
    """An interview that the person had a part in."""

    id: UUID
    status: str
    channel: str
    begun_at: datetime | None
    ended_at: datetime | None
    round: str
    registry_code: str


STRANGERS = "wrong_number"
"""Note of a number whose holder said that the organisation is none of theirs: its leader is somebody else."""
assert STRANGERS in GIVEN_UP


@dataclass(frozen=True, slots=True)
class Subject:
    """One person: the keyed hash of their number, the hashes by which its digits may have been chosen a reading for,
    the organisations they speak for, and the interviews they had a part in."""

    phone_hash: bytes
    digit_hashes: tuple[bytes, ...] = ()
    organisations: tuple[UUID, ...] = ()
    interviews: tuple[UUID, ...] = ()

    @property
    def mark(self) -> str:
        """How the audit trail names the number: the beginning of its hash."""
        return f"phone:{self.phone_hash.hex()[:12]}"


def subject_of(conn: Connection, phone_hash: bytes, digit_hashes: Sequence[bytes] = ()) -> Subject:
    """Who a number belongs to, as far as lists, texts and calls tell."""
    link = organisation_phones.c
    theirs = select(link.organisation_id).where(link.phone_hash == phone_hash, link.note != STRANGERS)
    found = tuple(conn.scalars(theirs.order_by(link.organisation_id)))
    parts = [interviews.c.organisation_id.in_(found)]
    for table in (inbound, calls, outbox):
        parts.append(interviews.c.id.in_(select(table.c.interview_id).where(table.c.phone_hash == phone_hash)))
    shared = select(interviews.c.id).where(or_(*parts)).order_by(interviews.c.id)
    return Subject(phone_hash, tuple(digit_hashes), found, tuple(conn.scalars(shared)))


def places(subject: Subject) -> Mapping[Table, ColumnElement[bool]]:
    """Table → which of its rows are about the person, where columns tell; sealed texts are searched beside it."""
    phone = subject.phone_hash
    theirs = subject.interviews
    sent, rung = select(outbox.c.id).where(outbox.c.phone_hash == phone), select(calls.c.id)
    return {
        phones: phones.c.hash == phone,
        organisation_phones: organisation_phones.c.phone_hash == phone,
        organisations: organisations.c.id.in_(subject.organisations),
        phone_abilities: phone_abilities.c.phone_hash == phone,
        phone_readings: phone_readings.c.digits_hash.in_(subject.digit_hashes),
        consent: consent.c.phone_hash == phone,
        outbox: outbox.c.phone_hash == phone,
        receipts: receipts.c.outbox_id.in_(sent),
        calls: calls.c.phone_hash == phone,
        call_turns: call_turns.c.call_id.in_(rung.where(calls.c.phone_hash == phone)),
        inbound: inbound.c.phone_hash == phone,
        prompted: prompted.c.phone_hash == phone,
        interviews: interviews.c.id.in_(theirs),
        interview_events: interview_events.c.interview_id.in_(theirs),
        answers: answers.c.interview_id.in_(theirs),
        campaign_interviews: campaign_interviews.c.interview_id.in_(theirs),
        audit: audit.c.subject == subject.mark,
    }


SEARCHED: Mapping[Table, str] = {tasks: "detail", imports: "report", unfit: "raw", staff: "phone"}
"""Table → its sealed column in which a person may be named without any other column telling."""


NAMELESS: frozenset[Table] = frozenset({second_factors})
"""Tables whose sealed columns are random bytes: nobody's words are in them."""


def sealed_texts(conn: Connection, table: Table) -> Iterator[RowMapping]:
    """Every row of a table of `SEARCHED` that has a sealed text, with what it is bound to, in pages from the server."""
    column = table.c[SEARCHED[table]]
    bound_to = [table.c[name] for name in column.info[SEALED] if name != "id"]
    query = select(table.c.id, *bound_to, column).where(column.is_not(None)).execution_options(yield_per=200)
    yield from conn.execute(query).mappings()


def rows(conn: Connection, table: Table, which: ColumnElement[bool]) -> Sequence[RowMapping]:
    """Rows of a table in the order of their keys, in full."""
    return conn.execute(select(table).where(which).order_by(*table.primary_key.columns)).mappings().all()


def by_ids(conn: Connection, table: Table, ids: Sequence[UUID]) -> Sequence[RowMapping]:
    """Rows of a table with these ids."""
    return rows(conn, table, table.c.id.in_(ids))


def memberships(conn: Connection, subject: Subject) -> Sequence[Membership]:
    """The organisations that have the number, with office, leader and e-mail (sealed), and what is said of the link."""
    link, one = organisation_phones.c, organisations.c
    columns = one.id, one.name, one.registry_code, one.leader, one.email, one.position, one.address
    query = select(*columns, offices.c.code.label("office"), link.rank, link.valid, link.note, link.noted_at)
    query = query.join_from(organisation_phones, organisations).join(offices, offices.c.id == one.office_id)
    query = query.where(link.phone_hash == subject.phone_hash).order_by(one.name_key)
    return fetch(conn, query, Membership)


def offices_of(conn: Connection, subject: Subject) -> list[UUID]:
    """The offices of the person's organisations."""
    query = select(organisations.c.office_id).distinct().where(organisations.c.id.in_(subject.organisations))
    return list(conn.scalars(query))


def leaders(conn: Connection, subject: Subject) -> Sequence[LeaderRow]:
    """Id and sealed name of the leader of each of the person's organisations that has one."""
    query = select(organisations.c.id, organisations.c.leader).where(organisations.c.id.in_(subject.organisations))
    return fetch(conn, query.where(organisations.c.leader.is_not(None)), LeaderRow)


def contacts(conn: Connection, subject: Subject) -> Sequence[RowMapping]:
    """Texts and calls we planned or made, oldest first, with the number they left from."""
    query = select(outbox, senders.c.name.label("sender")).join(senders, senders.c.id == outbox.c.sender_id)
    query = query.where(outbox.c.phone_hash == subject.phone_hash).order_by(outbox.c.created_at, outbox.c.id)
    return conn.execute(query).mappings().all()


def other_numbers(conn: Connection, subject: Subject) -> int:
    """How many further numbers the person's organisations have."""
    link = organisation_phones.c
    theirs = (link.organisation_id.in_(subject.organisations), link.phone_hash != subject.phone_hash)
    return conn.scalar(select(func.count(link.phone_hash.distinct())).where(*theirs)) or 0


def sealed_numbers(conn: Connection, hashes: Sequence[bytes]) -> Sequence[NumberRow]:
    """Hash and sealed number of those among `hashes` that are held in clear of the hash."""
    query = select(phones.c.hash, phones.c.number).where(phones.c.hash.in_(list(hashes)), phones.c.number.is_not(None))
    return fetch(conn, query, NumberRow)


def bodies(conn: Connection, subject: Subject) -> Sequence[BodyRow]:
    """Id and sealed body of the texts the person wrote."""
    mine = (inbound.c.phone_hash == subject.phone_hash, inbound.c.body.is_not(None))
    return fetch(conn, select(inbound.c.id, inbound.c.body).where(*mine), BodyRow)


def taken_part(conn: Connection, subject: Subject) -> Sequence[PartRow]:
    """The interviews, with round and organisation."""
    columns = interviews.c.id, interviews.c.status, interviews.c.channel, interviews.c.begun_at, interviews.c.ended_at
    query = select(*columns, rounds.c.code.label("round"), organisations.c.registry_code)
    query = query.join_from(interviews, rounds, rounds.c.id == interviews.c.round_id)
    query = query.join(organisations, organisations.c.id == interviews.c.organisation_id)
    query = query.where(interviews.c.id.in_(subject.interviews)).order_by(rounds.c.code)
    return fetch(conn, query, PartRow)


def given_answers(conn: Connection, subject: Subject) -> dict[UUID, dict[str, Any]]:
    """Interview → question → stored value."""
    found: dict[UUID, dict[str, Any]] = {}
    query = select(answers.c.interview_id, answers.c.question, answers.c.value)
    for row in conn.execute(query.where(answers.c.interview_id.in_(subject.interviews)).order_by(answers.c.question)):
        found.setdefault(row.interview_id, {})[row.question] = row.value
    return found
