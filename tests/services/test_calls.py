"""Calls: a turn asked for twice gives the same document, a key counts for its own turn, nothing is lost."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from contact.consent import ConsentState
from services.calls import dialogue as calls
from services.consent import ledger as consent
from services.interview import recording as interviews
from services.interview import staff_entry
from services.keys.sealed_columns import opened
from services.texts import receive as inbound
from services.work import Work
from store.people import phones as phone_rows
from store.tables.outbox import call_turns
from store.tables.outbox import calls as call_table
from store.tables.staff import audit
from survey.answers import Heard, Key
from survey.engine.effects import Doubtful, Echo, Ended, Finished
from tests.faults import plant
from tests.services.world import World, build
from tests.statements import noted
from tests.survey.forms import consent as consent_question
from tests.survey.forms import form, numbered

STRANGER = "+84907777777"
CARRIER_ID = "CA" + "0" * 32


@pytest.fixture
def world(work: Work) -> World:
    return build(work)


@pytest.fixture
def ref(world: World) -> str:
    return world.plan("call")


def answer(world: World, ref: str, answered_by: str = "human") -> str:
    """Our call is answered."""
    return calls.first(world.work, ref, f"CA{ref}", answered_by)


def press(world: World, ref: str, turn: int, digits: str | None) -> str:
    """A key, half a minute later."""
    world.clock.advance(timedelta(seconds=30))
    return calls.pressed(world.work, ref, turn, digits)


def words(document: str) -> str:
    """What is heard."""
    return " ".join(re.findall(r"<Say[^>]*>([^<]*)</Say>", document))


def consistent(world: World) -> bool:
    """Whether the projections are the fold of the events."""
    with world.work.database.transaction() as conn:
        return all(interviews.differences(conn, id_) == [] for id_ in world.interviews)


def test_a_whole_interview_by_keys(world: World, ref: str) -> None:
    heard = [words(answer(world, ref))]
    for turn, digits in enumerate(["1", "2", "1", "4", "250", "1", "1"], 1):
        document = press(world, ref, turn, digits)
        heard.append(words(document))
    assert world.answers() == {"consent": "yes", "q1": "3", "q2": "5", "q4": "none", "members": "250"}
    assert "cuộc gọi tự động" in heard[0]
    assert "Đã ghi: hài lòng" in heard[2]
    assert document.endswith("<Hangup /></Response>")
    assert (world.interview()["status"], world.interview()["channel"]) == ("complete", "voice")
    row = world.rows(call_table, ref=ref)[0]
    assert (row["turn"], row["consented"], row["carrier_id"]) == (8, True, f"CA{ref}")
    assert row["ended_at"] == world.work.clock.now()
    assert consistent(world)


def test_the_next_turn_stands_in_the_url_of_every_document(world: World, ref: str) -> None:
    document = answer(world, ref)
    for turn in range(1, 4):
        assert f"/twilio/voice/{ref}/{turn}" in document
        document = press(world, ref, turn, "1")


def test_documents_are_kept_sealed(world: World, ref: str) -> None:
    document = answer(world, ref)
    row = world.rows(call_turns)[0]
    assert (row["turn"], row["question"], row["interview_turn"]) == (1, "consent", 1)
    assert opened(world.work.vault, call_turns.c.script, row) == document


def a_repeated_request_gets_the_same_document(world: World, ref: str) -> None:
    greeting = answer(world, ref)
    assert answer(world, ref) == greeting
    first = press(world, ref, 1, "1")
    second = press(world, ref, 2, "2")
    assert press(world, ref, 1, "1") == first
    assert press(world, ref, 2, "1") == second
    assert answer(world, ref) == greeting
    assert world.answers() == {"consent": "yes", "q1": "3"}
    assert len(world.events()) == 3


def test_a_repeated_request_gets_the_same_document_and_has_no_second_effect(world: World, ref: str) -> None:
    a_repeated_request_gets_the_same_document(world, ref)


def test_that_proof_fails_when_the_turn_is_ignored(world: World, ref: str) -> None:
    with plant("ignore-turn"), pytest.raises(AssertionError):
        a_repeated_request_gets_the_same_document(world, ref)


def a_key_for_an_answered_question_stores_nothing(world: World, ref: str) -> None:
    """The question of the key's turn was answered by text meanwhile: the call goes on with the next."""
    answer(world, ref)
    press(world, ref, 1, "1")
    ask = world.interview()["state"]
    text = Heard("sms", "SM1", Key("3"), ask["t"], ask["a"])
    interviews.enter(world.work, world.interviews[0], text, phone_hash=world.hash())
    document = press(world, ref, 2, "1")
    assert world.answers() == {"consent": "yes", "q1": "1"}
    assert "đã có câu trả lời" in words(document)
    assert "hài lòng về việc q2" in words(document)
    press(world, ref, 3, "2")
    assert world.answers()["q2"] == "3"


