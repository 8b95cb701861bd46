"""Killed with -9 at any statement, an import, a launch or a webhook leaves the database as before or as after."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from carriers.twilio.twiml import TwimlRenderer
from services.calls import dialogue as calls
from services.campaign import campaigns
from services.work import Work
from store.tables import metadata
from store.tables.rounds import round_questionnaires
from store.unit_of_work import Database
from tests.gateway.dying import killed, processes
from tests.gateway.parts import BASE
from tests.services.world import World, build

pytestmark = pytest.mark.system  # half a minute: a process for each statement

LONGEST = 100
"""Steps that no deed here comes near."""
Rows = Mapping[str, Sequence[Mapping[str, Any]]]


@pytest.fixture
def world(work: Work) -> World:
    return build(replace(work, voice=TwimlRenderer(BASE)))


def told(world: World, deed: str) -> str:
    """Make what the deed needs; what its process is told."""
    if deed == "launch":
        return str(campaigns.draft(world.work, "2026", "QB", "test", title="Nhắc lần 1"))
    if deed == "import":
        values = {"round_id": world.round_id, "kind": "*", "sector": "*", "questionnaire_sha256": world.form.sha256}
        with world.work.database.transaction() as conn:
            conn.execute(sa.insert(round_questionnaires).values(values))
    if deed == "key":
        ref = world.plan(state="sending")  # type: ignore[arg-type]  # a state by its value
        calls.first(world.work, ref, "CA1", "human")
        return f"/twilio/voice/{ref}/1"
    return "alo"


def held(owner: Database) -> Rows:
    """All rows of all tables; numbers that the server counts up are left out."""
    found = {}
    with owner.transaction() as conn:
        for name, table in metadata.tables.items():
            columns = [column for column in table.columns if column.identity is None]
            rows = conn.execute(sa.select(*columns).order_by(*table.primary_key.columns)).mappings()
            found[name] = [dict(row) for row in rows]
    return found


def put_back(owner: Database, rows: Rows) -> None:
    """Make the database hold `rows` and nothing else; lines of the trail keep their places."""
    with owner.transaction() as conn:
        conn.exec_driver_sql("ALTER TABLE audit DISABLE TRIGGER USER")
        for table in reversed(metadata.sorted_tables):
            conn.execute(sa.delete(table))
        for table in metadata.sorted_tables:
            if rows[table.name]:
                conn.execute(sa.insert(table), list(rows[table.name]))
        conn.exec_driver_sql("ALTER TABLE audit ENABLE TRIGGER USER")


def comparable(rows: Rows) -> Rows:
    """Sealed cells by their length: sealing the same twice differs."""
    return {
        name: [{c: len(v) if isinstance(v, bytes) else v for c, v in row.items()} for row in found]
        for name, found in rows.items()
    }


def survivors(owner: Database, url: str, deed: str, given: str) -> list[str]:
    """What killing at each step in turn left, until everything was there: "before", "after" or "between"."""
    context, raw = processes(), held(owner)
    before = comparable(raw)
    assert not killed(context, url, deed, given, at=10_000)
    after = comparable(held(owner))
    assert after != before
    found: list[str] = []
    while (not found or found[-1] == "before") and len(found) < LONGEST:
        put_back(owner, raw)
        assert killed(context, url, deed, given, at=len(found))
        left = comparable(held(owner))
        found.append("before" if left == before else "after" if left == after else "between")
    return found


@pytest.mark.parametrize("deed", ["import", "launch", "text", "key"])
def test_it_is_done_or_it_was_never_begun(world: World, owner: Database, database_url: str, deed: str) -> None:
    found = survivors(owner, database_url, deed, told(world, deed))
    assert found[-1] == "after"
    assert found.count("before") >= 5, "it was killed in the middle"


def test_that_proof_sees_a_deed_of_two_transactions(world: World, owner: Database, database_url: str) -> None:
    assert survivors(owner, database_url, "torn", "")[-1] == "between"
