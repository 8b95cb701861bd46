"""Campaigns: who is in one and why not, how far each interview's ladder has come, and the campaign's own states.

Statements only; what comes next on a ladder is decided in `contact.ladder`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import aggregate_order_by

from store.tables.campaigns import campaign_interviews, campaigns
from store.tables.interviews import interviews
from store.tables.outbox import outbox
from store.tables.registry import offices, organisation_phones, organisations, phones
from store.tables.rounds import rounds

LIVE = ("planning", "running", "paused", "stopping")


def add(conn: Connection, **columns: Any) -> None:
    """Insert a campaign."""
    conn.execute(insert(campaigns).values(**columns))


_ROW = (
    select(
        campaigns,
        rounds.c.code.label("round_code"),
        rounds.c.settings,
        rounds.c.state.label("round_state"),
        rounds.c.closes_at,
        offices.c.code.label("office_code"),
    )
    .join(rounds, rounds.c.id == campaigns.c.round_id)
    .join(offices, offices.c.id == campaigns.c.office_id)
)


def by_id(conn: Connection, campaign_id: UUID) -> RowMapping | None:
    """The campaign with its round's code, settings and its office's code, or None."""
    return conn.execute(_ROW.where(campaigns.c.id == campaign_id)).mappings().first()


def listed(conn: Connection, round_code: str | None = None, office_id: UUID | None = None) -> list[RowMapping]:
    """Campaigns, newest first; of one round and office if given."""
    query = _ROW.order_by(campaigns.c.created_at.desc(), campaigns.c.id.desc())
    if round_code is not None:
        query = query.where(rounds.c.code == round_code)
    if office_id is not None:
        query = query.where(campaigns.c.office_id == office_id)
    return list(conn.execute(query).mappings())


def move(conn: Connection, campaign_id: UUID, come_from: Sequence[str], to: str, **columns: Any) -> bool:
    """Change state if it is one of `come_from` (the conditional change that makes a double launch one)."""
    statement = (
        update(campaigns)
        .where(campaigns.c.id == campaign_id, campaigns.c.state.in_(come_from))
        .values(state=to, **columns)
    )
    return conn.execute(statement).rowcount == 1


def change(conn: Connection, campaign_id: UUID, **columns: Any) -> None:
    """Set columns of one campaign."""
    conn.execute(update(campaigns).where(campaigns.c.id == campaign_id).values(**columns))


def ids_in(conn: Connection, state: str) -> list[UUID]:
    """Campaigns in `state`."""
    return [row.id for row in conn.execute(select(campaigns.c.id).where(campaigns.c.state == state))]


def _usable_phone() -> ColumnElement[bool]:
    return exists().where(
        organisation_phones.c.organisation_id == organisations.c.id,
        organisation_phones.c.valid,
        phones.c.hash == organisation_phones.c.phone_hash,
        phones.c.consent.not_in(("stopped", "held")),
    )


def _any_phone() -> ColumnElement[bool]:
    return exists().where(organisation_phones.c.organisation_id == organisations.c.id, organisation_phones.c.valid)


def exclusion() -> ColumnElement[str]:
    """Why an interview is not contacted, as a code; "" when it is."""
    return case(
        (interviews.c.online_at.is_not(None), literal("answered_online")),
        (interviews.c.status == "complete", literal("completed")),
        (interviews.c.status == "refused", literal("refused")),
        (~organisations.c.active, literal("inactive")),
        (~_any_phone(), literal("no_phone")),
        (~_usable_phone(), literal("opted_out")),
        else_=literal(""),
    )


def _audience(round_id: UUID, office_id: UUID, audience: Mapping[str, Any]) -> Select[Any]:
    query = (
        select(interviews.c.id, interviews.c.organisation_id, exclusion().label("excluded"))
        .join(organisations, organisations.c.id == interviews.c.organisation_id)
        .where(interviews.c.round_id == round_id, interviews.c.office_id == office_id)
    )
    for column in (interviews.c.kind, interviews.c.sector, interviews.c.commune, interviews.c.is_member):
        if column.name in audience:
            query = query.where(column == audience[column.name])
    return query


def audience_counts(conn: Connection, round_id: UUID, office_id: UUID, audience: Mapping[str, Any]) -> dict[str, int]:
    """How many interviews are contacted ("") and how many not, by reason."""
    found = _audience(round_id, office_id, audience).subquery()
    query = select(found.c.excluded, func.count().label("n")).group_by(found.c.excluded)
    return {row.excluded: row.n for row in conn.execute(query)}


def audience_media(conn: Connection, round_id: UUID, office_id: UUID, audience: Mapping[str, Any]) -> dict[str, int]:
    """Of those contacted: how many have a mobile that can be texted, and how many only a landline."""
    found = _audience(round_id, office_id, audience).subquery()
    mobile = exists().where(
        organisation_phones.c.organisation_id == found.c.organisation_id,
        organisation_phones.c.valid,
        phones.c.hash == organisation_phones.c.phone_hash,
        phones.c.kind == "mobile",
        phones.c.consent.not_in(("stopped", "held")),
    )
    query = select(func.count().filter(mobile).label("mobile"), func.count().filter(~mobile).label("landline"))
    return dict(conn.execute(query.where(found.c.excluded == "")).mappings().one())


def audience_listed(
    conn: Connection, round_id: UUID, office_id: UUID, audience: Mapping[str, Any], excluded: bool, limit: int
) -> list[RowMapping]:
    """Organisations of the audience by name: contacted, or not contacted with the reason."""
    found = _audience(round_id, office_id, audience).subquery()
    query = (
        select(found.c.id.label("interview_id"), organisations.c.name, found.c.excluded)
        .join(organisations, organisations.c.id == found.c.organisation_id)
        .where(found.c.excluded != "" if excluded else found.c.excluded == "")
        .order_by(organisations.c.name_key)
        .limit(limit)
    )
    return list(conn.execute(query).mappings())


def plan_page(conn: Connection, campaign: RowMapping, at: datetime, size: int) -> tuple[int, UUID | None]:
    """Enter the next page of the audience after the campaign's cursor; (entered, last interview or None at the end)."""
    page = _audience(campaign["round_id"], campaign["office_id"], campaign["audience"])
    if campaign["cursor"] is not None:
        page = page.where(interviews.c.id > campaign["cursor"])
    rows = page.order_by(interviews.c.id).limit(size).subquery()
    last = conn.execute(select(rows.c.id).order_by(rows.c.id.desc()).limit(1)).scalar()
    if last is None:
        return 0, None
    statement = insert(campaign_interviews).from_select(
        ["campaign_id", "interview_id", "step", "state", "reason", "next_at"],
        select(
            literal(campaign["id"]),
            rows.c.id,
            literal(0),
            literal("waiting"),
            func.jsonb_build_object(),
            literal(at),
        ).where(rows.c.excluded == ""),
    )
    entered = conn.execute(statement.returning(campaign_interviews.c.interview_id)).all()
    return len(entered), last