def test_a_key_for_a_question_answered_elsewhere_stores_nothing(world: World, ref: str) -> None:
    a_key_for_an_answered_question_stores_nothing(world, ref)


def test_that_proof_too_fails_when_the_turn_is_ignored(world: World, ref: str) -> None:
    with plant("ignore-turn"), pytest.raises(AssertionError):
        a_key_for_an_answered_question_stores_nothing(world, ref)


def test_hanging_up_keeps_the_answers_and_the_next_call_resumes_there(world: World, ref: str) -> None:
    answer(world, ref)
    press(world, ref, 1, "1")
    press(world, ref, 2, "3")
    again = world.plan("call")
    heard = words(answer(world, again))
    assert "xin hỏi tiếp" in heard
    assert "hài lòng về việc q2" in heard
    assert "q1" not in heard
    press(world, again, 1, "1")
    assert world.answers() == {"consent": "yes", "q1": "1", "q2": "5"}
    assert consistent(world)


def test_silence_and_wrong_keys_are_told_apart_and_limited(world: World, ref: str) -> None:
    answer(world, ref)
    press(world, ref, 1, "1")
    assert "chưa nghe thấy phím" in words(press(world, ref, 2, None))
    assert "Phím vừa rồi vẫn chưa đúng" in words(press(world, ref, 3, "5"))
    assert "để lại" in words(press(world, ref, 4, ""))
    assert world.answers() == {"consent": "yes"}


def test_a_machine_hears_nothing_and_begins_nothing(world: World, ref: str) -> None:
    for answered_by in ("machine_start", "machine_end_beep", "fax"):
        document = answer(world, world.plan("call"), answered_by)
        assert document.endswith("<Response><Hangup /></Response>")
    assert world.events() == []
    assert "<Gather" in answer(world, ref, "unknown")


def test_star_repeats_and_zero_asks_for_a_person(world: World, ref: str) -> None:
    first = answer(world, ref)
    assert "đồng ý" in words(press(world, ref, 1, "*"))
    assert "cán bộ sẽ gọi lại" in words(press(world, ref, 2, "0"))
    assert world.tasks() == ["person_wanted"]
    assert "<Gather" in first
    assert world.answers() == {}


def test_refusing_ends_the_interview_and_is_kept(world: World, ref: str) -> None:
    answer(world, ref)
    asked_back = press(world, ref, 1, "2")
    assert "không muốn trả lời phải không" in words(asked_back)
    assert (world.interview()["status"], world.ledger()) == ("refused", ["refused"])  # hanging up here has refused
    assert world.interview()["ended_at"] is not None
    document = press(world, ref, 2, "1")
    assert "dừng ở đây" in words(document)
    assert "<Gather" not in document
    assert (world.interview()["status"], world.ledger()) == ("refused", ["refused"])
    assert world.consent_of() == "unasked"
    consistent(world)


def test_a_slip_of_the_key_is_taken_back_in_the_same_call_and_only_a_key_to_consent_consents(
    world: World, ref: str
) -> None:
    answer(world, ref)
    press(world, ref, 1, "2")
    assert "có đồng ý trả lời không" in words(press(world, ref, 2, "2"))
    held = world.interview()
    assert (held["status"], held["ended_at"], world.answers()) == ("active", None, {})
    assert (world.ledger(), world.consent_of()) == (["refused"], "unasked")
    press(world, ref, 3, "1")
    assert (world.ledger(), world.consent_of()) == (["refused", "given"], "given")
    consistent(world)


