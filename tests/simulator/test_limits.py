"""The carrier's limits: segments and calls a second, queues that overflow, requests at a time, texts that wait."""

from __future__ import annotations

import itertools
import threading
import time
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests
from twilio.base.exceptions import TwilioRestException

from tests.simulator.parts import ACCOUNT, OUR_NUMBER, TOKEN, Customer, Sim

PERSON = "+84901000001"
MESSAGES = f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json"


def _sending(sim: Sim, we: Customer, **more: float | str) -> None:
    sim.post("/numbers", {"number": OUR_NUMBER, "sms_url": we.base + "/sms", **more})


def _moments(sim: Sim, kind: str, **facts: str) -> list[datetime]:
    lines = [line for line in sim.journal(kind) if facts.items() <= line.items()]
    return [datetime.fromisoformat(line["real"]) for line in lines]


def test_texts_leave_at_the_senders_rate(sim: Sim, we: Customer) -> None:
    _sending(sim, we, mps=20)
    for _ in range(8):
        sim.client.messages.create(to=PERSON, from_=OUR_NUMBER, body="đ" * 71)
    sim.settle()
    left = sorted(_moments(sim, "message.status", status="sent"))
    gaps = [(later - earlier).total_seconds() for earlier, later in itertools.pairwise(left)]
    assert 0.09 < sum(gaps) / len(gaps) < 0.15
    assert (left[-1] - left[0]).total_seconds() > 0.65


def test_a_full_queue_refuses_a_senders_texts_and_fails_a_services(sim: Sim, we: Customer) -> None:
    _sending(sim, we, mps=0.01, queue_s=1, messaging_service_sid="MG1")
    form = {"To": PERSON, "From": OUR_NUMBER, "Body": "x"}
    taken, refused = (requests.post(sim.base + MESSAGES, form, auth=(ACCOUNT, TOKEN), timeout=5) for _ in range(2))
    assert taken.status_code == 201
    assert (refused.status_code, refused.json()["code"]) == (400, 21611)
    late = sim.client.messages.create(to=PERSON, messaging_service_sid="MG1", body="x", status_callback=we.base + "/r")
    assert late.status == "accepted"
    sim.settle()
    assert (late.fetch().status, late.fetch().error_code) == ("failed", 30001)
    assert [arrival.form["ErrorCode"] for arrival in we.at("/r")] == ["30001"]
    assert len(_moments(sim, "message.status", status="delivered")) == len(sim.journal("message.accepted")) - 1


def test_a_text_that_waits_beyond_its_validity_is_given_up(sim: Sim, we: Customer) -> None:
    _sending(sim, we, mps=0.5)
    sim.client.messages.create(to=PERSON, from_=OUR_NUMBER, body="x")
    late = sim.client.messages.create(to=PERSON, from_=OUR_NUMBER, body="x", validity_period=1)
    sim.settle()
    assert (late.fetch().status, late.fetch().error_code) == ("failed", 30036)


def test_calls_are_dialled_at_the_accounts_rate_and_say_how_long_they_waited(sim: Sim) -> None:
    sim.post("/limits", {"cps": 10})
    made = [sim.client.calls.create(to=PERSON, from_=OUR_NUMBER, twiml="<Response/>") for _ in range(5)]
    sim.settle()
    dialled = sorted(_moments(sim, "call.status", event="initiated"))
    assert (dialled[-1] - dialled[0]).total_seconds() > 0.3, "never quicker; how much slower is the machine's affair"
    waits = [int(call.queue_time) for call in made]
    assert waits == sorted(waits)
    assert waits[0] == 0
    assert 250 < waits[-1] <= 400


def test_more_requests_at_a_time_than_allowed_are_refused(sim: Sim) -> None:
    sim.post("/limits", {"concurrent_requests": 1})
    sim.post("/faults", {"slow": {"message": 1}, "slow_s": 0.6})
    form = {"To": PERSON, "From": OUR_NUMBER, "Body": "x"}
    answers = []

    def create() -> None:
        answers.append(requests.post(sim.base + MESSAGES, form, auth=(ACCOUNT, TOKEN), timeout=5))

    busy = threading.Thread(target=create)
    busy.start()
    time.sleep(0.2)
    refused = requests.get(sim.base + MESSAGES, auth=(ACCOUNT, TOKEN), timeout=5)
    assert (refused.status_code, refused.json()["code"]) == (429, 20429)
    assert refused.headers["Twilio-Concurrent-Requests"] == "2"
    busy.join()
    assert (answers[0].status_code, answers[0].headers["Twilio-Concurrent-Requests"]) == (201, "1")
    again = requests.get(sim.base + MESSAGES, auth=(ACCOUNT, TOKEN), timeout=5)
    assert (again.status_code, again.headers["Twilio-Concurrent-Requests"]) == (200, "1")


def test_what_a_scheduled_text_needs(sim: Sim, we: Customer) -> None:
    _sending(sim, we, messaging_service_sid="MG1")
    now = datetime.fromisoformat(sim.get("/clock")["business"])
    wrong: list[tuple[dict[str, Any], int]] = [
        ({"send_at": now + timedelta(days=1), "from_": OUR_NUMBER}, 35118),
        ({"messaging_service_sid": "MG1"}, 35111),
        ({"send_at": now + timedelta(seconds=60), "messaging_service_sid": "MG1"}, 35114),
        ({"send_at": now + timedelta(days=36), "messaging_service_sid": "MG1"}, 35114),
    ]
    for given, code in wrong:
        with pytest.raises(TwilioRestException) as refused:
            sim.client.messages.create(to=PERSON, body="x", schedule_type="fixed", **given)
        assert refused.value.code == code
    due = now + timedelta(minutes=10)
    sim.client.messages.create(to=PERSON, messaging_service_sid="MG1", body="x", schedule_type="fixed", send_at=due)
    sim.settle()
    (sent,) = [line for line in sim.journal("message.status") if line["status"] == "sent"]
    assert timedelta() < datetime.fromisoformat(sent["business"]) - due < timedelta(minutes=5)
