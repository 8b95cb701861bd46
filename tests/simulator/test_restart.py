"""After a kill: what was accepted goes on once, what was on the line ends with a report, people remember."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests

from simulator.clock import SimulatedClock
from tests.simulator.parts import ACCOUNT, FAST, OUR_NUMBER, TOKEN, Customer, Sim, simulator, topics

PERSON, OTHER = "+84901000001", "+84901000002"
QUESTION = "C2: Hai long ve thu tuc vay von? 1=Rat hai long 2=Hai long 3=Khong hai long 4=Khong co y kien"
HEARD = "Ông bà có hài lòng về thủ tục vay vốn không? Rất hài lòng, bấm phím 1. Hài lòng, bấm phím 2."


def _clock(rate: float, scale: float = 1.0) -> SimulatedClock:
    start = FAST.partition("@")[0]
    return SimulatedClock.parse(f"{start}@{rate}@{datetime.now(UTC).isoformat()}", scale)


def _arrange(sim: Sim, we: Customer, **number: Any) -> None:
    ours = {"number": OUR_NUMBER, "sms_url": we.base + "/sms", "voice_url": we.base + "/v", **number}
    sim.post("/numbers", ours)
    sim.post("/topics", topics())
    sim.handset(PERSON)


def _until(sim: Sim, kind: str, **facts: Any) -> dict[str, Any]:
    for _ in range(500):
        for line in sim.journal(kind):
            if facts.items() <= line.items():
                return line
        time.sleep(0.01)
    raise AssertionError(f"no {kind} with {facts}")


def test_what_was_queued_goes_on_once_and_what_was_arranged_is_kept(tmp_path: Path, we: Customer) -> None:
    file = tmp_path / "journal.jsonl"
    we.answer = lambda arrival: "<Response><Say>Chào</Say></Response>" if arrival.path == "/v" else "<Response/>"
    with simulator(file, _clock(1, 1000)) as frozen:
        _arrange(frozen, we, mps=50, messaging_service_sid="MG1")
        frozen.post("/faults", {"lose": {"amd": 0.5}, "seed": 9})
        frozen.post("/limits", {"cps": 30})
        frozen.post("/recordings", {"a.wav": "Chào"})
        text = frozen.client.messages.create(
            to=PERSON, from_=OUR_NUMBER, body="x", status_callback=we.base + "/receipt/text"
        )
        hidden = frozen.client.messages.create(to=PERSON, from_="+15005550006", body="x")
        call = frozen.client.calls.create(to=PERSON, from_=OUR_NUMBER, url=we.base + "/v", timeout=33)
        inbound = frozen.post(f"/handsets/{OTHER}/text", {"to": OUR_NUMBER, "body": "chào"})["sid"]
        before = {path: frozen.get(path) for path in ("/numbers", "/faults", "/limits")}
    assert we.arrivals == []
    with simulator(file, _clock(1200)) as again:
        again.settle()
        assert {path: again.get(path) for path in before} == before
        assert [(one["number"], one["rings"]) for one in again.get("/handsets")] == [(PERSON, 1)]
        assert again.client.messages(text.sid).fetch().status == "delivered"
        assert again.client.messages(text.sid).fetch().body == "x"
        assert again.client.messages(hidden.sid).fetch().status == "queued"
        assert again.client.calls(call.sid).fetch().status == "completed"
        assert [a.form["MessageSid"] for a in we.at("/sms")] == [inbound]
        assert {a.form["MessageStatus"] for a in we.at("/receipt")} == {"sent", "delivered"}
        assert all(arrival.genuine for arrival in we.arrivals)
    arrived = len(we.arrivals)
    with simulator(file, _clock(1200)) as third:
        third.settle()
        assert len(third.client.messages.list()) == 3
        assert third.client.calls(call.sid).fetch().status == "completed"
    assert len(we.arrivals) == arrived


def test_who_was_thinking_still_answers(tmp_path: Path, we: Customer) -> None:
    file = tmp_path / "journal.jsonl"
    with simulator(file, _clock(20)) as first:
        _arrange(first, we)
        sent = first.client.messages.create(to=PERSON, from_=OUR_NUMBER, body=QUESTION)
        _until(first, "message.status", status="delivered")
        assert first.get("/ledger")[PERSON] == {}
    with simulator(file, _clock(1200)) as again:
        again.settle()
        (said,) = again.journal("message.inbound")
        assert said["asked_by"] == sent.sid
        assert again.get("/ledger")[PERSON] == {"q1": said["value"]}
        assert again.get("/ledger?detail=1")[PERSON]["q1"]["delivered"]
    with simulator(file, _clock(1200)) as third:
        third.settle()
        assert third.get("/ledger?detail=1")[PERSON]["q1"]["delivered"]
        assert len(third.journal("message.inbound")) == 1


def test_calls_on_the_line_end_with_a_report(tmp_path: Path, we: Customer) -> None:
    file = tmp_path / "journal.jsonl"
    with simulator(file, _clock(20)) as first:
        _arrange(first, we)
        first.handset(OTHER, "no_answer")
        long = "<Response><Pause length='4000'/></Response>"
        receipts = {"from_": OUR_NUMBER, "twiml": long, "status_callback": we.base + "/receipt"}
        talking = first.client.calls.create(to=PERSON, **receipts)
        ringing = first.client.calls.create(to=OTHER, timeout=600, **receipts)
        _until(first, "call.status", sid=talking.sid, event="answered")
        _until(first, "call.status", sid=ringing.sid, event="ringing")
    with simulator(file, _clock(1200)) as again:
        again.settle()
        ended = {a.form["CallSid"]: (a.form["CallStatus"], a.form["SipResponseCode"]) for a in we.at("/receipt")}
        assert ended == {talking.sid: ("completed", "200"), ringing.sid: ("failed", "503")}
        assert again.client.calls(ringing.sid).fetch().status == "failed"
        third = again.client.calls.create(to=PERSON, from_=OUR_NUMBER, twiml="<Response/>")
        again.settle()
        assert third.fetch().status == "completed"


def test_what_was_keyed_is_remembered(tmp_path: Path, we: Customer) -> None:
    file = tmp_path / "journal.jsonl"
    gather = f"<Gather numDigits='1' action='/v/1?x=1#rc=2'><Say>{HEARD}</Say><Say>Không hài lòng, bấm phím 3."
    document = f"<Response>{gather} Không có ý kiến, bấm phím 4.</Say></Gather></Response>"
    we.answer = lambda arrival: document if arrival.path == "/v/0" else "<Response/>"
    with simulator(file, _clock(1200)) as first:
        _arrange(first, we)
        first.client.calls.create(to=PERSON, from_=OUR_NUMBER, url=we.base + "/v/0")
        first.settle()
        ledger, people = first.get("/ledger?detail=1"), first.get("/handsets")
        assert ledger[PERSON]["q1"]["delivered"]
    with simulator(file, _clock(1200)) as again:
        later = again.get("/ledger?detail=1")
        for found in (ledger, later):
            found[PERSON]["q1"].pop("at")
        assert later == ledger
        assert again.get("/handsets") == people


def _cut(file: Path, to: Path, lines: int) -> None:
    to.write_text("".join(file.read_text().splitlines(keepends=True)[:lines]))


def test_a_webhook_answered_half_is_told_again_under_its_token(tmp_path: Path, we: Customer) -> None:
    file, half = tmp_path / "whole.jsonl", tmp_path / "half.jsonl"
    we.answer = lambda arrival: "<Response><Message>một</Message><Message>hai</Message></Response>"
    with simulator(file, _clock(1200)) as whole:
        _arrange(whole, we)
        whole.post(f"/handsets/{OTHER}/text", {"to": OUR_NUMBER, "body": "chào"})
        whole.settle()
        cut = next(line["seq"] for line in whole.journal("message.accepted") if line["body"] == "một")
    _cut(file, half, cut)
    with simulator(half, _clock(1200)) as again:
        again.settle()
        assert sorted(line["body"] for line in again.journal("message.accepted")) == ["hai", "một"]
        assert [message.status for message in again.client.messages.list(to=OTHER)] == ["delivered"] * 2
    first, second = we.at("/sms")
    assert first.form == second.form
    assert first.headers["I-Twilio-Idempotency-Token"] == second.headers["I-Twilio-Idempotency-Token"]


def test_wherever_the_journal_ends_everything_comes_to_its_end_once(tmp_path: Path, we: Customer) -> None:
    """A short campaign by text and call, cut after every few lines and taken up again."""
    file = tmp_path / "whole.jsonl"
    people = [f"+8490100{n:04}" for n in range(4)]
    with simulator(file, _clock(1200)) as whole:
        _arrange(whole, we)
        for person in people:
            whole.handset(person, "wrong_keys")
            whole.client.messages.create(
                to=person, from_=OUR_NUMBER, body=QUESTION, status_callback=we.base + "/receipt"
            )
            whole.client.calls.create(
                to=person, from_=OUR_NUMBER, twiml="<Response/>", status_callback=we.base + "/receipt"
            )
        whole.settle()
        meant = whole.get("/ledger")
        lines = whole.journal()
    begun = next(line["seq"] for line in lines if line["kind"] == "message.accepted")
    for cut in range(begun, len(lines), 7):
        part = tmp_path / f"{cut}.jsonl"
        _cut(file, part, cut)
        with simulator(part, _clock(1200)) as again:
            again.settle()
            found = again.journal()
            accepted = {line["sid"] for line in found if line["kind"] in ("message.accepted", "call.accepted")}
            ends = Counter(
                line["sid"] for line in found if line.get("event") == "completed" or line.get("status") == "delivered"
            )
            assert ends == dict.fromkeys(accepted, 1), cut
            said = [line for line in found if line["kind"] == "message.inbound"]
            texted = {line["to"] for line in found if line["kind"] == "message.accepted"}
            assert sorted(line["sender"] for line in said) == sorted(texted), cut
            assert {p: meant[p] for p in texted} == {p: again.get("/ledger")[p] for p in texted}, cut
            told = [line["sid"] for line in found if line["kind"] == "message.answered"]
            assert sorted(told) == sorted(line["sid"] for line in said), cut


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_killed_again_and_again_under_load_nothing_is_lost_or_doubled(tmp_path: Path, we: Customer) -> None:
    file, port = tmp_path / "journal.jsonl", _free_port()
    command = [sys.executable, "-m", "simulator", "--journal", str(file), "--account", ACCOUNT]
    clock = FAST.format(anchor=datetime.now(UTC).isoformat())
    url = f"http://127.0.0.1:{port}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    sids: list[str] = []
    stop = threading.Event()

    def send(lane: int) -> None:
        n = 0
        while not stop.is_set():
            n += 1
            form = {"To": f"+84901{lane}{n:05}", "From": OUR_NUMBER, "Body": "x", "StatusCallback": we.base + "/r"}
            try:
                sids.append(requests.post(url, form, auth=(ACCOUNT, TOKEN), timeout=5).json()["sid"])
            except (requests.RequestException, KeyError):
                time.sleep(0.05)

    def start() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*command, "--port", str(port), "--clock", clock],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, "SIMULATOR_TOKEN": TOKEN},
        )
        assert process.stdout is not None
        process.stdout.readline()
        return process

    process = start()
    requests.post(f"http://127.0.0.1:{port}/simulator/numbers", json={"number": OUR_NUMBER}, timeout=5)
    senders = [threading.Thread(target=send, args=(lane,)) for lane in range(3)]
    for sender in senders:
        sender.start()
    for _ in range(3):
        time.sleep(0.6)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process = start()
    time.sleep(0.3)
    stop.set()
    for sender in senders:
        sender.join()
    try:
        for _ in range(400):
            if requests.get(f"http://127.0.0.1:{port}/simulator/idle", timeout=5).json()["idle"]:
                break
            time.sleep(0.02)
        lines = [json.loads(raw) for raw in file.read_text().splitlines() if not raw.endswith("torn")]
    finally:
        process.kill()
    delivered = Counter(line["sid"] for line in lines if line.get("status") == "delivered")
    accepted = Counter(line["sid"] for line in lines if line["kind"] == "message.accepted")
    assert len(sids) > 30
    assert set(sids) <= set(accepted)
    assert delivered == accepted
    assert set(accepted.values()) == {1}
    assert {a.form["MessageSid"] for a in we.at("/r") if a.form["MessageStatus"] == "delivered"} == set(accepted)


@pytest.mark.parametrize("junk", [b"", b'{"seq": 1, "ki', b'{"seq": 1, "kind": "x", "given": {}'])
def test_a_torn_journal_opens(tmp_path: Path, junk: bytes) -> None:
    file = tmp_path / "journal.jsonl"
    file.write_bytes(junk)
    with simulator(file, _clock(1200)) as sim:
        sim.handset(PERSON)
        assert [line["seq"] for line in sim.journal()] == [1]
    shutil.copy(file, tmp_path / "copy.jsonl")
    with simulator(tmp_path / "copy.jsonl", _clock(1200)) as again:
        assert len(again.get("/handsets")) == 1
