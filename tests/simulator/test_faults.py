"""Faults on purpose: receipts lost, repeated, held and forged; creates that are accepted and never confirmed."""

from __future__ import annotations

import pytest

from tests.simulator.parts import OUR_NUMBER, Customer, Sim

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
