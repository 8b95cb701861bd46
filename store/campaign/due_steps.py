"""Interviews of a campaign whose next step is due, with what the ladder needs: phones, history, exclusion.

What comes next is decided in `contact.ladder`, how far each has come is written by `store.campaign.campaigns`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, Uuid, any_, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by

from contact.calendar import Medium
from contact.campaign_states import LadderState
from contact.delivery import ErrorKind, State
from store import rows
from store.campaign.audience import exclusion
from store.campaign.campaigns import CampaignRow
from store.people.abilities import unable
from store.registry.provinces import OF_INTERVIEW
from store.tables.campaigns import campaign_interviews
from store.tables.interviews import interviews
from store.tables.outbox import outbox
from store.tables.registry import offices, organisation_phones, organisations, phones
from store.tables.rounds import round_offices


@dataclass(frozen=True, slots=True)
class KnownPhone:
    """A valid phone of an organisation."""

    hash: str
    """In hex."""
    kind: str
    """mobile, landline, or "" where it is not known."""
    consent: str
    unable: Sequence[Medium]
    """What it is known not to take."""


@dataclass(frozen=True, slots=True)
class EarlierContact:
    """A contact that a campaign planned for this interview before."""

    medium: Medium
    purpose: str
    state: State
    step: int
    attempt: int
    campaign_id: UUID
    error_kind: ErrorKind | None
    at: datetime
    """Business time it left or was due."""
    reason: str | None
    """Code."""
    phone: str
    """Its hash in hex."""


@dataclass(frozen=True, slots=True)
class DueInterview:
    """An interview whose next step is due, with all that the ladder decides by."""

    interview_id: UUID
    step: int
    """Reached so far; 0: none."""
    office_id: UUID
    office_code: str
    appointment_at: datetime | None
    closes_at: datetime
    """End of the round, or of its province in it."""
    excluded: str
    """Reason code, or ""."""
    phones: tuple[KnownPhone, ...]
    """The first choice first."""
    history: tuple[EarlierContact, ...]
    """The oldest first."""


def due_page(
    conn: Connection, campaign: CampaignRow, now: datetime, size: int, only: UUID | None = None
) -> list[DueInterview]:
    """Lock a page of interviews whose next step is due (`only`: this one), each with its phones and contact history.

    The page is chosen by a statement of its own: thousands may be due at the same moment, and a plan that must serve
    a page of any size, kept since the first full one, reads whole tables for eight rows.
    """
    due = _due(campaign.id, now, size).with_for_update(skip_locked=True)
    if only is not None:
        due = due.where(campaign_interviews.c.interview_id == only)
    found = list(conn.scalars(due))
    page = rows.fetch(conn, _with_history(campaign, found), DueInterview) if found else []
    return [replace(row, phones=_phones(row.phones), history=_history(row.history)) for row in page]


def _phones(found: Sequence[Any] | None) -> tuple[KnownPhone, ...]:
    return tuple(KnownPhone(*each) for each in found or ())


def _history(found: Sequence[Any] | None) -> tuple[EarlierContact, ...]:
    """The arrays of `_history_of` as values; JSON knows no ids and no times."""
    return tuple(
        EarlierContact(
            medium,
            purpose,
            State(state),
            step,
            attempt,
            UUID(campaign),
            ErrorKind(error) if error else None,
            datetime.fromisoformat(at),
            *rest,
        )
        for medium, purpose, state, step, attempt, campaign, error, at, *rest in found or ()
    )


def due_ids(conn: Connection, campaign_id: UUID, now: datetime, size: int) -> list[UUID]:
    """Up to a page of interviews whose next step is due, not locked."""
    return list(conn.scalars(_due(campaign_id, now, size)))


def _due(campaign_id: UUID, now: datetime, size: int) -> Select[Any]:
    return (
        select(campaign_interviews.c.interview_id)
        .where(
            campaign_interviews.c.campaign_id == campaign_id,
            campaign_interviews.c.next_at <= now,
            campaign_interviews.c.state != LadderState.ENDED,
        )
        .order_by(campaign_interviews.c.next_at)
        .limit(size)
    )


def _with_history(campaign: CampaignRow, found: list[UUID]) -> Any:
    page = campaign_interviews
    return (
        select(
            page.c.interview_id,
            page.c.step,
            interviews.c.office_id,
            offices.c.code.label("office_code"),
            interviews.c.appointment_at,
            func.least(round_offices.c.closes_at, campaign.closes_at).label("closes_at"),
            exclusion(campaign.kind).label("excluded"),
            _phones_of().label("phones"),
            _history_of().label("history"),
        )
        .select_from(page.join(interviews, interviews.c.id == page.c.interview_id))
        .join(organisations, organisations.c.id == interviews.c.organisation_id)
        .join(offices, offices.c.id == interviews.c.office_id)
        .outerjoin(round_offices, OF_INTERVIEW)
        .where(page.c.campaign_id == campaign.id, page.c.interview_id == any_(literal(found, ARRAY(Uuid))))
        .order_by(page.c.interview_id)  # else the plan of the day says whose contact comes first
    )


def _phones_of() -> Any:
    known = unable(phones.c.hash)
    fields = func.jsonb_build_array(func.encode(phones.c.hash, "hex"), phones.c.kind, phones.c.consent, known)
    return (
        select(func.jsonb_agg(aggregate_order_by(fields, organisation_phones.c.rank)))
        .select_from(organisation_phones.join(phones, phones.c.hash == organisation_phones.c.phone_hash))
        .where(organisation_phones.c.organisation_id == interviews.c.organisation_id, organisation_phones.c.valid)
        .scalar_subquery()
    )


def _history_of() -> Any:
    fields = func.jsonb_build_array(
        outbox.c.medium, outbox.c.purpose, outbox.c.state, outbox.c.step, outbox.c.attempt, outbox.c.campaign_id,
        outbox.c.error_kind, func.coalesce(outbox.c.sent_at, outbox.c.due_at), outbox.c.reason["code"],
        func.encode(outbox.c.phone_hash, "hex"),
    )  # fmt: skip
    return (
        select(func.jsonb_agg(aggregate_order_by(fields, outbox.c.created_at, outbox.c.id)))
        .where(outbox.c.interview_id == interviews.c.id, outbox.c.campaign_id.is_not(None))
        .scalar_subquery()
    )
