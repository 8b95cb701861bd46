"""Carrier to database and back, nothing faked between: signed webhooks, real use cases, the real PostgreSQL."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask

from carriers.twilio.settings import TwilioCredentials
from carriers.twilio.twiml import TwimlRenderer
from gateway.app import create_webhooks_app
from services.work import Work
from store.tables import metadata
from tests.gateway.parts import BASE, TOKEN, Twilio
from tests.services.world import LEADER, LINE, OUR_NUMBER, World, build

SECRETS = {"demo": TwilioCredentials("AC1", (TOKEN,))}


@dataclass
class House:
    """The app over a small world, and the carrier that talks to it."""

    world: World
    app: Flask
    twilio: Twilio
    texts: int = 0

    def text(self, body: str, sid: str | None = None, **changes: str) -> ET.Element:
        """A person writes; the TwiML that comes back."""
        self.texts += 1
        self.world.clock.advance(timedelta(minutes=1))
        form = {"MessageSid": sid or f"SM{self.texts}", "AccountSid": "AC1", "From": LEADER, "To": OUR_NUMBER}
        response = self.twilio.post("/twilio/sms", form | {"Body": body} | changes)
        assert response.status_code == 200, response.text
        return ET.fromstring(response.text)

    def call(self, url: str, **form: str) -> ET.Element:
        """The carrier follows `url` of a script; the fragment stays at home."""
        target = url.removeprefix(BASE).partition("#")[0]
        known = {"CallSid": "CA1", "AccountSid": "AC1", "From": LINE, "To": LEADER, "CallStatus": "in-progress"}
        response = self.twilio.post(target, known | form)
        assert response.status_code == 200, response.text
        return ET.fromstring(response.text)

    def counts(self) -> dict[str, int]:
        """Rows of every table."""
        with self.world.work.database.transaction() as conn:
            return {
                name: conn.scalar(sa.select(sa.func.count()).select_from(table)) or 0
                for name, table in metadata.tables.items()
            }


@pytest.fixture
def house(work: Work) -> House:
    world = build(replace(work, voice=TwimlRenderer(BASE)))
    app = create_webhooks_app(world.work, SECRETS, BASE)
    return House(world, app, Twilio(app))


def test_a_whole_interview_by_text(house: House) -> None:
    replies = [house.text(body) for body in ("alo", "1", "2", "1", "C4: 3", "250")]
    assert house.world.answers() == {"consent": "yes", "q1": "3", "q2": "5", "q4": "1", "members": "250"}
    assert house.world.interview()["status"] == "complete"
    for reply in replies:
        (message,) = reply
        ref = urlsplit(message.attrib["statusCallback"]).path.rpartition("/")[2]
        assert house.world.sent(ref=ref)[0]["state"] == "handed"


def test_a_replay_gets_the_stored_answer_and_has_no_second_effect(house: House) -> None:
    house.text("alo")
    house.text("1")
    first = house.text("2", sid="SM-again")
    before = house.counts()
    again = house.text("2", sid="SM-again")
    assert ET.tostring(again) == ET.tostring(first)
    assert house.counts() == before


def test_a_reply_whose_receipt_is_known_is_not_given_again(house: House) -> None:
    first = house.text("alo", sid="SM-once")
    ref = urlsplit(first[0].attrib["statusCallback"]).path.rpartition("/")[2]
    receipt = {"MessageSid": "SM-reply", "MessageStatus": "delivered", "AccountSid": "AC1"}
    for _ in range(2):
        assert house.twilio.post(f"/twilio/receipt/text/{ref}", receipt).status_code == 204
    assert house.world.sent(ref=ref)[0]["state"] == "delivered"
    assert list(house.text("alo", sid="SM-once")) == []


def test_a_forged_text_changes_nothing(house: House) -> None:
    house.text("alo")
    before = house.counts()
    house.twilio.token = "guessed"
    form = {"MessageSid": "SMx", "AccountSid": "AC1", "From": LEADER, "To": OUR_NUMBER, "Body": "TU CHOI"}
    assert house.twilio.post("/twilio/sms", form).status_code == 403
    assert house.counts() == before


def test_a_whole_interview_by_keys(house: House) -> None:
    ref = house.world.plan(state="sending")  # type: ignore[arg-type]  # a state by its value
    document = house.call(f"{BASE}/twilio/voice/{ref}/0")
    answers = iter(["1", "2", "1", "3", "250", "1", "1"])
    for _ in range(12):
        gather = document.find("Gather")
        if gather is None:
            break
        pressed = next(answers)
        document = house.call(gather.attrib["action"], Digits=pressed)
        repeated = house.call(gather.attrib["action"], Digits=pressed)
        assert ET.tostring(repeated) == ET.tostring(document), "the stored script"
    assert document.find("Hangup") is not None
    assert house.world.interview()["status"] == "complete"
    assert house.world.answers()["members"] == "250"


def test_silence_in_a_call_is_asked_again_and_a_hang_up_keeps_what_was_said(house: House) -> None:
    ref = house.world.plan(state="sending")  # type: ignore[arg-type]  # a state by its value
    consent = house.call(f"{BASE}/twilio/voice/{ref}/0").find("Gather")
    assert consent is not None
    question = house.call(consent.attrib["action"], Digits="1").find("Gather")
    assert question is not None
    again = house.call(question.attrib["action"]).find("Gather")
    assert again is not None
    assert again.attrib["action"] != question.attrib["action"]
    ended = {
        "CallSid": "CA1",
        "AccountSid": "AC1",
        "CallStatus": "completed",
        "CallDuration": "20",
        "SequenceNumber": "3",
    }
    assert house.twilio.post(f"/twilio/receipt/call/{ref}", ended).status_code == 204
    assert house.world.answers() == {"consent": "yes"}
    assert house.world.sent(ref=ref)[0]["state"] == "completed"


def test_a_call_nobody_knows_hears_an_apology(house: House) -> None:
    document = house.call(f"{BASE}/twilio/voice/unknown-ref-12345/0")
    assert [verb.tag for verb in document] == ["Say", "Hangup"]


def test_somebody_who_rings_us_is_refused_at_no_cost_and_rung_back(house: House) -> None:
    document = house.call(f"{BASE}/twilio/voice", From=LEADER, To=LINE, CallStatus="ringing")
    assert [verb.tag for verb in document] == ["Reject"]
    back = house.world.sent(purpose="call_back")[0]
    gather = house.call(f"{BASE}/twilio/voice/{back['ref']}/0", From=LINE, To=LEADER, CallSid="CAback").find("Gather")
    assert gather is not None
    house.call(gather.attrib["action"], From=LINE, To=LEADER, Digits="1")
    assert house.world.answers() == {"consent": "yes"}
