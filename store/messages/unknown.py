"""Outbox rows to repair: expired leases, unknown hand-overs, texts and calls without a last receipt.

Statements only; times are real. What is decided about them stands in `services.delivery.sweeps` and
`services.delivery.unknown`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, and_, exists, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import JSONB

from contact.calendar import Medium
from contact.campaign_states import LadderState
from contact.delivery import State
from store import rows
from store.messages.outbox import OutboxRow
from store.tables.campaigns import campaign_interviews
from store.tables.outbox import outbox

SET_BACK = timedelta(hours=1)
"""A stamp of a moment or a lease that lies further ahead was written by a clock that has been set back since."""
CALLS = (State.SENT, State.RINGING, State.ANSWERED)


@dataclass(frozen=True, slots=True)
class UnresolvedRow:
    """A text or call that was handed over, of which nobody knows how it ended: what its carrier is asked with."""

    id: UUID
    ref: str
    medium: Medium
    sender_id: UUID
    phone_hash: bytes
    state: State
    body: bytes | None
    """What a text says, sealed; None for calls, and for texts whose words are not known."""
    carrier_id: str | None
    sent_at: datetime
    """Business time of the hand-over."""
    sent_real_at: datetime
    """Real time of the hand-over."""


_UNRESOLVED = tuple(outbox.c[name] for name in rows.field_names(UnresolvedRow))


def free_claims(conn: Connection, real: datetime, why: str) -> list[UUID]:
    """Return rows claimed by a worker that died before sending: nothing left the house. Their senders, one a row."""
    held = (
        select(outbox.c.id).where(outbox.c.state == State.CLAIMED, _has_ended(real)).with_for_update(skip_locked=True)
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
        select(outbox.c.id).where(outbox.c.state == state, _has_ended(real)).order_by(outbox.c.lease_until).limit(limit)
    )
    return [row.id for row in conn.execute(query)]


def waiting_since(
    conn: Connection, states: Sequence[State], before_real: datetime, limit: int = 100
) -> list[UnresolvedRow]:
    """Rows in one of `states` whose HTTP began, and that were last asked about, before `before_real`; oldest first."""
    query = select(*_UNRESOLVED).where(outbox.c.state.in_(states), _is_before(_last(), before_real))
    query = query.order_by(_last()).limit(limit)
    return rows.fetch(conn, query, UnresolvedRow)


def _has_ended(real: datetime) -> Any:
    """Whether a lease has: also one that ends so late that the clock was set back since."""
    return or_(outbox.c.lease_until < real, outbox.c.lease_until > real + SET_BACK)


def _is_before(stamp: Any, before: datetime) -> Any:
    """Whether a stamp is older than that: also one so far ahead that the clock was set back since."""
    return or_(stamp < before, stamp > before + SET_BACK)


def _last() -> Any:
    return func.coalesce(outbox.c.asked_at, outbox.c.sent_real_at)


def take_silent_calls(conn: Connection, real: datetime, after: timedelta, limit: int = 200) -> list[UnresolvedRow]:
    """Calls without a final receipt `after` they were placed, and again as long after each asking; noted as asked."""
    return _take(
        conn, real, limit, outbox.c.medium == "call", outbox.c.state.in_(CALLS), _is_before(_last(), real - after)
    )


def take_silent_texts(
    conn: Connection, real: datetime, after: timedelta, until: timedelta, limit: int = 200
) -> list[UnresolvedRow]:
    """Texts without a final receipt `after` they were handed over; each time asked again after twice as long, `until`
    they are so old that no receipt will come."""
    since = _last() - outbox.c.sent_real_at
    return _take(
        conn, real, limit,
        outbox.c.medium == "text", outbox.c.state == State.SENT, outbox.c.sent_real_at > real - until,
        or_(literal(real) - _last() > func.greatest(since, after), _last() > real + SET_BACK),
    )  # fmt: skip


def _take(conn: Connection, real: datetime, limit: int, *which: Any) -> list[UnresolvedRow]:
    due = select(outbox.c.id).where(*which).order_by(_last()).limit(limit).with_for_update(skip_locked=True)
    statement = update(outbox).where(outbox.c.id.in_(due)).values(asked_at=real).returning(*_UNRESOLVED)
    return rows.fetch(conn, statement, UnresolvedRow)


def twins(conn: Connection, row: OutboxRow) -> list[UnresolvedRow]:
    """Rows in doubt like this one (sender, phone, medium), itself included, in the order they were handed over."""
    query = (
        select(*_UNRESOLVED)
        .where(
            outbox.c.phone_hash == row.phone_hash,
            outbox.c.sender_id == row.sender_id,
            outbox.c.medium == row.medium,
            outbox.c.state == State.UNKNOWN,
        )
        .order_by(outbox.c.sent_real_at, outbox.c.id)
    )
    return rows.fetch(conn, query, UnresolvedRow)


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


def bring_back(conn: Connection, now: datetime) -> int:
    """After the clock was set back: rows that were planned by the old one leave as much later from `now` on as they
    were to leave then, and ladders that stood still by it are looked at now. Rows and ladders moved.

    A ladder may well wait for days; it waits for the old clock where a contact of its own is stamped by that.
    """
    early = now + SET_BACK
    not_gone = outbox.c.state.in_((State.PLANNED, State.CLAIMED))
    later = and_(not_gone, outbox.c.due_at > early, outbox.c.created_at > early)
    moved = update(outbox).where(later).values(due_at=literal(now) + (outbox.c.due_at - outbox.c.created_at))
    ladder = campaign_interviews.c
    mine = and_(outbox.c.interview_id == ladder.interview_id, outbox.c.campaign_id == ladder.campaign_id)
    stamped = exists().where(mine, func.greatest(outbox.c.created_at, outbox.c.sent_at, outbox.c.ended_at) > early)
    waiting = and_(ladder.state != LadderState.ENDED, ladder.next_at > early, stamped)
    looked_at = update(campaign_interviews).where(waiting).values(next_at=now)
    return conn.execute(moved).rowcount + conn.execute(looked_at).rowcount
