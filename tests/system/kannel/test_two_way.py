"""Texts both ways through bearerbox and smsbox: interviews, letters, lengths, repeats, opt-outs, absences of ours."""

from __future__ import annotations

import time
import unicodedata

import pytest

from sms import encoding
from store.tables.interviews import interview_events
from tests.system.kannel.house import NAME, OURS, House, until

pytestmark = [pytest.mark.system, pytest.mark.timeout(600)]

LONG = "Kính gửi Ông/bà: Liên minh Hợp tác xã tỉnh mời trả lời khảo sát sự hài lòng. " * 3
LONG_PLAIN = "Kinh gui Ong/ba: [C1] {a} ~100% ^ 5 euro = 5 | x. " * 7
ANSWERS = ("alo", "Đồng ý", "2", "1", "C4: 3", "250")
AWAY_S = 120.0


@pytest.mark.parametrize("number", ["84900000101", "84910000011"], ids=["fake", "smpp"])
def test_a_whole_interview_in_the_bodies_of_answers(house: House, number: str) -> None:
    at = house.newcomer(number)
    said = [house.asked(number, body) for body in ANSWERS]
    assert house.world.answers(at) == {"consent": "yes", "q1": "3", "q2": "5", "q4": "1", "members": "250"}
    assert house.world.interview(at)["status"] == "complete"
    assert any(encoding.measure(body).encoding == "ucs2" for body in said), "accents arrive as they are"
    until(lambda: house.replies(number) == ["delivered"] * len(ANSWERS))
    assert len(house.heard(number)) == len(ANSWERS)
    assert {one.sender for one in house.heard(number)} == {OURS}


@pytest.mark.parametrize(
    ("number", "body"),
    [("84910000021", LONG), ("84910000031", LONG_PLAIN), ("84900000102", LONG_PLAIN), ("84900000103", LONG)],
    ids=["accented", "long", "long-fake", "accented-fake"],
)
def test_long_texts_arrive_whole_in_as_many_parts_as_we_counted(house: House, number: str, body: str) -> None:
    body = unicodedata.normalize("NFC", body).strip()
    ref = house.send(number, body)
    row = house.becomes(ref, "delivered")
    (one,) = house.heard(number)
    assert one.body == body
    got = house.fake.got if number.startswith("8490") else house.network.got
    assert sum(part.to.lstrip("+") == number for part in got) == row["segments"] == encoding.measure(body).segments


@pytest.mark.parametrize(
    ("number", "body"),
    [
        ("84910000041", LONG.strip()),
        ("84910000051", "Toi rat hai long. " * 12),
        ("84910000061", "Có 😀"),
        ("84900000104", "Có, 100%I %d đồng ý"),
        ("84900000105", "2"),
    ],
    ids=["long-accented", "long", "emoji", "escapes", "plain"],
)
def test_what_people_write_comes_in_as_they_wrote_it(house: House, number: str, body: str) -> None:
    house.newcomer(number)
    house.asked(number, body)
    assert [text.strip() for text in house.received(number)] == [body.strip()]


@pytest.mark.parametrize(
    ("number", "coding", "data", "read"),
    [
        ("84910000071", 0, bytes([0x43, 0x05, 0x1B, 0x65, 0x00]), "Cé€@"),
        ("84910000081", 3, "Ca rê".encode("latin-1"), "Ca rê"),
        ("84910000091", 4, b"2", "2"),
        ("84910000111", 8, "Có".encode("utf-16-be"), "Có"),
    ],
    ids=["gsm", "latin-1", "8-bit", "ucs-2"],
)
def test_no_coding_of_an_operator_spoils_an_answer(
    house: House, number: str, coding: int, data: bytes, read: str
) -> None:
    house.newcomer(number)
    house.network.say(number, OURS, "", coding, data)
    until(lambda: bool(house.heard(number)))
    assert house.received(number) == [read]


def delivered_again(house: House, number: str) -> None:
    """The answer to a text is lost on its way back; the text comes again, with the same id."""
    at = house.newcomer(number)
    house.asked(number, "alo")
    before, lost = len(house.heard(number)), house.door.lost
    house.door.lose()
    house.say(number, "1")
    until(lambda: len(house.heard(number)) > before)
    time.sleep(2)
    assert house.door.lost == lost + 1
    assert house.received(number) == ["alo", "1"], "heard twice"
    assert len(house.heard(number)) == before + 1, "one reply"
    events = house.world.rows(interview_events, interview_id=house.world.interviews[at])
    assert [event["channel"] for event in events] == ["sms"] * 2, "no second effect"
    until(lambda: house.replies(number) == ["delivered"] * 2)


