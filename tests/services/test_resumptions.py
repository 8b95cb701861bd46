"""A call that breaks off in the middle is taken up again by one call, and by no more: receipts in any number and order,
races with the person's own ring, machines, goodbyes, opt-outs, other channels, hours and pauses."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid5

import pytest
import sqlalchemy as sa

from contact.delivery import Detection, Receipt, State
from contact.staff_roles import StaffRole
from services.calls import dialogue as calls
from services.calls import incoming as ring_in
from services.calls import machine_detection as detection
from services.delivery import outcomes
from services.follow_up import resumptions
from services.interview import recording as interviews
from services.interview import staff_entry
from services.sending import dispatcher
from services.texts import receive as inbound
from services.work import Work
from store.tables.campaigns import campaigns
from store.tables.outbox import outbox
from store.tables.rounds import rounds
from tests.doubles import FakeCarriers, FakeClock
from tests.faults import plant
from tests.services.crowd import add_campaign, contact, put
from tests.services.world import LEADER, World, build

ENDED = Receipt(None, State.COMPLETED, "completed", duration_s=40)


@pytest.fixture
def world(work: Work) -> World:
    """One organisation that is rung."""
    return build(work)


def talk(world: World, *keys: str | None, campaign: Any = None) -> str:
    """A call of ours, picked up, with these keys; its reference. Nobody has hung up yet."""
    if campaign is None:
        ref = world.plan("call")
    else:
        office = world.office_id
        row = contact(world, world.hash(), world.interviews[0], campaign, office, medium="call", purpose="call")
        put(world, [row])
        ref = row["ref"]
    dispatcher.dispatch(world.work, world.line.id, 0.2)
    calls.first(world.work, ref, f"CA{ref}", "")
    for turn, digits in enumerate(keys, 1):
        calls.pressed(world.work, ref, turn, digits)
    return ref


def end(world: World, ref: str, receipt: Receipt = ENDED) -> str:
    return outcomes.record_receipt(world.work, ref, receipt)


def planned(world: World) -> list[sa.RowMapping]:
    """Resumptions, whatever became of them."""
    return world.rows(outbox, purpose="resumption")


def states(world: World) -> list[tuple[str, str]]:
    return [(row["state"], row["reason"]["code"]) for row in planned(world)]


def set_rules(world: World, **changed: Any) -> None:
    with world.work.database.transaction() as conn:
        now = conn.scalar(sa.select(rounds.c.settings))
        conn.execute(sa.update(rounds).values(settings={**now, **changed}))


def at_departure(world: World, clock: FakeClock, carriers: FakeCarriers) -> int:
    """What leaves two minutes later."""
    before = len(carriers.calls.sent)
    clock.advance(timedelta(minutes=2))
    dispatcher.dispatch(world.work, world.line.id, 0.2)
    return len(carriers.calls.sent) - before


# One call, a moment later


def test_a_call_that_breaks_off_is_taken_up_again_once(world: World, carriers: FakeCarriers, clock: FakeClock) -> None:
    ref = talk(world, "1", "2")
    assert end(world, ref) == "merged"
    (row,) = planned(world)
    assert row["due_at"] == clock.now() + timedelta(seconds=90)
    assert (row["interview_id"], states(world)) == (world.interviews[0], [("planned", "ladder.dropped")])
    assert at_departure(world, clock, carriers) == 1
    assert carriers.calls.sent[-1].to == LEADER
    assert planned(world)[0]["reserved_at"] is None  # no contact that the caps count
    heard = calls.first(world.work, row["ref"], "CA2", "")
    assert "xin hỏi tiếp những câu còn lại" in heard
    assert "về việc q2" in heard
    end(world, row["ref"])
    assert len(planned(world)) == 1


def test_a_resumption_that_breaks_off_is_not_resumed_but_the_next_regular_call_is(
    world: World, carriers: FakeCarriers, clock: FakeClock
) -> None:
    end(world, talk(world, "1"))
    assert at_departure(world, clock, carriers) == 1
    again = planned(world)[0]["ref"]
    calls.first(world.work, again, "CA2", "")
    calls.pressed(world.work, again, 1, "1")
    end(world, again)
    assert at_departure(world, clock, carriers) == 0
    assert len(planned(world)) == 1
    clock.advance(timedelta(days=1))
    ref = world.plan("call")
    dispatcher.dispatch(world.work, world.line.id, 0.2)
    calls.first(world.work, ref, "CA3", "")
    calls.pressed(world.work, ref, 1, "1")
    end(world, ref)
    assert len(planned(world)) == 2


def test_receipts_any_number_of_times_and_in_any_order_plan_one(world: World, clock: FakeClock) -> None:
    ref = talk(world, "1")
    again = (ENDED, Receipt(None, State.RINGING, "ringing"), Receipt(None, State.COMPLETED, "completed", duration_s=41),
             Receipt(None, State.ANSWERED, "in-progress"), ENDED)  # fmt: skip
    assert [end(world, ref, receipt) for receipt in again].count("merged") >= 2
    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(lambda n: end(world, ref, Receipt(None, State.COMPLETED, f"completed {n}")), range(6)))
    (row,) = planned(world)
    dropped = world.sent(ref=ref)[0]
    assert row["id"] == uuid5(dropped["id"], "resumption")


def test_a_repeated_receipt_does_not_bring_one_back_that_was_withdrawn(
    world: World, carriers: FakeCarriers, clock: FakeClock
) -> None:
    ref = talk(world, "1")
    end(world, ref)
    ring_in.rang_in(world.work, world.line, LEADER, "CAin")
    end(world, ref)
    end(world, ref, Receipt(None, State.COMPLETED, "completed", duration_s=41))
    assert states(world) == [("withdrawn", "rang_first")]


def test_planted_each_receipt_plans_one_of_its_own(world: World) -> None:
    """The proof that one only is the doing of the row's id."""
    ref = talk(world, "1")
    with plant("resume-twice"):
        end(world, ref)
        end(world, ref)
    assert len(planned(world)) == 2


