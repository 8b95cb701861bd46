"""First contacts planned a page a statement are those the ladder would decide one by one, whatever the past."""

from __future__ import annotations

import random
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from services.campaign import campaigns, planning
from services.campaign import next_step as advance
from services.work import Work
from store.messages import outbox as outbox_rows
from store.tables.campaigns import campaign_interviews
from store.tables.outbox import outbox
from tests.doubles import FakeClock
from tests.services.nation import add_phone, change, change_phone, nation, rule_out
from tests.services.world import World

STATES = ("planned", "sent", "delivered", "completed", "no_answer", "failed", "withdrawn", "unknown", "ringing")
PEOPLE = 40


@pytest.fixture
def world(work: Work) -> World:
    world = nation(work)
    for n in range(10, PEOPLE):
        world.add_organisation(f"DX{n:03d}", f"+84904{n:06d}")
    return world


def launched(world: World, kind: str) -> UUID:
    made = campaigns.draft(world.work, "2026", None, "test", kind=kind)
    campaigns.launch(world.work, made, campaigns.preview(world.work, made).contacted, "test")
    return made


def give_pasts(world: World, chance: random.Random) -> None:
    """Earlier contacts, by another campaign, of some; landlines, numbers without texts or calls, appointments and stops
    of some; a second number of some."""
    earlier = campaigns.draft(world.work, "2026", None, "test", kind="announcement")
    now = world.work.clock.now()
    with world.work.database.transaction() as conn:
        for interview in world.interviews:
            for attempt in range(chance.choice((0, 0, 1, 2))):
                conn.execute(sa.insert(outbox).values(_past(world, earlier, interview, attempt, chance, now)))
    for n in range(10, PEOPLE - 1):
        number = f"+84904{n:06d}"
        if chance.random() < 0.2:
            add_phone(world, f"DX{n:03d}", f"+84904{n + 1:06d}")
        if chance.random() < 0.3:
            change_phone(world, number, kind="landline")
        for medium in ("text", "call"):
            if chance.random() < 0.2:
                rule_out(world, number, medium)
        if chance.random() < 0.1:
            change_phone(world, number, consent="stopped")
        if chance.random() < 0.1:
            change(world, f"DX{n:03d}", appointment_at=now + timedelta(hours=chance.randint(1, 30)))


def _past(
    world: World, campaign: UUID, interview: UUID, attempt: int, chance: random.Random, now: datetime
) -> dict[str, Any]:
    medium, at = chance.choice(("text", "call")), now - timedelta(hours=chance.choice((0, 1, 2, 4, 17, 19, 50)))
    return {
        **outbox_rows.EMPTY,
        "id": world.work.ids.new(),
        "ref": world.work.ids.public(),
        "medium": medium,
        "purpose": medium,
        "sender_id": world.text.id,
        "phone_hash": world.hash(),
        "interview_id": interview,
        "campaign_id": campaign,
        "step": 1,
        "attempt": attempt + 1,
        "state": chance.choice(STATES),
        "due_at": at,
        "sent_at": chance.choice((None, at)),
        "created_at": at,
    }


def planned(world: World, made: UUID) -> dict[UUID, tuple[Any, ...]]:
    """Interview → what is planned for it, or where its ladder stands; to the minute of a release."""
    minute = timedelta(minutes=1)
    found: dict[UUID, tuple[Any, ...]] = {}
    for row in world.rows(campaign_interviews, campaign_id=made):
        found[row["interview_id"]] = (row["state"], row["step"], row["reason"])
    for row in world.sent(campaign_id=made):
        due = (
            row["due_at"] + minute - timedelta(microseconds=1) - datetime.min.replace(tzinfo=row["due_at"].tzinfo)
        ) // minute
        columns = ("medium", "purpose", "sender_id", "phone_hash", "step", "attempt", "state", "reason", "deadline_at")
        found[row["interview_id"]] += (due, *(row[name] for name in columns))
    return found


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("kind", ["reminder", "call_only"])
def test_a_page_at_once_equals_one_by_one(world: World, monkeypatch: pytest.MonkeyPatch, kind: str, seed: int) -> None:
    give_pasts(world, random.Random(seed))
    at_once = launched(world, kind)
    campaigns.plan(world.work, at_once)
    set_based = len(world.sent(campaign_id=at_once))
    while advance.advance(world.work, at_once):
        pass
    expected = planned(world, at_once)
    campaigns.stop(world.work, at_once, "test")
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(outbox).where(outbox.c.campaign_id == at_once).values(interview_id=None))
    one_by_one = launched(world, kind)
    monkeypatch.setattr(planning, "first_contacts", lambda *_: [])
    campaigns.plan(world.work, one_by_one)
    assert world.sent(campaign_id=one_by_one) == []
    while advance.advance(world.work, one_by_one):
        pass
    assert planned(world, one_by_one) == expected
    assert set_based > 0


def test_planning_takes_one_statement_a_page(world: World, clock: FakeClock) -> None:
    made = launched(world, "reminder")
    statements: list[str] = []
    engine = world.work.database.engine

    def noted(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        statements.append(statement)

    sa.event.listen(engine, "before_cursor_execute", noted)
    try:
        assert planning.plan_page(world.work, made) == len(world.interviews)
    finally:
        sa.event.remove(engine, "before_cursor_execute", noted)
    assert sum("INSERT INTO outbox" in s for s in statements) == 1
    assert len(statements) <= 6
