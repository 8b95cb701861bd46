"""A number that cannot be texted is rung, one that cannot be rung is texted, the next one follows, then staff.

Through the real ladder, dispatch and receipts; and every way back.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from carriers.errors import KANNEL, TWILIO, classify
from contact.delivery import ErrorKind, Receipt, Refused, State
from services.calls import incoming as ring_in
from services.campaign import campaigns
from services.campaign import next_step as advance
from services.delivery import outcomes
from services.refusal import Refusal
from services.registry import held_numbers
from services.sending import dispatcher
from services.texts import receive as inbound
from services.work import Work
from store.tables.campaigns import campaign_interviews
from store.tables.outbox import outbox
from store.tables.registry import organisation_phones, phone_abilities
from store.tables.staff import audit
from tests.doubles import FakeCarriers, FakeClock
from tests.services.nation import add_phone, rule_out
from tests.services.world import LEADER, World, build

SECOND = "+84901000002"
NO_TEXTS = ("21612", "21614", "21635", "30005", "30006")
NO_CALLS = ("21214", "21216", "21217", "13224", "sip404", "sip410", "sip604")


@pytest.fixture
def world(work: Work) -> World:
    return build(work)


def refused(code: str, codes: Mapping[str, ErrorKind] = TWILIO) -> Refused:
    return Refused(classify(codes, code).kind, code)


def launched(world: World, kind: str = "reminder") -> UUID:
    made = campaigns.draft(world.work, "2026", "QB", "test", kind=kind)
    campaigns.launch(world.work, made, campaigns.preview(world.work, made).contacted, "test")
    campaigns.plan(world.work, made)
    return made


def go_on(world: World, made: UUID, hours: int = 12) -> None:
    """Let the ladder climb; whoever is rung does not pick up."""
    for _ in range(hours):
        world.clock.advance(timedelta(hours=1))
        advance.advance(world.work, made)
        for sender in (world.text, world.line):
            dispatcher.dispatch(world.work, sender.id, 0.2)
        for row in world.sent(medium="call", state="sent"):
            receipt(world, row["ref"], State.NO_ANSWER)


def receipt(world: World, ref: str, state: State, code: str = "") -> None:
    kind = classify(TWILIO, code).kind if code else None
    outcomes.record_receipt(world.work, ref, Receipt(f"X{ref}", state, str(state), code, kind))


def left(carriers: FakeCarriers) -> list[tuple[str, str]]:
    """Texts and calls as they left: (medium, number), texts before calls."""
    return [("text", one.to) for one in carriers.texts.sent] + [("call", one.to) for one in carriers.calls.sent]


def known(world: World, number: str = LEADER) -> dict[str, tuple[bool, str, str]]:
    rows = world.rows(phone_abilities, phone_hash=world.hash(number))
    return {row["medium"]: (row["able"], row["code"], row["source"]) for row in rows}


def actions(world: World) -> list[str]:
    return [row["action"] for row in world.rows(audit) if row["action"].startswith(("phone.", "number."))]


# The ladder goes on


@pytest.mark.parametrize("code", NO_TEXTS)
def test_a_number_that_cannot_be_texted_is_rung(world: World, carriers: FakeCarriers, code: str) -> None:
    carriers.texts.results.append(refused(code))
    go_on(world, launched(world), 6)
    assert left(carriers)[:2] == [("text", LEADER), ("call", LEADER)]
    assert known(world) == {"text": (False, code, "carrier")}
    assert (world.tasks(), actions(world)) == ([], ["phone.unable"])


def test_to_the_ladders_end_it_is_rung_only(world: World, carriers: FakeCarriers) -> None:
    carriers.texts.results.append(refused("21614"))
    go_on(world, launched(world), 24 * 5)
    assert [one for one in left(carriers) if one[0] == "text"] == [("text", LEADER)], "never texted again"
    assert left(carriers).count(("call", LEADER)) == 6
    assert world.tasks() == ["ladder_ended"]


@pytest.mark.parametrize("code", NO_CALLS)
def test_a_number_that_cannot_be_rung_is_texted(world: World, carriers: FakeCarriers, code: str) -> None:
    made = launched(world)
    carriers.calls.results.append(refused(code))
    go_on(world, made, 30)
    assert left(carriers) == [("text", LEADER), ("text", LEADER), ("call", LEADER)]
    assert known(world) == {"call": (False, code, "carrier")}


def test_a_receipt_says_it_as_well_as_a_refusal(world: World, carriers: FakeCarriers) -> None:
    made = launched(world)
    go_on(world, made, 1)
    receipt(world, world.sent(medium="text")[0]["ref"], State.UNDELIVERED, "30006")
    go_on(world, made)
    assert ("call", LEADER) in left(carriers)
    assert known(world)["text"] == (False, "30006", "carrier")


def test_the_first_number_is_rung_before_the_second_is_texted(world: World, carriers: FakeCarriers) -> None:
    world.add_organisation("DX002", SECOND)
    add_phone(world, "DX001", SECOND)
    with world.work.database.transaction() as conn:  # only the first organisation is asked
        conn.execute(sa.text("UPDATE interviews SET status = 'complete' WHERE id = :id"), {"id": world.interviews[1]})
    carriers.texts.results.append(refused("21614"))
    made = launched(world)
    go_on(world, made, 6)
    assert left(carriers) == [("text", LEADER), ("call", LEADER)]
    go_on(world, made, 48)
    assert ("text", SECOND) in left(carriers), "the reminder takes the next number"
    assert world.tasks() == []


def test_a_campaign_of_texts_takes_the_next_number_at_once(world: World, carriers: FakeCarriers) -> None:
    world.add_organisation("DX002", SECOND)
    add_phone(world, "DX001", SECOND)
    with world.work.database.transaction() as conn:
        conn.execute(sa.text("UPDATE interviews SET status = 'complete' WHERE id = :id"), {"id": world.interviews[1]})
    carriers.texts.results.append(refused("21614"))
    go_on(world, launched(world, "text_only"), 3)
    assert left(carriers) == [("text", LEADER), ("text", SECOND)]


@pytest.mark.parametrize("codes", [("21211", None), ("21614", "sip404")])
def test_what_takes_neither_is_staffs(world: World, carriers: FakeCarriers, codes: tuple[str, str | None]) -> None:
    carriers.texts.results.append(refused(codes[0]))
    if codes[1]:
        carriers.calls.results.append(refused(codes[1]))
    made = launched(world)
    go_on(world, made, 48)
    assert left(carriers) == [("text", LEADER), *([("call", LEADER)] if codes[1] else [])]
    assert world.tasks() == ["wrong_number"]
    assert world.rows(campaign_interviews, campaign_id=made)[0]["reason"] == {"code": "no_phone"}


def test_what_a_carrier_says_is_true_for_everybody_with_the_number(world: World, carriers: FakeCarriers) -> None:
    world.add_organisation("DX002", LEADER)
    rule_out(world, LEADER, "text")
    go_on(world, launched(world), 3)
    assert set(left(carriers)) == {("call", LEADER)}


def test_kannels_missing_route_says_nothing_of_calls(world: World, carriers: FakeCarriers) -> None:
    carriers.texts.results.append(refused("not_routable", KANNEL))
    go_on(world, launched(world))
    assert left(carriers)[:2] == [("text", LEADER), ("call", LEADER)]


@pytest.mark.parametrize("given_up", [True, False])
def test_nobody_is_promised_a_call_that_cannot_be_made(world: World, given_up: bool) -> None:
    if given_up:
        link(world, valid=False, note="wrong_number")
    else:
        rule_out(world, LEADER, "call")
    for body in ("alo", "GOI"):
        world.clock.advance(timedelta(minutes=2))
        inbound.receive_text(world.work, world.text, world.text_from(body))
    assert (world.sent(purpose="call_back"), world.tasks()) == ([], ["person_wanted"])


@pytest.mark.parametrize("how", ["refused", "taken_back", "off_the_list"])
def test_a_promised_call_that_cannot_be_made_is_a_persons(world: World, carriers: FakeCarriers, how: str) -> None:
    inbound.receive_text(world.work, world.text, world.text_from("GOI"))
    if how == "refused":
        carriers.calls.results.append(refused("21217"))
        dispatcher.dispatch(world.work, world.line.id, 0.2)
    elif how == "off_the_list":
        unlink(world)
        dispatcher.dispatch(world.work, world.line.id, 0.2)
    else:
        held_numbers.hold(world.work, organisation(world), ("call",), "by_phone", "cli:an", LEADER)
    assert [row["state"] in ("failed", "withdrawn") for row in world.sent(purpose="call_back")] == [True]
    assert world.tasks() == ["person_wanted"]


# The last check


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda w: rule_out(w, LEADER, "call"), "no_calls"),
        (lambda w: link(w, valid=False, note="wrong_number"), "wrong_number"),
        (lambda w: link(w, valid=False, note="left_office"), "left_office"),
        (lambda w: unlink(w), "number_gone"),
    ],
)
def test_nothing_leaves_for_a_number_given_up_while_it_waited(
    world: World, carriers: FakeCarriers, change: Callable[[World], None], why: str
) -> None:
    ref = world.plan("call")
    change(world)
    dispatcher.dispatch(world.work, world.line.id, 0.2)
    (row,) = world.sent(ref=ref)
    assert (row["state"], row["reason"]["code"], carriers.calls.sent) == ("withdrawn", why, [])


def test_what_waits_is_taken_back_at_once(world: World, carriers: FakeCarriers) -> None:
    world.add_organisation("DX002", LEADER)
    other_text, call = world.plan("text", at=1), world.plan("call", at=1)
    failed = world.plan("text", state=State.SENT)
    receipt(world, failed, State.UNDELIVERED, "21614")
    states = {ref: world.sent(ref=ref)[0]["state"] for ref in (other_text, call)}
    assert states == {other_text: "withdrawn", call: "planned"}
    assert world.sent(ref=other_text)[0]["reason"] == {"code": "no_texts", "error": "21614"}


def link(world: World, **columns: Any) -> None:
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(organisation_phones).values(**columns))


def unlink(world: World) -> None:
    with world.work.database.transaction() as conn:
        conn.execute(sa.delete(organisation_phones))


# Ways back


def wrote(world: World) -> None:
    inbound.receive_text(world.work, world.text, world.text_from("alo"))


def rang(world: World) -> None:
    ring_in.rang_in(world.work, world.line, LEADER, "CA1")


def delivered(world: World) -> None:
    receipt(world, world.plan("text", state=State.SENT), State.DELIVERED)


def picked_up(world: World) -> None:
    receipt(world, world.plan("call", state=State.RINGING), State.ANSWERED)


def confirmed(world: World) -> None:
    assert held_numbers.confirm(world.work, organisation(world), "by_phone", "cli:an") == 1


def organisation(world: World) -> UUID:
    found: UUID = world.interview()["organisation_id"]
    return found


@pytest.mark.parametrize(
    ("medium", "proof", "found"),
    [
        ("text", wrote, (True, "wrote_to_us", "contact")),
        ("call", rang, (True, "rang_us", "contact")),
        ("text", delivered, (True, "delivered", "contact")),
        ("call", picked_up, (True, "answered", "contact")),
        ("text", confirmed, (True, "by_phone", "staff")),
        ("call", confirmed, (True, "by_phone", "staff")),
    ],
)
def test_what_proves_it_lifts_it(
    world: World, medium: str, proof: Callable[[World], None], found: tuple[bool, str, str]
) -> None:
    rule_out(world, LEADER, medium)
    proof(world)
    assert known(world) == {medium: found}
    assert actions(world) == ["phone.able"]
    proof_again = [proof] if proof is not confirmed else []
    for again in proof_again:
        world.clock.advance(timedelta(minutes=1))
        again(world)
    assert actions(world) == ["phone.able"], "once"


@pytest.mark.parametrize(("medium", "proof"), [("text", rang), ("call", wrote), ("call", delivered)])
def test_one_medium_proves_nothing_of_the_other(world: World, medium: str, proof: Callable[[World], None]) -> None:
    rule_out(world, LEADER, medium)
    proof(world)
    assert known(world)[medium][0] is False


def test_an_older_failure_does_not_undo_a_newer_proof(world: World, clock: FakeClock) -> None:
    old = world.plan("text", state=State.SENT)
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(outbox).values(sent_at=clock.now()))
    clock.advance(timedelta(minutes=1))
    rule_out(world, LEADER, "text")
    wrote(world)
    clock.advance(timedelta(minutes=1))
    receipt(world, old, State.UNDELIVERED, "30006")
    assert known(world)["text"][0] is True


def test_a_ladder_that_ended_for_want_of_a_number_goes_on(world: World, carriers: FakeCarriers) -> None:
    carriers.texts.results.append(refused("21211"))
    made = launched(world)
    go_on(world, made, 3)
    assert (world.tasks(), left(carriers)) == (["wrong_number"], [("text", LEADER)])
    confirmed(world)
    go_on(world, made)
    assert ("call", LEADER) in left(carriers) or left(carriers).count(("text", LEADER)) == 2
    assert world.rows(campaign_interviews, campaign_id=made)[0]["state"] != "ended"


def test_staff_may_take_back_what_a_stranger_said(world: World) -> None:
    link(world, valid=False, note="wrong_number")
    confirmed(world)
    (row,) = world.rows(organisation_phones)
    assert (row["valid"], row["note"]) == (True, "")
    assert actions(world) == ["number.given_back"]
    with pytest.raises(Refusal, match="nothing_held"):
        held_numbers.confirm(world.work, organisation(world), "by_phone", "cli:an")


def test_staff_may_say_it_themselves(world: World, clock: FakeClock) -> None:
    waits = world.plan("call")
    assert held_numbers.hold(world.work, organisation(world), ("call",), "in_person", "cli:an", "0901 000 001") == 1
    assert held_numbers.hold(world.work, organisation(world), ("call",), "in_person", "cli:an", LEADER) == 0
    assert known(world) == {"call": (False, "in_person", "staff")}
    assert world.sent(ref=waits)[0]["state"] == "withdrawn"
    (number,) = held_numbers.standing(world.work, organisation(world))
    assert [(one.medium, one.able, one.at) for one in number.abilities] == [("call", False, clock.now())]
    with pytest.raises(Refusal, match="not_theirs"):
        held_numbers.hold(world.work, organisation(world), ("call",), "in_person", "cli:an", SECOND)


# Notes of before


def test_notes_of_before_become_abilities(world: World, owner: Any) -> None:
    """The migration's own statements: what was a carrier's code speaks of the phone, what people said of the link."""
    from importlib import import_module

    notes = import_module("migrations.versions.0011_abilities").NOTES
    numbers = {"21614": SECOND, "sip404": "+84901000003", "21211": "+84901000004", "wrong_number": "+84901000005"}
    for code, number in numbers.items():
        world.add_organisation(f"DX-{code}", number)
    ended = datetime.fromisoformat("2026-11-01T08:00+00:00")
    world.plan("text", number=SECOND, state=State.FAILED)
    with owner.transaction() as conn:
        conn.execute(sa.update(outbox).values(error_code="21614", ended_at=ended))
        for code, number in numbers.items():
            which = organisation_phones.c.phone_hash == world.hash(number)
            conn.execute(sa.update(organisation_phones).where(which).values(valid=False, note=code))
        conn.exec_driver_sql(notes)
    assert known(world, SECOND) == {"text": (False, "21614", "carrier")}
    assert world.rows(phone_abilities, phone_hash=world.hash(SECOND))[0]["at"] == ended
    assert known(world, numbers["sip404"]) == {"call": (False, "sip404", "carrier")}
    assert sorted(known(world, numbers["21211"])) == ["call", "text"]
    assert known(world, numbers["wrong_number"]) == {}
    links = {bytes(row["phone_hash"]): row["valid"] for row in world.rows(organisation_phones)}
    assert [links[world.hash(number)] for number in numbers.values()] == [True, True, True, False]
