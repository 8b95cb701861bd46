"""Several answers in one text, two interviews on one phone, and the words that always work, through the door."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.interview import recording as interviews
from services.texts.receive import TextReply, receive_text
from services.work import Work
from store.tables.registry import organisations
from tests.services.world import LEADER, World, build
from tests.statements import noted

OTHER = "+84901000002"


@pytest.fixture
def world(work: Work) -> World:
    return build(work)


def send(world: World, body: str, wait_s: int = 60, **more: Any) -> TextReply:
    """The leader reads, thinks for a minute, and writes `body`."""
    world.clock.advance(timedelta(seconds=wait_s))
    return receive_text(world.work, world.text, world.text_from(body, **more))


def agreed(world: World) -> World:
    """The first question stands on the phone."""
    send(world, "alo")
    send(world, "1")
    return world


def differences(world: World, at: int = 0) -> list[str]:
    with world.work.database.transaction() as conn:
        return interviews.differences(conn, world.interviews[at])


# Several answers in one text


def test_several_answers_are_one_event_and_at_most_six_statements(world: World) -> None:
    agreed(world)
    with noted() as statements:
        reply = send(world, "C1=2 C2=1 C4=3")
    assert len(statements) == 4
    assert reply.outcome == "answered"
    told = "Da ghi: C1: hai long, C2: rat hai long, C4: khong hai long. C5: So members la bao nhieu?"
    assert reply.body == f"{told} Nhan lai mot con so."
    assert world.answers() == {"consent": "yes", "q1": "3", "q2": "5", "q4": "1"}
    assert [event["turn"] for event in world.events()] == [0, 1, 2]
    assert differences(world) == []


def test_the_same_list_again_changes_nothing(world: World) -> None:
    agreed(world)
    text = world.text_from("cau 1: 2, cau 2: 1")
    world.clock.advance(timedelta(minutes=1))
    first = receive_text(world.work, world.text, text)
    assert receive_text(world.work, world.text, text).body == first.body, "the same delivery"
    assert len(world.events()) == 3
    before = world.answers()
    assert send(world, "cau 1: 2, cau 2: 1", wait_s=1).outcome == "repeated", "the thumb sends it twice"
    again = send(world, "cau 1: 2, cau 2: 1")
    assert "C4:" in (again.body or "")
    assert world.answers() == before
    assert send(world, "C1=3 C2=3").outcome == "already_answered"
    assert world.answers() == before, "the first answer wins"
    assert differences(world) == []


def test_what_is_in_doubt_is_named_and_the_rest_is_stored(world: World) -> None:
    agreed(world)
    reply = send(world, "C1=2 C2=hoi cham C9=1")
    assert (reply.body or "").startswith("Da ghi: C1: hai long. Chua ro C2, C9. C2:")
    assert world.answers() == {"consent": "yes", "q1": "3"}


def test_a_question_that_does_not_apply_is_not_answered_by_its_number(world: World) -> None:
    agreed(world)
    reply = send(world, "C2=1 C3=1 C4=2")
    assert world.answers() == {"consent": "yes", "q2": "5", "q4": "3"}
    assert "Chua ro C3." in (reply.body or "")
    assert "C1:" in (reply.body or "")


def test_nothing_counts_before_consent(world: World) -> None:
    send(world, "alo")
    reply = send(world, "C1=2 C2=1")
    assert world.answers() == {}
    assert "dong y" in (reply.body or "")


def test_figures_in_order_are_asked_back_when_the_questions_were_never_shown(world: World) -> None:
    agreed(world)
    reply = send(world, "1 3 2")
    assert world.answers() == {"consent": "yes"}
    assert "Neu dung la C1=1 C2=3 C3=2, xin nhan y nhu vay. C1:" in (reply.body or "")


def test_a_correction_of_several_supersedes(world: World) -> None:
    agreed(world)
    send(world, "C1=2 C2=2")
    assert send(world, "sua C1=1 C2=3").outcome == "answered"
    answers = world.answers()
    assert (answers["q1"], answers["q2"]) == ("5", "1")
    assert differences(world) == []


def test_an_answer_of_a_list_is_corrected_by_its_number(world: World) -> None:
    agreed(world)
    send(world, "C1=2 C2=2")
    assert send(world, "sua C2: 1").outcome == "answered"
    assert world.answers()["q2"] == "5"
    assert differences(world) == []


def test_a_list_after_a_stop_is_kept_and_gets_no_reply(world: World) -> None:
    agreed(world)
    send(world, "TC")
    reply = send(world, "C1=2 C2=1")
    assert (reply.outcome, reply.body) == ("answered_after_stop", None)
    assert set(world.answers()) == {"consent", "q1", "q2"}


# Two interviews on one phone


def two(world: World) -> tuple[str, str]:
    """Two organisations on the phone, both at their first question, the second one asked by us; their codes."""
    world.add_organisation("DX002")
    first, second = (str(world.interview(at)["code"]) for at in (0, 1))
    for code in (first, second):
        send(world, code)
        send(world, "1")
    return first, second


def test_a_code_in_front_says_which_organisation_a_text_is_about(world: World) -> None:
    first, second = two(world)
    assert send(world, f"{first} C1=2 C2=1").outcome == "answered"
    assert send(world, f"{second} C1: 3").outcome == "answered"
    assert world.answers(0) == {"consent": "yes", "q1": "3", "q2": "5"}
    assert world.answers(1) == {"consent": "yes", "q1": "1"}


def test_a_number_that_both_organisations_were_asked_is_asked_apart(world: World) -> None:
    first, second = two(world)
    reply = send(world, "C1: 2")
    assert reply.outcome == "which"
    assert f"{first} = HTX DX001, {second} = HTX DX002" in (reply.body or "")
    assert world.answers(0) == world.answers(1) == {"consent": "yes"}


def test_one_organisation_in_two_rounds_is_asked_apart_by_code_and_round(world: World) -> None:
    other = world.add_round("2026-THANG")
    reply = send(world, "alo")
    codes = [str(world.interview(at)["code"]) for at in (0, 1)]
    assert f"{codes[0]} = HTX DX001 2026, {codes[1]} = HTX DX001 2026-THANG" in (reply.body or "")
    send(world, codes[1])
    send(world, "1")
    send(world, "2")
    assert (world.answers(0), world.answers(1)) == ({}, {"consent": "yes", "q1": "3"})
    assert other == world.interviews[1]


def test_a_stop_ends_both_organisations_and_both_rounds(world: World) -> None:
    world.add_organisation("DX002")
    world.add_round("2026-THANG")
    refs = [world.plan("call", at) for at in range(3)] + [world.plan("text", at) for at in range(3)]
    reply = send(world, "TỪ CHỐI")
    assert reply.outcome == "opted_out"
    assert {world.sent(ref=ref)[0]["state"] for ref in refs} == {"withdrawn"}
    assert len([row for row in world.sent() if row["purpose"] == "opt_out_confirmation"]) == 1
    assert send(world, "STOP").body is None


# Words that always work, in any state


def pending(world: World) -> None:
    """Nobody has written yet."""


def asked_for_consent(world: World) -> None:
    send(world, "alo")


def under_way(world: World) -> None:
    agreed(world)


def closed(world: World) -> None:
    agreed(world)
    send(world, "de sau")


def complete(world: World) -> None:
    agreed(world)
    send(world, "C1=1 C2=1 C4=1 C5=20")


STATES = [pending, asked_for_consent, under_way, closed, complete]


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(("body", "outcome"), [("TC", "opted_out"), ("huy", "held"), ("STOP", "opted_out")])
def test_a_stop_and_a_doubtful_one_work_in_any_state(world: World, state: Any, body: str, outcome: str) -> None:
    state(world)
    reply = send(world, body)
    assert (reply.outcome, reply.body is None) == (outcome, False)
    assert world.consent_of() == ("stopped" if outcome == "opted_out" else "held")


@pytest.mark.parametrize("state", STATES)
def test_start_again_works_in_any_state(world: World, state: Any) -> None:
    state(world)
    send(world, "TC")
    assert send(world, "DK LAI").outcome == "opted_in"
    assert world.consent_of() == "unasked"
    assert send(world, "alo").body


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("body", ["tro giup", "nhac lai", "quay lai", "GOI", "english"])
def test_words_get_an_answer_in_any_state_and_store_nothing(world: World, state: Any, body: str) -> None:
    state(world)
    before = world.answers()
    reply = send(world, body)
    assert reply.body
    assert world.answers() == before
    assert differences(world) == []


def test_help_tells_what_can_be_written_and_whom_to_ask(world: World) -> None:
    agreed(world)
    reply = send(world, "?")
    assert "GOI: chung toi goi, khong mat tien" in (reply.body or "")
    assert "02323 822 222" in (reply.body or "")


def test_the_language_asked_for_is_remembered(world: World) -> None:
    agreed(world)
    reply = send(world, "English")
    assert (reply.body or "").startswith("C1: Are you satisfied")
    assert "Noted: satisfied." in (send(world, "2").body or "")
    assert world.rows(organisations)[0]["language"] == "en"
    assert "Noted. We will not call" in (send(world, "TC").body or "")
    send(world, "DK LAI")
    assert "C2: Ong/ba co hai long" in (send(world, "tiếng việt").body or "")
    assert world.rows(organisations)[0]["language"] == "vi"
    assert differences(world) == []


def test_a_first_word_may_be_the_language(world: World) -> None:
    assert "Do you agree" in (send(world, "English").body or "")


def test_going_on_by_call_is_one_call_due_now(world: World) -> None:
    agreed(world)
    assert send(world, "GOI").outcome == "wanted_call"
    send(world, "GOI")
    calls = [row for row in world.sent() if row["medium"] == "call"]
    assert [row["purpose"] for row in calls] == ["call_back"]


def test_after_five_questions_going_on_by_call_is_offered(world: World) -> None:
    agreed(world)
    offered = ["GOI:" in (send(world, body).body or "") for body in ("2", "3", "2", "2", "900", "899", "alo")]
    assert offered == [False, False, False, False, True, True, True]


@pytest.mark.parametrize(("signal", "body"), [("STOP", "QUIT"), ("STOP", "End"), ("STOP", "cancel")])
def test_the_carriers_opt_out_words_end_everything(world: World, signal: str, body: str) -> None:
    agreed(world)
    ref = world.plan("call")
    assert send(world, body, opt_out_type=signal).outcome == "opted_out"
    assert (world.consent_of(), world.sent(ref=ref)[0]["state"]) == ("stopped", "withdrawn")
    assert send(world, "START", opt_out_type="START").outcome == "opted_in"


def test_a_round_may_be_read_by_two_leaders_whose_answers_never_mix(world: World) -> None:
    world.add_organisation("DX002", OTHER)
    for number in (OTHER, LEADER):
        world.clock.advance(timedelta(minutes=1))
        for body in ("alo", "1", "C1=2 C2=1" if number == OTHER else "C1=3 C2=2"):
            world.clock.advance(timedelta(minutes=1))
            receive_text(world.work, world.text, world.text_from(body, number))
    assert world.answers(0) == {"consent": "yes", "q1": "1", "q2": "3"}
    assert world.answers(1) == {"consent": "yes", "q1": "3", "q2": "5"}
