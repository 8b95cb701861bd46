"""The marks of those who were erased: keyed hashes of numbers, and of names within their organisation; nothing else.

A mark outlives the person's rows, so that a list cannot bring them back. It must not know a number or a name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection, delete, literal, select, union_all, update
from sqlalchemy.dialects.postgresql import insert

from contact.calendar import Medium
from store import rows
from store.tables.interviews import inbound
from store.tables.outbox import calls, outbox, senders
from store.tables.persons import carrier_erasures, erasures

Kind = Literal["number", "name"]


@dataclass(frozen=True, slots=True)
class MarkRow:
    """The mark of a number or name: its keyed hash, and the version of the look-up key it began with."""

    subject: bytes
    kind: Kind
    hash_version: int
    erased_at: datetime
    lifted_at: datetime | None
    """The person wants to be contacted again since."""


@dataclass(frozen=True, slots=True)
class CarrierRecord:
    """A text or call that a carrier may still hold."""

    sender_id: UUID
    medium: Medium
    carrier_id: str | None
    carrier: str


@dataclass(frozen=True, slots=True)
class CarrierErasure:
    """A text or call to be deleted at its carrier: tried `tries` times."""

    id: UUID
    sender_id: UUID
    medium: Medium
    carrier_id: str
    tries: int


_DUE = tuple(carrier_erasures.c[name] for name in rows.field_names(CarrierErasure))


def marks(conn: Connection, kind: Kind) -> frozenset[bytes]:
    """The marks of one kind that hold."""
    query = select(erasures.c.subject).where(erasures.c.kind == kind, erasures.c.lifted_at.is_(None))
    return frozenset(map(bytes, conn.scalars(query)))


def marked_at(conn: Connection, subject: bytes) -> datetime | None:
    """When a number or name was erased, unless it was lifted."""
    query = select(erasures.c.erased_at).where(erasures.c.subject == subject, erasures.c.lifted_at.is_(None))
    found: datetime | None = conn.scalar(query)
    return found


def mark(conn: Connection, kind: Kind, subjects: Iterable[bytes], version: int, at: datetime) -> None:
    """Keep the marks of what is erased, as the eraser; a lifted one holds again."""
    made = [
        {"subject": subject, "kind": kind, "hash_version": version, "erased_at": at, "lifted_at": None}
        for subject in subjects
    ]
    if made:
        fresh = insert(erasures)
        again = {name: fresh.excluded[name] for name in ("erased_at", "lifted_at")}
        conn.execute(fresh.on_conflict_do_update(index_elements=[erasures.c.subject], set_=again), made)


def lift(conn: Connection, subject: bytes, at: datetime) -> None:
    """The person wants to be contacted again."""
    conn.execute(update(erasures).where(erasures.c.subject == subject).values(lifted_at=at))


def lifted(conn: Connection) -> Mapping[bytes, datetime]:
    """Mark → when it was lifted, of those that do not hold any more."""
    query = select(erasures.c.subject, erasures.c.lifted_at).where(erasures.c.lifted_at.is_not(None))
    return {bytes(row.subject): row.lifted_at for row in conn.execute(query)}


def ledger(conn: Connection) -> Sequence[MarkRow]:
    """Every mark, the oldest first."""
    return rows.fetch(conn, select(erasures).order_by(erasures.c.erased_at, erasures.c.subject), MarkRow)


def held_by_carriers(conn: Connection, phone_hash: bytes) -> Sequence[CarrierRecord]:
    """What carriers hold of a phone's texts and calls: sender, its carrier, medium and the carrier's id."""
    text, call = literal("text").label("medium"), literal("call").label("medium")
    sources = union_all(
        select(outbox.c.sender_id, outbox.c.medium, outbox.c.carrier_id).where(outbox.c.phone_hash == phone_hash),
        select(inbound.c.sender_id, text, inbound.c.carrier_id).where(inbound.c.phone_hash == phone_hash),
        select(calls.c.sender_id, call, calls.c.carrier_id).where(calls.c.phone_hash == phone_hash),
    ).subquery()
    query = select(sources, senders.c.carrier).distinct().join(senders, senders.c.id == sources.c.sender_id)
    return rows.fetch(conn, query, CarrierRecord)


def ask_carriers(conn: Connection, records: Sequence[Mapping[str, Any]]) -> None:
    """Note what is to be deleted at carriers (columns of `carrier_erasures`), as the eraser; once is enough."""
    if records:
        by = [carrier_erasures.c.sender_id, carrier_erasures.c.carrier_id]
        conn.execute(insert(carrier_erasures).on_conflict_do_nothing(index_elements=by), records)


def waiting_at_carriers(conn: Connection, real: datetime, limit: int) -> Sequence[CarrierErasure]:
    """What is to be deleted now, the longest waiting first."""
    due = select(*_DUE).where(carrier_erasures.c.next_at <= real)
    return rows.fetch(conn, due.order_by(carrier_erasures.c.next_at).limit(limit), CarrierErasure)


def deleted_at_carrier(conn: Connection, row_id: UUID) -> None:
    """The carrier has none of it any more: forget what was to be deleted."""
    conn.execute(delete(carrier_erasures).where(carrier_erasures.c.id == row_id))


def ask_again(conn: Connection, row_id: UUID, at: datetime) -> None:
    """It could not be deleted yet: again from `at` (real time) on."""
    change = update(carrier_erasures).where(carrier_erasures.c.id == row_id)
    conn.execute(change.values(tries=carrier_erasures.c.tries + 1, next_at=at))
