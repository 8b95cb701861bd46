"""The outbox: every text and call that leaves the house is first a row here, and its state is the truth about it.

Statements only; which state follows which is decided in `contact.delivery`. It must not know a carrier.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    bindparam,
    func,
    insert,
    literal,
    or_,
    select,
    tuple_,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as pg_insert

from contact.calendar import Medium
from contact.campaign_states import LadderState
from contact.delivery import State
from contact.purpose import Purpose
from store import rows
from store.people.abilities import why_unable
from store.prepared import Prepared
from store.tables.campaigns import campaign_interviews
from store.tables.outbox import outbox, senders
from store.tables.registry import phones


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One text or call that leaves the house. Times are business time unless their name says otherwise.

    `lease_until`, `sent_real_at` and `asked_at` are real time; `error_kind` is an `ErrorKind` or "".
    """

    id: UUID
    ref: str
    """Random public reference: stands in callback URLs."""
    medium: Medium
    purpose: str
    """A `contact.purpose.Purpose`, or what the round calls a step of its own ladder."""
    sender_id: UUID
    phone_hash: bytes
    interview_id: UUID | None
    office_id: UUID | None
    campaign_id: UUID | None
    step: int
    attempt: int
    state: State
    reason: dict[str, Any]
    """Code and parameters: why this contact, or why it was withdrawn or re-timed."""
    body: bytes | None
    """What a text says, sealed; None for calls, and for texts that are written when they leave."""
    segments: int
    due_at: datetime
    deadline_at: datetime | None
    lease_until: datetime | None
    reserved_at: datetime | None
    """Counted against the caps from then on; None: exempt, or given back."""
    tries: int
    """Technical tries: they spend no attempt."""
    carrier_id: str | None
    error_code: str
    error_kind: str
    answered_by: str
    duration_s: int | None
    cost: Decimal | None
    created_at: datetime
    sent_at: datetime | None
    sent_real_at: datetime | None
    ended_at: datetime | None
    asked_at: datetime | None


COLUMNS = tuple(outbox.c[name] for name in rows.field_names(OutboxRow))
"""What a statement selects whose rows become an `OutboxRow`."""


@dataclass(frozen=True, slots=True)
class RowWithPhone(OutboxRow):
    """A row locked after its phone, with what a carrier's report about it is judged by."""

    held_by: UUID | None
    """Another row that is taken for the carrier id of the report."""
    tariff: dict[str, Any]
    """Its sender's (`contact.tariff.Tariff.to_dict`)."""
    unable: str | None
    """The code for which the phone is known not to take the row's medium."""


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
    "asked_at": None,
}
"""What a row holds before anything happened to it; callers of `insert` name the rest."""

IN_FLIGHT = (State.CLAIMED, State.SENDING, State.HANDED, State.SENT, State.RINGING, State.ANSWERED, State.UNKNOWN)
ON_A_LINE = (State.SENDING, State.SENT, State.RINGING, State.ANSWERED, State.UNKNOWN)


def insert_row(conn: Connection, **columns: Any) -> None:
    """Insert one row; columns not named take the values of `EMPTY`."""
    conn.execute(insert(outbox).values({**EMPTY, **columns}))


_ADD_CONTACT = pg_insert(outbox).on_conflict_do_nothing()


