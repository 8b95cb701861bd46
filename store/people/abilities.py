"""What is known of a phone's abilities: one row a phone and medium, written under the phone's lock, asked set-based.

A phone without a row takes whatever its kind takes. It must not know what a carrier's code means.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    ScalarSelect,
    and_,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from contact.calendar import Medium
from contact.campaign_states import LadderState
from contact.delivery import State
from store import rows
from store.tables.campaigns import campaign_interviews
from store.tables.interviews import interviews
from store.tables.outbox import outbox
from store.tables.registry import organisation_phones, organisations, phone_abilities, phones
from store.tables.rounds import rounds

_known = phone_abilities.c


@dataclass(frozen=True, slots=True)
class AbilityRow:
    """What is known of one medium of a phone."""

    medium: Medium
    able: bool
    code: str
    """The carrier's code, or what showed otherwise."""
    source: str
    """Who says so: carrier, contact, import or staff."""
    at: datetime
    """Since when (business time)."""


@dataclass(frozen=True, slots=True)
class HeldNumberRow:
    """A number of an organisation that is not used, or not for all."""

    registry_code: str
    organisation_id: UUID
    phone_hash: bytes
    valid: bool
    """Whether the number is the organisation's."""
    note: str | None
    """Why it is not."""
    noted_at: datetime | None
    abilities: list[list[str]] | None
    """[medium, code, time in ISO 8601] of each medium that the phone does not take; None where it takes all."""


@dataclass(frozen=True, slots=True)
class InterviewPlace:
    """An interview and the office that it belongs to."""

    interview_id: UUID
    office_id: UUID


@dataclass(frozen=True, slots=True)
class CallPromise:
    """A call that somebody asked for about an interview."""

    interview_id: UUID
    office_id: UUID | None


def takes(medium: str) -> ColumnElement[bool]:
    """Whether the phone of the query takes `medium` (text | call), by its kind and by what is known of it."""
    ruled_out = exists().where(_known.phone_hash == phones.c.hash, _known.medium == medium, ~_known.able)
    able = ~ruled_out.correlate(phones)
    return and_(phones.c.kind == "mobile", able) if medium == "text" else able


REACHABLE = or_(takes("call"), takes("text"))
"""Whether the phone of the query can be contacted at all."""


def unable(phone_hash: ColumnElement[bytes]) -> ColumnElement[list[str]]:
    """The media that the phone is known not to take."""
    media = select(_known.medium).where(_known.phone_hash == phone_hash, ~_known.able)
    return func.array(media.correlate_except(phone_abilities).scalar_subquery()).label("unable")


def why_unable() -> ScalarSelect[str]:
    """Of an outbox row in the query: the code for which its phone does not take its medium, or NULL."""
    of_row = (_known.phone_hash == outbox.c.phone_hash, _known.medium == outbox.c.medium)
    return select(_known.code).where(*of_row, ~_known.able).correlate(outbox).scalar_subquery()


def of_phone(conn: Connection, phone_hash: bytes) -> dict[Medium, AbilityRow]:
    """What is known of one phone, by medium."""
    query = select(_known.medium, _known.able, _known.code, _known.source, _known.at)
    return {row.medium: row for row in rows.stream(conn, query.where(_known.phone_hash == phone_hash), AbilityRow)}


def put(conn: Connection, phone_hash: bytes, medium: str, *, able: bool, code: str, source: str, at: datetime) -> None:
    """Write what was found out at business time `at`; what was known of this medium before is replaced."""
    what: Mapping[str, Any] = {"able": able, "code": code, "source": source, "at": at}
    row = insert(phone_abilities).values(phone_hash=phone_hash, medium=medium, **what)
    conn.execute(row.on_conflict_do_update(index_elements=["phone_hash", "medium"], set_=dict(what)))


