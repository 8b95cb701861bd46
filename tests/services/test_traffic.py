"""What is counted about our numbers: queues, errors, repairs, weights; and how Prometheus reads it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from carriers.errors import UNLISTED
from contact.delivery import ErrorKind, Refused
from gateway.metrics import exposition
from services.delivery import sweeps
from services.senders import senders
from services.sending import dispatcher
from services.unfit import isolation
from services.watching import metrics as traffic
from services.work import Work
from store.messages import senders as sender_rows
from store.unit_of_work import Database
from tests.doubles import FakeCarriers, FakeClock
from tests.services.world import World, build


@pytest.fixture
def world(work: Work) -> World:
    return build(work)


def told(work: Work) -> str:
    return exposition(traffic.measures(work)).decode()


def test_queues_errors_and_repairs_are_told(world: World, carriers: FakeCarriers, clock: FakeClock) -> None:
    carriers.texts.results.append(Refused(ErrorKind.LATER, "99999", UNLISTED))
    world.plan("text")
    dispatcher.dispatch(world.work, world.text.id, 0.2)
    world.plan("call")
    dispatcher.claim_batch(world.work, world.line.id)
    clock.advance(timedelta(minutes=2))
    sweeps.free_leases(world.work)
    senders.pause(world.work, "one-way", "rest", "me")
    text = told(world.work)
    assert 'alo_outbox_rows{medium="call",sender="line",state="planned"} 1.0' in text
    assert 'alo_carrier_errors_total{code="99999",kind="later",listed="no",sender="texts"} 1.0' in text
    assert 'alo_repairs_total{sender="line",why="claim_expired"} 1.0' in text
    assert 'alo_sender_paused{sender="one-way"} 1.0' in text
    assert "# TYPE alo_repairs_total counter" in text


def test_the_console_tells_the_same(world: World, console: Database) -> None:
    world.plan("text")
    isolation.each(world.work, "texts", ["a"], int, key=str)
    assert 'alo_unfit_items{code="ValueError",loop="texts"} 1.0' in told(replace(world.work, database=console))
    assert 'alo_outbox_rows{medium="text",sender="texts",state="planned"} 1.0' in told(
        replace(world.work, database=console)
    )


def test_without_senders_nothing_is_told_of_any(work: Work) -> None:
    assert [(m.name, m.value) for m in traffic.measures(work)] == [("alo_held_after_restore", False)]


def test_what_is_unfit_and_what_each_links_clock_shows(world: World) -> None:
    isolation.each(world.work, "texts", ["a", "b"], int, key=str)
    with world.work.database.transaction() as conn:
        sender_rows.change(conn, world.text.id, clock_offset_s=-30)
    text = told(world.work)
    assert 'alo_unfit_items{code="ValueError",loop="texts"} 2.0' in text
    assert 'alo_link_clock_offset_seconds{sender="texts"} -30.0' in text
