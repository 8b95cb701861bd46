"""A phone in somebody's hands: it rings, is answered, keyed, declined and texted; its persona does nothing then."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from simulator.app import make_simulator
from simulator.clock import SimulatedClock
from simulator.network.network import Config, Network
from tests.simulator import parts
from tests.simulator.interviewer import Interviewer
from tests.simulator.parts import ACCOUNT, OUR_NUMBER, TOKEN, Arrival, Customer, Sim

PERSON = "+84901000001"
NEW = "+84977000123"
ASK = (
    "<Response><Gather action='/voice/keys' numDigits='1' timeout='30' actionOnEmptyResult='true'>"
    "<Say>Xin chào ông bà.</Say><Say>Đồng ý, bấm phím 1.</Say></Gather></Response>"
)


@pytest.fixture
def slow(tmp_path: Path, we: Customer) -> Iterator[Sim]:
    """A simulator in which a second of the network takes a twentieth: slow enough for a hand."""
    with parts.simulator(tmp_path / "journal.jsonl", SimulatedClock(scale=0.05)) as running:
        number = {"number": OUR_NUMBER, "sms_url": we.base + "/sms", "voice_url": we.base + "/voice"}
        running.post("/numbers", number)
        yield running


def look(sim: Sim, number: str = PERSON) -> dict[str, Any]:
    """What the holder sees."""
    seen: dict[str, Any] = sim.get(f"/handsets/{number}")
    return seen


def until(sim: Sim, is_so: Callable[[dict[str, Any]], object], number: str = PERSON) -> dict[str, Any]:
    """Look until it is so."""
    deadline = time.monotonic() + 15
    while not is_so(seen := look(sim, number)):
        assert time.monotonic() < deadline, seen
        time.sleep(0.02)
    return seen


def hold(sim: Sim, number: str = PERSON, held: bool = True) -> None:
    """Take the phone, or give it back."""
    sim.post(f"/handsets/{number}/hold", {"held": held})


def ring(sim: Sim, we: Customer, number: str = PERSON, **more: Any) -> str:
    """We ring the person; the call's sid."""
    call = sim.client.calls.create(to=number, from_=OUR_NUMBER, url=we.base + "/voice", **more)
    return str(call.sid)


def asking(arrival: Arrival) -> str:
    """Asks one thing, then says goodbye."""
    return ASK if arrival.path == "/voice" else "<Response><Say>Cảm ơn.</Say><Hangup/></Response>"


def test_it_rings_is_answered_and_keyed_through_signed_webhooks(slow: Sim, we: Customer) -> None:
    we.answer = asking
    slow.handset(PERSON)
    hold(slow)
    sid = ring(slow, we)
    seen = until(slow, lambda seen: seen["call"])
    assert (seen["call"]["other"], seen["call"]["made_here"]) == (OUR_NUMBER, False)
    assert we.at("/voice") == [], "nothing is asked before it is answered"
    slow.post(f"/handsets/{PERSON}/pick-up", {})
    until(slow, lambda seen: seen["heard"])
    slow.post(f"/handsets/{PERSON}/key", {"key": "1"})
    seen = until(slow, lambda seen: seen["call"] is None)
    assert [prompt["words"] for prompt in seen["heard"]] == ["Xin chào ông bà.", "Cảm ơn."], "a key stops the prompts"
    assert seen["last"]["sid"] == sid
    assert seen["last"]["status"] == "completed"
    (keyed,) = we.at("/voice/keys")
    assert keyed.form["Digits"] == "1"
    assert all(arrival.genuine for arrival in we.arrivals)


def test_keys_of_a_number_end_with_hash_and_silence_is_silence(slow: Sim, we: Customer) -> None:
    document = "<Response><Gather action='/voice/keys' timeout='{}' actionOnEmptyResult='true'/></Response>"
    we.answer = lambda arrival: document.format(60) if arrival.path == "/voice" else document.format(2)
    hold(slow)
    ring(slow, we)
    until(slow, lambda seen: seen["call"])
    slow.post(f"/handsets/{PERSON}/pick-up", {})
    until(slow, lambda seen: seen["call"]["status"] == "in-progress" and we.at("/voice"))
    time.sleep(0.2)
    for key in "#250#":
        slow.post(f"/handsets/{PERSON}/key", {"key": key})
    until(slow, lambda _: len(we.at("/voice/keys")) >= 2)
    keyed, silent, *_ = we.at("/voice/keys")
    assert (keyed.form["Digits"], keyed.form["FinishedOnKey"]) == ("250", "#")
    assert silent.form["Digits"] == ""
    slow.post(f"/handsets/{PERSON}/hang-up", {})
    assert until(slow, lambda seen: seen["call"] is None)["last"]["status"] == "completed"