def test_a_text_from_another_hand_does_not_take_a_refusal_back(world: World, ref: str) -> None:
    answer(world, ref)
    press(world, ref, 1, "2")
    inbound.receive_text(world.work, world.text, world.text_from("1"))
    assert (world.interview()["status"], world.answers()) == ("refused", {"consent": "no"})
    consistent(world)


def test_consent_is_kept_with_wording_and_key(world: World, ref: str) -> None:
    from store.people.consent import history

    answer(world, ref)
    press(world, ref, 1, "1")
    with world.work.database.transaction() as conn:
        row = history(conn, world.hash())[0]
    assert (row.kind, row.channel, row.source_id) == ("given", "voice", f"{ref}:1")
    assert row.wording == f"{world.form.sha256}:vi"
    assert world.work.vault.open(row.evidence, "consent.evidence", row.phone_hash, row.source_id) == "1"


def test_a_finished_interview_is_thanked_and_the_call_ends(world: World, ref: str) -> None:
    entry = {"consent": "yes", "q1": "5", "q2": "5", "q4": "5", "members": "7"}
    staff_entry.enter_answers(world.work, world.interviews[0], entry, actor="staff:1", source_id="form-1", final=True)
    document = answer(world, ref)
    assert "đã nộp rồi" in words(document)
    assert "<Gather" not in document


def test_who_opted_out_is_asked_nothing(world: World, ref: str) -> None:
    with world.work.database.transaction() as conn:
        said = consent.Said("sms", "SM1", "TC", world.work.clock.now())
        consent.stop(world.work, conn, world.hash(), ConsentState.UNASKED, said)
    document = answer(world, ref)
    assert "<Gather" not in document
    assert "không gọi" in words(document)
    assert world.events() == []


def test_opting_out_by_text_during_a_call_ends_it_and_keeps_the_key(world: World, ref: str) -> None:
    answer(world, ref)
    press(world, ref, 1, "1")
    inbound.receive_text(world.work, world.text, world.text_from("STOP"))
    document = press(world, ref, 2, "1")
    assert "<Gather" not in document
    assert world.answers()["q1"] == "5"


def test_two_organisations_on_one_phone_are_told_apart(world: World, ref: str) -> None:
    second = world.add_organisation("DX002")
    assert "HTX DX001" in words(answer(world, ref))
    other = world.plan("call", at=1)
    assert "HTX DX002" in words(answer(world, other))
    press(world, other, 1, "1")
    assert (world.answers(0), world.answers(1)) == ({}, {"consent": "yes"})
    assert world.interviews[1] == second


# What must not happen


def test_unknown_calls_and_turns_to_come_are_refused(world: World, ref: str) -> None:
    with pytest.raises(calls.UnknownCallError):
        calls.first(world.work, "nobody-knows-this", CARRIER_ID, "")
    with pytest.raises(calls.UnknownCallError):
        calls.pressed(world.work, ref, 1, "1")
    answer(world, ref)
    with pytest.raises(calls.UnknownCallError):
        calls.pressed(world.work, ref, 2, "1")
    assert len(world.events()) == 1


def test_the_apology_needs_nothing(world: World) -> None:
    document = calls.apology(world.work)
    assert "Xin lỗi" in words(document)
    assert document.endswith("<Hangup /></Response>")


def test_a_call_cannot_run_for_ever(world: World, ref: str) -> None:
    answer(world, ref)
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(call_table).values(turn=calls.MOST_TURNS))
        conn.execute(sa.update(call_turns).values(turn=calls.MOST_TURNS))
    assert "<Gather" not in press(world, ref, calls.MOST_TURNS, "*")


