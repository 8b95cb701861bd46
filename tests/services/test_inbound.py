"""A text comes in: once, bound to what was shown, answered in the response; opting out ends everything at once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from contact.delivery import State
from services.interview import recording as interviews
from services.keys.sealed_columns import opened
from services.sending import dispatcher as dispatch
from services.texts import receive as inbound
from services.texts.receive import TextReply
from services.work import Work
from store.messages import unknown as doubts
from store.people import phones as phone_rows
from store.tables.campaigns import consent as ledger
from store.tables.campaigns import tasks
from store.tables.interviews import inbound as inbound_rows
from store.tables.interviews import interviews as interview_table
from store.tables.outbox import outbox, senders
from store.tables.rounds import rounds
from survey.answers import Heard, Key
from survey.form.questionnaire import Choice, Question
from tests.faults import plant
from tests.services.world import LEADER, World, build
from tests.statements import noted
from tests.survey.forms import consent, form, words

STRANGER = "+84907777777"


@pytest.fixture
def world(work: Work) -> World:
    return build(work)


def send(world: World, body: str, number: str = LEADER, wait_s: int = 60, **more: Any) -> TextReply:
    """A person reads, thinks for a minute, and writes `body`."""
    world.work.clock.advance(timedelta(seconds=wait_s))  # type: ignore[attr-defined]  # the tests' clock
    return inbound.receive_text(world.work, world.text, world.text_from(body, number, **more))


def yes_no(name: str) -> Question:
    """Có or không."""
    return Question(
        name, "select_one", words("Đơn vị có buôn bán không?"),
        (Choice("yes", words("Có", "Yes"), "1"), Choice("no", words("Không", "No"), "2")),
    )  # fmt: skip


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


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """Every statement that reaches the database, BEGIN and COMMIT not counted."""
    with noted() as seen:
        yield seen


# The same text again


def deliver_twice(world: World) -> tuple[TextReply, TextReply, int]:
    """The answer to C1, and the same delivery a minute later; both replies and the number of events."""
    send(world, "alo")
    send(world, "1")
    text = world.text_from("1")
    world.work.clock.advance(timedelta(minutes=1))  # type: ignore[attr-defined]  # the tests' clock
    first = inbound.receive_text(world.work, world.text, text)
    world.work.clock.advance(timedelta(minutes=1))  # type: ignore[attr-defined]  # the tests' clock
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
    dispatch.dispatch(world.work, world.text.id, 0.2)
    row = world.sent(id=reply["id"])[0]
    assert (row["state"], row["reason"]["code"]) == ("withdrawn", "overtaken")


def test_a_reply_that_is_the_newest_leaves_by_itself(world: World) -> None:
    send(world, "alo")
    inbound.receive_text(world.work, world.text, world.text_from("1"), via="sweep")
    reply = next(row for row in world.sent() if row["state"] == "planned")
    assert dispatch.dispatch(world.work, world.text.id, 0.2) == 1
    assert world.sent(id=reply["id"])[0]["state"] not in ("planned", "withdrawn")


def test_an_answer_to_a_reminder_is_not_taken_for_the_question_of_a_reply_that_still_waits(world: World) -> None:
    """A storm found it: the answer's webhook was lost, a reminder asked the same again, a sweep found the answer."""
    send(world, "alo")
    send(world, "1")
    lost = world.text_from("2", at=world.work.clock.now() + timedelta(seconds=30))
    world.work.clock.advance(timedelta(hours=3))  # type: ignore[attr-defined]  # the tests' clock
    world.plan("text")
    assert dispatch.dispatch(world.work, world.text.id, 0.2) == 1
    world.work.clock.advance(timedelta(seconds=58))  # type: ignore[attr-defined]
    assert inbound.receive_text(world.work, world.text, lost, via="sweep").outcome == "answered"
    again = send(world, "2", wait_s=230)
    assert (again.outcome, set(world.answers())) == ("asked_back", {"consent", "q1"})
    assert "C2: " in (again.body or "")
    assert send(world, "1").outcome == "answered"
    assert (world.answers()["q1"], world.answers()["q2"]) == ("3", "5")


