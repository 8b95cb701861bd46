"""Answering-machine detection before or beside a call, recordings, staff calls, and who hears of them."""

from __future__ import annotations

import pytest

from simulator.phone.detection import Verdict, verdict
from tests.simulator.parts import OUR_NUMBER, Arrival, Customer, Sim

PERSON, STAFF = "+84901000001", "+842438250000"


@pytest.mark.parametrize(
    ("taker", "mode", "limit_s", "found"),
    [
        ("person", "Enable", 30, "human"),
        ("person", "DetectMessageEnd", 30, "human"),
        ("beep", "Enable", 30, "machine_start"),
        ("beep", "DetectMessageEnd", 30, "machine_end_beep"),
        ("silence", "DetectMessageEnd", 30, "machine_end_silence"),
        ("music", "DetectMessageEnd", 30, "machine_end_other"),
        ("fax", "Enable", 30, "fax"),
        ("mumbler", "Enable", 30, "unknown"),
        ("beep", "DetectMessageEnd", 5, "unknown"),
    ],
)
def test_verdicts(taker: str, mode: str, limit_s: float, found: str) -> None:
    said = verdict(taker, mode, limit_s)  # type: ignore[arg-type]  # the table's words are takers
    assert said.answered_by == found
    assert said.after_s <= limit_s


def _call(sim: Sim, we: Customer, persona: str, document: str, **more: object) -> list[Arrival]:
    sim.handset(PERSON, persona)
    we.answer = lambda arrival: document if arrival.path == "/v/0" else "<Response/>"
    sim.client.calls.create(to=PERSON, from_=OUR_NUMBER, url=we.base + "/v/0", **more)
    sim.settle()
    return we.at("/")


@pytest.mark.parametrize(
    ("persona", "answered_by"),
    [("quick", "human"), ("machine", "machine_end_beep"), ("fax", "fax"), ("mumbles", "unknown")],
)
def test_the_first_request_says_who_answered(sim: Sim, we: Customer, persona: str, answered_by: str) -> None:
    document = "<Response><Say>Chào</Say></Response>"
    (arrival,) = _call(sim, we, persona, document, machine_detection="DetectMessageEnd")
    assert arrival.form["AnsweredBy"] == answered_by
    assert sim.client.calls.list()[0].answered_by == answered_by


def test_detection_beside_the_call_is_told_apart(sim: Sim, we: Customer) -> None:
    more = {
        "machine_detection": "Enable",
        "async_amd": "true",
        "async_amd_status_callback": we.base + "/amd/r-1",
        "status_callback": we.base + "/receipt",
    }
    arrivals = _call(sim, we, "machine", "<Response><Pause length='30'/></Response>", **more)
    by_path = {arrival.path: arrival for arrival in arrivals}
    assert "AnsweredBy" not in by_path["/v/0"].form
    told = by_path["/amd/r-1"]
    assert told.genuine
    assert (told.form["AnsweredBy"], told.form["MachineDetectionDuration"]) == ("machine_start", "3800")
    assert by_path["/receipt"].form["AnsweredBy"] == "machine_start"


def test_keys_sent_by_the_platform_switch_detection_off(sim: Sim, we: Customer) -> None:
    document = "<Response><Say>Chào</Say></Response>"
    (arrival,) = _call(sim, we, "machine", document, machine_detection="Enable", send_digits="wW12#")
    assert "AnsweredBy" not in arrival.form
    with pytest.raises(Exception, match="SendDigits"):
        sim.client.calls.create(to=PERSON, from_=OUR_NUMBER, url=we.base + "/v/0", send_digits="a" * 3)


def test_a_machine_keeps_what_was_said_and_presses_nothing(sim: Sim, we: Customer) -> None:
    gather = "<Gather action='/v/keys' timeout='2'><Say>Bấm phím 1</Say></Gather><Say>Xin gọi lại</Say>"
    assert [arrival.path for arrival in _call(sim, we, "machine", f"<Response>{gather}</Response>")] == ["/v/0"]
    assert sim.journal("handset.voicemail")[0]["words"] == "Bấm phím 1 Xin gọi lại"


