"""A text comes in: once, bound to what was shown, answered in the response."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from contact.delivery import State
from services.interview import recording as interviews
from services.keys.sealed_columns import opened
from services.sending import dispatcher
from services.texts import receive as inbound
from services.texts.receive import TextReply
from services.work import Work
from store.tables.interviews import inbound as inbound_rows
from store.tables.interviews import interviews as interview_table
from store.tables.outbox import outbox, senders
from store.tables.rounds import rounds
from survey.answers import Heard, Key
from tests.faults import plant
from tests.services.texting import send
from tests.services.world import LEADER, World, build


@pytest.fixture
def world(work: Work) -> World:
    return build(work)


def test_a_whole_interview_by_text(world: World) -> None:
    bodies = [send(world, text).body or "" for text in ("alo", "1", "2", "1", "C4: 3", "khoang 250", "250")]
    assert world.answers() == {"consent": "yes", "q1": "3", "q2": "5", "q4": "1"} | {"members": "250"}
    assert world.interview()["status"] == "complete"
    assert "C1:" in bodies[1]
    assert "Da ghi: hai long." in bodies[2]
    assert "C2:" in bodies[2]
    assert "cam on" in bodies[-1].lower()
    assert [row["outcome"] for row in sorted(world.received(), key=lambda row: row["received_at"])] == [
        "opened", *["answered"] * 4, "asked_back", "answered",
    ]  # fmt: skip


def test_the_reply_is_a_row_handed_over_before_anything_is_answered(world: World) -> None:
    reply = send(world, "alo")
    row = world.sent(ref=reply.ref)[0]
    assert (row["state"], row["purpose"], row["reserved_at"]) == ("handed", "reply", None)
    assert (row["interview_id"], row["office_id"]) == (world.interviews[0], world.office_id)
    assert row["sent_real_at"] is not None
    assert opened(world.work.vault, outbox.c.body, row) == reply.body
    assert row["segments"] >= 1


def test_bodies_and_numbers_are_sealed(world: World) -> None:
    send(world, "alo")
    row = world.received()[0]
    assert opened(world.work.vault, inbound_rows.c.number, row) == LEADER
    assert opened(world.work.vault, inbound_rows.c.body, row) == "alo"
    stored = str([dict(r) for r in [row, *world.sent(), *world.events()]])
    assert LEADER not in stored


@pytest.mark.parametrize("body", ["2", "C1: 2"])
def test_an_answer_takes_at_most_six_statements(world: World, statements: list[str], body: str) -> None:
    send(world, "alo")
    send(world, "1")
    statements.clear()
    assert send(world, body).outcome == "answered"
    assert len(statements) == 4


def test_consent_and_opting_out_take_at_most_six_statements(world: World, statements: list[str]) -> None:
    send(world, "alo")
    statements.clear()
    assert send(world, "1").outcome == "answered"
    assert len(statements) <= 6
    statements.clear()
    assert send(world, "TC").outcome == "opted_out"
    assert len(statements) <= 6


# The same text again


def deliver_twice(world: World) -> tuple[TextReply, TextReply, int]:
    """The answer to C1, and the same delivery a minute later; both replies and the number of events."""
    send(world, "alo")
    send(world, "1")
    text = world.text_from("1")
    world.clock.advance(timedelta(minutes=1))
    first = inbound.receive_text(world.work, world.text, text)
    world.clock.advance(timedelta(minutes=1))
    return first, inbound.receive_text(world.work, world.text, text), len(world.events())


def no_second_effect(world: World) -> None:
    first, again, events = deliver_twice(world)
    assert again == replace(first, repeated=True)
    assert events == 3
    assert set(world.answers()) == {"consent", "q1"}


def test_the_same_delivery_gets_the_stored_reply_and_has_no_second_effect(world: World) -> None:
    no_second_effect(world)


def test_that_proof_fails_when_duplicates_are_ignored(world: World) -> None:
    with plant("ignore-duplicate"), pytest.raises(AssertionError):
        no_second_effect(world)


@pytest.mark.parametrize("state", [State.UNKNOWN, State.PRESUMED])
def test_who_comes_back_after_our_long_absence_still_gets_the_reply(world: World, state: State) -> None:
    text = world.text_from("alo")
    first = inbound.receive_text(world.work, world.text, text)
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(outbox).where(outbox.c.ref == first.ref).values(state=state))
    assert inbound.receive_text(world.work, world.text, text) == replace(first, repeated=True)


def test_once_the_reply_is_known_to_be_taken_a_repeat_is_empty(world: World) -> None:
    text = world.text_from("alo")
    first = inbound.receive_text(world.work, world.text, text)
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(outbox).where(outbox.c.ref == first.ref).values(state=State.SENT))
    again = inbound.receive_text(world.work, world.text, text)
    assert (again.body, again.ref, again.repeated) == (None, None, True)


def test_the_same_words_typed_twice_in_a_hurry_answer_one_question(world: World) -> None:
    send(world, "alo")
    send(world, "1")
    send(world, "2")
    hurried = send(world, "2", wait_s=1)
    assert (hurried.outcome, hurried.body) == ("repeated", None)
    assert set(world.answers()) == {"consent", "q1"}
    assert send(world, "2").outcome == "answered"
    assert world.answers()["q2"] == "3"


def test_a_text_found_by_the_sweep_is_answered_through_the_outbox(world: World) -> None:
    text = world.text_from("alo")
    reply = inbound.receive_text(world.work, world.text, text, via="sweep")
    assert (reply.body, reply.outcome) == (None, "opened")
    row = world.sent()[0]
    assert (row["state"], row["due_at"], row["sent_at"]) == ("planned", world.work.clock.now(), None)
    late = inbound.receive_text(world.work, world.text, text)
    assert (late.body, late.repeated) == (None, True)
    assert len(world.sent()) == 1


def test_a_reply_that_a_newer_one_has_overtaken_does_not_leave(world: World) -> None:
    send(world, "alo")
    send(world, "1")
    inbound.receive_text(world.work, world.text, world.text_from("2"), via="sweep")
    reply = next(row for row in world.sent() if row["state"] == "planned")
    send(world, "2")
    dispatcher.dispatch(world.work, world.text.id, 0.2)
    row = world.sent(id=reply["id"])[0]
    assert (row["state"], row["reason"]["code"]) == ("withdrawn", "overtaken")


def test_a_reply_that_is_the_newest_leaves_by_itself(world: World) -> None:
    send(world, "alo")
    inbound.receive_text(world.work, world.text, world.text_from("1"), via="sweep")
    reply = next(row for row in world.sent() if row["state"] == "planned")
    assert dispatcher.dispatch(world.work, world.text.id, 0.2) == 1
    assert world.sent(id=reply["id"])[0]["state"] not in ("planned", "withdrawn")


def test_an_answer_to_a_reminder_is_not_taken_for_the_question_of_a_reply_that_still_waits(world: World) -> None:
    """A storm found it: the answer's webhook was lost, a reminder asked the same again, a sweep found the answer."""
    send(world, "alo")
    send(world, "1")
    lost = world.text_from("2", at=world.work.clock.now() + timedelta(seconds=30))
    world.clock.advance(timedelta(hours=3))
    world.plan("text")
    assert dispatcher.dispatch(world.work, world.text.id, 0.2) == 1
    world.clock.advance(timedelta(seconds=58))
    assert inbound.receive_text(world.work, world.text, lost, via="sweep").outcome == "answered"
    again = send(world, "2", wait_s=230)
    assert (again.outcome, set(world.answers())) == ("asked_back", {"consent", "q1"})
    assert "C2: " in (again.body or "")
    assert send(world, "1").outcome == "answered"
    assert (world.answers()["q1"], world.answers()["q2"]) == ("3", "5")


