"""Faults on purpose: receipts lost, repeated, held and forged; creates that are accepted and never confirmed."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import requests

from simulator.clock import SimulatedClock
from tests.simulator.parts import ACCOUNT, FAST, OUR_NUMBER, TOKEN, Arrival, Customer, Sim, simulator

PERSON = "+84901000001"


def _receipts(sim: Sim, we: Customer, count: int) -> list[str]:
    for n in range(count):
        sim.client.messages.create(
            to=f"+8490100{n:04}", from_=OUR_NUMBER, body="x", status_callback=f"{we.base}/receipt/{n}"
        )
    sim.settle()
    return [f"{a.path} {a.form['MessageStatus']} {a.genuine}" for a in we.at("/receipt")]


def test_faults_lose_repeat_and_forge_receipts(sim: Sim, we: Customer) -> None:
    sim.post("/faults", {"lose": 0.5, "seed": 1})
    lost = len(_receipts(sim, we, 20))
    assert 5 < lost < 35
    assert len(sim.journal("receipt.lost")) == 40 - lost
    we.arrivals.clear()
    sim.post("/faults", {"lose": 0, "duplicate": 1, "lost_answer": 1, "forge": 1})
    _receipts(sim, we, 1)
    assert len(we.arrivals) == 2 * 4
    assert sum(arrival.genuine for arrival in we.arrivals) == 6
    tokens = {a.headers["I-Twilio-Idempotency-Token"] for a in we.arrivals if a.genuine}
    assert len(tokens) == 4


def test_a_held_receipt_arrives_after_the_next(sim: Sim, we: Customer) -> None:
    sim.post("/faults", {"reorder": 0.5, "seed": 3})
    arrived = _receipts(sim, we, 12)
    assert any(
        arrived.index(f"/receipt/{n} delivered True") < arrived.index(f"/receipt/{n} sent True") for n in range(12)
    )


@pytest.mark.parametrize("fault", ["error_after_accept", "truncate", "drop"])
def test_what_was_accepted_happens_though_the_client_never_learns(sim: Sim, we: Customer, fault: str) -> None:
    sim.post("/faults", {fault: 1})
    with pytest.raises(Exception, match=r".") as broken:
        sim.client.messages.create(to=PERSON, from_=OUR_NUMBER, body="x")
    assert type(broken.value).__name__ in ("TwilioRestException", "ChunkedEncodingError", "ConnectionError")
    sim.settle()
    (accepted,) = sim.journal("message.accepted")
    sim.post("/faults", {fault: 0})
    assert sim.client.messages(accepted["sid"]).fetch().status == "delivered"


def test_a_throttled_create_never_happened(sim: Sim) -> None:
    sim.post("/faults", {"throttle": 1})
    with pytest.raises(Exception, match="429"):
        sim.client.messages.create(to=PERSON, from_=OUR_NUMBER, body="x")
    assert sim.journal("message") == []


def _texting(sim: Sim, we: Customer, **faults: object) -> list[Arrival]:
    """One text of a person under faults; every answer of ours is another text."""
    texts = itertools.count(1)
    we.answer = lambda arrival: f"<Response><Message>{next(texts)}</Message></Response>"
    sim.post("/faults", faults)
    sim.post(f"/handsets/{PERSON}/text", {"to": OUR_NUMBER, "body": "2"})
    sim.settle()
    return we.at("/sms")


def _tokens(arrivals: list[Arrival]) -> int:
    return len({arrival.headers["I-Twilio-Idempotency-Token"] for arrival in arrivals})


def test_of_a_retry_one_answer_counts_and_of_a_duplicate_both(sim: Sim, we: Customer) -> None:
    retried = _texting(sim, we, lost_answer=1)
    assert (len(retried), _tokens(retried)) == (2, 1)
    assert [line["body"] for line in sim.journal("message.accepted")] == ["2"]
    we.arrivals.clear()
    doubled = _texting(sim, we, lost_answer=0, duplicate={"inbound": 1})
    assert (len(doubled), _tokens(doubled)) == (2, 2)
    assert doubled[0].form == doubled[1].form
    assert sorted(line["body"] for line in sim.journal("message.accepted")) == ["1", "2", "2"]


def test_a_forged_text_and_a_forged_key_fail_the_signature(sim: Sim, we: Customer) -> None:
    arrivals = _texting(sim, we, forge_inbound=1)
    assert sorted((arrival.genuine, arrival.form["Body"]) for arrival in arrivals) == [(False, "1"), (True, "2")]
    assert len({arrival.form["MessageSid"] for arrival in arrivals}) == 2
    sim.post("/faults", {"forge_voice": 1})
    sim.handset(PERSON)
    sim.client.calls.create(to=PERSON, from_=OUR_NUMBER, url=we.base + "/voice")
    sim.settle()
    assert [(arrival.genuine, arrival.form.get("Digits")) for arrival in we.at("/voice")] == [
        (False, "1"),
        (True, None),
    ]


def test_a_voice_request_told_again_leads_nowhere(sim: Sim, we: Customer) -> None:
    onward = "<Response><Redirect>/voice/{n}</Redirect></Response>"
    pages = {f"/voice/{n}": onward.format(n=n + 1) for n in range(3)}
    we.answer = lambda arrival: pages.get(arrival.path, "<Response><Pause length='30'/></Response>")
    sim.post("/faults", {"duplicate": {"voice": 1}, "seed": 4})
    sim.handset(PERSON)
    sim.client.calls.create(to=PERSON, from_=OUR_NUMBER, url=we.base + "/voice/0")
    sim.settle()
    assert sorted(arrival.path for arrival in we.arrivals) == sorted([f"/voice/{n}" for n in range(4)] * 2)
    assert _tokens(we.arrivals) == 8


def test_a_text_is_announced_late(sim: Sim, we: Customer) -> None:
    _texting(sim, we, delay_inbound=1, delay_s=600)
    (said,), (told,) = sim.journal("message.inbound"), sim.journal("webhook.sent")
    waited = datetime.fromisoformat(told["business"]) - datetime.fromisoformat(said["business"])
    assert waited > timedelta(seconds=600)


def test_faults_strike_by_kind(sim: Sim, we: Customer) -> None:
    sim.post("/faults", {"lose": {"call": 1}})
    sim.handset(PERSON)
    common = {"to": PERSON, "from_": OUR_NUMBER, "status_callback": we.base + "/receipt"}
    sim.client.messages.create(body="x", **common)
    sim.client.calls.create(twiml="<Response/>", **common)
    sim.settle()
    assert {"MessageSid" in arrival.form for arrival in we.at("/receipt")} == {True}
    assert [line["about"][0] for line in sim.journal("receipt.lost")] == ["call"]


def test_a_seed_repeats_its_throttling_and_its_faults(tmp_path: Path, we: Customer) -> None:
    """Two runs with one seed refuse the same tries and lose the same receipts; another seed others."""

    def run(seed: int, file: str) -> tuple[list[int], list[object]]:
        clock = SimulatedClock.parse(FAST.format(anchor=datetime.now(UTC).isoformat()))
        with simulator(tmp_path / file, clock) as sim:
            sim.post("/numbers", {"number": OUR_NUMBER})
            sim.post("/faults", {"throttle": 0.5, "lose": 0.5, "seed": seed})
            form = {"From": OUR_NUMBER, "Body": "x", "StatusCallback": we.base + "/r"}
            url = f"{sim.base}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
            statuses = [
                requests.post(url, form | {"To": f"+8490100{n % 5:04}"}, auth=(ACCOUNT, TOKEN), timeout=5).status_code
                for n in range(20)
            ]
            sim.settle()
            return statuses, sorted(line["about"] for line in sim.journal("receipt.lost"))

    first, second, other = run(3, "a"), run(3, "b"), run(4, "c")
    assert first == second
    assert first[0] != other[0]
    assert {201, 429} == set(first[0])


@pytest.mark.parametrize("wrong", [{"lose": 2}, {"lose": {"nothing": 0.1}}, {"lose": {"text": -1}}, {"lose": "often"}])
def test_odds_that_are_none(sim: Sim, wrong: dict[str, object]) -> None:
    assert requests.post(f"{sim.base}/simulator/faults", json=wrong, timeout=5).status_code == 400


def test_a_slow_answer_outlasts_the_client_and_the_text_goes_out(sim: Sim) -> None:
    sim.post("/faults", {"slow": {"message": 1}, "slow_s": 0.5})
    url = f"{sim.base}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    with pytest.raises(requests.ReadTimeout):
        requests.post(url, {"To": PERSON, "From": OUR_NUMBER, "Body": "x"}, auth=(ACCOUNT, TOKEN), timeout=0.2)
    sim.settle()
    assert [line["status"] for line in sim.journal("message.status")] == ["sent", "delivered"]
