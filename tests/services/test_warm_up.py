"""Before a server forks a text and a call are gone through: everything is taken back, and nothing stops the start."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from gateway import warm_up
from services.work import Work
from store.tables.interviews import inbound, interview_events
from store.tables.outbox import call_turns, calls, outbox, receipts
from store.unit_of_work import Database
from tests.services.world import World, build
from tests.statements import noted

WRITTEN = (inbound, interview_events, outbox, receipts, calls, call_turns)


@pytest.fixture
def world(work: Work) -> World:
    return build(work)


def test_a_text_and_a_call_are_gone_through_and_nothing_stays(world: World) -> None:
    before = world.interview()
    with noted() as seen:
        assert warm_up.warm_up(world.work)
    ran = " ".join(seen)
    assert all(f"INSERT INTO {table.name}" in ran for table in WRITTEN)
    assert [len(world.rows(table)) for table in WRITTEN] == [0] * len(WRITTEN)
    assert world.interview() == before
    assert world.consent_of() == "unasked"


def test_with_nobody_to_ask_there_is_nothing_to_go_through(work: Work) -> None:
    assert warm_up.warm_up(work)


def test_without_a_database_the_server_starts_cold(work: Work) -> None:
    away = Database("postgresql://alo_machine@127.0.0.1:1/away", role_label="machine")
    assert not warm_up.warm_up(replace(work, database=away))


def test_what_is_taken_back_is_seen_until_then(work: Work) -> None:
    setting = sa.text("SELECT pg_advisory_xact_lock_shared(1), txid_current_if_assigned()")
    number = sa.text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
    with work.database.taken_back() as database:
        with database.transaction() as conn:
            conn.execute(setting)
        with database.transaction() as conn:
            assert conn.scalar(number) == 1
    with work.database.transaction() as conn:
        assert conn.scalar(number) == 0
