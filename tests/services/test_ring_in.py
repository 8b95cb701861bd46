"""Somebody rings our number: refused at no cost, rung back exactly once; strangers become tasks for staff."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from contact import ring_back
from contact.calendar import Calendar
from contact.consent import ConsentState
from services.calls import dialogue as calls
from services.calls import incoming as ring_in
from services.consent import ledger as consent
from services.sending import dispatcher
from services.texts import receive as inbound
from services.work import Work
from store.tables.interviews import interviews
from store.tables.outbox import calls as call_table
from store.tables.outbox import outbox
from store.tables.rounds import rounds
from tests.doubles import FakeCarriers
from tests.services.world import LEADER, World, build

STRANGER = "+84907777777"
REJECT = '<?xml version="1.0" encoding="UTF-8"?><Response><Reject reason="busy" /></Response>'


@pytest.fixture
def world(work: Work) -> World:
    return build(work)


def ring(world: World, n: int = 1, number: str = LEADER) -> str:
    return ring_in.rang_in(world.work, world.line, number, f"CA{n:032d}")


def backs(world: World) -> list[sa.RowMapping]:
    return world.rows(outbox, purpose="call_back")


def set_ring_in(world: World, what: str) -> None:
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(rounds).values(settings={**conn.scalar(sa.select(rounds.c.settings)), "ring_in": what}))


def advance(world: World, **by: float) -> None:
    world.clock.advance(timedelta(**by))


# Rung back


def test_a_leader_is_refused_unanswered_and_rung_back_within_the_minute(world: World, carriers: FakeCarriers) -> None:
    assert ring(world) == REJECT
    row = backs(world)[0]
    assert (row["due_at"], row["interview_id"]) == (world.work.clock.now(), world.interviews[0])
    dispatcher.dispatch(world.work, world.line.id, 0.2)
    assert [sent.to for sent in carriers.calls.sent] == [LEADER]
    document = calls.first(world.work, row["ref"], "CAback", "human")
    assert "cuộc gọi tự động" in document


def test_repeated_rings_make_one_call(world: World, carriers: FakeCarriers) -> None:
    assert {ring(world, n) for n in (1, 1, 2, 3)} == {REJECT}
    assert len(backs(world)) == 1
    assert len(world.rows(call_table, direction="in")) == 3
    dispatcher.dispatch(world.work, world.line.id, 0.2)
    ring(world, 4)
    dispatcher.dispatch(world.work, world.line.id, 0.2)
    assert len(carriers.calls.sent) == 1


def test_rings_at_the_same_moment_make_one_call(world: World) -> None:
    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(lambda n: ring(world, n), range(8))) == {REJECT}
    assert len(backs(world)) == 1


def test_the_database_itself_refuses_a_second_open_call_back(world: World) -> None:
    """The promise stands on the index, whatever path plans the row."""
    row = _row(world)
    with world.work.database.transaction() as conn:
        conn.execute(sa.insert(outbox).values(row))
    with pytest.raises(sa.exc.IntegrityError, match="uq_outbox_call_back"), world.work.database.transaction() as conn:
        conn.execute(sa.insert(outbox).values({**row, "id": world.work.ids.new(), "ref": world.work.ids.public()}))


def _row(world: World) -> dict[str, Any]:
    ring(world)
    first = dict(backs(world)[0])
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(outbox).values(state="completed"))
    return {**first, "id": world.work.ids.new(), "ref": world.work.ids.public(), "reason": {"code": "rang_us"}}


def test_the_call_back_resumes_where_the_interview_stands(world: World, carriers: FakeCarriers) -> None:
    ref = world.plan("call")
    calls.first(world.work, ref, "CA1", "human")
    calls.pressed(world.work, ref, 1, "1")
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(outbox).values(state="completed"))
    ring(world)
    document = calls.first(world.work, backs(world)[0]["ref"], "CA2", "human")
    assert "hài lòng về việc q1" in " ".join(re.findall(r"<Say[^>]*>([^<]*)", document))


def test_the_third_call_back_of_a_day_waits_for_the_next_morning(world: World, carriers: FakeCarriers) -> None:
    for n in range(3):
        ring(world, n)
        dispatcher.dispatch(world.work, world.line.id, 0.2)
        with world.work.database.transaction() as conn:
            conn.execute(sa.update(outbox).where(outbox.c.state == "sent").values(state="no_answer"))
    assert len(carriers.calls.sent) == 2
    waiting = [row for row in backs(world) if row["state"] == "planned"]
    assert [row["reason"]["retimed"] for row in waiting] == ["caps.call_backs_a_day"]
    assert Calendar().open("call", waiting[0]["due_at"])


@pytest.mark.parametrize(
    ("rang", "due"),
    [
        ("2026-11-18T14:30", "2026-11-18T14:30"),  # a quarter past nine in the evening
        ("2026-11-18T16:00", "2026-11-19T00:30"),  # eleven at night: the next morning at half past seven
        ("2026-11-17T22:59", "2026-11-18T00:30"),  # a minute to six
        ("2026-11-17T23:00", "2026-11-17T23:00"),  # six
    ],
)
def test_a_ring_at_night_is_taken_for_a_slip(rang: str, due: str) -> None:
    at = [datetime.fromisoformat(t).replace(tzinfo=UTC) for t in (rang, due)]
    assert ring_back.due_at(at[0], Calendar()) == at[1]


# Nobody else is rung


def test_a_stranger_becomes_one_task_and_is_never_rung(world: World) -> None:
    assert {ring(world, n, STRANGER) for n in (1, 2)} == {REJECT}
    assert world.tasks() == ["unknown_number"]
    assert backs(world) == []


HALF_PAST_SIX = datetime(2026, 11, 18, 23, 30, tzinfo=UTC)
"""06:30 of the 19th in Vietnam, while the UTC date is still the 18th's."""
DAYS = [(timedelta(), 1), (timedelta(hours=1), 1), (timedelta(hours=17), 1), (timedelta(hours=18), 2)]
"""Since 06:30 → tasks there are then: 07:30 and 23:30 are the same day, 00:30 is the next."""