def test_a_key_takes_at_most_six_statements(world: World, ref: str) -> None:
    answer(world, ref)
    counts = []
    for turn, digits in enumerate(["1", "2", "1"], 1):
        with noted() as seen:
            press(world, ref, turn, digits)
        counts.append(len(seen))
    assert counts == [6, 5, 5]


def in_threads(*work: Callable[[], Any]) -> list[Any]:
    """Run the calls at the same time; their results in order."""
    with ThreadPoolExecutor(len(work)) as pool:
        return [future.result(timeout=20) for future in [pool.submit(call) for call in work]]


def test_a_key_and_a_text_at_once_store_one_answer_each_channel_goes_on(world: World, ref: str) -> None:
    answer(world, ref)
    inbound.receive_text(world.work, world.text, world.text_from("alo"))
    press(world, ref, 1, "1")
    text = world.text_from("1")
    world.clock.advance(timedelta(minutes=1))
    document, reply = in_threads(
        lambda: calls.pressed(world.work, ref, 2, "2"), lambda: inbound.receive_text(world.work, world.text, text)
    )
    assert set(world.answers()) == {"consent", "q1"}
    assert "q2" in words(document)
    assert reply.body is not None
    assert consistent(world)


def test_the_same_key_twice_at_once_is_one_event(world: World, ref: str) -> None:
    answer(world, ref)
    documents = in_threads(*[lambda: calls.pressed(world.work, ref, 1, "1")] * 3)
    assert len(set(documents)) == 1
    assert len(world.events()) == 2


def key_waits_for_the_phone(world: World, ref: str) -> None:
    answer(world, ref)
    press(world, ref, 1, "1")
    with ThreadPoolExecutor(1) as pool:
        with world.work.database.transaction() as conn:
            phone_rows.lock(conn, world.hash())
            waiting = pool.submit(calls.pressed, world.work, ref, 2, "1")
            try:
                waiting.result(timeout=0.4)
                done = True
            except TimeoutError:
                done = False
        waiting.result(timeout=20)
    assert not done


def test_keys_wait_for_other_turns_of_the_phone(world: World, ref: str) -> None:
    key_waits_for_the_phone(world, ref)


def test_that_proof_fails_without_the_phones_lock(world: World, ref: str) -> None:
    with plant("no-phone-lock"), pytest.raises(AssertionError):
        key_waits_for_the_phone(world, ref)


# Staff


def test_staff_enter_through_the_same_door_and_the_audit_trail_says_who(world: World) -> None:
    id_ = world.interviews[0]
    step = staff_entry.enter_answers(
        world.work, id_, {"consent": "yes", "q1": "5", "members": "86421"}, actor="staff:7", source_id="paper-1"
    )
    assert any(isinstance(effect, Doubtful) and effect.question == "members" for effect in step.effects)
    staff_entry.enter_key(world.work, id_, "q2", "2", actor="staff:7", source_id="paper-2")
    assert world.answers() == {"consent": "yes", "q1": "5", "q2": "3"}
    assert {row["actor"] for row in world.rows(audit)} == {"staff:7"}
    assert "86421" not in str([dict(row) for row in world.rows(audit)])
    done = staff_entry.enter_answers(
        world.work, id_, {"q4": "1", "members": "9"}, actor="staff:7", source_id="paper-3", final=True
    )
    assert Ended("complete") in done.effects
    late = staff_entry.enter_key(world.work, id_, "q1", "1", actor="staff:7", source_id="paper-4")
    assert late.effects == (Finished(),)
    assert not any(isinstance(effect, Echo) for effect in late.effects)
    assert consistent(world)


def test_a_choice_of_two_figures_is_gathered_up_to_the_hash_key(work: Work) -> None:
    world = build(work, form(consent_question(), numbered("village"), code="LONG"))
    ref = world.plan("call")
    answer(world, ref)
    document = press(world, ref, 1, "1")
    (gather,) = re.findall(r"<Gather [^>]*>", document)
    assert 'finishOnKey="#"' in gather
    assert "numDigits" not in gather
    press(world, ref, 2, "12")
    assert world.answers() == {"consent": "yes", "village": "v12"}