def insert_contacts(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert campaign contacts; one per (campaign, interview, step, attempt), repeats are ignored. Rows inserted."""
    if not rows:
        return 0
    return conn.execute(_ADD_CONTACT, [{**EMPTY, **row} for row in rows]).rowcount


@dataclass(frozen=True, slots=True)
class SealedNumber:
    """The phone that a row goes to; `number` is sealed, None once it was erased."""

    hash: bytes
    number: bytes | None


_NUMBER_OF = (
    select(phones.c.hash, phones.c.number)
    .join(outbox, outbox.c.phone_hash == phones.c.hash)
    .where(outbox.c.id == bindparam("outbox_id"))
)
_LOCK_NUMBER_OF = _NUMBER_OF.with_for_update(of=phones, key_share=True)


def lock_number(conn: Connection, outbox_id: UUID) -> SealedNumber | None:
    """Lock the phone of a row, first of all locks; None when there is no such row."""
    return rows.first(conn, _LOCK_NUMBER_OF, SealedNumber, {"outbox_id": outbox_id})


_LOCK = select(*COLUMNS).where(outbox.c.id == bindparam("outbox_id")).with_for_update(key_share=True)


def lock(conn: Connection, outbox_id: UUID) -> OutboxRow | None:
    """Lock one outbox row (after the phone and the interview)."""
    return rows.first(conn, _LOCK, OutboxRow, {"outbox_id": outbox_id})


def _with_phone(which: ColumnElement[bool]) -> Select[Any]:
    of_row = select(outbox.c.phone_hash).where(which).scalar_subquery()
    phone = select(phones.c.hash).where(phones.c.hash == of_row).with_for_update(key_share=True).cte("phone")
    other = outbox.alias("other")
    holder = select(other.c.id).where(
        other.c.sender_id == outbox.c.sender_id,
        other.c.carrier_id == bindparam("carrier_id"),
        other.c.id != outbox.c.id,
    )
    prices = select(senders.c.tariff).where(senders.c.id == outbox.c.sender_id)
    return (
        select(
            *COLUMNS,
            holder.scalar_subquery().label("held_by"),
            prices.scalar_subquery().label("tariff"),
            why_unable().label("unable"),
        )
        .join(phone, phone.c.hash == outbox.c.phone_hash)
        .where(which)
        .with_for_update(of=outbox, key_share=True)
    )


_WITH_PHONE = Prepared(_with_phone(outbox.c.id == bindparam("outbox_id")), RowWithPhone)
_WITH_PHONE_BY_REF = Prepared(_with_phone(outbox.c.ref == bindparam("ref")), RowWithPhone)


def lock_with_phone(conn: Connection, outbox_id: UUID, carrier_id: str | None = None) -> RowWithPhone | None:
    """Lock a row's phone, then the row, in one statement; `carrier_id`: the id of a report (see `held_by`).

    The phone is locked while the rows are joined, the outbox row only when that is done.
    """
    return _WITH_PHONE.first(conn, {"outbox_id": outbox_id, "carrier_id": carrier_id})


def lock_by_ref(conn: Connection, ref: str, carrier_id: str | None) -> RowWithPhone | None:
    """As `lock_with_phone`, for the row with public reference `ref`; None when there is none."""
    return _WITH_PHONE_BY_REF.first(conn, {"ref": ref, "carrier_id": carrier_id})


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
    purpose: Purpose | None = None,
    medium: str | None = None,
) -> int:
    """Take back what has not left yet for a phone, a campaign or an interview, of one purpose or medium if named. Rows
    withdrawn."""
    which = [
        column == value
        for column, value in (
            (outbox.c.phone_hash, phone_hash),
            (outbox.c.campaign_id, campaign_id),
            (outbox.c.interview_id, interview_id),
            (outbox.c.purpose, purpose),
            (outbox.c.medium, medium),
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
        waiting = update(campaign_interviews).where(of.in_(contacts), campaign_interviews.c.state != LadderState.ENDED)
        conn.execute(waiting.values(next_at=at, state=LadderState.WAITING))


def has_call(conn: Connection, phone_hash: bytes, until: datetime) -> bool:
    """Whether a call to the phone runs, or is planned to leave before `until`."""
    runs = outbox.c.state.in_(IN_FLIGHT)
    soon = and_(outbox.c.state == State.PLANNED, outbox.c.due_at < until)
    of_phone = select(outbox.c.id).where(outbox.c.phone_hash == phone_hash, outbox.c.medium == "call")
    return conn.scalar(of_phone.where(or_(runs, soon)).limit(1)) is not None


def bring_forward(
    conn: Connection, phone_hash: bytes, interview_id: UUID, due_at: datetime, reason: Mapping[str, Any]
) -> bool:
    """Whether a call back about the interview waits for a later time; it is due at `due_at` then, for this reason."""
    waiting = update(outbox).where(
        outbox.c.phone_hash == phone_hash,
        outbox.c.interview_id == interview_id,
        outbox.c.purpose == Purpose.CALL_BACK,
        outbox.c.campaign_id.is_(None),
        outbox.c.state == State.PLANNED,
        outbox.c.due_at > due_at,
    )
    return conn.execute(waiting.values(due_at=due_at, reason=dict(reason))).rowcount > 0


def hand_on(conn: Connection, of: UUID, to: UUID, note: Mapping[str, Any], now: datetime, limit: int = 500) -> int:
    """Give planned campaign rows due at business time `now` from one sender to another. Rows moved."""
    due = (
        select(outbox.c.id)
        .where(outbox.c.sender_id == of, outbox.c.state == State.PLANNED, outbox.c.due_at <= now)
        .where(outbox.c.campaign_id.is_not(None))
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    reason = outbox.c.reason.op("||")(literal(dict(note), JSONB))
    return conn.execute(update(outbox).where(outbox.c.id.in_(due)).values(sender_id=to, reason=reason)).rowcount


def has_open_rows(conn: Connection, campaign_id: UUID) -> bool:
    """Whether something may still happen to a row of a campaign; a text that was sent may never be confirmed."""
    open_states = outbox.c.state.in_((State.PLANNED, *IN_FLIGHT))
    unconfirmed = and_(outbox.c.medium == "text", outbox.c.state == State.SENT)
    found = select(outbox.c.id).where(outbox.c.campaign_id == campaign_id, open_states, ~unconfirmed).limit(1)
    return conn.scalar(found) is not None


@dataclass(frozen=True, slots=True)
class StateCount:
    """Rows of one medium, step and state of a ladder, with what they used and cost in all."""

    medium: Medium
    step: int
    state: State
    n: int
    segments: int
    seconds: int
    cost: Decimal


def states_of_campaign(conn: Connection, campaign_id: UUID) -> list[StateCount]:
    """A campaign's rows by medium, step and state."""
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
    return rows.fetch(conn, query, StateCount)
