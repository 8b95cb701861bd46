"""Phone rows: the first lock of every use case that touches a person, and the projection of the consent ledger.

It must not know a number in clear: numbers come in sealed, with their keyed hash.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, exists, select, update
from sqlalchemy.dialects.postgresql import insert

from contact.consent import ConsentState
from store import rows
from store.people.abilities import unable
from store.tables.interviews import interviews
from store.tables.registry import organisation_phones, phones
from store.tables.rounds import rounds


@dataclass(frozen=True, slots=True)
class PhoneRow:
    """A phone under its lock: whose turn it is, and whether its holder may be contacted."""

    hash: bytes
    """Keyed hash of the number."""
    kind: str
    """mobile, landline or other."""
    consent: ConsentState


@dataclass(frozen=True, slots=True)
class PhoneWithAbilities(PhoneRow):
    """The same with the media (text, call) that it is known not to take."""

    unable: list[str]


READ = select(phones.c.hash, phones.c.kind, phones.c.consent, unable(phones.c.hash)).where(
    phones.c.hash == bindparam("phone_hash")
)
LOCK = READ.with_for_update(key_share=True)
"""`FOR NO KEY UPDATE`: excludes every other turn of this phone, and lets rows that merely refer to it be inserted."""


def lock(conn: Connection, phone_hash: bytes) -> PhoneWithAbilities | None:
    """Lock the phone and read it; None when the number is not on any list nor ever wrote or rang."""
    return rows.first(conn, LOCK, PhoneWithAbilities, {"phone_hash": phone_hash})


def add(conn: Connection, *, phone_hash: bytes, version: int, number: bytes, kind: str, at: datetime) -> None:
    """Keep a number that wrote or rang us and is on no list: it too may opt out, and its turns need a lock.

    `number` is sealed, `kind` one of mobile, landline, other. A number already there stays as it is.
    """
    row: Mapping[str, Any] = {
        "hash": phone_hash,
        "hash_version": version,
        "number": number,
        "kind": kind,
        "flags": [],
        "consent": ConsentState.UNASKED,
        "created_at": at,
    }
    conn.execute(insert(phones).values(row).on_conflict_do_nothing(index_elements=[phones.c.hash]))


def give_number(conn: Connection, phone_hash: bytes, number: bytes) -> bool:
    """Keep the sealed number of a phone whose number was erased; False when it has one."""
    change = update(phones).where(phones.c.hash == phone_hash, phones.c.number.is_(None)).values(number=number)
    return conn.execute(change).rowcount > 0


def is_listed(conn: Connection, phone_hash: bytes) -> bool:
    """Whether some organisation of a list has this phone."""
    return bool(conn.scalar(select(exists().where(organisation_phones.c.phone_hash == phone_hash))))


GIVEN_UP = ("wrong_number", "left_office")
"""Notes of numbers whose holder said that they are not, or no longer, the organisation's."""


def is_given_up(conn: Connection, organisation_id: UUID, phone_hash: bytes) -> bool:
    """Whether somebody at this phone said that it is not the organisation's, or no longer its leader's."""
    link = organisation_phones.c
    mine = exists().where(link.organisation_id == organisation_id, link.phone_hash == phone_hash)
    return bool(conn.scalar(select(mine.where(~link.valid, link.note.in_(GIVEN_UP)))))


@dataclass(frozen=True, slots=True)
class AskedPhone:
    """A phone with its sealed number, and an interview that has not begun."""

    hash: bytes
    number: bytes
    interview_id: UUID


def somebody_asked(conn: Connection) -> AskedPhone | None:
    """A phone that is asked in an open round and has said nothing yet; None when there is none."""
    query = (
        select(phones.c.hash, phones.c.number, interviews.c.id.label("interview_id"))
        .join(organisation_phones, organisation_phones.c.phone_hash == phones.c.hash)
        .join(interviews, interviews.c.organisation_id == organisation_phones.c.organisation_id)
        .join(rounds, rounds.c.id == interviews.c.round_id)
        .where(rounds.c.state == "open", interviews.c.status == "pending")
    )
    return rows.first(conn, query.limit(1), AskedPhone)
