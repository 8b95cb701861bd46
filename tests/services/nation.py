"""A small nation for campaigns' tests: the world's province, a second one, the national office, people of all sorts."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import sqlalchemy as sa

from services.work import Work
from store.tables.interviews import interviews
from store.tables.registry import offices, organisation_phones, organisations, phone_abilities, phones
from tests.services.world import World, build


def nation(work: Work) -> World:
    """Provinces QB (DX001…) and HN (HN001…), the national office VCA; six organisations with mobiles."""
    world = build(work)
    second = add_office(world, "HN", "province")
    add_office(world, "VCA", "national")
    for n in (2, 3):
        world.add_organisation(f"DX00{n}", f"+8490100000{n}")
    for n in (1, 2, 3):
        add_at(world, second, f"HN00{n}", f"+8490200000{n}")
    return world


def add_office(world: World, code: str, level: str) -> UUID:
    """An office; its id."""
    office_id = world.work.ids.new()
    values = {"id": office_id, "code": code, "name": f"Liên minh {code}", "level": level, "area_scheme": "vn-2025"}
    with world.work.database.transaction() as conn:
        conn.execute(sa.insert(offices).values(values | {"area_code": "01", "contact_number": "024 38 222 222"}))
    return office_id


def add_at(world: World, office_id: UUID, code: str, number: str | None) -> UUID:
    """An organisation of another office; its interview."""
    interview = world.add_organisation(code, number)
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(organisations).where(organisations.c.registry_code == code).values(office_id=office_id))
        conn.execute(sa.update(interviews).where(interviews.c.id == interview).values(office_id=office_id))
    return interview


def change(world: World, code: str, **columns: Any) -> None:
    """Set columns of the interview of one organisation."""
    of = sa.select(organisations.c.id).where(organisations.c.registry_code == code).scalar_subquery()
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(interviews).where(interviews.c.organisation_id == of).values(**columns))


def change_phone(world: World, number: str, **columns: Any) -> None:
    """Set columns of one phone."""
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(phones).where(phones.c.hash == world.hash(number)).values(**columns))


def rule_out(world: World, number: str, medium: str, **known: Any) -> None:
    """A carrier has said that this number does not take a medium."""
    row = {"able": False, "code": "21614", "source": "carrier", "at": world.work.clock.now(), **known}
    with world.work.database.transaction() as conn:
        conn.execute(sa.insert(phone_abilities).values(phone_hash=world.hash(number), medium=medium, **row))


def add_phone(world: World, code: str, number: str) -> None:
    """A second number, known already, of one organisation."""
    of = sa.select(organisations.c.id).where(organisations.c.registry_code == code).scalar_subquery()
    link = {"phone_hash": world.hash(number), "rank": 1, "valid": True, "note": ""}
    with world.work.database.transaction() as conn:
        conn.execute(sa.insert(organisation_phones).values(organisation_id=of, **link))


def code_of(world: World, interview_id: UUID) -> str:
    """The registry code of an interview's organisation."""
    query = sa.select(organisations.c.registry_code).join(
        interviews, interviews.c.organisation_id == organisations.c.id
    )
    with world.work.database.transaction() as conn:
        return str(conn.scalar(query.where(interviews.c.id == interview_id)))
