"""A page of contacts is cleared in one transaction and no check is lost by it: caps, hours of the moment of leaving,
a bad row among good ones, a row somebody else holds; and a page costs no more statements than a row."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
import sqlalchemy as sa

from contact.delivery import Accepted
from contact.sender import SenderRow
from services.delivery import outcomes
from services.sending import clear, dispatcher
from services.sending.clear import Cleared
from services.work import Work
from store.tables.interviews import prompted
from store.tables.outbox import outbox
from tests import statements
from tests.doubles import FakeCarriers, FakeClock
from tests.services.crowd import add_campaign, add_crowd, number
from tests.services.world import World, build

CLOSES = datetime(2026, 11, 18, 14, 0, tzinfo=UTC)
"""21:00 in Viet Nam: the end of the hours for texts."""


@pytest.fixture
def world(work: Work) -> World:
    return build(work)


def claimed(world: World) -> list[UUID]:
    with world.work.database.transaction() as conn:
        planned = sa.update(outbox).where(outbox.c.state == "planned")
        return sorted(conn.scalars(planned.values(state="claimed").returning(outbox.c.id)))


def crowd(world: World, size: int, start: int = 0) -> list[UUID]:
    add_crowd(world, size, [(add_campaign(world, f"from {start}"), world.office_id)], start=start)
    return claimed(world)


def neighbours(world: World) -> list[UUID]:
    """Six organisations on one phone, each with a text in the same page."""
    for n in range(2, 7):
        world.add_organisation(f"DX{n:03d}")
    for at in range(6):
        world.plan("text", at=at)
    return claimed(world)


def test_rows_of_one_phone_are_cleared_one_after_the_other(world: World) -> None:
    rows, orders = neighbours(world), 0
    while rows:
        cleared = clear.prepare(world.work, world.text, rows)
        orders += len(cleared.orders)
        assert len(cleared.waiting) == len(rows) - 1
        rows = cleared.waiting
    assert orders == 2  # contacts a day
    assert sorted(row["state"] for row in world.sent()) == ["planned"] * 4 + ["sending"] * 2


def test_cleared_together_they_would_break_the_caps(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The protection taken away turns the promise red."""
    monkeypatch.setattr(clear, "_apart", lambda page: (list(page), []))
    assert len(clear.prepare(world.work, world.text, neighbours(world)).orders) > 2


def test_one_organisation_with_two_phones_is_not_cleared_twice_at_once(world: World) -> None:
    world.add_organisation("DX002", "+84901000002")
    world.plan("text")
    world.plan("text", number="+84901000002")
    cleared = clear.prepare(world.work, world.text, claimed(world))
    assert (len(cleared.orders), len(cleared.waiting)) == (1, 1)


def test_a_dispatcher_serves_rows_that_had_to_wait(world: World, carriers: FakeCarriers) -> None:
    for n in range(2, 7):
        world.add_organisation(f"DX{n:03d}")
    for at in range(6):
        world.plan("text", at=at)
    assert dispatcher.dispatch(world.work, world.text.id, 5) == len(carriers.texts.sent) == 2
    assert {row["state"] for row in world.sent()} == {"sent", "planned"}


def test_the_hours_are_those_of_the_moment_it_leaves(world: World, clock: FakeClock) -> None:
    rows = crowd(world, 4)
    clock.set(CLOSES - clear.ON_ITS_WAY - timedelta(seconds=0.2))
    slots = [clock.real() + timedelta(seconds=at) for at in (0, 0.1, 0.3, 0.4)]
    cleared = clear.prepare(world.work, world.text, rows, slots)
    assert [order.outbox_id for order in cleared.orders] == rows[:2]
    left = {row["id"]: row for row in world.sent()}
    assert [left[row]["sent_real_at"] for row in rows[:2]] == slots[:2]
    assert left[rows[1]]["sent_at"] == clock.now() + timedelta(seconds=0.1)
    assert {left[row]["reason"]["retimed"] for row in rows[2:]} == {"outside_hours"}


def test_what_is_shown_is_visible_when_it_leaves(world: World, clock: FakeClock) -> None:
    (row,) = crowd(world, 1)
    clear.prepare(world.work, world.text, [row], [clock.real() + timedelta(seconds=0.3)])
    shown = world.rows(prompted)[0]["shown"][0]
    assert datetime.fromisoformat(shown["visible_at"]) == clock.now() + timedelta(seconds=0.3)


