"""A time that somebody chose by key is kept when it comes, also outside the hours we ring by ourselves in."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from contact import settings
from contact.calendar import ZONE, day, same_all_week
from services.sending import dispatcher
from services.work import Work
from store.tables.rounds import rounds
from survey.engine.side_question_forms import time_chosen
from tests.doubles import FakeCarriers, FakeClock
from tests.services.test_calls import answer, press
from tests.services.world import World, build

EVENING, TOMORROW_MORNING = "2", "3"


@pytest.fixture
def world(work: Work) -> World:
    """A round whose calls end at 17:00, as the decree would have it, and which leaves Sunday mornings alone."""
    world = build(work)
    hours = same_all_week(day("07:00-22:00"), day("08:00-17:00"), sunday_mornings=False)
    given = replace(settings.default(), hours=hours).to_dict()
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(rounds).values(settings=given))
    return world


def local(date: int, hour: int, minute: int = 0) -> datetime:
    """A moment of November 2026 in Vietnam."""
    return datetime(2026, 11, date, hour, minute, tzinfo=ZONE).astimezone(UTC)


def rung(world: World, carriers: FakeCarriers) -> int:
    """Calls that leave now."""
    before = len(carriers.calls.sent)
    dispatcher.dispatch(world.work, world.line.id, 0.2)
    return len(carriers.calls.sent) - before


WISHES = [
    pytest.param(local(19, 9), EVENING, local(19, 19), id="this evening: 19:00, calls end at 17:00"),
    pytest.param(local(20, 18, 40), EVENING, local(20, 19, 40), id="this evening, said at 18:40: 19:40"),
    pytest.param(local(20, 15), TOMORROW_MORNING, local(21, 8), id="tomorrow morning: a Saturday"),
    pytest.param(local(21, 15), TOMORROW_MORNING, local(22, 8), id="tomorrow morning: a Sunday, which is closed"),
]


@pytest.mark.parametrize(("said_at", "key", "wished"), WISHES)
def test_a_chosen_time_is_kept_at_departure_also_outside_the_hours(
    world: World, carriers: FakeCarriers, clock: FakeClock, said_at: datetime, key: str, wished: datetime
) -> None:
    clock.set(said_at)
    ref = world.plan("call")
    answer(world, ref)
    press(world, ref, 1, "8")
    press(world, ref, 2, key)
    assert abs(world.interview()["appointment_at"] - wished) <= timedelta(minutes=1)
    clock.set(wished - timedelta(minutes=2))
    assert rung(world, carriers) == 0, "not before its time"
    clock.set(wished + timedelta(minutes=1))
    assert rung(world, carriers) == 1


@pytest.mark.parametrize("at", [local(19, 19), local(20, 19, 40), local(22, 8)])
def test_a_call_of_ours_is_not_made_at_those_times(
    world: World, carriers: FakeCarriers, clock: FakeClock, at: datetime
) -> None:
    clock.set(at)
    ref = world.plan("call")
    assert rung(world, carriers) == 0
    assert world.sent(ref=ref)[0]["reason"]["retimed"] == "outside_hours"


@given(st.integers(0, 366 * 24 * 60), st.integers(2, 4))
def test_no_time_can_be_chosen_in_which_people_sleep(minutes: int, key: int) -> None:
    """From eight in the morning to nine in the evening, at most two days ahead."""
    now = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    when = {2: "evening", 3: "tomorrow_morning", 4: "tomorrow_evening"}[key]
    _, at = time_chosen(when, now)
    assert 8 <= at.astimezone(ZONE).hour < 21
    assert now < at < now + timedelta(days=2)