def test_a_text_that_comes_again_gets_the_stored_reply_and_has_no_second_effect(house: House) -> None:
    delivered_again(house, "84900000106")


def test_that_proof_fails_when_duplicates_are_ignored(house: House) -> None:
    house.crew.stop()
    house.start_gateway(planted="ignore-duplicate")
    try:
        with pytest.raises(AssertionError, match="heard twice"):
            delivered_again(house, "84900000107")
    finally:
        house.crew.stop()
        house.start_gateway()


def test_opting_out_stops_what_was_queued_and_is_confirmed_once(house: House) -> None:
    number = "84900000108"
    at = house.newcomer(number)
    house.asked(number, "alo")
    house.asked(number, "TC")
    house.say(number, "TC")
    ref = house.world.plan("text", at=at, number=f"+{number}")
    assert house.becomes(ref, "withdrawn")["reason"]["code"] == "opted_out"
    until(lambda: len(house.received(number)) == 3)
    time.sleep(1)
    assert len(house.heard(number)) == 2
    assert house.world.consent_of(f"+{number}") == "stopped"


def test_a_sender_nobody_can_write_to_asks_nothing(house: House) -> None:
    number = "84900000109"
    ref = house.send(number, sender=house.world.one_way)
    house.becomes(ref, "delivered")
    (one,) = house.heard(number)
    assert one.sender == NAME
    assert "=" not in one.body
    assert house.world.events(len(house.world.interviews) - 1) == []


def test_texts_wait_on_disk_while_smsbox_is_dead(house: House) -> None:
    number = "84900000110"
    house.newcomer(number)
    house.box.kill("smsbox")
    house.say(number, "alo")
    time.sleep(1)
    house.box.kill("bearerbox")
    house.box.start()
    house.link_up()
    until(lambda: len(house.heard(number)) == 1)
    assert house.received(number) == ["alo"]


def states(house: House, refs: list[str]) -> list[str]:
    return [str(house.row(ref)["state"]) for ref in refs]


def test_two_minutes_without_us_lose_and_double_nothing(house: House) -> None:
    people = [f"8490000012{place}" for place in range(5)] + [f"849100002{place}1" for place in range(5)]
    at = {number: house.newcomer(number) for number in people}
    for number in people:
        house.asked(number, "alo")
    halfway, lost = people[0], house.door.lost
    house.door.lose()
    house.say(halfway, "1")  # heard and stored; our answer is lost with us
    until(lambda: house.door.lost == lost + 1)
    house.kill_gateway()
    gone = time.monotonic()
    for number in people[1:]:
        house.say(number, "1")
    refs = [house.send(f"849100003{place}1") for place in range(3)] + [house.send(f"8490000013{n}") for n in range(3)]
    until(lambda: set(states(house, refs)) == {"sent"}, told=lambda: str(states(house, refs)))
    time.sleep(max(0.0, AWAY_S - (time.monotonic() - gone)))
    until(lambda: house.replies(halfway)[-1] == "presumed")
    house.start_gateway()
    until(lambda: all(len(house.heard(number)) == 2 for number in people))
    for ref in refs:
        house.becomes(ref, "delivered")
    until(lambda: all(house.replies(number) == ["delivered"] * 2 for number in people))
    time.sleep(3)
    assert {number: house.received(number) for number in people} == {number: ["alo", "1"] for number in people}
    assert {number: len(house.heard(number)) for number in people} == dict.fromkeys(people, 2)
    assert all(house.world.answers(at[number]) == {"consent": "yes"} for number in people)


def test_no_log_knows_a_person(house: House) -> None:
    logs = [*house.home.rglob("*.log"), *house.home.rglob("*.out")]
    assert {"bearerbox.log", "smsbox.log", "gateway.log"} <= {log.name for log in logs}
    said = {log.name: log.read_text("utf-8", "replace") for log in logs}
    assert house.numbers
    words = ["hài lòng", "hai long", *house.numbers]
    assert [(name, word) for name, text in said.items() for word in words if word in text] == []
