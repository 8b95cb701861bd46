"""How long what may leave has waited: nothing that rightly waits raises an alarm, nothing that is stuck is missed."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from services import continuity
from services.campaign import campaigns
from services.senders import senders
from services.sending.dispatcher import claim_batch
from services.watching import overdue
from services.work import Work
from store.messages import claims
from store.messages import senders as sender_rows
from store.tables.campaigns import campaigns as campaign_rows
from store.tables.outbox import outbox
from tests.doubles import START, FakeClock
from tests.services.crowd import add_campaign, add_crowd, contact, put
from tests.services.world import World, build

LONG = timedelta(minutes=10)


@pytest.fixture
def world(work: Work) -> World:
    return build(work)


def told(world: World) -> dict[str, tuple[float, float]]:
    """Sender → (seconds past due, seconds stalled); senders with zeros are left out."""
    with world.work.database.transaction(national=True) as conn:
        found = overdue.overdue(world.work, conn)
    assert [one.sender for one in found] == ["line", "one-way", "texts"]
    return {one.sender: (one.due_s, one.stalled_s) for one in found if one.due_s or one.stalled_s}


@pytest.fixture
def campaign(world: World, clock: FakeClock) -> UUID:
    """A campaign by texts and calls, due for ten minutes, which nobody has taken up."""
    made = add_campaign(world, "one")
    add_crowd(world, 2, [(made, world.office_id)])
    add_crowd(world, 2, [(made, world.office_id)], medium="call", start=10)
    clock.advance(LONG)
    return made


STUCK = {"texts": (660.0, 660.0), "line": (660.0, 660.0)}
"""They were due a minute before the clock moved; slots have been free for longer."""


@pytest.mark.usefixtures("campaign")
def test_each_sender_that_nobody_serves_is_told(world: World) -> None:
    assert told(world) == STUCK


def a_sender_forgotten(monkeypatch: pytest.MonkeyPatch, world: World) -> None:
    """The planted fault: rows of one sender are not looked at."""
    real = claims.oldest_due

    def forgetful(conn: sa.Connection, now: object) -> dict[UUID, object]:
        return {key: at for key, at in real(conn, now).items() if key != world.line.id}  # type: ignore[arg-type]

    monkeypatch.setattr(overdue.claims, "oldest_due", forgetful)


@pytest.mark.usefixtures("campaign")
def test_a_figure_that_forgets_a_sender_is_seen(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    a_sender_forgotten(monkeypatch, world)
    with pytest.raises(AssertionError):
        test_each_sender_that_nobody_serves_is_told(world)


@pytest.mark.usefixtures("campaign")
def test_who_is_out_of_use_is_not_late(world: World) -> None:
    senders.pause(world.work, "texts", "rest", "me")
    assert told(world) == {"line": STUCK["line"]}


def test_what_a_campaign_holds_back_is_not_late(world: World, campaign: UUID) -> None:
    campaigns.pause(world.work, campaign, "me", sender="line")
    assert told(world) == {"texts": STUCK["texts"]}
    campaigns.pause(world.work, campaign, "me")
    assert told(world) == {}


@pytest.mark.usefixtures("campaign")
def test_after_a_restore_nothing_is_late(world: World) -> None:
    continuity.hold(world.work, START, "test", "me")
    assert told(world) == {}


def test_what_is_not_due_or_has_left_is_not_late(world: World, clock: FakeClock) -> None:
    made = add_campaign(world, "one")
    ids = add_crowd(world, 2, [(made, world.office_id)])
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(outbox).where(outbox.c.id == ids[0]).values(state="sent"))
        conn.execute(sa.update(outbox).where(outbox.c.id == ids[1]).values(due_at=clock.now() + timedelta(hours=9)))
    assert told(world) == {}


@pytest.mark.usefixtures("campaign")
def test_who_waits_for_a_turn_is_past_due_and_not_stalled(world: World, clock: FakeClock) -> None:
    with world.work.database.transaction() as conn:
        sender_rows.change(conn, world.text.id, slot_at=clock.real() + timedelta(seconds=3))
        sender_rows.change(conn, world.line.id, lines=0)
    assert told(world) == {"texts": (660.0, 0.0), "line": (660.0, 0.0)}
    clock.advance(timedelta(seconds=63))
    assert told(world)["texts"] == (723.0, 60.0), "since the slot was free"


@pytest.mark.usefixtures("campaign")
def test_who_has_spent_its_budget_is_past_due_and_not_stalled(world: World) -> None:
    with world.work.database.transaction() as conn:
        sender_rows.change(conn, world.text.id, budget={"contacts_an_hour": 1})
    assert told(world)["texts"] == (660.0, 660.0)
    claim_batch(world.work, world.text.id)
    assert told(world)["texts"][1] == 0.0


def test_who_waits_for_us_is_told_too(world: World, clock: FakeClock) -> None:
    """A reply belongs to no campaign; a call that was asked for is urgent within one that runs, and waits within one
    that does not."""
    made = add_campaign(world, "one", state="paused")
    reply = contact(world, world.hash(), world.interviews[0], None, None, purpose="reply")
    back = contact(world, world.hash(), world.interviews[0], made, world.office_id, medium="call", purpose="call_back")
    put(world, [reply, back])
    clock.advance(LONG)
    assert told(world) == {"texts": STUCK["texts"]}
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(campaign_rows).values(state="running"))
    assert told(world) == STUCK
