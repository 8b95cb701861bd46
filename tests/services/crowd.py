"""Many organisations at once, in campaigns that run: for tests of pace, fairness and concurrency."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from contact import settings
from contact.delivery import State
from store.messages.outbox import EMPTY
from store.tables.campaigns import campaign_interviews, campaigns
from store.tables.interviews import interviews
from store.tables.outbox import outbox
from store.tables.registry import offices, organisation_phones, organisations, phones
from tests.services.world import World, _interview, _organisation


def add_office(world: World, code: str) -> UUID:
    """A further province; its id."""
    office_id = world.work.ids.new()
    row = {"id": office_id, "code": code, "name": code, "level": "province", "area_scheme": "vn-2025"}
    with world.work.database.transaction() as conn:
        conn.execute(sa.insert(offices).values(**row, area_code="01", contact_number="024"))
    return office_id


def add_campaign(world: World, title: str, office_id: UUID | None = None, state: str = "running", **more: Any) -> UUID:
    """A campaign of the world's round; its id."""
    campaign_id, now = world.work.ids.new(), world.work.clock.now()
    row = {
        "id": campaign_id, "round_id": world.round_id, "office_id": office_id or world.office_id, "kind": "reminder",
        "title": title, "state": state, "audience": {}, "ladder": settings.default().ladder.to_dict(), "seed": 1,
        "planned": 0, "created_at": now, "created_by": "test", "launched_by": "test",
    }  # fmt: skip
    with world.work.database.transaction() as conn:
        conn.execute(sa.insert(campaigns).values({**row, **more}))
    return campaign_id


def number(place: int) -> str:
    """A mobile number by its place in the crowd."""
    return f"+8491{place:07d}"


def add_crowd(
    world: World, size: int, contacts: Sequence[tuple[UUID, UUID]], medium: str = "text", start: int = 0
) -> list[UUID]:
    """`size` organisations, each with a phone, an interview and a due contact; campaign and office of `contacts` by
    turns. The contacts' ids."""
    work, now = world.work, world.work.clock.now()
    rows: dict[sa.Table, list[dict[str, Any]]] = {}
    for place in range(start, start + size):
        campaign_id, office_id = contacts[place % len(contacts)]
        organisation, interview = work.ids.new(), work.ids.new()
        phone_hash = work.vault.lookup(number(place))
        rows.setdefault(organisations, []).append(
            {**_organisation(organisation, office_id, f"C{place:06d}", "", now), "digest": str(place).encode()}
        )
        rows.setdefault(phones, []).append(
            {"hash": phone_hash, "hash_version": 1, "kind": "mobile", "flags": [], "consent": "unasked",
             "number": work.vault.seal(number(place), "phones.number", phone_hash), "created_at": now}
        )  # fmt: skip
        rows.setdefault(organisation_phones, []).append(
            {"organisation_id": organisation, "phone_hash": phone_hash, "rank": 0, "valid": True, "note": ""}
        )
        rows.setdefault(interviews, []).append(
            {**_interview(world, interview, organisation, ""), "office_id": office_id, "code": str(800_000 + place)}
        )
        rows.setdefault(campaign_interviews, []).append(
            {"campaign_id": campaign_id, "interview_id": interview, "step": 1, "state": "contacting", "reason": {}}
        )
        rows.setdefault(outbox, []).append(contact(world, phone_hash, interview, campaign_id, office_id, medium=medium))
        world.interviews.append(interview)
    with work.database.transaction() as conn:
        for table, values in rows.items():
            conn.execute(sa.insert(table), values)
    return [row["id"] for row in rows[outbox]]


def contact(
    world: World, phone_hash: bytes, interview: UUID, campaign_id: UUID | None, office_id: UUID | None, **more: Any
) -> dict[str, Any]:
    """A contact that is due."""
    now = world.work.clock.now()
    medium = more.get("medium", "text")
    return {
        **EMPTY,
        "id": world.work.ids.new(), "ref": world.work.ids.public(), "medium": medium,
        "purpose": "call" if medium == "call" else "reminder",
        "sender_id": (world.line if medium == "call" else world.text).id, "phone_hash": phone_hash,
        "interview_id": interview, "office_id": office_id, "campaign_id": campaign_id, "step": 1, "attempt": 1,
        "state": str(State.PLANNED), "due_at": now - timedelta(minutes=1), "created_at": now,
        "deadline_at": now + timedelta(days=30), **more,
    }  # fmt: skip


def put(world: World, rows: Sequence[dict[str, Any]]) -> None:
    """Put contacts into the outbox."""
    with world.work.database.transaction() as conn:
        conn.execute(sa.insert(outbox), list(rows))