def test_a_reply_that_left_late_comes_unasked(world: World) -> None:
    send(world, "alo")
    send(world, "1")
    world.clock.advance(timedelta(minutes=1))
    inbound.receive_text(world.work, world.text, world.text_from("2"), via="sweep")
    world.clock.advance(timedelta(minutes=4))
    assert dispatcher.dispatch(world.work, world.text.id, 0.2) == 1
    hurried = send(world, "2", wait_s=20)
    assert (hurried.outcome, set(world.answers())) == ("asked_back", {"consent", "q1"}), "typed before it was read"
    assert send(world, "1").outcome == "answered"


# Which question, which organisation


def test_a_late_text_answers_what_was_visible_when_it_was_sent(world: World) -> None:
    send(world, "alo")
    send(world, "1")
    send(world, "2")
    written = world.work.clock.now() + timedelta(seconds=2)
    reply = send(world, "1", at=written)
    assert (reply.outcome, world.answers()["q1"]) == ("already_answered", "3")
    assert "q2" not in world.answers()


def test_a_question_answered_by_voice_meanwhile_is_not_answered_again(world: World) -> None:
    send(world, "alo")
    send(world, "1")
    ask = world.interview()["state"]
    voice = Heard("voice", "CA1:3", Key("1"), ask["t"], ask["a"])
    interviews.enter(world.work, world.interviews[0], voice, phone_hash=world.hash())
    reply = send(world, "3")
    assert reply.outcome == "already_answered"
    assert world.answers() == {"consent": "yes", "q1": "5"}
    assert "C2:" in (reply.body or "")


