"""Whose turn it is: who waits for us first, then campaigns and provinces by turns; held parts stay; budgets end."""

from __future__ import annotations

import threading
import time
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
import sqlalchemy as sa

from contact.delivery import State
from runtime.clock import FastClock
from services.sending import dispatcher
from services.work import Work
from store.messages import claims, senders
from store.tables.campaigns import campaigns
from store.tables.outbox import outbox
from store.tables.registry import phones
from tests.doubles import START, FakeCarriers, FakeClock
from tests.faults import plant
from tests.services.crowd import add_campaign, add_crowd, add_office, contact, number, put
from tests.services.world import World, build


@pytest.fixture
def world(work: Work) -> World:
    return build(work)


def claim(world: World, wanted: int, served: str = "") -> claims.Claimed:
    clock = world.work.clock
    with world.work.database.transaction() as conn:
        lease = clock.real() + timedelta(minutes=1)
        return claims.claim(conn, world.text.id, wanted, clock.now(), lease, served)


def campaign_of(world: World, rows: list[UUID]) -> list[UUID]:
    of = {row["id"]: row["campaign_id"] for row in world.rows(outbox)}
    return [of[row] for row in rows]


def test_a_large_campaign_does_not_starve_a_small_one(world: World) -> None:
    large, small = add_campaign(world, "large"), add_campaign(world, "small")
    add_crowd(world, 60, [(large, world.office_id)])
    add_crowd(world, 5, [(small, world.office_id)], start=60)
    found = claim(world, 10)
    assert Counter(campaign_of(world, found.rows)) == {large: 5, small: 5}


def test_provinces_of_one_campaign_take_turns(world: World) -> None:
    places = [world.office_id, *(add_office(world, f"P{n}") for n in range(3))]
    campaign = add_campaign(world, "national")
    for n, place in enumerate(places):
        add_crowd(world, 30 if n == 0 else 6, [(campaign, place)], start=100 * n)
    found = claim(world, 16)
    of = {row["id"]: row["office_id"] for row in world.rows(outbox)}
    assert Counter(of[row] for row in found.rows) == dict.fromkeys(places, 4)


def test_turns_go_on_where_the_last_claim_ended_even_one_by_one(world: World) -> None:
    groups = [add_campaign(world, str(n)) for n in range(3)]
    for n, group in enumerate(groups):
        add_crowd(world, 10, [(group, world.office_id)], start=20 * n)
    served, taken = "", []
    for _ in range(9):
        found = claim(world, 1, served)
        served = found.served
        taken += campaign_of(world, found.rows)
    assert Counter(taken) == dict.fromkeys(groups, 3)
    assert sorted(taken[:3]) == sorted(groups)


def test_who_waits_for_us_comes_first(world: World) -> None:
    campaign = add_campaign(world, "one")
    add_crowd(world, 20, [(campaign, world.office_id)])
    later = world.work.clock.now()
    rows = [
        contact(world, world.hash(number(n)), world.interviews[n + 1], None, None, purpose="reply", due_at=later)
        for n in range(2)
    ]
    rows.append(
        contact(world, world.hash(number(3)), world.interviews[4], campaign, world.office_id, purpose="call_back",
                step=2, due_at=later)
    )  # fmt: skip
    put(world, rows)
    assert set(claim(world, 5).rows[:3]) == {row["id"] for row in rows}


@pytest.mark.parametrize("part", ["office:{office}", "sender:{sender}", "medium:text"])
def test_a_part_that_is_held_back_stays(world: World, part: str) -> None:
    named = part.format(office=world.office_id, sender=world.text.id)
    held = add_campaign(world, "held", holds={named: {"by": "test"}})
    free = add_campaign(world, "free", holds={"medium:call": {}, f"sender:{world.line.id}": {}})
    add_crowd(world, 6, [(held, world.office_id), (free, world.office_id)])
    assert set(campaign_of(world, claim(world, 6).rows)) == {free}


def test_only_running_campaigns_and_due_rows_are_claimed_and_named_due(world: World) -> None:
    paused = add_campaign(world, "paused", state="paused")
    add_crowd(world, 3, [(paused, world.office_id)])
    now = world.work.clock.now()
    with world.work.database.transaction() as conn:
        assert claims.due_senders(conn, now) == []
        conn.execute(sa.update(campaigns).values(state="running"))
        assert claims.due_senders(conn, now) == [world.text.id]
        conn.execute(sa.update(outbox).values(due_at=now + timedelta(minutes=1)))
        assert claims.due_senders(conn, now) == []
        assert claims.due_senders(conn, now + timedelta(minutes=2)) == [world.text.id]
    assert claim(world, 3).rows == []


def test_a_row_that_somebody_holds_does_not_keep_the_others_waiting(world: World) -> None:
    campaign = add_campaign(world, "one")
    ids = add_crowd(world, 4, [(campaign, world.office_id)])
    with world.work.database.transaction() as conn:
        conn.execute(sa.select(outbox).where(outbox.c.id == ids[0]).with_for_update())
        assert sorted(claim(world, 4).rows) == sorted(ids[1:])