def test_a_page_that_fails_by_chance_leaves_row_by_row_and_says_why(
    world: World, carriers: FakeCarriers, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """No row fails alone, so that nothing is raised: the page's own error is in the log."""
    add_crowd(world, 3, [(add_campaign(world, "one"), world.office_id)])
    prepare, settle = clear.prepare, outcomes.settle_accepted

    def failing(work: Work, sender: SenderRow, rows: Sequence[UUID], slots: Sequence[datetime] = ()) -> Cleared:
        if len(rows) > 1:
            raise RuntimeError("pages cannot be cleared")
        return prepare(work, sender, rows, slots)

    def unsettled(work: Work, taken: Mapping[UUID, Accepted]) -> None:
        if len(taken) > 1:
            raise RuntimeError("pages cannot be settled")
        settle(work, taken)

    monkeypatch.setattr(clear, "prepare", failing)
    monkeypatch.setattr(outcomes, "settle_accepted", unsettled)
    assert dispatcher.dispatch(world.work, world.text.id, 5) == 3
    assert {row["state"] for row in world.sent()} == {"sent"}
    told = {str(record.exc_info[1]) for record in caplog.records if record.exc_info}
    assert told == {"pages cannot be cleared", "pages cannot be settled"}


def test_of_a_page_only_who_shares_a_phone_reads_which_organisation_is_asked(world: World) -> None:
    """Each row is asked by itself, not the page as a whole."""
    world.add_organisation("DX002")
    world.add_organisation("DX003", "+84901000003")
    shared, own = world.plan("text", at=1), world.plan("text", at=2, number="+84901000003")
    rows = claimed(world)
    cleared = clear.prepare(world.work, world.text, rows)
    bodies = {order.ref: order.body for order in cleared.orders}
    assert "HTX DX002" in bodies[shared]
    assert "HTX DX003" not in bodies[own]


def test_a_bad_row_does_not_keep_its_page_from_leaving(
    world: World, carriers: FakeCarriers, caplog: pytest.LogCaptureFixture
) -> None:
    """A text without a body and an interview cannot be written: it alone is kept as unfit, and staff hear of it."""
    add_crowd(world, 3, [(add_campaign(world, "one"), world.office_id)])
    world.plan("text")
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(outbox).where(outbox.c.campaign_id.is_(None)).values(interview_id=None))
    assert dispatcher.dispatch(world.work, world.text.id, 5) == 3
    said = [record.getMessage() for record in caplog.records]
    assert said[0] == "a page could not be cleared, its rows go alone"
    assert said[1].startswith("unfit item: loop clearing, ValueError at services/sending/campaign_texts.py:")
    assert sorted(sent.to for sent in carriers.texts.sent) == [number(n) for n in range(3)]
    assert sorted(row["state"] for row in world.sent()) == ["failed", "sent", "sent", "sent"]
    assert world.tasks() == ["unfit"]


def test_an_answer_that_cannot_be_settled_does_not_keep_the_others(world: World) -> None:
    """Two rows under one id of the carrier: the page fails, each alone is written as far as it can be."""
    rows = crowd(world, 3)
    clear.prepare(world.work, world.text, rows)
    results = dict(zip(rows, [Accepted("SM1"), Accepted("SM1"), Accepted("SM2")], strict=True))
    with pytest.raises(sa.exc.IntegrityError):
        outcomes.settle_accepted(world.work, results)
    assert {row["state"] for row in world.sent()} == {"sending"}
    serving = dispatcher.Dispatcher(world.work, world.text.id)
    serving._taken.extend(results.items())
    serving._settle_taken()
    with pytest.raises(sa.exc.IntegrityError):
        serving._drain()
    serving._pages.shutdown()
    assert sorted(row["state"] for row in world.sent()) == ["sending", "sent", "sent"]


def test_a_row_held_by_a_stop_is_left_to_it(world: World) -> None:
    """A stop withdraws rows in whatever order: who waited for one of them, with others locked, might wait for ever."""
    rows = crowd(world, 3)
    with world.work.database.transaction() as conn:
        conn.execute(sa.select(outbox).where(outbox.c.id == rows[1]).with_for_update())
        cleared = clear.prepare(world.work, world.text, rows)
    assert [order.outbox_id for order in cleared.orders] == [rows[0], rows[2]]


def test_a_page_costs_no_more_statements_than_a_row(world: World) -> None:
    seen = []
    clear.prepare(world.work, world.text, crowd(world, 1))  # the form is read once per process
    for size in (1, 20):
        rows = crowd(world, size, start=100 * size)
        with statements.noted() as noted:
            cleared = clear.prepare(world.work, world.text, rows)
            outcomes.settle_accepted(world.work, {o.outbox_id: Accepted(f"SM{o.ref}") for o in cleared.orders})
        assert len(cleared.orders) == size
        seen.append(noted)
    assert len(seen[0]) == len(seen[1]) == 11, "six to read under the locks, three to write; one and one to settle"
    assert sorted(row["state"] for row in world.sent()) == ["sending"] + ["sent"] * 21
