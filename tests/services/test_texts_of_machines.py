"""Texts that no person wrote are not answered, the same text is not for ever, and a wish counts in any state."""

from __future__ import annotations

import base64
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from services.keys.sealed_columns import opened
from services.texts import receive as inbound
from services.texts.receive import TextReply
from services.work import Work
from store.tables.interviews import inbound as inbound_rows
from store.tables.interviews import interviews as interview_table
from store.tables.rounds import rounds
from tests.services.texting import STRANGER, send
from tests.services.world import LEADER, World, build
from tests.survey.forms import consent, form, level, other


@pytest.fixture
def world(work: Work) -> World:
    return build(work)


@pytest.fixture
def asked_for_words(work: Work) -> World:
    """The leader has just been asked C1, which wants words of their own; C2 is a level."""
    world = build(work, form(consent(), other("wish", "text"), level("q2"), code="WISH"))
    send(world, "alo")
    send(world, "1")
    return world


# Machines

MACHINES = [
    ("Liked “C1: Ong/ba co hai long ve viec q1?”", "tapback"),
    ("Đã thích “TC: thoi nhan tin”", "tapback"),
    ("Tôi đang lái xe…", "automatic"),
    ("This is an automated message", "automatic"),
]


@pytest.mark.parametrize(("body", "outcome"), MACHINES)
def test_a_machine_gets_no_reply_and_changes_nothing(world: World, body: str, outcome: str) -> None:
    send(world, "alo")
    send(world, "1")
    events = len(world.events())
    reply = send(world, body)
    assert (reply.outcome, reply.body) == (outcome, None)
    assert (len(world.events()), world.consent_of(), world.tasks()) == (events, "given", [])
    assert send(world, "2").outcome == "answered"


@pytest.mark.parametrize(("body", "outcome"), MACHINES)
def test_a_strangers_machine_gets_no_reply_either(world: World, body: str, outcome: str) -> None:
    reply = send(world, body, STRANGER)
    assert (reply.outcome, reply.body, world.tasks()) == (outcome, None, [])


def test_a_reaction_is_never_an_answer_in_words(asked_for_words: World) -> None:
    send(asked_for_words, "Loved “C1: wish”")
    assert "wish" not in asked_for_words.answers()


def test_an_automatic_reply_that_asks_to_be_left_alone_is_heard(world: World) -> None:
    assert send(world, "Tin nhắn tự động: số này không nhận tin nữa, đừng nhắn tin nữa").outcome == "opted_out"


def test_a_body_in_base64_is_read_and_kept_as_it_came(world: World) -> None:
    send(world, "alo")
    wrapped = base64.b64encode("1\nGiám đốc".encode("utf-16-be")).decode()
    assert send(world, wrapped).outcome == "answered"
    assert opened(world.work.vault, inbound_rows.c.body, world.received()[-1]) in (wrapped, "alo")
    assert send(world, base64.b64encode("Đừng nhắn tin nữa".encode("utf-16-le")).decode()).outcome == "opted_out"


# The same text again and again


def outcomes(world: World, body: str, times: int, number: str = LEADER) -> list[str]:
    """What becomes of one text, sent so often."""
    return [send(world, body, number).outcome for _ in range(times)]


def test_a_text_that_is_not_understood_is_answered_three_times_then_staff_see_to_it(world: World) -> None:
    send(world, "alo")
    send(world, "1")
    assert outcomes(world, "xin xem lai giup", 5) == ["asked_back"] * 3 + ["going_round"] * 2
    assert world.tasks() == ["doubtful_text"]
    assert send(world, "2").outcome == "answered", "another text is heard"


def test_a_clock_or_a_counter_in_it_makes_no_other_text(world: World) -> None:
    send(world, "alo")
    send(world, "1")
    bodies = [f"He thong da nhan yeu cau so {n} luc 10 gio" for n in range(5)]
    assert [send(world, body).outcome for body in bodies][3:] == ["going_round"] * 2


@pytest.mark.parametrize("body", ["alo", "tro giup", "GOI"])
def test_a_word_that_draws_the_same_reply_is_answered_three_times(world: World, body: str) -> None:
    send(world, "bat dau")
    send(world, "1")
    told = outcomes(world, body, 6)
    assert "going_round" not in told[:3]
    assert told[-1] == "going_round"
    assert sum(row["reply_id"] is not None for row in world.received()) <= 2 + 4


def test_the_same_answer_to_question_after_question_is_none_of_this(world: World) -> None:
    send(world, "alo")
    assert outcomes(world, "1", 4) == ["answered"] * 4
    assert world.tasks() == []


