"""A stop told to staff by mouth or on paper ends every channel and all that waits; a start told likewise undoes it."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from services.calls import dialogue as calls
from services.calls import incoming as ring_in
from services.follow_up import resumptions
from services.follow_up import staff_requests as told_wishes
from services.follow_up.staff_requests import Told
from services.refusal import Refusal
from services.sending import dispatcher
from services.texts import receive as inbound
from services.work import Work
from store.people.consent import history
from store.tables.outbox import outbox
from store.tables.registry import organisation_phones, organisations
from store.tables.staff import audit
from tests.doubles import FakeCarriers
from tests.services.world import LEADER, World, build

SAID = Told("in_person", date(2026, 11, 18), "Bà Hoa nói với tổ công tác: đừng gọi nữa.")
SECOND = "+84901000002"
CONFIRMED = "Da ghi nhan. Chung toi se khong goi, khong nhan tin cho ong/ba nua. Muon nhan lai, nhan DK LAI"


@pytest.fixture
def world(work: Work) -> World:
    return build(work)


def organisation(world: World) -> object:
    return world.rows(organisations)[0]["id"]


def stop(world: World) -> int:
    found = told_wishes.find(world.work, world.rows(organisations)[0]["registry_code"], "QB")
    return told_wishes.stop(world.work, found, SAID, "staff:7")


def test_everything_that_waits_is_taken_back_and_nothing_leaves(world: World, carriers: FakeCarriers) -> None:
    world.plan("call")
    world.plan("text")
    ring_in.rang_in(world.work, world.line, LEADER, "CA1")
    assert stop(world) == 1
    waited = [row for row in world.rows(outbox) if row["purpose"] != "opt_out_confirmation"]
    assert {(row["state"], row["reason"]["code"]) for row in waited} == {("withdrawn", "opted_out")}
    world.plan("call")
    dispatcher.dispatch(world.work, world.line.id, 0.2)
    dispatcher.dispatch(world.work, world.text.id, 0.2)
    assert carriers.calls.sent == []
    assert [sent.body for sent in carriers.texts.sent] == [CONFIRMED]
    assert world.consent_of() == "stopped"
    ring_in.rang_in(world.work, world.line, LEADER, "CA2")
    assert world.rows(outbox, purpose="call_back", state="planned") == []


def test_the_ledger_says_who_when_and_how_and_the_trail_says_no_words(world: World) -> None:
    stop(world)
    with world.work.database.transaction() as conn:
        (row,) = history(conn, world.hash())
    assert (row.kind, row.channel, row.interview_id) == ("stopped", "staff", world.interviews[0])
    assert row.source_id.startswith("staff:7:")
    assert (
        world.work.vault.open(row.evidence, "consent.evidence", row.phone_hash, row.source_id)
        == f"in_person 2026-11-18: {SAID.words}"
    )
    (line,) = world.rows(audit)
    assert (line["action"], line["actor"]) == ("consent.stopped", "staff:7")
    assert line["detail"] == {"how": "in_person", "day": "2026-11-18", "numbers": 1}


def test_a_call_that_runs_ends_at_its_next_key_and_is_not_resumed(world: World, carriers: FakeCarriers) -> None:
    ref = world.plan("call")
    dispatcher.dispatch(world.work, world.line.id, 0.2)
    calls.first(world.work, ref, "CA1", "")
    calls.pressed(world.work, ref, 1, "1")
    stop(world)
    assert "không gọi và không nhắn tin nữa" in calls.pressed(world.work, ref, 2, "1")
    assert not resumptions.after(world.work, ref)


def test_all_numbers_of_an_organisation_and_whatever_shares_them(world: World) -> None:
    world.add_organisation("DX002", SECOND)
    with world.work.database.transaction() as conn:
        row = {"organisation_id": organisation(world), "phone_hash": world.hash(SECOND), "rank": 1, "valid": True}
        conn.execute(organisation_phones.insert().values(**row, note=""))
    assert stop(world) == 2
    assert (world.consent_of(), world.consent_of(SECOND)) == ("stopped", "stopped")
    assert stop(world) == 0  # told again: kept again, nothing new
    assert len(world.rows(outbox, purpose="opt_out_confirmation")) == 2
    assert world.ledger() == ["stopped", "stopped"]


def test_only_a_start_undoes_it_and_only_where_there_was_a_stop(world: World) -> None:
    found = told_wishes.find(world.work, world.rows(organisations)[0]["registry_code"])
    with pytest.raises(Refusal) as refused:
        told_wishes.start(world.work, found, SAID, "staff:7")
    assert refused.value.code == "wish.not_stopped"
    stop(world)
    back = Told("on_paper", SAID.day, "Đơn xin được hỏi lại, ký tên.")
    assert told_wishes.start(world.work, found, back, "staff:7") == 1
    assert (world.consent_of(), world.ledger()) == ("unasked", ["stopped", "started"])


def test_a_respondents_own_word_undoes_it_too(world: World) -> None:
    stop(world)
    inbound.receive_text(world.work, world.text, world.text_from("DK LAI"))
    assert world.ledger() == ["stopped", "started"]


def test_a_number_on_no_list_may_be_stopped_before_it_is_on_one(world: World) -> None:
    assert told_wishes.stop_number(world.work, "0907 777 777", SAID, "cli:test") == 1
    assert world.consent_of("+84907777777") == "stopped"
    assert told_wishes.start_number(world.work, "0907 777 777", SAID, "cli:test") == 1
    assert world.rows(audit)[0]["subject"].startswith("phone:")


@pytest.mark.parametrize(
    ("told", "code"),
    [
        (Told("by_letter", SAID.day, "x"), "wish.how_unknown"),
        (Told("by_phone", SAID.day, "  "), "wish.words_wanted"),
        (Told("by_phone", SAID.day, "x" * 501), "wish.words_wanted"),
        (Told("by_phone", SAID.day + timedelta(days=1), "x"), "wish.day_ahead"),
    ],
)
def test_what_is_not_told_in_full_is_refused(world: World, told: Told, code: str) -> None:
    found = told_wishes.find(world.work, world.rows(organisations)[0]["registry_code"])
    with pytest.raises(Refusal) as refused:
        told_wishes.stop(world.work, found, told, "staff:7")
    assert (refused.value.code, world.ledger()) == (code, [])


def test_what_names_nobody_is_refused(world: World) -> None:
    with pytest.raises(Refusal, match=r"wish\.no_organisation"):
        told_wishes.find(world.work, "NOBODY")
    with pytest.raises(Refusal, match=r"wish\.number_unfit"):
        told_wishes.stop_number(world.work, "1900", SAID, "cli:test")
    world.add_organisation("DX009", None)
    with pytest.raises(Refusal, match=r"wish\.no_number"):
        told_wishes.stop(world.work, told_wishes.find(world.work, "DX009"), SAID, "cli:test")