def test_planted_nobody_is_called_again(world: World) -> None:
    ref = talk(world, "1")
    with plant("no-call-again"):
        end(world, ref)
    assert planned(world) == []


# Who was not cut off


@pytest.mark.parametrize(
    ("keys", "why"),
    [
        ((), "picked up and hung up"),
        ((None,), "said nothing"),
        (("*",), "heard the opening again, and has not agreed"),
        (("2",), "refused, and was asked back"),
        (("2", "2"), "took the refusal back, and has not agreed"),
        (("6",), "is somebody else"),
        (("1", "8"), "was asked when"),
        (("1", "8", "3"), "chose a time"),
        (("1", "8", "5"), "was asked whether they want no call any more"),
        (("1", "8", "5", "1"), "opted out"),
        (("1", "0"), "asked for a person"),
        (("1", "0", "1", "1"), "asked for a person, and went on"),
        (("1", "9", "9", "9", "7", "#"), "is through"),
    ],
)
def test_nobody_is_rung_again_who(world: World, keys: tuple[str | None, ...], why: str) -> None:
    ref = talk(world, *keys)
    end(world, ref)
    assert planned(world) == [], why


@pytest.mark.parametrize("state", [State.NO_ANSWER, State.BUSY, State.FAILED, State.MACHINE])
def test_a_call_that_nobody_took_is_no_drop(world: World, state: State) -> None:
    ref = world.plan("call")
    dispatcher.dispatch(world.work, world.line.id, 0.2)
    end(world, ref, Receipt(None, state, str(state)))
    assert planned(world) == []


def test_a_machine_is_not_rung_again_and_a_person_who_pressed_a_key_is(world: World) -> None:
    ref = talk(world)
    carrier_id = world.sent(ref=ref)[0]["carrier_id"]
    detection.record(world.work, ref, Detection(carrier_id, "machine_start"))
    end(world, ref)
    assert planned(world) == []
    other = talk(world, "1")
    detection.record(world.work, other, Detection(world.sent(ref=other)[0]["carrier_id"], "machine_start"))
    end(world, other, Receipt(None, State.COMPLETED, "completed", duration_s=9, answered_by="machine_start"))
    assert len(planned(world)) == 1


def test_while_they_are_put_through_to_a_person_nobody_is_cut_off(world: World) -> None:
    from services.staff import accounts as staff
    from services.staff import area_officers as officers

    set_rules(world, transfer=["07:30-11:30", "13:30-17:00"])
    staff.invite(world.work, "a@qb.example", "QB", StaffRole.OFFICE, "", "cli:test")
    officers.look_after(world.work, "a@qb.example", [officers.PROVINCE], "cli:test")
    officers.set_phone(world.work, "a@qb.example", "0901 000 055", "cli:test")
    ref = talk(world, "1", "0")
    end(world, ref)
    assert planned(world) == []


# The person is quicker


def test_who_rings_first_is_rung_back_and_not_twice(world: World, carriers: FakeCarriers, clock: FakeClock) -> None:
    ref = talk(world, "1")
    ring_in.rang_in(world.work, world.line, LEADER, "CAin")
    end(world, ref)
    assert planned(world) == []
    assert at_departure(world, clock, carriers) == 1


def test_a_ring_takes_the_planned_one_away(world: World, carriers: FakeCarriers, clock: FakeClock) -> None:
    end(world, talk(world, "1"))
    ring_in.rang_in(world.work, world.line, LEADER, "CAin")
    assert states(world) == [("withdrawn", "rang_first")]
    assert at_departure(world, clock, carriers) == 1


