"""What somebody wants in a call besides answering: another time, not to be taken for another, a form handed in."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from contact.delivery import Receipt, State
from contact.outcomes import Disposition, disposition
from services.calls import incoming as ring_in
from services.delivery import outcomes
from services.sending import dispatcher
from services.work import Work
from store.results import figures
from store.tables.outbox import outbox
from store.tables.registry import organisation_phones
from tests.doubles import FakeCarriers
from tests.services.test_calls import answer, consistent, press, words
from tests.services.world import LEADER, World, build

LOCAL = timedelta(hours=7)


@pytest.fixture
def world(work: Work) -> World:
    """One organisation that is rung."""
    return build(work)


@pytest.fixture
def ref(world: World) -> str:
    """A call of ours that rings."""
    return world.plan("call")


def planned(world: World) -> list[Any]:
    """Calls back that wait to be made."""
    return [row for row in world.rows(outbox, state="planned") if row["purpose"] == "call_back"]


def dispositions(world: World) -> list[Disposition]:
    """What became of the organisations that were reached otherwise."""
    with world.work.database.transaction() as conn:
        found = figures.facts(conn, world.interview()["round_id"], None, ("consent",))
    return [disposition(facts) for facts in found if facts.busy_otherwise]


@pytest.mark.parametrize(("key", "hour", "days"), [("2", 19, 0), ("3", 8, 1), ("4", 19, 1)])
def test_the_time_that_was_chosen_is_kept_and_one_call_is_planned(
    world: World, ref: str, key: str, hour: int, days: int
) -> None:
    answer(world, ref)
    press(world, ref, 1, "1")
    assert "Lúc nào thì tiện" in words(press(world, ref, 2, "8"))
    document = press(world, ref, 3, key)
    assert "gọi lại" in words(document)
    assert document.endswith("<Hangup /></Response>")
    at = world.interview()["appointment_at"]
    assert (at + LOCAL).hour == hour
    assert ((at + LOCAL).date() - (world.work.clock.now() + LOCAL).date()).days == days
    press(world, ref, 3, key)
    (call,) = planned(world)
    assert call["due_at"] == at
    assert dispositions(world) == [Disposition.OTHER]
    assert consistent(world)


def test_going_on_now_asks_the_question_again(world: World, ref: str) -> None:
    answer(world, ref)
    press(world, ref, 1, "1")
    press(world, ref, 2, "8")
    assert "hài lòng về việc q1" in words(press(world, ref, 3, "1"))
    assert (world.interview()["appointment_at"], planned(world)) == (None, [])


@pytest.mark.parametrize(("key", "task"), [("1", "not_them"), ("2", "left_office")])
def test_whoever_is_not_meant_is_not_rung_again_about_it_and_staff_are_told(
    world: World, ref: str, key: str, task: str
) -> None:
    assert "Không phải người cần gặp, bấm phím 6" in words(answer(world, ref))
    assert "Số máy này không phải của đơn vị, bấm phím 1" in words(press(world, ref, 1, "6"))
    assert press(world, ref, 2, key).endswith("<Hangup /></Response>")
    press(world, ref, 2, key)
    assert world.tasks() == [task]
    phone = world.rows(outbox, ref=ref)[0]["phone_hash"]
    assert [row["valid"] for row in world.rows(organisation_phones, phone_hash=phone)] == [False]
    assert dispositions(world) == [Disposition.OTHER]


def test_answers_are_heard_and_changed_before_they_are_handed_in(world: World, ref: str) -> None:
    answer(world, ref)
    for turn, digits in enumerate(["1", "2", "1", "4", "250", "1"], 1):
        document = press(world, ref, turn, digits)
    assert "Nộp phiếu, bấm phím 1" in words(document)
    row = world.interview()
    assert (row["status"], row["ended_at"] is None) == ("complete", False), "hanging up here loses nothing"
    assert "Câu 1. Đã ghi: hài lòng." in words(press(world, ref, 7, "2"))
    press(world, ref, 8, "3")
    assert "việc q2" in words(press(world, ref, 9, "2"))
    assert "việc q3" in words(press(world, ref, 10, "3")), "a branch opens: the form is asked on"
    assert (world.interview()["status"], world.interview()["ended_at"]) == ("active", None)
    press(world, ref, 11, "1")
    assert "Đã xong tất cả" in words(press(world, ref, 12, "1"))
    assert (world.answers()["q2"], world.interview()["status"]) == ("1", "complete")
    assert consistent(world)


def test_a_hang_up_before_the_answers_are_handed_in_counts_and_the_next_call_finds_it_done(
    world: World, ref: str
) -> None:
    answer(world, ref)
    for turn, digits in enumerate(["1", "2", "1", "4", "250", "1"], 1):
        press(world, ref, turn, digits)
    assert "đã nộp rồi" in words(answer(world, world.plan("call")))
    assert world.interview()["status"] == "complete"
    assert consistent(world)


def test_a_time_chosen_in_a_call_back_is_kept_too(world: World, carriers: FakeCarriers) -> None:
    """That call back is the phone's one open call back until it is over: the promise must not be lost for it."""
    ring_in.rang_in(world.work, world.line, LEADER, "CA1")
    dispatcher.dispatch(world.work, world.line.id, 0.2)
    back = world.rows(outbox, purpose="call_back")[0]["ref"]
    answer(world, back)
    press(world, back, 1, "1")
    press(world, back, 2, "8")
    press(world, back, 3, "3")
    for _ in range(2):
        outcomes.record_receipt(world.work, back, Receipt(None, State.COMPLETED, "completed", duration_s=30))
    (call,) = planned(world)
    assert call["due_at"] == world.interview()["appointment_at"]


def test_who_chose_a_time_and_rings_before_it_is_rung_back_now_and_the_time_is_kept(
    world: World, ref: str, carriers: FakeCarriers
) -> None:
    answer(world, ref)
    press(world, ref, 1, "8")
    press(world, ref, 2, "3")
    ring_in.rang_in(world.work, world.line, LEADER, "CA1")
    (call,) = planned(world)
    assert (call["due_at"], call["reason"]["code"]) == (world.work.clock.now(), "rang_us")
    with world.work.database.transaction() as conn:
        conn.execute(outbox.update().where(outbox.c.ref == ref).values(state="completed"))
    dispatcher.dispatch(world.work, world.line.id, 0.2)
    outcomes.record_receipt(world.work, call["ref"], Receipt(None, State.NO_ANSWER, "no-answer"))
    (promised,) = planned(world)
    assert promised["due_at"] == world.interview()["appointment_at"]
