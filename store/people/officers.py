"""Which officer of an office looks after which commune. It must not know why somebody asks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Connection,
    LargeBinary,
    ScalarSelect,
    and_,
    delete,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import array, insert

from store.rows import fetch
from store.tables.registry import organisations
from store.tables.staff import officer_communes, staff

PROVINCE = ""
"""Stands for the commune of who looks after what no other officer can be asked about."""


@dataclass(frozen=True, slots=True)
class OfficerRow:
    """An officer and one commune they look after (PROVINCE: see there); `phone` sealed, None: takes no calls."""

    commune: str
    id: UUID
    email: str
    name: str
    phone: bytes | None


def looks_after(
    office_id: ColumnElement[UUID], commune: ColumnElement[str], emails: Sequence[str]
) -> ColumnElement[bool]:
    """Whether one of the people with these addresses looks after the commune of the office."""
    theirs = and_(officer_communes.c.office_id == office_id, officer_communes.c.commune == commune)
    return exists(staff.c.id).where(theirs, staff.c.id == officer_communes.c.staff_id, staff.c.email.in_(emails))


def officer_of(office_id: ColumnElement[UUID], commune: ColumnElement[str]) -> ScalarSelect[Sequence[bytes] | None]:
    """Who takes calls for a commune of an office, its own officer, else one of the province: id (16 bytes) and sealed
    number, in one array."""
    theirs = or_(officer_communes.c.commune == commune, officer_communes.c.commune == PROVINCE)
    return (
        select(array([func.uuid_send(staff.c.id, type_=LargeBinary), staff.c.phone]))
        .join(officer_communes, officer_communes.c.staff_id == staff.c.id)
        .where(officer_communes.c.office_id == office_id, theirs, staff.c.phone.is_not(None))
        .order_by(officer_communes.c.commune == PROVINCE)
        .limit(1)
        .scalar_subquery()
    )


def communes(conn: Connection, office_id: UUID) -> set[str]:
    """The communes in which an office has organisations."""
    query = select(organisations.c.commune).distinct().where(organisations.c.office_id == office_id)
    return {commune for commune in conn.scalars(query) if commune}


def give(conn: Connection, office_id: UUID, commune: str, staff_id: UUID) -> None:
    """The commune is this person's from now on."""
    row = {"office_id": office_id, "commune": commune, "staff_id": staff_id}
    keys = [officer_communes.c.office_id, officer_communes.c.commune]
    conn.execute(
        insert(officer_communes).values(row).on_conflict_do_update(index_elements=keys, set_={"staff_id": staff_id})
    )


def take(conn: Connection, staff_id: UUID, named: Sequence[str]) -> int:
    """Nobody looks after these communes of the person any more (none named: all of theirs). How many there were."""
    gone = delete(officer_communes).where(officer_communes.c.staff_id == staff_id)
    if named:
        gone = gone.where(officer_communes.c.commune.in_(named))
    return len(conn.execute(gone.returning(officer_communes.c.commune)).all())


def of(conn: Connection, staff_id: UUID) -> list[str]:
    """The communes of one person."""
    query = select(officer_communes.c.commune).where(officer_communes.c.staff_id == staff_id)
    return list(conn.scalars(query.order_by(officer_communes.c.commune)))


def by_email(conn: Connection) -> dict[str, list[str]]:
    """Address → communes, of everybody who has some."""
    query = select(staff.c.email, officer_communes.c.commune).join(staff, staff.c.id == officer_communes.c.staff_id)
    found: dict[str, list[str]] = {}
    for row in conn.execute(query.order_by(staff.c.email, officer_communes.c.commune)):
        found.setdefault(row.email, []).append(row.commune)
    return found


def all_officers(conn: Connection) -> list[OfficerRow]:
    """Every officer this connection may see, by office and commune."""
    query = select(officer_communes.c.commune, staff.c.id, staff.c.email, staff.c.name, staff.c.phone)
    query = query.join(staff, staff.c.id == officer_communes.c.staff_id)
    return fetch(conn, query.order_by(officer_communes.c.office_id, officer_communes.c.commune), OfficerRow)
