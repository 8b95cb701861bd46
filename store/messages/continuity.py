"""Senders whose carriers must be read before anything is sent, and the marks by which an old database is detected.

Statements only. It must not know why a database is held, nor a carrier.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from contact.campaign_states import CampaignState, LadderState
from contact.delivery import State
from store import rows
from store.messages.outbox import COLUMNS, OutboxRow
from store.prepared import Prepared
from store.tables.campaigns import campaign_interviews, campaigns
from store.tables.interviews import interviews
from store.tables.outbox import outbox, senders
from store.tables.registry import organisation_phones
from store.tables.rounds import rounds

_one = senders.alias("unread")
ANY_UNREAD = sa.exists().where(_one.c.unread_since.is_not(None))
"""SQL: something must be read before anything may leave."""


@dataclass(frozen=True, slots=True)
class _Hold:
    held: bool


_HELD = Prepared(sa.select(ANY_UNREAD.label("held")), _Hold)
NOT_GONE = (State.PLANNED, State.CLAIMED, State.SENDING, State.UNKNOWN, State.HANDED)
"""States of rows that may turn out to have left since: `handed` is a reply without a sign."""


def is_held(conn: Connection) -> bool:
    """Whether any carrier has to be read before something may leave."""
    found = _HELD.first(conn, {})
    return found is not None and found.held


@dataclass(frozen=True, slots=True)
class UnreadSender:
    """A sender whose carrier must be read before anything is sent."""

    id: UUID
    name: str
    can_reconcile: bool
    """The carrier has a list that can be read."""
    unread_since: datetime
    """Business time."""
    held_at: datetime
    """Real time since when nothing leaves."""


def unread(conn: Connection) -> list[UnreadSender]:
    """Senders whose carriers must be read, by name."""
    held = sa.select(*(senders.c[name] for name in rows.field_names(UnreadSender)))
    held = held.where(senders.c.unread_since.is_not(None)).order_by(senders.c.name)
    return rows.fetch(conn, held, UnreadSender)


def hold_all(conn: Connection, since: datetime, real: datetime) -> int:
    """Nothing leaves by any sender before its carrier was read since then, or since earlier where it says so already.
    Senders held."""
    earliest = sa.func.least(sa.func.coalesce(senders.c.unread_since, since), since)
    return conn.execute(sa.update(senders).values(unread_since=earliest, held_at=real)).rowcount


def hold_of_new(conn: Connection, real: datetime) -> dict[str, datetime]:
    """The columns by which a new sender is held, from the earliest of the others on; none where nothing is held."""
    since: datetime | None = conn.scalar(sa.select(sa.func.min(senders.c.unread_since)))
    return {} if since is None else {"unread_since": since, "held_at": real}


def mark_read(conn: Connection, sender_id: UUID, since: datetime, until: datetime | None = None) -> bool:
    """The sender's carrier was read from `since` on; False when it was asked for again from earlier meanwhile. `until`:
    up to when its texts were read."""
    values: dict[str, Any] = {"unread_since": None, "held_at": None}
    values |= {} if until is None else {"inbound_swept_at": until}
    mine = sa.and_(senders.c.id == sender_id, senders.c.unread_since >= since)
    return conn.execute(sa.update(senders).where(mine).values(**values)).rowcount > 0


def marks(conn: Connection) -> dict[UUID, int]:
    """The mark of every sender, 0 where nothing left."""
    return {row.id: row.mark or 0 for row in conn.execute(sa.select(senders.c.id, senders.c.mark))}


def raise_marks(conn: Connection, to: Mapping[UUID, int]) -> None:
    """Give senders greater marks."""
    for sender_id, mark in sorted(to.items()):
        conn.execute(sa.update(senders).where(senders.c.id == sender_id).values(mark=mark))


def grow(conn: Connection, now: datetime) -> dict[UUID, int]:
    """Let every mark grow by one at business time `now`; that of a sender which a dispatcher holds grows by itself.
    The new marks."""
    free = sa.select(senders.c.id).order_by(senders.c.id).with_for_update(key_share=True, skip_locked=True)
    larger = sa.update(senders).where(senders.c.id.in_(free))
    grown = larger.values(mark=sa.func.coalesce(senders.c.mark, 0) + 1, marked_at=now)
    return {row.id: row.mark for row in conn.execute(grown.returning(senders.c.id, senders.c.mark))}


def last_marked(conn: Connection) -> datetime | None:
    """The latest business time at which a mark grew by itself, at first since when our numbers are ours; None: there is
    no number of ours. What was written before stands in this database."""
    latest = sa.func.coalesce(sa.func.max(senders.c.marked_at), sa.func.min(senders.c.created_at))
    found: datetime | None = conn.scalar(sa.select(latest))
    return found


def knows(conn: Connection, sender_id: UUID, carrier_id: str) -> bool:
    """Whether a row has this carrier id."""
    same = sa.and_(outbox.c.sender_id == sender_id, outbox.c.carrier_id == carrier_id)
    return bool(conn.scalar(sa.select(sa.exists().where(same))))


_NO_CONTACT = (State.WITHDRAWN, State.FAILED, State.CANCELLED)


def without_id(conn: Connection, phone_hash: bytes, medium: str, sender_id: UUID) -> list[OutboxRow]:
    """Rows of a phone by `medium` that left or may have left, or may leave yet, and have no carrier's id; those of this
    sender first, then in the order they were due."""
    query = (
        sa.select(*COLUMNS)
        .where(
            outbox.c.phone_hash == phone_hash,
            outbox.c.medium == medium,
            outbox.c.carrier_id.is_(None),
            outbox.c.state.not_in(_NO_CONTACT),
        )
        .order_by(outbox.c.sender_id != sender_id, outbox.c.due_at, outbox.c.id)
    )
    return rows.fetch(conn, query, OutboxRow)


@dataclass(frozen=True, slots=True)
class OpenLadder:
    """An interview whose ladder is still to go on, in a campaign that runs."""

    campaign_id: UUID
    interview_id: UUID


def open_ladders(conn: Connection, phone_hash: bytes) -> list[OpenLadder]:
    """Where a phone's organisations stand in campaigns that run."""
    query = (
        sa.select(campaign_interviews.c.campaign_id, campaign_interviews.c.interview_id)
        .join(campaigns, campaigns.c.id == campaign_interviews.c.campaign_id)
        .join(interviews, interviews.c.id == campaign_interviews.c.interview_id)
        .join(organisation_phones, organisation_phones.c.organisation_id == interviews.c.organisation_id)
        .where(
            organisation_phones.c.phone_hash == phone_hash,
            organisation_phones.c.valid,
            campaigns.c.state == CampaignState.RUNNING,
            campaign_interviews.c.state != LadderState.ENDED,
            campaign_interviews.c.next_at.is_not(None),
        )
    )
    return rows.fetch(conn, query, OpenLadder)


