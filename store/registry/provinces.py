"""A province within a round: its own deadline, its lock, and the outcomes that were counted when it was locked.

It must not decide who may set, lock or unlock.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Select, and_, exists, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from store import rows
from store.tables.interviews import interviews
from store.tables.registry import offices
from store.tables.rounds import round_offices, rounds


@dataclass(frozen=True, slots=True)
class RoundOffice:
    """A province within a round, as far as it differs from the round."""

    code: str
    closes_at: datetime | None
    """Its own deadline."""
    locked_at: datetime | None
    locked_by: str
    outcomes: Mapping[str, int] | None
    """Dispositions counted when it was locked, by code."""


OF_INTERVIEW = and_(
    round_offices.c.round_id == interviews.c.round_id, round_offices.c.office_id == interviews.c.office_id
)
"""Joins an interview to its province within its round."""
DEADLINE: ColumnElement[datetime] = func.least(rounds.c.closes_at, round_offices.c.closes_at)
"""The end of a round in a province: its own, or the round's where it has none or a later one."""


def locked(round_id: ColumnElement[Any], office_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """Whether the province of a row is locked in the round of that row."""
    lock = round_offices.alias("province_lock")
    return exists().where(lock.c.round_id == round_id, lock.c.office_id == office_id, lock.c.locked_at.is_not(None))


def set_columns(conn: Connection, round_id: UUID, office_id: UUID, **columns: Any) -> None:
    """Give a province within a round these columns."""
    empty = {"round_id": round_id, "office_id": office_id, "locked_by": ""}
    made = insert(round_offices).values({**empty, **columns})
    keys = [round_offices.c.round_id, round_offices.c.office_id]
    conn.execute(made.on_conflict_do_update(index_elements=keys, set_=columns))


def by_office(conn: Connection, round_id: UUID, office_id: UUID) -> RoundOffice | None:
    """A province within a round, or None where nothing differs."""
    return rows.first(conn, _of_round(round_id).where(round_offices.c.office_id == office_id), RoundOffice)


def of_round(conn: Connection, round_id: UUID) -> Sequence[RoundOffice]:
    """The provinces of a round that differ, by code."""
    return rows.fetch(conn, _of_round(round_id).order_by(offices.c.code), RoundOffice)


def _of_round(round_id: UUID) -> Select[Any]:
    own = (round_offices.c.closes_at, round_offices.c.locked_at, round_offices.c.locked_by, round_offices.c.outcomes)
    query = select(offices.c.code, *own).join(offices, offices.c.id == round_offices.c.office_id)
    return query.where(round_offices.c.round_id == round_id)


def parted_outcomes(conn: Connection, round_id: UUID) -> Sequence[Mapping[str, int]]:
    """The outcomes of the provinces whose interviews were parted from their organisations, as they were counted."""
    parted = exists().where(OF_INTERVIEW, interviews.c.organisation_id.is_(None))
    query = select(round_offices.c.outcomes).where(round_offices.c.round_id == round_id, parted)
    return [found for found in conn.scalars(query) if found is not None]


def apart(conn: Connection, round_id: UUID, codes: Collection[str]) -> Mapping[str, tuple[UUID, datetime | None]]:
    """Code → id and own deadline of the offices with one in the round, and of those with these `codes`."""
    of_round = and_(round_offices.c.office_id == offices.c.id, round_offices.c.round_id == round_id)
    query = select(offices.c.code, offices.c.id, round_offices.c.closes_at).outerjoin(round_offices, of_round)
    wanted = or_(offices.c.code.in_(list(codes)), round_offices.c.closes_at.is_not(None))
    return {row.code: (row.id, row.closes_at) for row in conn.execute(query.where(wanted).order_by(offices.c.code))}


def await_turns(conn: Connection, round_id: UUID, office_id: UUID) -> None:
    """Wait until no turn of the province's interviews is under way."""
    held = select(interviews.c.id).where(interviews.c.round_id == round_id, interviews.c.office_id == office_id)
    conn.execute(held.order_by(interviews.c.id).with_for_update(key_share=True)).all()