RECORD = "<Record action='/v/done' recordingStatusCallback='/kept' {more}/><Redirect>/v/silent</Redirect>"


@pytest.mark.parametrize(
    ("persona", "said", "more", "path", "digits", "longest"),
    [
        ("quick", "Xin nói sau tiếng bíp", "", "/v/done", "", 8),
        ("quick", "Nói xong bấm phím thăng", "", "/v/done", "#", 8),
        ("quick", "Nói xong bấm phím thăng", "finishOnKey='1'", "/v/done", "", 8),
        ("quick", "Xin nói", "maxLength='1'", "/v/done", "", 1),
        ("hangs_up", "Xin nói", "", "/v/done", "hangup", 8),
        ("silent_first", "Xin nói", "", "/v/silent", None, 0),
    ],
)
def test_recordings(
    sim: Sim, we: Customer, persona: str, said: str, more: str, path: str, digits: str | None, longest: int
) -> None:
    document = f"<Response><Say>{said}</Say>{RECORD.format(more=more)}</Response>"
    arrivals = {arrival.path: arrival.form for arrival in _call(sim, we, persona, document)}
    assert set(arrivals) - {"/v/0"} == {path} | ({"/kept"} if longest else set())
    assert arrivals[path].get("Digits") == digits
    if longest:
        assert 1 <= int(arrivals[path]["RecordingDuration"]) <= longest
        assert arrivals["/kept"]["RecordingStatus"] == "completed"
        assert arrivals["/kept"]["RecordingUrl"] == arrivals[path]["RecordingUrl"]
        assert len(sim.journal("call.recorded")) == 1


@pytest.mark.parametrize(
    ("persona", "status"),
    [("quick", "completed"), ("machine", "completed"), ("no_answer", "no-answer"), ("dead_number", "failed")],
)
def test_a_staff_number_is_dialled(sim: Sim, we: Customer, persona: str, status: str) -> None:
    sim.handset(STAFF, persona)
    number = f"<Number statusCallback='/leg' statusCallbackEvent='initiated answered completed'>{STAFF}</Number>"
    document = f"<Response><Dial action='/v/after' timeout='20'>{number}</Dial></Response>"
    arrivals = _call(sim, we, "quick", document)
    (after,) = [arrival.form for arrival in arrivals if arrival.path == "/v/after"]
    assert after["DialCallStatus"] == status
    assert after.get("DialCallDuration") == ("30" if status == "completed" else None)
    (leg,) = sim.client.calls.list(to=STAFF)
    assert (leg.sid, leg.direction, leg.status) == (after["DialCallSid"], "outbound-dial", status)
    assert leg.parent_call_sid == after["CallSid"]
    told = [arrival.form["CallStatus"] for arrival in arrivals if arrival.path == "/leg"]
    assert set(told) == {"initiated", status} | ({"in-progress"} if status == "completed" else set())


def test_the_end_of_a_call_that_came_in_is_reported(sim: Sim, we: Customer) -> None:
    ours = {"number": OUR_NUMBER, "voice_url": we.base + "/v/0", "voice_status_callback": we.base + "/receipt/in"}
    sim.post("/numbers", ours)
    sim.handset(PERSON)
    we.answer = lambda arrival: "<Response><Pause length='65'/></Response>"
    sid = sim.post(f"/handsets/{PERSON}/call", {"to": OUR_NUMBER})["sid"]
    sim.settle()
    (told,) = we.at("/receipt/in")
    assert (told.form["CallSid"], told.form["CallStatus"], told.form["Direction"]) == (sid, "completed", "inbound")
    assert (told.form["CallDuration"], told.form["Duration"]) == ("65", "2")
    assert told.genuine


def test_a_recorded_call_says_where_its_recording_is(sim: Sim, we: Customer) -> None:
    document = "<Response><Pause length='5'/></Response>"
    arrivals = _call(sim, we, "quick", document, record=True, status_callback=we.base + "/receipt")
    assert arrivals[-1].form["RecordingSid"].startswith("RE")
    assert arrivals[-1].form["RecordingDuration"] in ("5", "6")


def test_verdict_is_a_value() -> None:
    assert verdict("fax", "Enable", 2) == Verdict("unknown", 2)
