"""The clock is set forward or back, by a day, and back again: no sender falls silent, and nothing leaves twice."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
import sqlalchemy as sa

from contact.delivery import InboundText, State, Unknown
from services import continuity
from services.campaign import next_step as advance
from services.delivery import sweeps, unknown
from services.delivery import unconfirmed as silence
from services.senders import failover
from services.sending import dispatcher
from services.texts import receive as inbound
from services.work import Work
from store.tables.campaigns import campaign_interviews
from store.tables.outbox import outbox, senders
from tests.doubles import FakeCarriers, FakeClock
from tests.services.crowd import add_campaign
from tests.services.world import OUR_NUMBER, World, build

DAY = timedelta(days=1)
ROUNDS = 60
"""Half-minutes that everything gets."""


def mobile(place: int) -> str:
    return f"+8490100{place:04d}"


@pytest.fixture
def world(work: Work) -> World:
    made = build(work)
    for place in range(10, 20):
        made.add_organisation(f"DX{place}", mobile(place))
    return made


def plan(world: World, place: int, medium: str = "text", **columns: object) -> str:
    ref = world.plan(medium, at=place - 9, number=mobile(place))
    if columns:
        with world.work.database.transaction() as conn:
            conn.execute(sa.update(outbox).where(outbox.c.ref == ref).values(**columns))
    return ref


def go_on(world: World, clock: FakeClock, rounds: int) -> None:
    """What beat asks for, each half-minute."""
    for _ in range(rounds):
        continuity.watch(world.work)
        sweeps.free_leases(world.work)
        unknown.ask_about_doubtful(world.work)
        silence.ask_about_silent(world.work)
        failover.recover(world.work)
        for sender in (world.text, world.line):
            dispatcher.dispatch(world.work, sender.id, 0.05)
        clock.advance(timedelta(seconds=30))


def jump(clock: FakeClock, by: timedelta) -> None:
    clock.business += by
    clock.reality += by


@pytest.mark.parametrize("by", [DAY, -DAY], ids=["forward", "back"])
def test_no_sender_falls_silent_and_nothing_leaves_twice(
    world: World, clock: FakeClock, carriers: FakeCarriers, by: timedelta
) -> None:
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(senders).where(senders.c.medium == "call").values(lines=2))
    carriers.texts.results.append(Unknown("timeout"))
    now = clock.real()
    doubtful = plan(world, 10)
    dispatcher.dispatch(world.work, world.text.id, 0.05)
    claimed = plan(world, 11, state="claimed", lease_until=now + timedelta(seconds=60))
    dead = {"state": "sending", "lease_until": now + timedelta(seconds=45), "sent_at": now, "sent_real_at": now}
    plan(world, 12, **dead)
    ringing = [plan(world, place, "call", **{**dead, "state": "sent", "lease_until": None}) for place in (13, 14)]
    jump(clock, by)
    during = plan(world, 15)
    go_on(world, clock, 4)
    plan(world, 16, state="claimed", lease_until=clock.real() + timedelta(seconds=60))
    jump(clock, -by)
    after, call = plan(world, 17), plan(world, 18, "call")
    go_on(world, clock, ROUNDS)
    state = {row["ref"]: row["state"] for row in world.sent()}
    assert {name: state[ref] for name, ref in (("during", during), ("after", after), ("claimed", claimed))} == {
        "during": "sent", "after": "sent", "claimed": "sent",
    }  # fmt: skip
    assert state[call] in ("sent", "presumed"), "its line was held by calls that the old clock began"
    assert not {state[ref] for ref in ringing} & {"sent", "ringing"}
    assert state[doubtful] in ("failed", "presumed")
    left = Counter(one.to for one in (*carriers.texts.sent, *carriers.calls.sent))
    assert max(left.values()) == 1
    assert mobile(16) in left


@pytest.mark.parametrize("by", [DAY, -DAY], ids=["forward", "back"])
def test_a_reply_and_a_ladder_of_the_old_clock_go_on(
    world: World, clock: FakeClock, carriers: FakeCarriers, by: timedelta
) -> None:
    """What was planned while the clock was ahead is not due a day later; what is to wait for days waits."""
    campaign = add_campaign(world, "crowd")
    jump(clock, by)
    now = clock.now()
    plan(world, 11, campaign_id=campaign, step=1, attempt=1, state="failed", error_kind="later", ended_at=now)
    with world.work.database.transaction() as conn:
        ladder = {"campaign_id": campaign, "step": 1, "state": "waiting", "reason": {}}
        for place, later in ((2, now + timedelta(minutes=1)), (3, now + timedelta(days=3))):
            row = {**ladder, "interview_id": world.interviews[place], "next_at": later}
            conn.execute(sa.insert(campaign_interviews).values(row))
    continuity.watch(world.work)
    text = InboundText("SM1", mobile(10), OUR_NUMBER, "1", clock.now())
    inbound.receive_text(world.work, world.text, text, via="sweep")
    jump(clock, -by)
    go_on(world, clock, 4)
    assert advance.advance(world.work, campaign) == 1
    assert mobile(10) in {one.to for one in carriers.texts.sent}
    waits = world.rows(campaign_interviews, interview_id=world.interviews[3])[0]["next_at"]
    assert waits == now + timedelta(days=3)


def test_missed_texts_are_fetched_again_from_now_when_the_clock_was_ahead(
    world: World, clock: FakeClock, carriers: FakeCarriers
) -> None:
    jump(clock, DAY)
    sweeps.fetch_missed_texts(world.work)
    jump(clock, -DAY)
    asked = []

    def listed(_sender: object, since: object) -> list[InboundText]:
        asked.append(since)
        return []

    carriers.texts.list_inbound = listed  # type: ignore[method-assign, assignment]
    sweeps.fetch_missed_texts(world.work)
    assert asked
    assert all(since < clock.now() for since in asked)  # type: ignore[operator]


def test_a_weight_that_went_down_comes_back(world: World, clock: FakeClock) -> None:
    jump(clock, DAY)
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(senders).values(base_weight=100, weight=0, weight_at=clock.real()))
    jump(clock, -DAY)
    go_on(world, clock, 30)
    assert {row["weight"] for row in world.rows(senders)} == {100}


def test_slots_ahead_by_the_usual_measure_stay(world: World, clock: FakeClock, carriers: FakeCarriers) -> None:
    """Only what no dispatcher could have taken is a clock's doing."""
    plan(world, 10)
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(senders).values(slot_at=clock.real() + timedelta(minutes=5)))
    dispatcher.dispatch(world.work, world.text.id, 0.05)
    assert carriers.texts.sent == []
    assert world.sent()[0]["state"] == State.PLANNED