@dataclass(frozen=True, slots=True)
class OpenInterview:
    """An interview of an open round."""

    id: UUID
    office_id: UUID


def open_interviews(conn: Connection, phone_hash: bytes) -> list[OpenInterview]:
    """The interviews of open rounds that a phone is asked for."""
    query = (
        sa.select(interviews.c.id, interviews.c.office_id)
        .join(rounds, rounds.c.id == interviews.c.round_id)
        .join(organisation_phones, organisation_phones.c.organisation_id == interviews.c.organisation_id)
        .where(organisation_phones.c.phone_hash == phone_hash, organisation_phones.c.valid, rounds.c.state == "open")
    )
    return rows.fetch(conn, query, OpenInterview)


@dataclass(frozen=True, slots=True)
class DueContact:
    """A contact that would have left by now, and the phone it goes to."""

    id: UUID
    phone_hash: bytes


def due_of(conn: Connection, sender_id: UUID, now: datetime, size: int) -> list[DueContact]:
    """Rows of a sender that would have left by `now`, or were planned just then."""
    due = sa.or_(outbox.c.due_at <= now, outbox.c.created_at >= now)
    waiting = outbox.c.state.in_((State.PLANNED, State.CLAIMED))
    query = sa.select(outbox.c.id, outbox.c.phone_hash).where(outbox.c.sender_id == sender_id, due, waiting)
    return rows.fetch(conn, query.order_by(outbox.c.id).limit(size), DueContact)
