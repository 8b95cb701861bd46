"""What has gone to a phone and to an organisation so far, read under the phone's lock: the figures caps are held to.

It must not know a ceiling.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Connection,
    FromClause,
    Select,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    func,
    literal,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by

from contact.caps import Counts
from contact.consent import ConsentEvent
from contact.delivery import State
from contact.purpose import Purpose
from store.messages.outbox import ON_A_LINE
from store.prepared import Prepared
from store.tables.campaigns import consent
from store.tables.outbox import calls, outbox

RANG_IN_FOR = timedelta(minutes=10)
"""Business time a call somebody made to us may take unless its end is known."""


_INBOUND = calls.c.direction == literal_column("'in'")
"""Written out: a partial index is not found by a parameter."""
_asked = outbox.alias("asked")
"""The rows of a page, each about to leave."""


def _of_phone() -> FromClause:
    lately = outbox.c.reserved_at >= bindparam("since")
    called = and_(lately, outbox.c.medium == "call")
    on_a_line = outbox.c.state == any_(literal([str(state) for state in ON_A_LINE], ARRAY(Text)))
    live = and_(outbox.c.medium == "call", on_a_line)
    taken = or_(on_a_line, outbox.c.state == str(State.COMPLETED))
    newest = aggregate_order_by(outbox.c.reserved_at, outbox.c.reserved_at.desc())

    def times(*which: Any) -> Any:
        return func.array_agg(newest).filter(*which)

    found = select(
        times(lately).label("contacts_at"),
        times(lately, outbox.c.medium == "text").label("texts_at"),
        times(called).label("calls_at"),
        times(called, taken).label("answered_at"),
        func.count().filter(live).label("live_calls"),
    )
    return found.where(outbox.c.phone_hash == _asked.c.phone_hash).lateral("of_phone")


def _counts() -> Select[Any]:
    of_phone = _of_phone()
    # filtered when counted: as a condition it lets the planner read all that was sent lately, for each row of the page
    in_round = select(func.count(outbox.c.reserved_at)).where(outbox.c.interview_id == _asked.c.interview_id)
    # by itself, once a page: for each row the planner may read all calls, as long as it believes that there are few
    ringing = (
        select(calls.c.phone_hash, func.count().label("n"))
        .where(_INBOUND, calls.c.ended_at.is_(None), calls.c.began_at > bindparam("rang_since"))
        .group_by(calls.c.phone_hash)
        .cte("ringing")
        .prefix_with("MATERIALIZED")
    )
    return (
        select(
            _asked.c.id,
            of_phone,
            in_round.scalar_subquery().label("contacts_in_round"),
            func.coalesce(ringing.c.n, 0).label("ringing_in"),
        )
        .join_from(_asked, of_phone, true())
        .outerjoin(ringing, ringing.c.phone_hash == _asked.c.phone_hash)
        .where(_asked.c.id == any_(bindparam("row_ids", type_=ARRAY(Uuid))))
    )


@dataclass(frozen=True, slots=True)
class _Counted:
    """What went to the phone of the row `id`, and to its organisation; times newest first, None for none."""

    id: UUID
    contacts_at: list[datetime] | None
    texts_at: list[datetime] | None
    calls_at: list[datetime] | None
    answered_at: list[datetime] | None
    live_calls: int
    contacts_in_round: int
    ringing_in: int


_COUNTS = Prepared(_counts(), _Counted)


def counts(conn: Connection, rows: Sequence[UUID], since: datetime, now: datetime) -> dict[UUID, Counts]:
    """For rows about to leave, by id: contacts we started to the phone since `since`, in the round to the interview.

    A call that may still be answered counts as answered: the cap must hold whatever becomes of it. A call in which
    they are talking to us counts as one that runs.
    """
    found = _COUNTS.all(conn, {"row_ids": list(rows), "since": since, "rang_since": now - RANG_IN_FOR})
    return {row.id: _value(row) for row in found}


def _value(row: _Counted) -> Counts:
    return Counts(
        contacts_at=tuple(row.contacts_at or ()),
        texts_at=tuple(row.texts_at or ()),
        calls_at=tuple(row.calls_at or ()),
        answered_at=tuple(row.answered_at or ()),
        contacts_in_round=row.contacts_in_round,
        live_calls=row.live_calls + row.ringing_in,
    )


_NEVER_LEFT = (State.PLANNED, State.CLAIMED, State.FAILED, State.WITHDRAWN)


def same_purpose(
    conn: Connection, purpose: str, phone_hash: bytes, interview_id: UUID | None, since: datetime | None
) -> int:
    """Contacts of an exempt purpose that left to the phone since `since`; receipts: ever, for this interview."""
    query = select(func.count()).where(
        outbox.c.phone_hash == phone_hash, outbox.c.purpose == purpose, outbox.c.state.not_in(_NEVER_LEFT)
    )
    if purpose == Purpose.RECEIPT:
        return conn.scalar(query.where(outbox.c.interview_id == interview_id)) or 0
    return conn.scalar(query if since is None else query.where(outbox.c.sent_at >= since)) or 0


def dropped_at(conn: Connection, phone_hash: bytes, interview_id: UUID | None) -> datetime | None:
    """When the last answered call about this interview ended."""
    query = select(func.max(outbox.c.ended_at)).where(
        outbox.c.phone_hash == phone_hash,
        outbox.c.interview_id == interview_id,
        outbox.c.medium == "call",
        outbox.c.state == State.COMPLETED,
    )
    found: datetime | None = conn.scalar(query)
    return found


def stopped_at(conn: Connection, phone_hash: bytes) -> datetime | None:
    """When the phone's owner last said stop."""
    query = select(func.max(consent.c.at)).where(
        consent.c.phone_hash == phone_hash, consent.c.kind == ConsentEvent.STOPPED
    )
    found: datetime | None = conn.scalar(query)
    return found