def held(conn: Connection, office_id: UUID) -> list[HeldNumberRow]:
    """Numbers of an office's organisations that are not used, or not for all."""
    links = organisation_phones.c
    of_it = and_(_known.phone_hash == links.phone_hash, ~_known.able)
    finding = func.jsonb_build_array(_known.medium, _known.code, _known.at)
    known = select(func.jsonb_agg(finding)).where(of_it).correlate(organisation_phones).scalar_subquery()
    query = (
        select(
            organisations.c.registry_code, links.organisation_id, links.phone_hash,
            links.valid, links.note, links.noted_at, known.label("abilities"),
        )
        .join(organisation_phones, links.organisation_id == organisations.c.id)
        .where(organisations.c.office_id == office_id, or_(~links.valid, exists().where(of_it)))
        .order_by(organisations.c.registry_code, links.rank)
    )  # fmt: skip
    return rows.fetch(conn, query, HeldNumberRow)


def left_alone(conn: Connection, phone_hash: bytes) -> list[InterviewPlace]:
    """Interviews still to be made in open rounds whose organisation has this phone and none, this one
    included, that could be contacted."""
    mine, other = organisation_phones.alias(), organisation_phones.alias()
    another = (
        exists()
        .where(other.c.organisation_id == interviews.c.organisation_id, other.c.valid)
        .where(phones.c.hash == other.c.phone_hash, phones.c.consent.not_in(("stopped", "held")), REACHABLE)
    )
    query = (
        select(interviews.c.id.label("interview_id"), interviews.c.office_id)
        .join(rounds, rounds.c.id == interviews.c.round_id)
        .join(mine, mine.c.organisation_id == interviews.c.organisation_id)
        .where(mine.c.phone_hash == phone_hash, mine.c.valid, rounds.c.state == "open")
        .where(interviews.c.status.in_(("pending", "active", "partial")), interviews.c.online_at.is_(None), ~another)
        .order_by(interviews.c.id)
    )
    return rows.fetch(conn, query, InterviewPlace)


def promised(conn: Connection, phone_hash: bytes) -> list[CallPromise]:
    """The calls that somebody at this phone asked for and that wait to leave."""
    waits = outbox.c.state.in_((State.PLANNED, State.CLAIMED))
    query = select(outbox.c.interview_id, outbox.c.office_id).where(outbox.c.phone_hash == phone_hash, waits)
    of_person = query.where(outbox.c.purpose == "call_back", outbox.c.interview_id.is_not(None))
    return rows.fetch(conn, of_person, CallPromise)


def interviews_with(conn: Connection, phone_hash: bytes) -> Sequence[UUID]:
    """Interviews in open rounds of organisations that have this phone."""
    query = (
        select(interviews.c.id)
        .join(rounds, rounds.c.id == interviews.c.round_id)
        .join(organisation_phones, organisation_phones.c.organisation_id == interviews.c.organisation_id)
        .where(organisation_phones.c.phone_hash == phone_hash, rounds.c.state == "open")
    )
    return conn.scalars(query.order_by(interviews.c.id)).all()


ENDED_FOR_NUMBERS = ("no_phone", "ladder.no_number", "ladder.exhausted")
"""Reasons of ladders that another ability may take up again; whether it does the ladder decides."""


def take_up(conn: Connection, phone_hash: bytes, at: datetime) -> None:
    """Ladders that ended for want of a number, of organisations with this phone, are looked at again from `at` on."""
    of_phone = select(organisation_phones.c.organisation_id).where(organisation_phones.c.phone_hash == phone_hash)
    of = select(interviews.c.id).where(interviews.c.organisation_id.in_(of_phone))
    ended = update(campaign_interviews).where(
        campaign_interviews.c.interview_id.in_(of),
        campaign_interviews.c.state == LadderState.ENDED,
        campaign_interviews.c.reason["code"].as_string().in_(ENDED_FOR_NUMBERS),
    )
    conn.execute(ended.values(state=LadderState.WAITING, next_at=at))