def test_a_reply_that_left_late_comes_unasked(world: World) -> None:
    send(world, "alo")
    send(world, "1")
    world.work.clock.advance(timedelta(minutes=1))  # type: ignore[attr-defined]  # the tests' clock
    inbound.receive_text(world.work, world.text, world.text_from("2"), via="sweep")
    world.work.clock.advance(timedelta(minutes=4))  # type: ignore[attr-defined]  # the tests' clock
    assert dispatch.dispatch(world.work, world.text.id, 0.2) == 1
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


# Opting out


def opted_out_for_good(world: World) -> None:
    """STOP: one confirmation, nothing queued is left, nothing more is said."""
    send(world, "alo")
    refs = [world.plan("call"), world.plan("text", state=State.CLAIMED)]
    reply = send(world, "TC")
    assert "khong goi" in (reply.body or "")
    assert world.sent(ref=reply.ref)[0]["purpose"] == "opt_out_confirmation"
    assert [world.sent(ref=ref)[0]["state"] for ref in refs] == ["withdrawn"] * 2
    assert (world.consent_of(), world.ledger()) == ("stopped", ["stopped"])
    assert send(world, "TC").body is None
    silent = send(world, "1")
    assert (silent.outcome, silent.body) == ("answered_after_stop", None)


def test_opting_out_withdraws_everything_and_is_confirmed_once(world: World) -> None:
    opted_out_for_good(world)
    assert world.answers() == {"consent": "yes"}


def test_that_proof_fails_when_opting_out_is_skipped(world: World) -> None:
    with plant("skip-opt-out"), pytest.raises(AssertionError):
        opted_out_for_good(world)


def test_only_start_again_lifts_a_stop(world: World) -> None:
    send(world, "TC")
    assert send(world, "dung").body is None
    assert world.consent_of() == "stopped"
    assert send(world, "DK LAI").outcome == "opted_in"
    assert (world.consent_of(), world.ledger()) == ("unasked", ["stopped", "started"])
    assert send(world, "alo").outcome == "opened"


def test_a_word_that_may_be_an_opt_out_holds_and_asks_once(world: World) -> None:
    send(world, "alo")
    first, second = send(world, "dung"), send(world, "dung")
    assert "phai khong" in (first.body or "")
    assert (second.outcome, second.body) == ("held", None)
    assert world.consent_of() == "held"
    assert send(world, "1").outcome == "answered"
    assert world.consent_of() == "given"
    assert world.ledger() == ["held", "held", "released", "given"]


@pytest.mark.parametrize("yes", ["dung roi", "phải", "vâng ạ", "co"])
def test_a_yes_to_the_question_whether_contacts_shall_end_ends_them(world: World, yes: str) -> None:
    send(world, "alo")
    send(world, "1")
    send(world, "dung")
    assert send(world, yes).outcome == "opted_out"
    assert (world.consent_of(), world.ledger()) == ("stopped", ["given", "held", "stopped"])


def test_a_no_to_the_question_whether_contacts_shall_end_answers_no_question_of_the_form(work: Work) -> None:
    world = build(work, form(consent(), yes_no("trade"), code="YESNO"))
    send(world, "alo")
    send(world, "1")
    send(world, "dung")
    again = send(world, "khong")
    assert "C1:" in (again.body or "")
    assert world.answers() == {"consent": "yes"}
    assert world.ledger() == ["given", "held", "released"]
    send(world, "dung")
    assert send(world, "có").outcome == "opted_out"
    assert world.answers() == {"consent": "yes"}


@pytest.mark.parametrize(
    "words", ["tc a", "Từ chối ạ", "đừng gọi nữa", "dung nhan tin nua", "thoi nhan tin", "xin dừng"]
)
def test_an_opt_out_in_peoples_own_words_ends_everything(world: World, words: str) -> None:
    send(world, "alo")
    ref = world.plan("call")
    assert send(world, words).outcome == "opted_out"
    assert (world.consent_of(), world.sent(ref=ref)[0]["state"]) == ("stopped", "withdrawn")


@pytest.mark.parametrize("words", ["thôi", "khong tham gia", "dung goi", "khong tra loi"])
def test_unwilling_words_hold_every_contact_and_are_asked_back(world: World, words: str) -> None:
    send(world, "alo")
    assert send(world, words).outcome == "held"
    assert world.consent_of() == "held"