def test_naming_a_question_that_was_never_shown_asks_back(world: World) -> None:
    send(world, "alo")
    send(world, "1")
    reply = send(world, "C9: 2")
    assert reply.outcome == "asked_back"
    assert "C9" in (reply.body or "")
    assert "C1:" in (reply.body or "")
    assert world.answers() == {"consent": "yes"}


def test_a_correction_by_number_supersedes(world: World) -> None:
    for text in ("alo", "1", "1", "1"):
        send(world, text)
    assert send(world, "sua C1: 3").outcome == "answered"
    assert world.answers()["q1"] == "1"


def test_two_organisations_on_one_phone_are_asked_for_by_code_and_never_mixed(world: World) -> None:
    world.add_organisation("DX002")
    codes = [world.interview(at)["code"] for at in (0, 1)]
    asked = send(world, "alo")
    assert asked.outcome == "which"
    assert all(code in (asked.body or "") for code in codes)
    assert not world.events(0)
    begun = send(world, codes[1])
    assert "HTX DX002" in (begun.body or "")
    for text in ("1", "2", "1", "3", "9"):
        send(world, text)
    assert (world.answers(0), len(world.answers(1))) == ({}, 5)
    assert world.interview(1)["status"] == "complete"
    other = send(world, "vang")
    assert "HTX DX001" in (other.body or "")
    send(world, "1")
    assert world.answers(0) == {"consent": "yes"}


def test_a_round_that_is_closed_takes_no_more_answers(world: World) -> None:
    send(world, "alo")
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(rounds).values(state="closed"))
    reply = send(world, "1")
    assert (reply.outcome, world.answers()) == ("nothing_open", {})


def test_after_the_end_we_say_so(world: World) -> None:
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(interview_table).values(status="answered", online_at=world.work.clock.now()))
    reply = send(world, "1")
    assert (reply.outcome, world.answers()) == ("finished", {})
    assert "nop roi" in (reply.body or "")


def test_a_question_never_leaves_from_a_sender_that_cannot_receive(world: World) -> None:
    send(world, "alo")
    text = replace(world.text_from("1"), to_number=world.one_way.address)
    reply = inbound.receive_text(world.work, world.one_way, text)
    assert "C1" not in (reply.body or "")
    assert "=" not in (reply.body or "")


@pytest.mark.parametrize("written", ["{code}.", "{code} a", "dạ {code}", "mã số {code}", "HTX DX002", "dx002 ạ"])
def test_one_of_two_organisations_is_named_as_people_write_it(world: World, written: str) -> None:
    world.add_organisation("DX002")
    assert send(world, "alo").outcome == "which"
    opened = send(world, written.format(code=world.interview(1)["code"]))
    assert (opened.outcome, "Ve HTX DX002" in (opened.body or "")) == ("opened", True)


@pytest.mark.parametrize("mark", [" ", ": ", ":", " - ", ". ", "="])
def test_an_answer_behind_the_code_of_its_organisation(world: World, mark: str) -> None:
    second = world.interviews.index(world.add_organisation("DX002"))
    for number in (0, second):
        send(world, world.interview(number)["code"])
        send(world, f"{world.interview(number)['code']}{mark}1")
    send(world, f"{world.interview(0)['code']}{mark}2")
    assert (world.answers(0), world.answers(second)) == ({"consent": "yes", "q1": "3"}, {"consent": "yes"})


# Wishes


def test_asking_for_a_call_plans_one_and_for_a_person_is_seen_by_staff(world: World) -> None:
    reply = send(world, "GOI")
    assert reply.outcome == "wanted_call"
    assert [row["state"] for row in world.sent(purpose="call_back")] == ["planned"]
    assert world.tasks() == []
    send(world, "gap can bo")
    assert world.tasks() == ["person_wanted"]


def test_where_nothing_can_ring_a_wanted_call_is_a_task(world: World) -> None:
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(senders).where(senders.c.medium == "call").values(medium="text", address="+840"))
    send(world, "GOI")
    assert world.tasks() == ["person_wanted"]


def test_two_machines_do_not_write_to_each_other_for_ever(world: World) -> None:
    with world.work.database.transaction() as conn:
        settings = conn.scalar(sa.select(rounds.c.settings))
        settings["caps"]["replies_a_day"] = 3
        conn.execute(sa.update(rounds).values(settings=settings))
    replies = [send(world, f"loi chao so {n} cua may") for n in range(5)]
    assert [reply.body is None for reply in replies] == [False] * 3 + [True] * 2
    assert replies[-1].outcome == "replies_capped"
