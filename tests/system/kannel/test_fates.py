"""What becomes of texts that we send: what SMSC, link and smsbox say, and what we make of it (docs/delivery.md)."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from carriers.kannel.settings import KannelCredentials
from carriers.kannel.texts import KannelText
from carriers.kannel.webhooks import VALID_MINUTES
from carriers.routing import CallbackUrls
from contact.delivery import Accepted, ErrorKind, Refused
from runtime.container import machine_work
from services.delivery import unknown
from services.senders import senders
from store.messages import contact_history
from store.tables.outbox import receipts
from store.tables.registry import phone_abilities
from tests.faults import plant
from tests.system.kannel.house import ACTOR, House, until
from tests.system.kannel.smpp_network import BUFFERED, DELIVERED, REJECTED, SILENT, THROTTLED, THROTTLES, UNDELIVERED

SHORT = "Alo 1"
"""One part, so that tries can be counted."""

pytestmark = [pytest.mark.system, pytest.mark.timeout(400)]


def smpp(fate: int, person: int) -> str:
    return f"849105{person:04d}{fate}"


@pytest.mark.parametrize(
    ("fate", "state", "error", "types", "tries"),
    [
        (DELIVERED, "delivered", ("", ""), {"8", "1"}, 1),
        (UNDELIVERED, "undelivered", ("undeliverable", "later"), {"8", "2"}, 1),
        (REJECTED, "failed", ("rejected", "later"), {"16"}, 1),
        (THROTTLED, "delivered", ("", ""), {"8", "1"}, 1 + THROTTLES),
        (BUFFERED, "delivered", ("", ""), {"8", "4", "1"}, 1),
        (SILENT, "sent", ("", ""), {"8"}, 1),
    ],
    ids=["delivered", "undeliverable", "rejected", "throttled", "buffered", "silent"],
)
def test_what_the_smsc_says(
    house: House, fate: int, state: str, error: tuple[str, str], types: set[str], tries: int
) -> None:
    number = smpp(fate, 1)
    ref = house.send(number, SHORT)
    row = house.becomes(ref, state)

    def told() -> set[str]:
        return {receipt["raw_status"] for receipt in house.world.rows(receipts, outbox_id=row["id"])}

    until(lambda: told() == types)
    row = house.row(ref)
    assert (row["state"], row["error_code"], row["error_kind"]) == (state, *error)
    assert house.network.tries[number] == tries
    assert len(house.heard(number)) == (fate != REJECTED)


def test_a_text_that_waits_too_long_does_not_come_in_the_night(house: House) -> None:
    number = smpp(DELIVERED, 2)
    house.becomes(house.send(number, SHORT), "delivered")
    stamp, zone = house.network.valid_until[number][:12], house.network.valid_until[number][12:]
    until_when = datetime.strptime(stamp, "%y%m%d%H%M%S").replace(tzinfo=UTC)
    assert zone == "000+", "in UTC"
    assert abs(until_when - datetime.now(UTC) - timedelta(minutes=int(VALID_MINUTES))) < timedelta(minutes=1)


def test_a_number_without_a_route_is_not_texted_again_and_may_be_rung(house: House) -> None:
    for place in range(4):  # smsbox's answer and the receipt of the same refusal race
        ref = house.send(f"8492000000{place}")
        row = house.becomes(ref, "failed")
        until(lambda row=row: bool(house.world.rows(receipts, outbox_id=row["id"])))  # type: ignore[misc]
        until(lambda ref=ref: house.row(ref)["error_code"] == "not_routable")  # type: ignore[misc]
        assert house.row(ref)["error_kind"] == "no_texts"
        known = house.world.rows(phone_abilities, phone_hash=house.row(ref)["phone_hash"])
        assert [(one["medium"], one["able"], one["code"]) for one in known] == [("text", False, "not_routable")]
    assert house.world.tasks().count("wrong_number") == 0


def test_a_link_that_is_down_keeps_texts_and_sends_them_once(house: House) -> None:
    numbers = [smpp(DELIVERED, person) for person in range(10, 13)]
    binds = house.network.binds
    house.network.down()
    time.sleep(1)
    refs = [house.send(number, SHORT) for number in numbers]
    until(lambda: all(house.row(ref)["state"] == "sent" for ref in refs))
    house.box.kill("smsbox")
    house.box.kill("bearerbox")  # what waits for the link stands on disk
    house.box.start()
    house.fake.connect()
    assert not any(house.heard(number) for number in numbers)
    house.network.up()
    for ref in refs:
        house.becomes(ref, "delivered")
    assert house.network.binds > binds
    assert {number: house.network.tries[number] for number in numbers} == dict.fromkeys(numbers, 1)


def test_a_wrong_password_takes_the_sender_out_of_use_and_keeps_the_text(house: House) -> None:
    right = house.work
    house.work = machine_work(house.settings.with_values(kannel_password="wrong"))
    try:
        ref = house.send(smpp(DELIVERED, 20))
        until(lambda: house.sender(house.world.text.id).paused_reason == "carrier:not_authorised")
        assert (house.row(ref)["state"], house.row(ref)["error_kind"]) == ("planned", "configuration")
    finally:
        house.work = right
    senders.resume(right, "kannel", ACTOR)
    house.becomes(ref, "delivered")


def lost_answer(house: House, number: str) -> str:
    """smsbox takes a text and its answer never reaches us; the reference."""
    lost = house.sendsms.lost
    house.sendsms.lose()
    ref = house.send(number)
    until(lambda: house.sendsms.lost == lost + 1)
    return ref


def test_a_text_in_doubt_is_found_by_its_receipt(house: House) -> None:
    number = smpp(DELIVERED, 30)
    house.becomes(lost_answer(house, number), "delivered")
    time.sleep(1)
    assert len(house.heard(number)) == 1


def presumed(house: House, number: str) -> None:
    """Neither answer nor receipt: nobody can be asked, so it counts as sent; a receipt that comes late still counts."""
    house.door.shut()
    try:
        ref = lost_answer(house, number)
        house.becomes(ref, "unknown", 30)
        row = house.becomes(ref, "presumed", 1.5 * unknown.GIVE_UP_AFTER.total_seconds() / house.work.time_scale + 60)
        assert row["error_code"] == "presumed_sent"
        assert row["reserved_at"] is not None
        with house.work.database.transaction() as conn:
            now = house.work.clock.now()
            counts = contact_history.counts(conn, [row["id"]], now - timedelta(days=1), now)[row["id"]]
        assert len(counts.texts_at) == 1, "it uses up a cap"
    finally:
        house.door.open()
    house.becomes(ref, "delivered")
    assert len(house.heard(number)) == 1


def test_without_answer_and_receipt_it_is_presumed_sent_and_never_sent_again(house: House) -> None:
    presumed(house, smpp(DELIVERED, 31))


def test_that_proof_fails_without_the_unknown_state(house: House) -> None:
    number = smpp(DELIVERED, 32)
    with plant("no-unknown-state"), pytest.raises(AssertionError, match=r"planned|sending|sent"):
        presumed(house, number)
    until(lambda: len(house.heard(number)) > 1)


@pytest.mark.parametrize(
    ("to", "password", "result"),
    [
        ("+84910590001", "pw", Accepted(None)),
        ("+84910590001", "no", Refused(ErrorKind.CONFIGURATION, "not_authorised")),
        ("+84920590001", "pw", Refused(ErrorKind.NO_TEXTS, "not_routable")),
        ("", "pw", Refused(ErrorKind.NO_TEXTS, "bad_receiver")),
        ("abc", "pw", Refused(ErrorKind.NO_TEXTS, "denied")),
    ],
    ids=["taken", "password", "no-route", "nobody", "letters"],
)
def test_smsboxs_own_words_stand_in_our_table(house: House, to: str, password: str, result: object) -> None:
    credentials = {"kannel": KannelCredentials("alo", password, "s")}
    carrier = KannelText(credentials, CallbackUrls("http://127.0.0.1:9"))
    sender = replace(house.world.text, api_base_url=house.box.send_url)
    assert carrier.send(sender, to, "Alo", "nobodys-reference") == result
