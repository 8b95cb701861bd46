"""Opting out by text ends everything at once; unwilling words hold it; only the person lifts a stop."""

from __future__ import annotations

import pytest

from contact.delivery import State
from services.work import Work
from survey.form.questionnaire import Choice, Question
from tests.faults import plant
from tests.services.texting import send
from tests.services.world import World, build
from tests.survey.forms import consent, form, words


@pytest.fixture
def world(work: Work) -> World:
    return build(work)


def yes_no(name: str) -> Question:
    """Có or không."""
    return Question(
        name, "select_one", words("Đơn vị có buôn bán không?"),
        (Choice("yes", words("Có", "Yes"), "1"), Choice("no", words("Không", "No"), "2")),
    )  # fmt: skip


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
    assert world.work.vault.open(row.evidence, "consent.evidence", row.phone_hash, row.source_id) == "Từ chối"
    assert (row.channel, row.at) == ("sms", world.work.clock.now())