@pytest.mark.parametrize("attempt", range(5))
def test_a_drop_and_a_ring_at_the_same_moment_make_one_call(
    world: World, carriers: FakeCarriers, clock: FakeClock, attempt: int
) -> None:
    ref = talk(world, "1")
    with ThreadPoolExecutor(2) as pool:
        ended = pool.submit(end, world, ref)
        rang = pool.submit(ring_in.rang_in, world.work, world.line, LEADER, "CAin")
        assert (ended.result(), "<Reject" in rang.result()) == ("merged", True)
    assert [state for state, _ in states(world)] in ([], ["withdrawn"])
    assert at_departure(world, clock, carriers) == 1


def test_who_answers_by_text_meanwhile_is_not_called(world: World, carriers: FakeCarriers, clock: FakeClock) -> None:
    end(world, talk(world, "1"))
    inbound.receive_text(world.work, world.text, world.text_from("xin chao"))
    assert at_departure(world, clock, carriers) == 0
    assert states(world) == [("withdrawn", "gone_on")]


def test_who_wrote_before_the_receipt_came_is_not_called(world: World) -> None:
    ref = talk(world, "1")
    inbound.receive_text(world.work, world.text, world.text_from("xin chao"))
    end(world, ref)
    assert planned(world) == []


def test_what_staff_enter_meanwhile_withdraws_it(world: World, carriers: FakeCarriers, clock: FakeClock) -> None:
    end(world, talk(world, "1"))
    id_ = world.interviews[0]
    staff_entry.enter_answers(world.work, id_, {"q1": "5"}, actor="staff:1", source_id="form-1")
    assert at_departure(world, clock, carriers) == 0
    assert states(world) == [("withdrawn", "gone_on")]


def test_an_opt_out_takes_it_away(world: World, carriers: FakeCarriers, clock: FakeClock) -> None:
    end(world, talk(world, "1"))
    inbound.receive_text(world.work, world.text, world.text_from("STOP"))
    assert states(world) == [("withdrawn", "opted_out")]
    assert at_departure(world, clock, carriers) == 0


def test_another_call_that_is_due_soon_is_enough(world: World) -> None:
    ref = talk(world, "1")
    world.plan("call")
    end(world, ref)
    assert planned(world) == []


# When it may leave


def test_the_hours_hold_for_it(world: World, carriers: FakeCarriers, clock: FakeClock) -> None:
    clock.advance(timedelta(hours=10, minutes=57))  # 19:57
    end(world, talk(world, "1"))
    clock.advance(timedelta(minutes=3))
    assert at_departure(world, clock, carriers) == 0
    assert states(world) == [("withdrawn", "no_time_left")]


def test_a_drop_at_the_end_of_the_hours_waits_for_the_ladder(world: World, clock: FakeClock) -> None:
    clock.advance(timedelta(hours=10, minutes=59))  # 19:59
    end(world, talk(world, "1"))
    assert planned(world) == []


def test_a_receipt_that_comes_late_plans_nothing(world: World, clock: FakeClock) -> None:
    ref = talk(world, "1")
    clock.advance(timedelta(minutes=15))
    end(world, ref)
    assert planned(world) == []


def test_what_waited_too_long_is_withdrawn(world: World, carriers: FakeCarriers, clock: FakeClock) -> None:
    end(world, talk(world, "1"))
    clock.advance(timedelta(minutes=20))
    assert at_departure(world, clock, carriers) == 0
    assert states(world) == [("withdrawn", "caps.resume_too_late")]


def test_a_round_may_do_without(world: World) -> None:
    set_rules(world, resume_after_s=0)
    end(world, talk(world, "1"))
    assert planned(world) == []


def test_a_round_says_how_soon(world: World, clock: FakeClock) -> None:
    set_rules(world, resume_after_s=30)
    end(world, talk(world, "1"))
    assert planned(world)[0]["due_at"] == clock.now() + timedelta(seconds=30)


def test_a_pause_holds_it_and_a_stop_ends_it(world: World, carriers: FakeCarriers, clock: FakeClock) -> None:
    campaign = add_campaign(world, "one")
    end(world, talk(world, "1", campaign=campaign))
    assert planned(world)[0]["campaign_id"] == campaign
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(campaigns).values(state="paused"))
    assert at_departure(world, clock, carriers) == 0
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(campaigns).values(state="running"))
    assert at_departure(world, clock, carriers) == 1


def test_it_uses_up_no_attempt_of_the_ladder(world: World) -> None:
    campaign = add_campaign(world, "one")
    end(world, talk(world, "1", campaign=campaign))
    own = world.rows(outbox, purpose="call")[0]
    row = planned(world)[0]
    assert (row["step"], row["attempt"]) == (own["step"], -own["attempt"])


def test_the_interview_is_as_its_events_say(world: World) -> None:
    end(world, talk(world, "1", "2"))
    with world.work.database.transaction() as conn:
        assert interviews.differences(conn, world.interviews[0]) == []
    assert not resumptions.after(world.work, "no such call")
