"""The carrier's own opt-out list: its words, its replies, and what it keeps from people."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from twilio.base.exceptions import TwilioRestException

from tests.simulator.parts import OUR_NUMBER, Customer, Sim

PERSON = "+84901000001"


@pytest.fixture
def ours(sim: Sim, we: Customer) -> dict[str, object]:
    """Our number with a list in two languages; we answer every text, which the list must stop."""
    number: dict[str, object] = {
        "number": OUR_NUMBER,
        "sms_url": we.base + "/sms",
        "messaging_service_sid": "MG1",
        "opt_out": True,
        "opt_out_words": {"STOP": ["HỦY"], "START": ["TIEP"]},
        "opt_out_replies": {"STOP": "Da huy", "HELP": ""},
    }
    sim.post("/numbers", number)
    we.answer = lambda arrival: "<Response><Message>cua chung toi</Message></Response>"
    return number


def _says(sim: Sim, body: str) -> None:
    sim.post(f"/handsets/{PERSON}/text", {"to": OUR_NUMBER, "body": body})
    sim.settle()


def test_the_carrier_answers_itself_and_keeps_our_texts_back(sim: Sim, we: Customer, ours: object) -> None:
    for body in ("huy", "STOP", "HELP", "2"):
        _says(sim, body)
    assert [arrival.form.get("OptOutType") for arrival in we.at("/sms")] == ["STOP", "STOP", "HELP", None]
    assert [line["body"] for line in sim.journal("message.accepted")] == ["Da huy"]
    assert [line["error"] for line in sim.journal("message.refused")] == [21610] * 4
    with pytest.raises(TwilioRestException) as refused:
        sim.client.messages.create(to=PERSON, from_=OUR_NUMBER, body="x")
    assert (refused.value.status, refused.value.code) == (400, 21610)
    _says(sim, "Tiep")
    assert we.arrivals[-1].form["OptOutType"] == "START"
    bodies = [line["body"] for line in sim.journal("message.accepted")]
    assert len(bodies) == 3
    assert "re-subscribed" in bodies[1]
    assert bodies[2] == "cua chung toi"
    assert sim.client.messages.create(to=PERSON, from_=OUR_NUMBER, body="x").status == "queued"


def test_a_scheduled_text_stays_scheduled_and_fails_when_it_is_due(sim: Sim, ours: object) -> None:
    due = datetime.fromisoformat(sim.get("/clock")["business"]) + timedelta(minutes=10)
    common = {"to": PERSON, "messaging_service_sid": "MG1", "body": "x"}
    made = sim.client.messages.create(**common, schedule_type="fixed", send_at=due)
    sim.post(f"/handsets/{PERSON}/text", {"to": OUR_NUMBER, "body": "STOP"})
    assert made.fetch().status == "scheduled"
    sim.settle()
    assert (made.fetch().status, made.fetch().error_code) == ("failed", 21610)


def test_without_a_list_the_words_are_only_words(sim: Sim, we: Customer) -> None:
    _says(sim, "STOP")
    assert "OptOutType" not in we.arrivals[0].form
    assert sim.client.messages.create(to=PERSON, from_=OUR_NUMBER, body="x").status == "queued"
