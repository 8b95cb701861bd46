"""Webhooks as the customer receives them: signatures over odd URLs, retry and fallback rules, receipts, faults."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Response, redirect

from simulator.clock import SimulatedClock
from simulator.network.callbacks import Courier, Overrides, Trouble, split_overrides
from simulator.network.journal import Journal
from tests.simulator.parts import OUR_NUMBER, TOKEN, Arrival, Customer, Sim

PERSON = "+84901000001"


@pytest.fixture
def courier(tmp_path: Path) -> Courier:
    """A courier with the account's token."""
    return Courier(TOKEN, Journal(tmp_path / "courier.jsonl", SimulatedClock()))


@pytest.mark.parametrize(
    "target",
    [
        "/hook",
        "/hook?ref=abc&x=1",
        "/hook?name=a%2Fb",
        "/hook?name=%C4%91%E1%BB%93ng",
        "/hook?name=%c4%91&tilde=%7E~",
        "/a%2Fb/c%20d?x=a+b&empty=",
    ],
)
@pytest.mark.parametrize("method", ["POST", "GET"])
def test_the_target_arrives_unchanged_and_its_signature_fits(
    courier: Courier, we: Customer, target: str, method: str
) -> None:
    outcome = courier.deliver(we.base + target + "#rc=2&rp=5xx", {"Body": "Có, tôi đồng ý", "To": "+84"}, method)
    assert not isinstance(outcome, Trouble)
    (arrival,) = we.arrivals
    assert arrival.genuine
    assert arrival.target.startswith(target)
    assert arrival.form["Body"] == "Có, tôi đồng ý"
    assert arrival.headers["User-Agent"] == "TwilioProxy/1.1"
    assert arrival.headers["I-Twilio-Idempotency-Token"]


def test_a_forged_request_does_not_pass(courier: Courier, we: Customer) -> None:
    courier.deliver(we.base + "/hook", {"a": "b"}, forged=True)
    assert [arrival.genuine for arrival in we.arrivals] == [False]


@pytest.mark.parametrize(
    ("fragment", "wanted"),
    [
        ("", Overrides()),
        ("#rc=2&rp=ct,rt,5xx&ct=2000", Overrides(2000, 15000, 15000, 2, frozenset({"ct", "rt", "5xx"}))),
        ("#rc=9&ct=1&rt=99999&tt=50", Overrides(100, 15000, 100, 5)),
        ("#rp=all", Overrides(rp=frozenset({"4xx", "5xx", "ct", "rt"}))),
        ("#rc=many", Overrides()),
    ],
)
def test_overrides_are_read_from_the_fragment(fragment: str, wanted: Overrides) -> None:
    assert split_overrides("https://x/hook?a=1" + fragment) == ("https://x/hook?a=1", wanted)


@pytest.mark.parametrize(
    ("status", "fragment", "tries"),
    [
        (500, "", 1),
        (503, "#rc=2", 1),
        (500, "#rc=2&rp=5xx", 3),
        (404, "#rc=2&rp=5xx", 1),
        (404, "#rc=1&rp=4xx", 2),
        (500, "#rc=0&rp=all", 1),
        (200, "#rc=3&rp=all", 1),
    ],
)
def test_only_what_was_asked_for_is_tried_again(
    courier: Courier, we: Customer, status: int, fragment: str, tries: int
) -> None:
    we.answer = lambda arrival: ("", status)
    courier.deliver(we.base + "/hook" + fragment, {"a": "b"})
    assert len(we.arrivals) == tries
    assert len({arrival.headers["I-Twilio-Idempotency-Token"] for arrival in we.arrivals}) == 1


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_refused_connection_is_tried_once_more_by_default(courier: Courier) -> None:
    assert courier.deliver(f"http://127.0.0.1:{_free_port()}/x", {}) == Trouble(11205, "ct")
    lines = courier._journal.read(kind="webhook.sent")
    assert [(line["attempt"], line["why"]) for line in lines] == [(0, "ct"), (1, "ct")]
    assert lines[0]["token"] == lines[1]["token"]