def test_nothing_open_is_said_three_times_a_day(world: World) -> None:
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(rounds).values(state="closed"))
    assert outcomes(world, "alo", 5) == ["nothing_open"] * 3 + ["going_round"] * 2
    assert world.tasks() == ["doubtful_text"]
    world.clock.advance(timedelta(days=1))
    assert send(world, "alo").outcome == "nothing_open"


def test_it_counts_over_the_phone_and_not_over_others(world: World) -> None:
    other_phone = "+84901000002"
    world.add_organisation("DX002", other_phone)
    for number in (LEADER, other_phone):
        send(world, "alo", number)
        send(world, "1", number)
        assert outcomes(world, "gi the nay", 3, number) == ["asked_back"] * 3


def test_going_round_takes_at_most_six_statements(world: World, statements: list[str]) -> None:
    send(world, "alo")
    outcomes(world, "xin xem lai giup", 3)
    statements.clear()
    assert send(world, "xin xem lai giup").outcome == "going_round"
    assert len(statements) <= 6


# One long text in several


def test_the_further_part_of_a_text_draws_no_second_reply(world: World) -> None:
    send(world, "alo")
    send(world, "1")
    assert send(world, "Tôi cũng không biết trả lời thế nào cho phải vì năm nay").outcome == "asked_back"
    reply = send(world, "xã mới sáp nhập xong", wait_s=2)
    assert (reply.outcome, reply.body) == ("continued", None)
    assert send(world, "2").outcome == "answered"


def test_the_further_part_of_words_of_ones_own_is_added_to_them(asked_for_words: World) -> None:
    assert send(asked_for_words, "Mở đường ra đồng, sửa").outcome == "answered"
    reply = send(asked_for_words, "cống số hai", wait_s=2)
    assert (reply.outcome, reply.body) == ("continued", None)
    assert asked_for_words.answers()["wish"] == "Mở đường ra đồng, sửa cống số hai"
    assert "q2" not in asked_for_words.answers()
    assert send(asked_for_words, "2").outcome == "answered"


# A wish to be left alone, in any state

WISHES = ["Tôi không muốn nhận tin nhắn nữa", "de nghi khong goi nua", "Stop. Thank you", "CANCEL"]


def before_a_question(world: World) -> None:
    """Nothing has been said yet."""


def at_the_consent_question(world: World) -> None:
    send(world, "alo")


def at_a_question(world: World) -> None:
    send(world, "alo")
    send(world, "1")


def after_completion(world: World) -> None:
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(interview_table).values(status="answered", online_at=world.work.clock.now()))


def on_hold(world: World) -> None:
    send(world, "dung")
    assert world.consent_of() == "held"


def nothing_open(world: World) -> None:
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(rounds).values(state="closed"))


def several_interviews(world: World) -> None:
    world.add_organisation("DX002")
    send(world, "alo")


def resting(world: World) -> None:
    send(world, "alo")
    send(world, "de sau")


STATES = [
    before_a_question, at_the_consent_question, at_a_question, after_completion, on_hold, nothing_open,
    several_interviews, resting,
]  # fmt: skip


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("wish", WISHES)
def test_a_wish_to_be_left_alone_counts_in_any_state(world: World, state: Any, wish: str) -> None:
    state(world)
    ref = world.plan("call")
    reply: TextReply = send(world, wish)
    assert (reply.outcome, world.consent_of()) == ("opted_out", "stopped")
    assert world.sent(ref=ref)[0]["state"] == "withdrawn"
    assert send(world, wish).body is None


@pytest.mark.parametrize("wish", [*WISHES, "C1= đừng nhắn nữa", "Mở đường, đừng nhắn tin nữa", "không gọi"])
def test_a_wish_is_never_words_of_ones_own(asked_for_words: World, wish: str) -> None:
    assert send(asked_for_words, wish).outcome in ("opted_out", "held")
    assert "wish" not in asked_for_words.answers()


def test_a_stranger_is_left_alone(world: World) -> None:
    assert send(world, "Đề nghị không gọi nữa", STRANGER).outcome == "opted_out"
    assert world.consent_of(STRANGER) == "stopped"


def test_a_sweep_hears_a_wish_too(world: World) -> None:
    reply = inbound.receive_text(world.work, world.text, world.text_from("Đề nghị không nhắn tin nữa"), via="sweep")
    assert (reply.outcome, world.consent_of()) == ("opted_out", "stopped")


def test_a_held_phone_that_writes_words_after_stopping_stores_none_of_them(asked_for_words: World) -> None:
    send(asked_for_words, "TC")
    assert send(asked_for_words, "dung").outcome == "silenced"
    assert "wish" not in asked_for_words.answers()


def test_not_now_is_another_time(world: World) -> None:
    send(world, "alo")
    assert send(world, "đừng gọi buổi trưa, gọi chiều").outcome == "wanted_later"
    assert world.consent_of() == "unasked"