def two_dispatchers(world: World) -> None:
    """Both claim at once, then what each has is sent."""
    found: list[UUID] = []

    def claim_all() -> None:
        _, batch, _ = dispatcher.claim_batch(world.work, world.text.id)
        found.extend(batch)

    threads = [threading.Thread(target=claim_all) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for row in found:
        dispatcher.send(world.work, world.text, row)


def test_two_dispatchers_share_the_rows(world: World, carriers: FakeCarriers) -> None:
    add_crowd(world, 5, [(add_campaign(world, "one"), world.office_id)])
    two_dispatchers(world)
    assert sorted(sent.to for sent in carriers.texts.sent) == [number(n) for n in range(5)]


def test_without_locks_two_dispatchers_send_twice(world: World, carriers: FakeCarriers) -> None:
    """The planted fault turns the promise red: this is what the locks are for."""
    add_crowd(world, 5, [(add_campaign(world, "one"), world.office_id)])
    both = threading.Barrier(2)

    def meet(_conn: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("UPDATE outbox SET state=%(state)s") and "lease_until" in statement:
            both.wait(5)

    engine = world.work.database.engine
    with plant("no-skip-locked"):
        sa.event.listen(engine, "before_cursor_execute", meet)
        two_dispatchers(world)
        sa.event.remove(engine, "before_cursor_execute", meet)
    assert max(Counter(sent.to for sent in carriers.texts.sent).values()) > 1


@pytest.mark.parametrize(
    ("budget", "leave"),
    [
        ({"contacts_an_hour": 3}, 3),
        ({"contacts_a_day": 4}, 4),
        ({"vnd_an_hour": 3 * 350}, 3),  # one segment each by the sample tariff
        ({"vnd_a_day": 349}, 0),
        ({"contacts_a_day": 100}, 6),
    ],
)
def test_a_budget_ends_what_leaves(world: World, carriers: FakeCarriers, budget: dict[str, int], leave: int) -> None:
    add_crowd(world, 6, [(add_campaign(world, "one"), world.office_id)])
    with world.work.database.transaction() as conn:
        senders.change(conn, world.text.id, budget=budget)
    assert dispatcher.dispatch(world.work, world.text.id, 0.3) == leave
    assert len(carriers.texts.sent) == leave


def test_the_hours_budget_comes_back_with_the_hour_and_the_days_with_the_day(world: World, clock: FakeClock) -> None:
    add_crowd(world, 9, [(add_campaign(world, "one"), world.office_id)])
    with world.work.database.transaction() as conn:
        senders.change(conn, world.text.id, budget={"contacts_an_hour": 2, "contacts_a_day": 5})
    left = []
    for hours in (0, 1.01, 1.01, 1.01, 21):
        clock.advance(timedelta(hours=hours))
        left.append(dispatcher.dispatch(world.work, world.text.id, 0.3))
    assert left == [2, 2, 1, 0, 2]


def test_the_known_cost_counts_instead_of_the_estimate(world: World) -> None:
    add_crowd(world, 4, [(add_campaign(world, "one"), world.office_id)])
    with world.work.database.transaction() as conn:
        senders.change(conn, world.text.id, budget={"vnd_a_day": 1000})
    assert dispatcher.dispatch(world.work, world.text.id, 0.3) == 2
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(outbox).where(outbox.c.state == State.SENT).values(cost=Decimal(100)))
    assert dispatcher.dispatch(world.work, world.text.id, 0.3) == 2


def test_lines_are_held_from_the_claim_on(world: World) -> None:
    add_crowd(world, 10, [(add_campaign(world, "one"), world.office_id)], medium="call")
    _, first, _ = dispatcher.claim_batch(world.work, world.line.id)
    _, second, slots = dispatcher.claim_batch(world.work, world.line.id)
    assert (len(first), second) == (world.line.lines, [])
    assert slots.wait_s is not None


def test_rows_that_may_not_leave_cost_no_part_of_the_rate(world: World, carriers: FakeCarriers) -> None:
    """At ten a second three hundred and fifty rows would take thirty-five seconds, if those refused took slots."""
    add_crowd(world, 360, [(add_campaign(world, "one"), world.office_id)])
    willing = [world.hash(number(n)) for n in range(350, 360)]
    later = outbox.c.due_at + timedelta(seconds=30)
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(phones).where(phones.c.hash.not_in(willing)).values(consent="stopped"))
        conn.execute(sa.update(outbox).where(outbox.c.phone_hash.in_(willing)).values(due_at=later))
        senders.change(conn, world.text.id, burst=1)
    running = replace(world.work, clock=FastClock(START, 1.0, datetime.now(UTC)))
    deadline = time.monotonic() + 30
    while len(carriers.texts.sent) < 5 and time.monotonic() < deadline:
        dispatcher.dispatch(running, world.text.id, 2)
    assert len(carriers.texts.sent) >= 5
    assert all(row["state"] != State.CLAIMED for row in world.rows(outbox))
