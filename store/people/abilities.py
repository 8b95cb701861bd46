"""What is known of a phone's abilities: one row a phone and medium, written under the phone's lock, asked set-based.

A phone without a row takes whatever its kind takes. It must not know what a carrier's code means.
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
    ScalarSelect,
    and_,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from contact.campaign_states import LadderState
from contact.delivery import State
from store.tables.campaigns import campaign_interviews
from store.tables.interviews import interviews
from store.tables.outbox import outbox
from store.tables.registry import organisation_phones, organisations, phone_abilities, phones
from store.tables.rounds import rounds

_known = phone_abilities.c


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


def of_phone(conn: Connection, phone_hash: bytes) -> dict[str, RowMapping]:
    """What is known of one phone, by medium."""
    found = conn.execute(select(phone_abilities).where(_known.phone_hash == phone_hash)).mappings()
    return {row["medium"]: row for row in found}


def put(conn: Connection, phone_hash: bytes, medium: str, *, able: bool, code: str, source: str, at: datetime) -> None:
    """Write what was found out at business time `at`; what was known of this medium before is replaced."""
    what: Mapping[str, Any] = {"able": able, "code": code, "source": source, "at": at}
    row = insert(phone_abilities).values(phone_hash=phone_hash, medium=medium, **what)
    conn.execute(row.on_conflict_do_update(index_elements=["phone_hash", "medium"], set_=dict(what)))


def held(conn: Connection, office_id: UUID) -> Sequence[RowMapping]:
    """Numbers of an office's organisations that are not used, or not for all: registry_code, organisation_id,
    phone_hash, the link's valid, note and noted_at, and `abilities` (medium, code, at as text)."""
    links = organisation_phones.c
    of_it = and_(_known.phone_hash == links.phone_hash, ~_known.able)
    told = func.jsonb_build_array(_known.medium, _known.code, _known.at)
    known = select(func.jsonb_agg(told)).where(of_it).correlate(organisation_phones).scalar_subquery()
    query = (
        select(
            organisations.c.registry_code, links.organisation_id, links.phone_hash,
            links.valid, links.note, links.noted_at, known.label("abilities"),
        )
        .join(organisation_phones, links.organisation_id == organisations.c.id)
        .where(organisations.c.office_id == office_id, or_(~links.valid, exists().where(of_it)))
        .order_by(organisations.c.registry_code, links.rank)
    )  # fmt: skip
    return conn.execute(query).mappings().all()


def left_alone(conn: Connection, phone_hash: bytes) -> Sequence[RowMapping]:
    """Interviews (id, office_id) still to be made in open rounds whose organisation has this phone and none, this one
    included, that could be contacted."""
    mine, other = organisation_phones.alias(), organisation_phones.alias()
    another = (
        exists()
        .where(other.c.organisation_id == interviews.c.organisation_id, other.c.valid)
        .where(phones.c.hash == other.c.phone_hash, phones.c.consent.not_in(("stopped", "held")), REACHABLE)
    )
    query = (
        select(interviews.c.id, interviews.c.office_id)
        .join(rounds, rounds.c.id == interviews.c.round_id)
        .join(mine, mine.c.organisation_id == interviews.c.organisation_id)
        .where(mine.c.phone_hash == phone_hash, mine.c.valid, rounds.c.state == "open")
        .where(interviews.c.status.in_(("pending", "active", "partial")), interviews.c.online_at.is_(None), ~another)
        .order_by(interviews.c.id)
    )
    return conn.execute(query).mappings().all()


def promised(conn: Connection, phone_hash: bytes) -> Sequence[RowMapping]:
    """interview_id and office_id of the calls that somebody at this phone asked for and that wait to leave."""
    waits = outbox.c.state.in_((State.PLANNED, State.CLAIMED))
    query = select(outbox.c.interview_id, outbox.c.office_id).where(outbox.c.phone_hash == phone_hash, waits)
    of_person = query.where(outbox.c.purpose == "call_back", outbox.c.interview_id.is_not(None))
    return conn.execute(of_person).mappings().all()


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
