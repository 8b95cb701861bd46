"""Rows something is amiss with: leases that ran out, hand-overs in doubt, texts and calls that fell silent.

Statements only; times are real. What is decided about them stands in `services.sweeps` and `services.reconcile`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, func, literal, select, update
from sqlalchemy.dialects.postgresql import JSONB

from contact.delivery import State
from store.prepared import Row
from store.tables.outbox import outbox

CALLS = (State.SENT, State.RINGING, State.ANSWERED)


def free_claims(conn: Connection, real: datetime, why: str) -> list[UUID]:
    """Return rows claimed by a worker that died before sending: nothing left the house. Their senders, one a row."""
    held = (
        select(outbox.c.id)
        .where(outbox.c.state == State.CLAIMED, outbox.c.lease_until < real)
        .with_for_update(skip_locked=True)
    )
    statement = (
        update(outbox)
        .where(outbox.c.id.in_(held))
        .values(
            state=State.PLANNED,
            lease_until=None,
            reason=outbox.c.reason.op("||")(literal({"repaired": why}, JSONB)),
        )
        .returning(outbox.c.sender_id)
    )
    return [row.sender_id for row in conn.execute(statement)]


def expired(conn: Connection, state: State, real: datetime, limit: int = 200) -> list[UUID]:
    """Rows in `state` whose lease ended before `real`: their worker died or hangs."""
    query = (
        select(outbox.c.id)
        .where(outbox.c.state == state, outbox.c.lease_until < real)
        .order_by(outbox.c.lease_until)
        .limit(limit)
    )
    return [row.id for row in conn.execute(query)]


def waiting_since(
    conn: Connection, states: Sequence[State], before_real: datetime, limit: int = 100
) -> list[RowMapping]:
    """Rows in one of `states` whose HTTP began, and that were last asked about, before `before_real`; oldest first."""
    last = _last()
    query = select(outbox).where(outbox.c.state.in_(states), last < before_real).order_by(last).limit(limit)
    return list(conn.execute(query).mappings())


def _last() -> Any:
    return func.coalesce(outbox.c.asked_at, outbox.c.sent_real_at)


def take_silent_calls(conn: Connection, real: datetime, after: timedelta, limit: int = 200) -> list[RowMapping]:
    """Calls without a final receipt `after` they were placed, and again as long after each asking; noted as asked."""
    return _take(conn, real, limit, outbox.c.medium == "call", outbox.c.state.in_(CALLS), _last() < real - after)


def take_silent_texts(
    conn: Connection, real: datetime, after: timedelta, until: timedelta, limit: int = 200
) -> list[RowMapping]:
    """Texts without a final receipt `after` they were handed over; each time asked again after twice as long, `until`
    they are so old that no receipt will come."""
    since = _last() - outbox.c.sent_real_at
    return _take(
        conn, real, limit,
        outbox.c.medium == "text", outbox.c.state == State.SENT, outbox.c.sent_real_at > real - until,
        literal(real) - _last() > func.greatest(since, after),
    )  # fmt: skip


def _take(conn: Connection, real: datetime, limit: int, *which: Any) -> list[RowMapping]:
    due = select(outbox.c.id).where(*which).order_by(_last()).limit(limit).with_for_update(skip_locked=True)
    statement = update(outbox).where(outbox.c.id.in_(due)).values(asked_at=real).returning(outbox)
    return list(conn.execute(statement).mappings())


def twins(conn: Connection, row: Row) -> list[RowMapping]:
    """Rows in doubt like this one (sender, phone, medium), itself included, in the order they were handed over."""
    query = (
        select(outbox)
        .where(
            outbox.c.phone_hash == row["phone_hash"],
            outbox.c.sender_id == row["sender_id"],
            outbox.c.medium == row["medium"],
            outbox.c.state == State.UNKNOWN,
        )
        .order_by(outbox.c.sent_real_at, outbox.c.id)
    )
    return list(conn.execute(query).mappings())


def carrier_ids(conn: Connection, phone_hash: bytes, guess: str) -> tuple[set[str], set[str]]:
    """Carrier ids already known for a phone: those the carrier gave us or sent with our reference, and those that rows
    repaired by `guess` were taken for. Two rows in doubt must not be taken for each other."""
    repaired = outbox.c.reason["repaired"].as_string()
    query = select(outbox.c.carrier_id, func.coalesce(repaired, "") == guess)
    sure: set[str] = set()
    guessed: set[str] = set()
    for carrier_id, was_guessed in conn.execute(
        query.where(outbox.c.phone_hash == phone_hash, outbox.c.carrier_id.is_not(None))
    ):
        (guessed if was_guessed else sure).add(carrier_id)
    return sure, guessed
