"""The outbox: every text and call that leaves the house is first a row here, and its state is the truth about it.

Statements only; which state follows which is decided in `contact.delivery`. It must not know a carrier.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, and_, case, exists, func, insert, or_, select, tuple_, update
from sqlalchemy.dialects.postgresql import insert as pg_insert

from contact.delivery import State
from store.tables.campaigns import campaign_interviews, campaigns
from store.tables.outbox import outbox, receipts
from store.tables.registry import phones

EMPTY: Mapping[str, Any] = {
    "interview_id": None,
    "office_id": None,
    "campaign_id": None,
    "step": 0,
    "attempt": 0,
    "reason": {},
    "body": None,
    "segments": 0,
    "deadline_at": None,
    "lease_until": None,
    "reserved_at": None,
    "tries": 0,
    "carrier_id": None,
    "error_code": "",
    "error_kind": "",
    "answered_by": "",
    "duration_s": None,
    "cost": None,
    "sent_at": None,
    "sent_real_at": None,
    "ended_at": None,
}
"""What a row holds before anything happened to it; callers of `insert` name the rest."""

IN_FLIGHT = (State.CLAIMED, State.SENDING, State.HANDED, State.SENT, State.RINGING, State.ANSWERED, State.UNKNOWN)
ON_A_LINE = (State.SENDING, State.SENT, State.RINGING, State.ANSWERED, State.UNKNOWN)
URGENT = ("reply", "call_back", "opt_out_confirmation")
"""Purposes that leave before campaign contacts: somebody is waiting."""


def insert_row(conn: Connection, **columns: Any) -> None:
    """Insert one row; columns not named take the values of `EMPTY`."""
    conn.execute(insert(outbox).values({**EMPTY, **columns}))


def insert_contacts(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert campaign contacts; one per (campaign, interview, step, attempt), repeats are ignored. Rows inserted."""
    if not rows:
        return 0
    statement = pg_insert(outbox).values([{**EMPTY, **row} for row in rows]).on_conflict_do_nothing()
    return len(conn.execute(statement.returning(outbox.c.id)).all())


def _may_leave() -> Any:
    running = exists().where(campaigns.c.id == outbox.c.campaign_id, campaigns.c.state == "running")
    return or_(outbox.c.campaign_id.is_(None), running)


