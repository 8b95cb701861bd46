"""The marks of those who were erased: keyed hashes of numbers, and of names within their organisation; nothing else.

A mark outlives the person's rows, so that a list cannot bring them back. It must not know a number or a name.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import Connection, RowMapping, delete, literal, select, union_all, update
from sqlalchemy.dialects.postgresql import insert

from store.tables.interviews import inbound
from store.tables.outbox import calls, outbox, senders
from store.tables.persons import carrier_erasures, erasures

Kind = Literal["number", "name"]


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
    rows = [
        {"subject": subject, "kind": kind, "hash_version": version, "erased_at": at, "lifted_at": None}
        for subject in subjects
    ]
    if rows:
        fresh = insert(erasures)
        again = {name: fresh.excluded[name] for name in ("erased_at", "lifted_at")}
        conn.execute(fresh.on_conflict_do_update(index_elements=[erasures.c.subject], set_=again), rows)


def lift(conn: Connection, subject: bytes, at: datetime) -> None:
    """The person wants to be contacted again."""
    conn.execute(update(erasures).where(erasures.c.subject == subject).values(lifted_at=at))


def lifted(conn: Connection) -> Mapping[bytes, datetime]:
    """Mark → when it was lifted, of those that do not hold any more."""
    query = select(erasures.c.subject, erasures.c.lifted_at).where(erasures.c.lifted_at.is_not(None))
    return {bytes(row.subject): row.lifted_at for row in conn.execute(query)}


def ledger(conn: Connection) -> Sequence[RowMapping]:
    """Every mark, the oldest first."""
    return conn.execute(select(erasures).order_by(erasures.c.erased_at, erasures.c.subject)).mappings().all()


def held_by_carriers(conn: Connection, phone_hash: bytes) -> Sequence[RowMapping]:
    """What carriers hold of a phone's texts and calls: sender, its carrier, medium and the carrier's id."""
    text, call = literal("text").label("medium"), literal("call").label("medium")
    sources = union_all(
        select(outbox.c.sender_id, outbox.c.medium, outbox.c.carrier_id).where(outbox.c.phone_hash == phone_hash),
        select(inbound.c.sender_id, text, inbound.c.carrier_id).where(inbound.c.phone_hash == phone_hash),
        select(calls.c.sender_id, call, calls.c.carrier_id).where(calls.c.phone_hash == phone_hash),
    ).subquery()
    query = select(sources, senders.c.carrier).distinct().join(senders, senders.c.id == sources.c.sender_id)
    return conn.execute(query).mappings().all()


def ask_carriers(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Note what is to be deleted at carriers (columns of `carrier_erasures`), as the eraser; once is enough."""
    if rows:
        by = [carrier_erasures.c.sender_id, carrier_erasures.c.carrier_id]
        conn.execute(insert(carrier_erasures).on_conflict_do_nothing(index_elements=by), rows)


def waiting_at_carriers(conn: Connection, real: datetime, limit: int) -> Sequence[RowMapping]:
    """What is to be deleted now, the longest waiting first."""
    due = select(carrier_erasures).where(carrier_erasures.c.next_at <= real)
    return conn.execute(due.order_by(carrier_erasures.c.next_at).limit(limit)).mappings().all()


def deleted_at_carrier(conn: Connection, row_id: UUID) -> None:
    """The carrier has none of it any more: forget what was to be deleted."""
    conn.execute(delete(carrier_erasures).where(carrier_erasures.c.id == row_id))


def ask_again(conn: Connection, row_id: UUID, at: datetime) -> None:
    """It could not be deleted yet: again from `at` (real time) on."""
    change = update(carrier_erasures).where(carrier_erasures.c.id == row_id)
    conn.execute(change.values(tries=carrier_erasures.c.tries + 1, next_at=at))