def due_campaigns(conn: Connection, now: datetime) -> list[UUID]:
    """Running campaigns with an interview whose next step is to be decided."""
    query = select(campaigns.c.id).where(
        campaigns.c.state == "running",
        exists().where(campaign_interviews.c.campaign_id == campaigns.c.id, campaign_interviews.c.next_at <= now),
    )
    return [row.id for row in conn.execute(query)]


def _phones_of() -> Any:
    fields = func.jsonb_build_array(func.encode(phones.c.hash, "hex"), phones.c.kind, phones.c.consent)
    return (
        select(func.jsonb_agg(aggregate_order_by(fields, organisation_phones.c.rank)))
        .select_from(organisation_phones.join(phones, phones.c.hash == organisation_phones.c.phone_hash))
        .where(organisation_phones.c.organisation_id == interviews.c.organisation_id, organisation_phones.c.valid)
        .scalar_subquery()
    )


def _history_of() -> Any:
    fields = func.jsonb_build_object(
        "medium", outbox.c.medium, "purpose", outbox.c.purpose, "state", outbox.c.state, "step", outbox.c.step,
        "attempt", outbox.c.attempt, "campaign", outbox.c.campaign_id, "error_kind", outbox.c.error_kind,
        "at", func.coalesce(outbox.c.sent_at, outbox.c.due_at), "phone", func.encode(outbox.c.phone_hash, "hex"),
    )  # fmt: skip
    return (
        select(func.jsonb_agg(aggregate_order_by(fields, outbox.c.created_at, outbox.c.id)))
        .where(outbox.c.interview_id == interviews.c.id, outbox.c.campaign_id.is_not(None))
        .scalar_subquery()
    )


def due_page(conn: Connection, campaign_id: UUID, now: datetime, size: int) -> list[RowMapping]:
    """Lock a page of interviews whose next step is due, each with its phones and contact history."""
    query = (
        select(
            campaign_interviews.c.interview_id,
            campaign_interviews.c.step,
            interviews.c.office_id,
            interviews.c.appointment_at,
            exclusion().label("excluded"),
            _phones_of().label("phones"),
            _history_of().label("history"),
        )
        .join(interviews, interviews.c.id == campaign_interviews.c.interview_id)
        .join(organisations, organisations.c.id == interviews.c.organisation_id)
        .where(
            campaign_interviews.c.campaign_id == campaign_id,
            campaign_interviews.c.next_at <= now,
            campaign_interviews.c.state != "ended",
        )
        .order_by(campaign_interviews.c.next_at, campaign_interviews.c.interview_id)
        .limit(size)
        .with_for_update(of=campaign_interviews, skip_locked=True)
    )
    return list(conn.execute(query).mappings())


_PROGRESS = (
    update(campaign_interviews)
    .where(
        campaign_interviews.c.campaign_id == bindparam("of_campaign"),
        campaign_interviews.c.interview_id == bindparam("of_interview"),
    )
    .values({name: bindparam(f"new_{name}") for name in ("step", "state", "reason", "next_at")})
)


def record_progress(conn: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write how far interviews have come: of_campaign, of_interview, new_step, new_state, new_reason, new_next_at."""
    if rows:
        conn.execute(_PROGRESS, [dict(r) for r in rows])


def decide_again(conn: Connection, campaign_id: UUID, interview_id: UUID, at: datetime) -> None:
    """The interview's contact has ended: its next step is to be decided from `at` (business time) on."""
    conn.execute(
        update(campaign_interviews)
        .where(
            and_(
                campaign_interviews.c.campaign_id == campaign_id,
                campaign_interviews.c.interview_id == interview_id,
                campaign_interviews.c.state != "ended",
            )
        )
        .values(next_at=at, state="waiting")
    )


def progress(conn: Connection, campaign_id: UUID) -> dict[str, int]:
    """Interviews of a campaign by state: waiting, contacting, ended."""
    query = (
        select(campaign_interviews.c.state, func.count().label("n"))
        .where(campaign_interviews.c.campaign_id == campaign_id)
        .group_by(campaign_interviews.c.state)
    )
    return {row.state: row.n for row in conn.execute(query)}


def locked(conn: Connection, campaign_id: UUID) -> RowMapping | None:
    """The campaign under its row lock (planning, finishing)."""
    return conn.execute(select(campaigns).where(campaigns.c.id == campaign_id).with_for_update()).mappings().first()