@pytest.mark.parametrize(("signal", "consent"), [("STOP", "stopped"), ("START", "unasked"), ("HELP", "unasked")])
def test_the_carriers_own_signal_feeds_the_ledger_and_gets_no_words(world: World, signal: str, consent: str) -> None:
    ref = world.plan()
    assert send(world, signal, opt_out_type=signal).body is None
    assert world.consent_of() == consent
    assert world.sent(ref=ref)[0]["state"] == ("withdrawn" if signal == "STOP" else "planned")


def test_evidence_of_consent_is_kept_sealed(world: World) -> None:
    from store.people.consent import history

    send(world, "Từ chối")
    with world.work.database.transaction() as conn:
        row = history(conn, world.hash())[0]
    assert opened(world.work.vault, ledger.c.evidence, row) == "Từ chối"
    assert (row["channel"], row["at"]) == ("sms", world.work.clock.now())


# Numbers on no list


def test_an_unknown_number_becomes_a_task_and_gets_a_polite_word_once_a_day(world: World) -> None:
    first, second = send(world, "alo", STRANGER), send(world, "ai day", STRANGER)
    assert "chua co trong danh sach" in (first.body or "")
    assert (second.outcome, second.body) == ("unknown_number", None)
    assert world.tasks() == ["unknown_number"]
    assert opened(world.work.vault, tasks.c.detail, world.rows(tasks)[0]) == STRANGER
    assert send(world, "alo", STRANGER, wait_s=90_000).body == first.body


def test_an_unknown_number_can_opt_out(world: World) -> None:
    assert send(world, "STOP", STRANGER).outcome == "opted_out"
    assert world.consent_of(STRANGER) == "stopped"
    assert send(world, "alo", STRANGER).body is None


NOBODYS = ("Viettel", "1414", "+14155550100", "anonymous", "+266696687", "client:an", "", "0x4f2", "\x00?")


@pytest.mark.parametrize("number", NOBODYS)
def test_what_is_no_persons_number_here_is_told_to_staff_once_a_day_and_not_answered(world: World, number: str) -> None:
    reply = send(world, "Quang cao", number)
    assert (reply.outcome, reply.body) == ("not_a_number", None)
    send(world, "Quang cao", number)
    kind = "unknown_number" if number.startswith("+1") else "sender_unreadable"
    assert world.tasks() == [kind]
    assert [work_of(world, row) for row in world.rows(tasks)] == [number]
    send(world, "1", number, wait_s=90_000)
    assert world.tasks() == [kind] * 2


@pytest.mark.parametrize("number", NOBODYS)
@pytest.mark.parametrize(("body", "told"), [("STOP", ""), ("TC", ""), ("dung", ""), ("ok", "STOP")])
def test_an_opt_out_of_nobody_is_told_as_such(world: World, number: str, body: str, told: str) -> None:
    text = world.text_from(body, number, opt_out_type=told)
    assert inbound.receive_text(world.work, world.text, text).outcome == "opt_out_unreadable"
    assert world.tasks() == ["stop_unreadable"]
    assert [row["outcome"] for row in world.received()] == ["opt_out_unreadable"]


def work_of(world: World, task: sa.RowMapping) -> str:
    """The sealed detail of a task."""
    return "" if task["detail"] is None else opened(world.work.vault, tasks.c.detail, task)


def test_a_number_without_its_plus_is_the_same_person(world: World) -> None:
    assert send(world, "alo", "84901000001").outcome == "opened"


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


# At the same time


def in_threads(*calls: Callable[[], Any]) -> list[Any]:
    """Run the calls at the same time; their results in order."""
    with ThreadPoolExecutor(len(calls)) as pool:
        return [future.result(timeout=20) for future in [pool.submit(call) for call in calls]]


def test_the_same_text_delivered_twice_at_once_is_heard_once(world: World) -> None:
    send(world, "alo")
    text = world.text_from("1")
    world.work.clock.advance(timedelta(minutes=1))  # type: ignore[attr-defined]  # the tests' clock
    replies = in_threads(*[lambda: inbound.receive_text(world.work, world.text, text)] * 2)
    assert sorted(reply.repeated for reply in replies) == [False, True]
    assert {(reply.body, reply.ref) for reply in replies} == {(replies[0].body, replies[0].ref)}
    assert len(world.events()) == 2


