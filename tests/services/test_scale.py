"""What dispatch and the ladder ask in a whole country: they read what they need, not what there is.

`make national` found both of these: with 36,000 organisations one of them read a queue from its beginning for every
province, the other whole tables for a handful of rows.
"""

from __future__ import annotations

import json
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy import Connection

from services.work import Work
from store.campaign import campaigns
from store.campaign import due_steps as due_interviews
from store.messages import claims
from store.tables.campaigns import campaign_interviews
from store.tables.outbox import outbox
from store.unit_of_work import Database
from tests.services.crowd import add_campaign, add_crowd, add_office
from tests.services.world import World, build

PROVINCES = 30
SIZE = 3000
PAGE = 500
FEW = 8
READ = sa.text("""SELECT sum(seq_tup_read) FROM pg_stat_xact_user_tables
WHERE relname IN ('interviews', 'organisations', 'organisation_phones', 'phones', 'outbox', 'campaign_interviews')""")
"""Rows that the running transaction has read by going through a table."""


def country(work: Work) -> World:
    """One campaign over many provinces, a contact due in each organisation."""
    world = build(work)
    campaign = add_campaign(world, "country")
    offices = [add_office(world, f"P{n:02d}") for n in range(PROVINCES)]
    add_crowd(world, SIZE, [(campaign, office) for office in offices])
    with work.database.transaction() as conn:  # each due at a moment of its own, as contacts of a country are
        conn.execute(sa.update(outbox).values(due_at=outbox.c.due_at - sa.func.random() * sa.text("interval '1 hour'")))
    return world


def look_again(owner: Database) -> None:
    """The server counts what there is, as it does by itself after a while."""
    with owner.transaction() as conn:
        conn.execute(sa.text("ANALYZE"))


def groups(node: dict[str, Any]) -> dict[str, Any]:
    """The part of a plan that finds whose turn it may be."""
    found = [part for part in node.get("Plans", []) if part.get("Subplan Name") == "CTE groups"]
    return found[0] if found else next(groups(part) for part in node["Plans"] if "Plans" in part)


def explained(conn: Connection, world: World) -> dict[str, Any]:
    given = {"sender_id": world.text.id, "due_by": world.work.clock.now(), "look": 12, "wanted": 4, "served": ""}
    statement = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {claims.NEXT.sql}"
    driver = conn.connection.driver_connection
    assert driver is not None
    (plan,) = driver.execute(statement, given).fetchone()
    return groups((plan if isinstance(plan, list) else json.loads(plan))[0]["Plan"])


def test_whose_turn_it_is_costs_a_probe_a_province(work: Work, owner: Database) -> None:
    world = country(work)
    look_again(owner)
    with work.database.transaction() as conn:
        found = explained(conn, world)
    assert found["Actual Rows"] == PROVINCES
    assert found["Shared Hit Blocks"] + found["Shared Read Blocks"] < 8 * PROVINCES


@pytest.mark.parametrize("pages", [1, 8])
def test_a_handful_of_due_steps_is_not_looked_for_in_whole_tables(work: Work, owner: Database, pages: int) -> None:
    """With a plan made for each page, and with the one that a connection may keep after its first few."""
    world = country(work)
    now = world.work.clock.now()
    waiting = sa.update(campaign_interviews).values(state="waiting", next_at=now)
    with work.database.transaction() as conn:
        conn.execute(waiting)
        campaign = campaigns.by_id(conn, conn.scalar(sa.select(campaign_interviews.c.campaign_id).limit(1)))
        assert campaign is not None
    look_again(owner)
    with work.database.transaction() as conn:
        # full pages first: the server has counted so many that it expects another
        for _ in range(pages):
            assert len(due_interviews.due_page(conn, campaign, now, PAGE)) == PAGE
        conn.execute(
            waiting.values(next_at=None).where(campaign_interviews.c.interview_id.not_in(world.interviews[-FEW:]))
        )
        before = conn.scalar(READ)
        assert len(due_interviews.due_page(conn, campaign, now, PAGE)) == FEW
        assert conn.scalar(READ) - before < PAGE
