"""People in the village: they go by words, not positions; faults and order never change what they think."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from simulator.clock import SimulatedClock
from simulator.people.handsets import Handset
from simulator.people.population import Population
from simulator.people.topics import Topic, recognise, squeeze
from tests.simulator.interviewer import NAMES, Interviewer
from tests.simulator.parts import ACCOUNT, FAST, OUR_NUMBER, TOKEN, Customer, Sim, simulator, topics

PERSON = "+84901000001"


@pytest.fixture
def interviewer(sim: Sim, we: Customer) -> Interviewer:
    """Our survey, answering the webhooks."""
    survey = Interviewer(we.base)
    we.answer = survey.answer
    sim.post("/topics", topics())
    return survey


@pytest.mark.parametrize("medium", ["text", "ring"])
@pytest.mark.parametrize("persona", ["quick", "wrong_keys"])
def test_the_ledger_is_what_we_stored(sim: Sim, interviewer: Interviewer, medium: str, persona: str) -> None:
    people = [f"+8490100{n:04}" for n in range(3)]
    for person in people:
        sim.handset(person, persona)
        getattr(interviewer, medium)(sim, person)
    assert sim.get("/ledger") == interviewer.answers
    assert all(set(interviewer.answers[person]) == set(NAMES) for person in people)
    assert len({tuple(answers.items()) for answers in interviewer.answers.values()}) == 3
    assert bool(interviewer.odd) == (persona == "wrong_keys")
    detail = sim.get("/ledger?detail=1")
    assert all(entry["delivered"] for entries in detail.values() for entry in entries.values())


def test_opinions_do_not_depend_on_order_channel_or_faults() -> None:
    village, turned = Population(7), Population(7)
    for topic in topics():
        village.add_topic(topic)
    for topic in reversed(topics()):
        turned.add_topic({**topic, "options": topic.get("options", [])[::-1]})

    def opinions(where: Population) -> dict[str, str]:
        return {t.name: Handset(PERSON, seed=7).opinion(t) for t in where.topics()}

    assert opinions(village) == opinions(turned)
    others = [tuple(Handset(f"+849{n}", seed=7).opinion(t) for t in village.topics()) for n in range(20)]
    assert len(set(others)) == 20
    assert Handset(PERSON, "refuses").opinion(village.topics()[0]) == "no"
    assert Handset(PERSON, truth={"q1": "na"}).opinion(village.topics()[1]) == "na"


def test_silent_first_is_silent_once_and_then_answers(sim: Sim, interviewer: Interviewer) -> None:
    sim.handset(PERSON, "silent_first")
    interviewer.text(sim, PERSON)
    assert interviewer.answers == {}
    interviewer.text(sim, PERSON)
    assert sim.get("/ledger") == interviewer.answers
    assert set(interviewer.answers[PERSON]) == set(NAMES)
    sim.handset(PERSON, "silent_first")
    interviewer.place.clear()
    interviewer.ring(sim, PERSON)
    assert interviewer.silences >= 1
    assert set(interviewer.answers[PERSON]) == set(NAMES)


def test_hangs_up_midway_and_goes_on_by_text(sim: Sim, interviewer: Interviewer) -> None:
    sim.handset(PERSON, "hangs_up")
    interviewer.text(sim, PERSON)
    assert interviewer.answers == {}
    interviewer.ring(sim, PERSON)
    assert 2 <= len(interviewer.answers[PERSON]) <= 4
    assert sim.client.calls.list()[0].status == "completed"
    interviewer.text(sim, PERSON)
    assert sim.get("/ledger") == interviewer.answers
    assert set(interviewer.answers[PERSON]) == set(NAMES)


@pytest.mark.parametrize(
    ("persona", "by_text", "by_call"),
    [
        ("text_only", len(NAMES), 0),
        ("voice_only", 0, len(NAMES)),
        ("no_answer", 0, 0),
        ("machine", 0, 0),
        ("dead_number", 0, 0),
        ("answers_online", 0, 0),
        ("refuses", 1, 1),
    ],
)
def test_who_answers_what(sim: Sim, interviewer: Interviewer, persona: str, by_text: int, by_call: int) -> None:
    sim.handset(PERSON, persona)
    interviewer.text(sim, PERSON)
    assert len(interviewer.answers.pop(PERSON, {})) == by_text
    interviewer.place.clear()
    interviewer.ring(sim, PERSON)
    assert len(interviewer.answers.get(PERSON, {})) == by_call


def test_busy_is_busy_first_and_a_landline_takes_no_text(sim: Sim, interviewer: Interviewer) -> None:
    sim.handset(PERSON, "busy")
    sim.handset("+84901000002", "landline")
    interviewer.ring(sim, PERSON)
    assert interviewer.answers == {}
    interviewer.ring(sim, PERSON)
    assert len(interviewer.answers[PERSON]) == len(NAMES)
    with pytest.raises(Exception, match="mobile"):
        interviewer.text(sim, "+84901000002")


def test_opts_out_after_the_first_text(sim: Sim, interviewer: Interviewer, we: Customer) -> None:
    for n in range(8):
        sim.handset(f"+8490100000{n}", "opts_out")
        interviewer.text(sim, f"+8490100000{n}")
    assert {arrival.form["Body"] for arrival in we.at("/sms")} == {"STOP", "TU CHOI"}
    assert sim.get("/ledger")[PERSON] == {}


def test_the_carriers_own_opt_out_list(sim: Sim, we: Customer) -> None:
    sim.post("/numbers", {"number": OUR_NUMBER, "sms_url": we.base + "/sms", "opt_out": True})
    sim.post(f"/handsets/{PERSON}/text", {"to": OUR_NUMBER, "body": "Stop"})
    sim.settle()
    assert we.arrivals[0].form["OptOutType"] == "STOP"
    with pytest.raises(Exception, match="unsubscribed"):
        sim.client.messages.create(to=PERSON, from_=OUR_NUMBER, body="x")
    sim.post(f"/handsets/{PERSON}/text", {"to": OUR_NUMBER, "body": "START"})
    sim.settle()
    assert sim.client.messages.create(to=PERSON, from_=OUR_NUMBER, body="x").status == "queued"


def test_an_inbound_text_that_never_came_is_in_the_list(sim: Sim, we: Customer) -> None:
    sim.post("/faults", {"lose_inbound": 1})
    sim.post(f"/handsets/{PERSON}/text", {"to": OUR_NUMBER, "body": "2"})
    sim.settle()
    assert we.arrivals == []
    (listed,) = sim.client.messages.list(to=OUR_NUMBER)
    assert (listed.body, listed.direction, listed.status) == ("2", "inbound", "received")


def test_a_lost_answer_comes_again_and_changes_no_opinion(sim: Sim, interviewer: Interviewer, we: Customer) -> None:
    """The same webhook twice, under one token; this survey hears twice, the ledger stays what was meant."""
    sim.post("/faults", {"lost_answer": 1})
    sim.handset(PERSON)
    sim.post(f"/handsets/{PERSON}/text", {"to": OUR_NUMBER, "body": "hello"})
    sim.settle()
    first, second = we.at("/sms")[:2]
    assert first.form == second.form
    assert first.headers["I-Twilio-Idempotency-Token"] == second.headers["I-Twilio-Idempotency-Token"]
    expected = Handset(PERSON, seed=7)
    for topic in map(Topic.of, topics()):
        meant = sim.get("/ledger")[PERSON].get(topic.name)
        assert meant in (None, expected.opinion(topic))


@pytest.mark.parametrize(("style", "pattern"), [("bare", r"\d"), ("numbered", r"C\d \d"), ("words", r"[A-Z]\D+ \D+")])
def test_styles_of_typing(style: Any, pattern: str) -> None:
    handset = Handset(PERSON, style=style)
    said = handset.read(
        [Topic.of(topics()[1])],
        "C2: Hai long ve thu tuc vay von? 1=Rat hai long 2=Hai long 3=Khong hai long 4=Khong co y kien",
    ).said
    assert re.fullmatch(pattern, said)


TOPIC = Topic.of(topics()[1])


@pytest.mark.parametrize(
    ("text", "medium", "keys"),
    [
        (
            "Rất hài lòng, bấm phím 1. Hài lòng, bấm phím 2. Không hài lòng, bấm phím 3. Gặp cán bộ, bấm phím 0.",
            "spoken",
            "123",
        ),
        ("Hài lòng, bấm phím 1. Không hài lòng, bấm phím 2. Rất hài lòng, bấm phím 3.", "spoken", "312"),
        ("Bấm phím 3 nếu rất hài lòng, phím 1 nếu hài lòng, phím 2 nếu không hài lòng", "spoken", "312"),
        ("1 Rat hai long 2 Hai long 3 Khong hai long", "written", "123"),
        ("3=Hai long,2=Rat hai long,1=Khong hai long. Hoi: 0912 345 678", "written", "231"),
        ("KHÔNG HÀI LÒNG:1; RẤT HÀI LÒNG:2; HÀI LÒNG:3", "written", "231"),
    ],
)
def test_keys_are_read_from_the_words(text: str, medium: Any, keys: str) -> None:
    question = TOPIC.spoken[0] if medium == "spoken" else TOPIC.written[0]
    read = TOPIC.keys(f"Đã ghi C1: Hài lòng, 9. C2: {question} {text}", medium)
    assert "".join(read[value] for value in ("5", "3", "1")) == keys


def test_the_longest_wording_wins_and_diacritics_do_not_matter() -> None:
    short = Topic.of({**topics()[1], "topic": "short", "written": ["vay von"]})
    heard = "C2:  HÀI LÒNG về thủ tục vay vốn?  1=..."
    assert recognise([short, TOPIC], heard, "written") is TOPIC
    assert recognise([TOPIC, short], "về vay vốn ưu đãi", "written") is short
    assert recognise([TOPIC, short], "vay vonx", "written") is None
    assert squeeze("  Đồng-chí, ơi!!! ２ ") == " dong chi oi 2 "


def test_a_handset_understands_its_own_questionnaire(sim: Sim) -> None:
    for scope in ("HTX", "QTD"):
        sim.post("/topics", {**topics()[1], "topic": f"{scope}/q1", "scope": scope})
    sim.handset(PERSON, scope="QTD")
    body = "C1: Hai long ve thu tuc vay von? 1=Rat hai long 2=Hai long 3=Khong hai long 4=Khong co y kien"
    sim.client.messages.create(to=PERSON, from_=OUR_NUMBER, body=body)
    sim.settle()
    assert list(sim.get("/ledger")[PERSON]) == ["QTD/q1"]


def test_a_question_without_keys_for_ones_opinion_is_noticed(sim: Sim, interviewer: Interviewer) -> None:
    sim.handset(PERSON)
    sim.client.messages.create(to=PERSON, from_=OUR_NUMBER, body="C2: Hai long ve thu tuc vay von? Tra loi ngay")
    sim.settle()
    assert [line["number"] for line in sim.journal("handset.puzzled")] == [PERSON]


def test_only_the_newest_question_is_answered_and_thanks_do_not_hide_it(tmp_path: Path) -> None:
    """People think ten times as long here, so that all three texts are there before the first answer."""
    clock = SimulatedClock.parse(FAST.format(anchor=datetime.now(UTC).isoformat()), scale=10)
    scale = "1=Rat hai long 2=Hai long 3=Khong hai long 4=Khong co y kien"
    with simulator(tmp_path / "journal.jsonl", clock) as slow:
        slow.post("/numbers", {"number": OUR_NUMBER})
        slow.post("/topics", topics())
        slow.handset(PERSON)
        for body in (f"C2: Hai long ve thu tuc vay von? {scale}", f"C3: Hai long ve dat dai? {scale}", "Cam on."):
            slow.client.messages.create(to=PERSON, from_=OUR_NUMBER, body=body)
        slow.settle()
        assert list(slow.get("/ledger")[PERSON]) == ["q2"]
        assert len(slow.client.messages.list(to=OUR_NUMBER)) == 1


def test_bad_control_requests_say_what_is_wrong(sim: Sim) -> None:
    for path, body in (
        ("/handsets", {"number": PERSON, "persona": "hero"}),
        ("/topics", {"topic": "q", "kind": "essay"}),
        ("/faults", {"meteor": 1}),
        ("/numbers", {"number": "1", "colour": "red"}),
        (f"/handsets/{PERSON}/text", {"to": OUR_NUMBER}),
    ):
        answer = requests.post(f"{sim.base}/simulator{path}", json=body, timeout=5)
        assert answer.status_code == 400
        assert answer.json()["error"]


def test_it_runs_as_a_program_and_carries_on_its_journal(tmp_path: Path) -> None:
    journal = tmp_path / "journal.jsonl"
    journal.write_text('{"seq": 41, "kind": "earlier"}\n{"seq": 42, "ki')
    clock = "2026-11-16T08:00:00+07:00@900@2026-11-21T00:00:00+00:00"
    command = [sys.executable, "-m", "simulator", "--journal", str(journal), "--account", ACCOUNT]
    environment = {**os.environ, "SIMULATOR_TOKEN": TOKEN}
    with subprocess.Popen([*command, "--clock", clock], stdout=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stdout is not None
        base = process.stdout.readline().split()[-1]
        requests.post(f"{base}/simulator/handsets/{PERSON}/text", json={"to": OUR_NUMBER, "body": "x"}, timeout=5)
        assert requests.get(f"{base}/simulator/clock", timeout=5).json()["rate"] == 900
        process.terminate()
        assert process.wait(10) == 0
    lines = journal.read_text().splitlines()
    assert [json.loads(line)["seq"] for line in lines if line.endswith("}")] == [41, 42, 43]
    assert lines[1] == '{"seq": 42, "ki torn'