def test_a_key_and_a_text_at_once_store_one_answer(world: World) -> None:
    send(world, "alo")
    send(world, "1")
    world.work.clock.advance(timedelta(minutes=1))  # type: ignore[attr-defined]  # the tests' clock
    ask, text = world.interview()["state"], world.text_from("1")
    key = Heard("voice", "CA1:3", Key("3"), ask["t"], ask["a"])
    in_threads(
        lambda: inbound.receive_text(world.work, world.text, text),
        lambda: interviews.enter(world.work, world.interviews[0], key, phone_hash=world.hash()),
    )
    assert set(world.answers()) == {"consent", "q1"}
    with world.work.database.transaction() as conn:
        assert interviews.differences(conn, world.interviews[0]) == []


@pytest.mark.parametrize("repeat", range(3))
def test_an_opt_out_and_an_answer_at_once_leave_nothing_queued(world: World, repeat: int) -> None:
    send(world, "alo")
    world.work.clock.advance(timedelta(minutes=1))  # type: ignore[attr-defined]  # the tests' clock
    ref, stop, answer = world.plan(), world.text_from("STOP"), world.text_from("1")
    calls = [lambda text=text: inbound.receive_text(world.work, world.text, text) for text in (stop, answer)]
    stopped, answered = in_threads(*calls)
    assert stopped.outcome == "opted_out"
    assert answered.outcome in ("answered", "answered_after_stop")
    assert (answered.body is None) == (answered.outcome == "answered_after_stop")
    assert world.consent_of() == "stopped"
    assert world.sent(ref=ref)[0]["state"] == "withdrawn"


def text_waits_for_the_phone(world: World) -> None:
    """While something else of this phone is under way, a text waits."""
    text = world.text_from("alo")
    with ThreadPoolExecutor(1) as pool:
        with world.work.database.transaction() as conn:
            phone_rows.lock(conn, world.hash())
            waiting = pool.submit(inbound.receive_text, world.work, world.text, text)
            try:
                waiting.result(timeout=0.4)
                done = True
            except TimeoutError:
                done = False
        assert waiting.result(timeout=20).outcome == "opened"
    assert not done


@pytest.mark.parametrize(
    ("fault", "verdict"), [(nullcontext(), nullcontext()), (plant("no-phone-lock"), pytest.raises(AssertionError))]
)
def test_turns_of_one_phone_wait_for_each_other(
    world: World, fault: AbstractContextManager[None], verdict: AbstractContextManager[Any]
) -> None:
    with verdict, fault:
        text_waits_for_the_phone(world)


def test_a_process_that_dies_before_commit_leaves_everything_as_it_was(world: World) -> None:
    send(world, "alo")

    text = world.text_from("1")
    dying = replace(world.work, ids=_Dying(world.work.ids))
    before = (world.interview(), world.answers(), len(world.received()), len(world.sent()))
    with pytest.raises(_KilledError):
        inbound.receive_text(dying, world.text, text)
    assert (world.interview(), world.answers(), len(world.received()), len(world.sent())) == before
    world.work.clock.advance(timedelta(minutes=1))  # type: ignore[attr-defined]  # the tests' clock
    assert inbound.receive_text(world.work, world.text, text).outcome == "answered"


class _KilledError(BaseException):
    """The process ends here."""


class _Dying:
    """Ids that end the process when the reply asks for its reference: the last thing before the last statement."""

    def __init__(self, ids: Any) -> None:
        self._ids = ids

    def new(self) -> Any:
        return self._ids.new()

    def public(self) -> str:
        raise _KilledError

    def code(self) -> str:
        return str(self._ids.code())


def test_sweep_finds_the_reply_in_doubt(world: World) -> None:
    """What the sweeps of handed replies look at is there: real time of handing over."""
    send(world, "alo")
    later = world.work.clock.real() + timedelta(minutes=3)
    with world.work.database.transaction() as conn:
        assert len(doubts.waiting_since(conn, (State.HANDED,), later)) == 1