def claim(conn: Connection, sender_id: UUID, limit: int, now: datetime, lease_until: datetime) -> list[UUID]:
    """Claim up to `limit` due rows of the sender for a worker until `lease_until` (real time), urgent ones first."""
    due = (
        select(outbox.c.id)
        .where(outbox.c.sender_id == sender_id, outbox.c.state == State.PLANNED, outbox.c.due_at <= now)
        .where(_may_leave())
        .order_by(case((outbox.c.purpose.in_(URGENT), 0), else_=1), outbox.c.due_at, outbox.c.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    statement = (
        update(outbox)
        .where(outbox.c.id.in_(due))
        .values(state=State.CLAIMED, lease_until=lease_until)
        .returning(outbox.c.id)
    )
    return [row.id for row in conn.execute(statement)]


def due_senders(conn: Connection, now: datetime) -> list[UUID]:
    """Senders with a row that may leave now."""
    query = (
        select(outbox.c.sender_id)
        .where(outbox.c.state == State.PLANNED, outbox.c.due_at <= now)
        .where(_may_leave())
        .distinct()
    )
    return [row.sender_id for row in conn.execute(query)]


def target(conn: Connection, outbox_id: UUID) -> RowMapping | None:
    """Phone, interview, campaign and sender of a row, unlocked: phone and interview are locked before the row."""
    columns = (outbox.c.phone_hash, outbox.c.interview_id, outbox.c.campaign_id, outbox.c.sender_id, outbox.c.medium)
    return conn.execute(select(*columns).where(outbox.c.id == outbox_id)).mappings().first()


def by_ref(conn: Connection, ref: str) -> RowMapping | None:
    """The row with public reference `ref`, unlocked."""
    return conn.execute(select(outbox).where(outbox.c.ref == ref)).mappings().first()


def lock_phone(conn: Connection, phone_hash: bytes) -> RowMapping | None:
    """Lock the phone row, first of all locks; its sealed number, kind, flags and consent."""
    query = select(phones).where(phones.c.hash == phone_hash).with_for_update(key_share=True)
    return conn.execute(query).mappings().first()


def lock(conn: Connection, outbox_id: UUID) -> RowMapping | None:
    """Lock one outbox row (after the phone and the interview)."""
    return (
        conn.execute(select(outbox).where(outbox.c.id == outbox_id).with_for_update(key_share=True)).mappings().first()
    )


def change(conn: Connection, outbox_id: UUID, **columns: Any) -> None:
    """Set columns of one row the caller has locked."""
    conn.execute(update(outbox).where(outbox.c.id == outbox_id).values(**columns))


def withdraw(
    conn: Connection,
    reason: Mapping[str, Any],
    at: datetime,
    *,
    phone_hash: bytes | None = None,
    campaign_id: UUID | None = None,
    interview_id: UUID | None = None,
) -> int:
    """Take back what has not left yet for a phone, a campaign or an interview. Rows withdrawn."""
    which = [
        column == value
        for column, value in (
            (outbox.c.phone_hash, phone_hash),
            (outbox.c.campaign_id, campaign_id),
            (outbox.c.interview_id, interview_id),
        )
        if value is not None
    ]
    if not which:
        return 0
    statement = (
        update(outbox)
        .where(and_(*which), outbox.c.state.in_((State.PLANNED, State.CLAIMED)))
        .values(state=State.WITHDRAWN, reason=dict(reason), ended_at=at, lease_until=None)
        .returning(outbox.c.campaign_id, outbox.c.interview_id)
    )
    taken = conn.execute(statement).all()
    if campaign_id is None:
        _decide_again(conn, [(row.campaign_id, row.interview_id) for row in taken if row.campaign_id], at)
    return len(taken)


def _decide_again(conn: Connection, contacts: Sequence[tuple[UUID, UUID]], at: datetime) -> None:
    """The ladders of withdrawn contacts are looked at again: they may have ended, or want another number."""
    of = tuple_(campaign_interviews.c.campaign_id, campaign_interviews.c.interview_id)
    if contacts:
        waiting = update(campaign_interviews).where(of.in_(contacts), campaign_interviews.c.state != "ended")
        conn.execute(waiting.values(next_at=at, state="waiting"))


def contact_counts(conn: Connection, phone_hash: bytes, interview_id: UUID | None, since: datetime) -> dict[str, int]:
    """Fields of `contact.caps.Counts`: contacts we started to the phone since `since`, in the round to the interview.

    A call that may still be answered counts as answered: the cap must hold whatever becomes of it.
    """
    phone = outbox.c.phone_hash == phone_hash
    today = and_(phone, outbox.c.reserved_at >= since)
    called = and_(today, outbox.c.medium == "call")
    in_round = and_(outbox.c.interview_id == interview_id, outbox.c.reserved_at.is_not(None))
    on_a_line = outbox.c.state.in_(ON_A_LINE)
    query = select(
        func.count().filter(today).label("contacts_today"),
        func.count().filter(today, outbox.c.medium == "text").label("texts_today"),
        func.count().filter(called).label("calls_today"),
        func.count().filter(called, or_(on_a_line, outbox.c.state == State.COMPLETED)).label("answered_calls_today"),
        func.count().filter(in_round).label("contacts_in_round"),
        func.count().filter(phone, outbox.c.medium == "call", on_a_line).label("live_calls"),
    ).where(or_(phone, outbox.c.interview_id == interview_id))
    return dict(conn.execute(query).mappings().one())


def add_receipt(conn: Connection, **columns: Any) -> bool:
    """Append a receipt; False when the same one was already there."""
    statement = (
        pg_insert(receipts)
        .values(**columns)
        .on_conflict_do_nothing(index_elements=[receipts.c.outbox_id, receipts.c.digest])
        .returning(receipts.c.id)
    )
    return conn.execute(statement).first() is not None


def expired(conn: Connection, state: State, real: datetime, limit: int = 200) -> list[UUID]:
    """Rows in `state` whose lease ended before `real`: their worker died or hangs."""
    query = (
        select(outbox.c.id)
        .where(outbox.c.state == state, outbox.c.lease_until < real)
        .order_by(outbox.c.id)
        .limit(limit)
    )
    return [row.id for row in conn.execute(query)]


def free_claims(conn: Connection, real: datetime) -> int:
    """Return rows claimed by a worker that died before sending: nothing left the house. Rows freed."""
    statement = (
        update(outbox)
        .where(outbox.c.state == State.CLAIMED, outbox.c.lease_until < real)
        .values(state=State.PLANNED, lease_until=None)
    )
    return conn.execute(statement).rowcount


def waiting_since(
    conn: Connection, states: Sequence[State], before_real: datetime, limit: int = 100
) -> list[RowMapping]:
    """Rows in one of `states` whose HTTP began before `before_real` (real time), oldest first."""
    query = (
        select(outbox)
        .where(outbox.c.state.in_(states), outbox.c.sent_real_at < before_real)
        .order_by(outbox.c.sent_real_at)
        .limit(limit)
    )
    return list(conn.execute(query).mappings())


def open_rows(conn: Connection, campaign_id: UUID) -> int:
    """Rows of a campaign that something may still happen to; a text that was sent may never be confirmed."""
    open_states = outbox.c.state.in_((State.PLANNED, *IN_FLIGHT))
    unconfirmed = and_(outbox.c.medium == "text", outbox.c.state == State.SENT)
    query = select(func.count()).where(outbox.c.campaign_id == campaign_id, open_states, ~unconfirmed)
    return conn.scalar(query) or 0


def states_of_campaign(conn: Connection, campaign_id: UUID) -> list[RowMapping]:
    """Counts, segments, seconds and cost of a campaign's rows by medium, step and state."""
    query = (
        select(
            outbox.c.medium,
            outbox.c.step,
            outbox.c.state,
            func.count().label("n"),
            func.coalesce(func.sum(outbox.c.segments), 0).label("segments"),
            func.coalesce(func.sum(outbox.c.duration_s), 0).label("seconds"),
            func.coalesce(func.sum(outbox.c.cost), 0).label("cost"),
        )
        .where(outbox.c.campaign_id == campaign_id)
        .group_by(outbox.c.medium, outbox.c.step, outbox.c.state)
        .order_by(outbox.c.medium, outbox.c.step, outbox.c.state)
    )
    return list(conn.execute(query).mappings())


def carrier_ids(conn: Connection, phone_hash: bytes) -> set[str]:
    """Carrier ids already known for a phone, so that two rows in doubt are not taken for each other."""
    query = select(outbox.c.carrier_id).where(outbox.c.phone_hash == phone_hash, outbox.c.carrier_id.is_not(None))
    return {row.carrier_id for row in conn.execute(query)}
