"""The API as the twilio library meets it: creates, errors, magic numbers, lists, pages, updates."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from tests.simulator.parts import ACCOUNT, OUR_NUMBER, TOKEN, Customer, Sim

PERSON = "+84901000001"
API = f"/2010-04-01/Accounts/{ACCOUNT}"


def test_a_text_is_created_queued_and_then_delivered(sim: Sim) -> None:
    made = sim.client.messages.create(to=PERSON, from_=OUR_NUMBER, body="Xin chào")
    assert (made.status, made.num_segments, made.direction, made.price) == ("queued", "1", "outbound-api", None)
    assert made.date_created is not None
    assert made.date_sent is None
    sim.settle()
    later = sim.client.messages(made.sid).fetch()
    assert later.status == "delivered"
    assert later.date_sent >= made.date_created


def test_segments_are_counted_by_encoding(sim: Sim) -> None:
    def count(body: str) -> str:
        made = sim.client.messages.create(to=PERSON, from_=OUR_NUMBER, body=body)
        return str(made.num_segments)

    assert [count(body) for body in ("a" * 160, "a" * 161, "đ" * 70, "đ" * 71, "€" * 80, "€" * 81)] == [
        *("1", "2", "1", "2", "1", "2")
    ]


@pytest.mark.parametrize(
    ("to", "sender", "code"),
    [
        ("+15005550001", OUR_NUMBER, 21211),
        ("+15005550002", OUR_NUMBER, 21612),
        ("+15005550003", OUR_NUMBER, 21408),
        ("+15005550004", OUR_NUMBER, 21610),
        ("+15005550009", OUR_NUMBER, 21614),
        (PERSON, "+15005550001", 21212),
        (PERSON, "+15005550007", 21606),
        (PERSON, "+15005550008", 21611),
        (PERSON, "+84999", 21606),
        ("not a number", OUR_NUMBER, 21211),
        ("+842438251234", OUR_NUMBER, 21614),
    ],
)
def test_texts_that_are_refused(sim: Sim, to: str, sender: str, code: int) -> None:
    with pytest.raises(TwilioRestException) as refused:
        sim.client.messages.create(to=to, from_=sender, body="x")
    assert (refused.value.status, refused.value.code) == (400, code)
    assert sim.journal("message") == []


@pytest.mark.parametrize(
    ("to", "sender", "code"),
    [
        ("+15005550001", OUR_NUMBER, 21217),
        ("+15005550002", OUR_NUMBER, 21214),
        ("+15005550003", OUR_NUMBER, 21215),
        ("+15005550004", OUR_NUMBER, 21216),
        (PERSON, "+15005550001", 21212),
        (PERSON, "+15005550007", 21210),
    ],
)
def test_calls_that_are_refused(sim: Sim, to: str, sender: str, code: int) -> None:
    with pytest.raises(TwilioRestException) as refused:
        sim.client.calls.create(to=to, from_=sender, url="https://alo.example/v")
    assert (refused.value.status, refused.value.code) == (400, code)


def test_the_magic_sender_is_accepted_and_nothing_follows(sim: Sim, we: Customer) -> None:
    made = sim.client.messages.create(to=PERSON, from_="+15005550006", body="x", status_callback=we.base + "/receipt")
    sim.settle()
    assert sim.client.messages(made.sid).fetch().status == "queued"
    assert we.arrivals == []


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"From": OUR_NUMBER, "Body": "x"}, 21604),
        ({"To": PERSON, "Body": "x"}, 21603),
        ({"To": PERSON, "From": OUR_NUMBER}, 21602),
        ({"To": PERSON, "From": OUR_NUMBER, "Body": "x" * 1601}, 21617),
        ({"To": PERSON, "From": OUR_NUMBER, "Body": "x", "StatusCallback": "http://bad_host/x"}, 21609),
    ],
)
def test_errors_have_the_shape_of_the_api(sim: Sim, form: dict[str, str], code: int) -> None:
    answer = requests.post(f"{sim.base}{API}/Messages.json", form, auth=(ACCOUNT, TOKEN), timeout=5)
    assert answer.status_code == 400
    assert set(answer.json()) == {"code", "message", "more_info", "status"}
    assert answer.json()["code"] == code
    assert answer.json()["more_info"] == f"https://www.twilio.com/docs/errors/{code}"


def test_strangers_and_unknown_routes_are_answered_in_json(sim: Sim) -> None:
    for auth in (None, (ACCOUNT, "wrong"), ("AC" + "2" * 32, TOKEN)):
        refused = requests.get(f"{sim.base}{API}/Messages.json", auth=auth, timeout=5)
        assert (refused.status_code, refused.json()["code"]) == (401, 20003)
    for path in ("/2010-04-01/Nothing.json", f"{API}/Messages/SM{'0' * 32}.json"):
        missing = requests.get(sim.base + path, auth=(ACCOUNT, TOKEN), timeout=5)
        assert (missing.status_code, missing.json()["code"], missing.json()["status"]) == (404, 20404, 404)
    wrong = requests.delete(f"{sim.base}{API}/Messages.json", auth=(ACCOUNT, TOKEN), timeout=5)
    assert (wrong.status_code, wrong.json()["code"]) == (405, 20004)


def test_pages_lose_and_repeat_nothing_while_new_texts_arrive(sim: Sim) -> None:
    made = [sim.client.messages.create(to=PERSON, from_=OUR_NUMBER, body=str(n)).sid for n in range(7)]
    seen = []
    for place, message in enumerate(sim.client.messages.stream(page_size=3)):
        seen.append(message.sid)
        if place == 1:
            sim.client.messages.create(to=PERSON, from_=OUR_NUMBER, body="newer")
    assert seen == made[::-1]
    page = requests.get(f"{sim.base}{API}/Messages.json?PageSize=3&To=%2B84999", auth=(ACCOUNT, TOKEN), timeout=5)
    assert page.json()["messages"] == []
    assert page.json()["next_page_uri"] is None


def test_lists_are_filtered_as_a_reconciler_asks(sim: Sim) -> None:
    other = "+84901000002"
    for person in (PERSON, other, PERSON):
        sim.client.messages.create(to=person, from_=OUR_NUMBER, body="x")
    sim.settle()
    sim.post(f"/handsets/{PERSON}/text", {"to": OUR_NUMBER, "body": "hai"})
    sim.settle()
    now = datetime.fromisoformat(sim.get("/clock")["business"])
    texts = sim.client.messages
    assert len(texts.list(to=PERSON, from_=OUR_NUMBER)) == 2
    assert [m.direction for m in texts.list(to=OUR_NUMBER)] == ["inbound"]
    assert len(texts.list(date_sent_after=now - timedelta(hours=6))) == 4
    assert texts.list(date_sent_after=now + timedelta(days=1)) == []
    assert len(texts.list(date_sent_before=now)) == 4
    assert len(texts.list(date_sent=now.astimezone(UTC).date())) == 4


def test_a_queued_text_has_no_date_sent_and_hides_from_that_filter(sim: Sim) -> None:
    sim.client.messages.create(to=PERSON, from_="+15005550006", body="x")
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    assert sim.client.messages.list(date_sent_after=long_ago) == []
    assert len(sim.client.messages.list(to=PERSON)) == 1


def test_a_scheduled_text_waits_and_can_be_taken_back(sim: Sim) -> None:
    sim.post("/numbers", {"number": OUR_NUMBER, "messaging_service_sid": "MG1"})
    due = datetime.fromisoformat(sim.get("/clock")["business"]) + timedelta(days=30)
    common = {"to": PERSON, "messaging_service_sid": "MG1", "body": "x"}
    made = sim.client.messages.create(**common, send_at=due, schedule_type="fixed")
    assert made.status == "scheduled"
    assert made.update(status="canceled").status == "canceled"
    sent = sim.client.messages.create(**common)
    assert (sent.status, sent.num_segments) == ("accepted", "0")
    with pytest.raises(TwilioRestException, match="Could not cancel"):
        sent.update(status="canceled")
    sim.settle()
    assert made.fetch().status == "canceled"


def test_what_is_over_can_be_deleted_and_is_not_listed_any_more(sim: Sim) -> None:
    sim.post("/numbers", {"number": OUR_NUMBER, "messaging_service_sid": "MG1"})
    due = datetime.fromisoformat(sim.get("/clock")["business"]) + timedelta(days=30)
    waits = sim.client.messages.create(
        to=PERSON, messaging_service_sid="MG1", body="x", send_at=due, schedule_type="fixed"
    )
    with pytest.raises(TwilioRestException, match="before it is complete"):
        waits.delete()
    waits.update(status="canceled")
    made = sim.client.messages.create(to=PERSON, from_=OUR_NUMBER, body="Xin chào")
    sim.settle()
    assert sim.client.messages(made.sid).delete()
    assert made.sid not in [one.sid for one in sim.client.messages.list(to=PERSON)]
    with pytest.raises(TwilioRestException, match="not found"):
        sim.client.messages(made.sid).delete()


def test_a_call_is_ended_redirected_or_refused_an_update(sim: Sim) -> None:
    sim.handset(PERSON)
    sim.handset("+84901000002", "no_answer")
    endless = "<Response><Pause length='3000'/><Pause length='3000'/></Response>"
    live = sim.client.calls.create(to=PERSON, from_=OUR_NUMBER, twiml=endless)
    while sim.client.calls(live.sid).fetch().status != "in-progress":
        pass
    assert sim.client.calls(live.sid).update(status="completed").status == "completed"
    with pytest.raises(TwilioRestException, match="not in-progress"):
        sim.client.calls(live.sid).update(twiml="<Response/>")
    with pytest.raises(TwilioRestException) as refused:
        sim.client.calls(live.sid).update(status="canceled")
    assert refused.value.code == 21220
    rung = sim.client.calls.create(to="+84901000002", from_=OUR_NUMBER, twiml=endless, timeout=600)
    assert sim.client.calls(rung.sid).update(status="canceled").status == "canceled"
    sim.settle()
    assert [call.sid for call in sim.client.calls.list(status="canceled")] == [rung.sid]


def test_the_journal_has_it_before_the_client_hears_of_it(sim: Sim) -> None:
    made = sim.client.messages.create(to=PERSON, from_=OUR_NUMBER, body="Xin chào")
    call = sim.client.calls.create(to=PERSON, from_=OUR_NUMBER, twiml="<Response/>")
    on_disk = [json.loads(line) for line in sim.journal_file.read_text().splitlines()]
    accepted = {line["sid"]: line for line in on_disk if line["kind"].endswith(".accepted")}
    assert set(accepted) == {made.sid, call.sid}
    assert accepted[made.sid]["body"] == "Xin chào"
    assert accepted[made.sid]["business"] < accepted[made.sid]["real"][:4] + "-13"
    assert {"seq", "real", "business", "to", "sender"} <= set(accepted[call.sid])