@pytest.mark.parametrize(("does", "status"), [("hang-up", "busy"), ("", "no-answer")])
def test_a_call_is_declined_or_rings_out(slow: Sim, we: Customer, does: str, status: str) -> None:
    hold(slow)
    sid = ring(slow, we, timeout=20)
    until(slow, lambda seen: seen["call"])
    if does:
        slow.post(f"/handsets/{PERSON}/{does}", {})
    until(slow, lambda seen: seen["call"] is None)
    assert slow.client.calls(sid).fetch().status == status
    slow.settle()
    assert we.at("/voice") == []


def test_a_new_number_rings_us_and_texts_us(slow: Sim, we: Customer) -> None:
    we.answer = lambda arrival: (
        "<Response><Message>Chào.</Message></Response>" if arrival.path == "/sms" else asking(arrival)
    )
    hold(slow, NEW)
    slow.post(f"/handsets/{NEW}/call", {"to": OUR_NUMBER})
    assert look(slow, NEW)["call"]["made_here"]
    until(slow, lambda seen: seen["heard"], NEW)
    slow.post(f"/handsets/{NEW}/hang-up", {})
    until(slow, lambda seen: seen["call"] is None, NEW)
    slow.post(f"/handsets/{NEW}/text", {"to": OUR_NUMBER, "body": "alo"})
    seen = until(slow, lambda seen: len(seen["texts"]) == 2, NEW)
    assert [(text["written_here"], text["body"]) for text in seen["texts"]] == [(True, "alo"), (False, "Chào.")]
    assert we.at("/voice")[0].form["From"] == NEW


def test_a_held_phone_silences_its_persona_until_it_is_given_back(sim: Sim, we: Customer) -> None:
    survey = Interviewer(we.base)
    we.answer = survey.answer
    sim.post("/topics", parts.topics())
    sim.handset(PERSON)
    hold(sim)
    survey.text(sim, PERSON)
    assert [text["written_here"] for text in look(sim)["texts"]] == [False], "read, and left unanswered"
    assert survey.answers == {}
    hold(sim, held=False)
    survey.text(sim, PERSON)
    assert survey.answers[PERSON]


def test_a_phone_taken_while_its_person_talks_goes_on_by_hand(slow: Sim, we: Customer) -> None:
    survey = Interviewer(we.base)
    we.answer = survey.answer
    slow.post("/topics", parts.topics())
    slow.handset(PERSON)
    thread = threading.Thread(target=survey.ring, args=(slow, PERSON))
    thread.start()
    until(slow, lambda _: survey.answers.get(PERSON))
    hold(slow)
    given = len(survey.answers[PERSON])
    until(slow, lambda seen: seen["heard"])
    assert len(survey.answers[PERSON]) <= given + 1, "what was on its way counts, nothing after it"
    slow.post(f"/handsets/{PERSON}/hang-up", {})
    thread.join(20)
    assert not thread.is_alive()


def test_what_is_held_outlives_a_kill(tmp_path: Path, we: Customer) -> None:
    journal = tmp_path / "journal.jsonl"
    with parts.simulator(journal, SimulatedClock(scale=0.05)) as first:
        first.handset(PERSON)
        hold(first)
    net = Network(Config(ACCOUNT, TOKEN, journal, SimulatedClock()))
    server = make_simulator(net, "127.0.0.1", 0)
    try:
        assert net.population.hand(PERSON) is not None
    finally:
        server.server_close()
        net.close()


def test_what_no_phone_can_do_is_refused(slow: Sim) -> None:
    assert (
        requests.post(f"{slow.base}/simulator/handsets/{PERSON}/key", json={"key": "1"}, timeout=5).status_code == 404
    )
    hold(slow)
    refused = requests.post(f"{slow.base}/simulator/handsets/{PERSON}/key", json={"key": "A"}, timeout=5)
    assert refused.status_code == 400
    page = requests.get(f"{slow.base}/handset", timeout=5)
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]
    for part in ("css", "js", "svg"):
        assert requests.get(f"{slow.base}/static/handset.{part}", timeout=5).ok