def test_a_strangers_task_is_one_a_vietnamese_day_whether_they_ring_or_write(world: World) -> None:
    for n, (since, tasks) in enumerate(DAYS):
        world.clock.set(HALF_PAST_SIX + since)
        ring(world, n, STRANGER)
        inbound.receive_text(world.work, world.text, world.text_from("alo", STRANGER))
        assert world.tasks() == ["unknown_number"] * tasks


def test_a_person_is_wanted_once_a_vietnamese_day_whether_they_ring_or_ask(world: World) -> None:
    for n, (since, tasks) in enumerate(DAYS):
        world.clock.set(HALF_PAST_SIX + since)
        with world.work.database.transaction() as conn:
            conn.execute(sa.update(interviews).values(status="active"))
        inbound.receive_text(world.work, world.text, world.text_from("gap can bo"))
        with world.work.database.transaction() as conn:
            conn.execute(sa.update(interviews).values(status="complete"))
        ring(world, n)
        assert world.tasks() == ["person_wanted"] * tasks


@pytest.mark.parametrize("number", ["anonymous", "+266696687", "", "1900"])
def test_a_withheld_number_hears_a_polite_word_and_leaves_no_trace(world: World, number: str) -> None:
    document = ring(world, number=number)
    assert "không gọi lại được" in document
    assert "Cán bộ" not in document, "nobody can look into it"
    assert "<Hangup" in document
    assert (world.rows(call_table), world.tasks(), backs(world)) == ([], [], [])


def test_who_rings_while_an_opt_out_is_in_doubt_is_rung_back(world: World, carriers: FakeCarriers) -> None:
    inbound.receive_text(world.work, world.text, world.text_from("dung"))
    assert world.consent_of() == "held"
    assert ring(world) == REJECT
    dispatcher.dispatch(world.work, world.line.id, 0.2)
    assert [sent.to for sent in carriers.calls.sent] == [LEADER]
    assert (world.consent_of(), world.ledger()) == ("unasked", ["held", "released"])


def test_who_opted_out_is_not_rung_back(world: World) -> None:
    with world.work.database.transaction() as conn:
        said = consent.Said("sms", "SM1", "TC", world.work.clock.now())
        consent.stop(world.work, conn, world.hash(), ConsentState.UNASKED, said)
    assert ring(world) == REJECT
    assert (backs(world), world.tasks(), world.events()) == ([], [], [])


def test_who_has_finished_and_rings_all_the_same_gets_a_person(world: World) -> None:
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(interviews).values(status="complete"))
    ring(world, 1)
    ring(world, 2)
    assert (backs(world), world.tasks()) == ([], ["person_wanted"])


def test_opting_out_takes_the_call_back_away(world: World, carriers: FakeCarriers) -> None:
    ring(world)
    inbound.receive_text(world.work, world.text, world.text_from("STOP"))
    dispatcher.dispatch(world.work, world.line.id, 0.2)
    assert carriers.calls.sent == []


# Asked for by text


def test_goi_by_text_is_the_same_one_call(world: World, carriers: FakeCarriers) -> None:
    inbound.receive_text(world.work, world.text, world.text_from("GOI", carrier_id="SM1"))
    advance(world, seconds=20)
    inbound.receive_text(world.work, world.text, world.text_from("goi lai", carrier_id="SM2"))
    ring(world)
    assert [row["reason"]["code"] for row in backs(world)] == ["asked_for_call"]
    assert world.tasks() == []


# A round that takes calls


def test_a_round_may_take_the_call_instead(world: World) -> None:
    set_ring_in(world, "answer")
    document = ring(world)
    assert "<Gather" in document
    assert ring(world) == document
    assert len(world.rows(call_table)) == len(world.events()) == 1
    row = world.rows(call_table)[0]
    assert (row["direction"], row["interview_id"]) == ("in", world.interviews[0])
    assert backs(world) == []
    calls.pressed(world.work, row["ref"], 1, "1")
    calls.pressed(world.work, row["ref"], 2, "1")
    assert world.answers()["q1"] == "5"


def test_who_pays_for_the_call_is_not_told_that_it_is_free(world: World) -> None:
    set_ring_in(world, "answer")
    assert "mất tiền" not in ring(world)
    ref = world.rows(call_table)[0]["ref"]
    assert "mất tiền" not in calls.pressed(world.work, ref, 1, "1")
    assert "mất tiền" not in ring(world, 2)  # goes on
    back = calls.first(world.work, world.plan(state="sending"), "CA-out", "human")  # type: ignore[arg-type]
    assert "mất tiền" in back, "a call of ours is free"