def test_a_read_time_out_is_not_tried_again_by_default(courier: Courier, we: Customer) -> None:
    def slow(arrival: Arrival) -> str:
        time.sleep(0.4)
        return "<Response/>"

    we.answer = slow
    assert courier.deliver(we.base + "/x#rt=100", {}) == Trouble(11200, "rt")
    assert courier.deliver(we.base + "/x#rt=150&rc=1&rp=rt", {}) == Trouble(11200, "rt")
    assert courier.deliver(we.base + "/x#rt=200&tt=250&rc=5&rp=rt", {}) == Trouble(11200, "rt")
    assert len(we.arrivals) == 1 + 2 + 2


@contextmanager
def _one_shot(reply: bytes) -> Iterator[int]:
    """A server that answers every connection with these bytes and closes it."""
    server = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        try:
            while True:
                connection, _ = server.accept()
                connection.recv(65536)
                connection.sendall(reply)
                connection.close()
        except OSError:
            return

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield server.getsockname()[1]
    finally:
        server.close()


@pytest.mark.parametrize(
    "reply", [b"", b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n<Response", b"not http at all\r\n\r\n"]
)
def test_half_answers_are_failures(courier: Courier, reply: bytes) -> None:
    with _one_shot(reply) as port:
        assert courier.deliver(f"http://127.0.0.1:{port}/x", {}) == Trouble(11200, "rt")


def test_a_redirect_is_followed_with_get_and_without_the_fields(courier: Courier, we: Customer) -> None:
    we.answer = lambda arrival: redirect("/new") if arrival.path == "/old" else "<Response/>"  # type: ignore[assignment,return-value]  # werkzeug's Response is Flask's here
    courier.deliver(we.base + "/old", {"Digits": "1"})
    assert [(arrival.path, arrival.form) for arrival in we.arrivals] == [("/old", {"Digits": "1"}), ("/new", {})]


def test_receipts_follow_a_text_and_never_its_first_status(sim: Sim, we: Customer) -> None:
    sim.client.messages.create(
        to=PERSON, from_=OUR_NUMBER, body="x", status_callback=we.base + "/receipt/text/r-1#rc=2&rp=5xx"
    )
    sim.settle()
    receipts = we.at("/receipt/text/r-1")
    assert {arrival.form["MessageStatus"] for arrival in receipts} == {"sent", "delivered"}
    assert all(arrival.genuine for arrival in receipts)
    last = next(a.form for a in receipts if a.form["MessageStatus"] == "delivered")
    assert last["SmsSid"] == last["MessageSid"]
    assert len(last["RawDlrDoneDate"]) == 10
    assert "RoutingProfile" in last
    assert "ErrorCode" not in last


def test_a_dead_number_is_reported_undelivered(sim: Sim, we: Customer) -> None:
    sim.handset(PERSON, "dead_number")
    made = sim.client.messages.create(to=PERSON, from_=OUR_NUMBER, body="x", status_callback=we.base + "/receipt")
    sim.settle()
    assert made.fetch().error_code == 30005
    last = next(a.form for a in we.at("/receipt") if a.form["MessageStatus"] == "undelivered")
    assert last["ErrorCode"] == "30005"


EVENTS = ["initiated", "ringing", "answered", "completed"]


def test_a_call_reports_its_progress_in_numbered_events(sim: Sim, we: Customer) -> None:
    sim.handset(PERSON)
    made = sim.client.calls.create(
        to=PERSON,
        from_=OUR_NUMBER,
        twiml="<Response><Pause length='70'/></Response>",
        status_callback=we.base + "/receipt/call",
        status_callback_event=EVENTS,
    )
    sim.settle()
    events = sorted((a.form for a in we.at("/receipt/call")), key=lambda form: int(form["SequenceNumber"]))
    assert [form["CallStatus"] for form in events] == ["initiated", "ringing", "in-progress", "completed"]
    assert [form["SequenceNumber"] for form in events] == ["0", "1", "2", "3"]
    last = events[-1]
    assert (last["CallDuration"], last["Duration"], last["SipResponseCode"]) == ("70", "2", "200")
    assert last["Timestamp"].endswith("+0000")
    assert last["FromCity"] == last["CalledZip"] == ""
    assert last["ToCountry"] == "VN"
    assert "CallDuration" not in events[2]
    assert made.fetch().duration == "70"


@pytest.mark.parametrize(
    ("persona", "status", "sip"),
    [("no_answer", "no-answer", "487"), ("busy", "busy", "486"), ("dead_number", "failed", "404")],
)
def test_calls_that_nobody_takes(sim: Sim, we: Customer, persona: str, status: str, sip: str) -> None:
    sim.handset(PERSON, persona)
    sim.client.calls.create(to=PERSON, from_=OUR_NUMBER, url=we.base + "/v", status_callback=we.base + "/receipt")
    sim.settle()
    (arrival,) = we.arrivals
    assert (arrival.form["CallStatus"], arrival.form["SipResponseCode"]) == (status, sip)
    assert arrival.form["CallDuration"] == "0"


def test_a_phone_on_the_line_is_busy_and_free_afterwards(sim: Sim) -> None:
    sim.handset(PERSON)
    first, second = (
        sim.client.calls.create(to=PERSON, from_=OUR_NUMBER, twiml="<Response><Pause length='100'/></Response>")
        for _ in range(2)
    )
    sim.settle()
    assert sorted(call.fetch().status for call in (first, second)) == ["busy", "completed"]
    third = sim.client.calls.create(to=PERSON, from_=OUR_NUMBER, twiml="<Response/>")
    sim.settle()
    assert third.fetch().status == "completed"


@pytest.mark.parametrize(
    ("faulty", "code"),
    [
        (("boom", 500), "11200"),
        (("<Response>", 200), "12100"),
        (("<Response/>" + " " * 66_000, 200), "11750"),
        (Response("<Response/>", content_type="application/json"), "12300"),
    ],
)
def test_the_fallback_is_asked_with_what_went_wrong(
    sim: Sim, we: Customer, faulty: Response | tuple[str, int], code: str
) -> None:
    ours = {"number": OUR_NUMBER, "sms_url": we.base + "/sms#rc=0", "sms_fallback_url": we.base + "/fallback"}
    sim.post("/numbers", ours)
    we.answer = lambda arrival: faulty if arrival.path == "/sms" else "<Response><Message>ok</Message></Response>"
    sim.post(f"/handsets/{PERSON}/text", {"to": OUR_NUMBER, "body": "1"})
    sim.settle()
    (fallback,) = we.at("/fallback")
    assert (fallback.form["ErrorCode"], fallback.form["ErrorUrl"]) == (code, we.base + "/sms")
    assert [line["body"] for line in sim.journal("message.accepted")] == ["ok"]


def test_voice_falls_back_and_without_a_fallback_ends(sim: Sim, we: Customer) -> None:
    sim.handset(PERSON)
    we.answer = lambda arrival: "<Response><Say>Xin lỗi</Say></Response>" if arrival.path == "/sorry" else ("", 500)
    common = {"to": PERSON, "from_": OUR_NUMBER, "url": we.base + "/v/1/0"}
    sim.client.calls.create(**common, fallback_url=we.base + "/sorry")
    sim.settle()
    assert [arrival.path for arrival in we.arrivals] == ["/v/1/0", "/sorry"]
    assert we.arrivals[1].form["ErrorCode"] == "11200"
    last = sim.client.calls.create(**common)
    sim.settle()
    assert last.fetch().status == "completed"
    assert sim.journal("call.error")[-1]["error"] == 11200
