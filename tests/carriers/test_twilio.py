"""Twilio's REST side against a real socket: faults of calls, the taken-but-unread case, addresses, lists."""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime

import pytest

from carriers.errors import CarrierAwayError
from contact.delivery import Accepted, ErrorKind, Refused, SendResult, State, Unknown
from tests.carriers.faulty_server import Play, answers, closed_port, closes, never_answers, serving, stalls, truncates
from tests.carriers.parts import ACCOUNT, BASE, CREDENTIALS, REF, TO, router, sender

SINCE = datetime(2026, 11, 18, 2, 0, 0, 500_000, tzinfo=UTC)


def place(url: str) -> SendResult:
    line = sender("twilio", "call", url)
    return router().call(line).place(line, TO, REF)


def error(status: int, code: int) -> Play:
    return answers(status, json.dumps({"code": code, "message": f"{TO}", "more_info": "", "status": status}))


@pytest.mark.parametrize(
    ("play", "expected"),
    [
        (never_answers, Unknown("read_timeout")),
        (stalls(201), Unknown("connection_lost")),
        (closes, Unknown("connection_lost")),
        (truncates(201), Accepted(None)),
        (truncates(500), Unknown("broken_answer")),
        (error(500, 20500), Unknown("20500")),
        (answers(502, "<html/>", "text/html"), Unknown("502")),
        (error(429, 20429), Refused(ErrorKind.THROTTLED, "20429")),
        (error(400, 21217), Refused(ErrorKind.NO_CALLS, "21217")),
        (error(400, 21210), Refused(ErrorKind.CONFIGURATION, "21210")),
        (error(400, 21610), Refused(ErrorKind.OPTED_OUT, "21610")),
        (error(400, 77777), Refused(ErrorKind.LATER, "77777", "unlisted")),
        (answers(201, "<html>welcome</html>", "text/html"), Unknown("unreadable")),
        (answers(201, "{}"), Unknown("unreadable")),
        (answers(201, '{"sid":"CA1"}'), Accepted("CA1")),
    ],
)
def test_every_fault_of_a_call(play: Play, expected: SendResult) -> None:
    with serving(play) as server:
        assert place(server.url) == expected
    assert len(server.seen) == 1


def test_a_closed_port_rings_nobody() -> None:
    assert place(closed_port()) == Refused(ErrorKind.THROTTLED, "not_connected")


def test_an_rfc_9457_error_is_read_too() -> None:
    problem = {"type": "https://x", "title": "t", "status": 400, "code": 21214}
    with serving(answers(400, json.dumps(problem), "application/problem+json")) as server:
        assert place(server.url) == Refused(ErrorKind.NO_CALLS, "21214")


def test_a_call_carries_everything_that_brings_it_back_to_us() -> None:
    with serving(answers(201, '{"sid":"CA1"}')) as server:
        place(server.url)
    form = server.seen[0].form
    overrides = "#rc=2&rp=ct,rt,5xx&"
    assert form["Url"][0].startswith(f"{BASE}/twilio/voice/{REF}/0{overrides}")
    assert form["FallbackUrl"] == [f"{BASE}/twilio/voice/fallback"]
    assert form["StatusCallback"][0].startswith(f"{BASE}/twilio/receipt/call/{REF}{overrides}")
    assert form["StatusCallbackEvent"] == ["initiated", "ringing", "answered", "completed"]
    assert (form["Timeout"], form["Method"]) == (["30"], ["POST"])
    assert (form["MachineDetection"], form["AsyncAmd"]) == (["Enable"], ["true"])
    assert form["AsyncAmdStatusCallback"][0].startswith(f"{BASE}/twilio/detection/{REF}{overrides}")


def test_a_sender_that_does_not_detect_machines_asks_for_no_such_thing() -> None:
    with serving(answers(201, '{"sid":"CA1"}')) as server:
        line = sender("twilio", "call", server.url, detects_machines=False)
        router().call(line).place(line, TO, REF)
    assert not any("Amd" in name or "Machine" in name for name in server.seen[0].form)


def test_region_and_edge_of_the_environment_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_REGION", "ie1")
    monkeypatch.setenv("TWILIO_EDGE", "dublin")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    with serving(answers(201, '{"sid":"SM1","num_segments":"0"}')) as server:
        text = sender("twilio", "text", f"{server.url}/prefix/")
        assert router().text(text).send(text, TO, "xin chao", REF) == Accepted("SM1", None)
    assert server.seen[0].target == f"/prefix/2010-04-01/Accounts/{ACCOUNT}/Messages.json"


def test_nothing_personal_is_logged_at_any_level(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG), serving(error(400, 21211)) as server:
        text = sender("twilio", "text", server.url)
        router().text(text).send(text, TO, "rieng tu", REF)
        with pytest.raises(CarrierAwayError):
            router().text(text).find(text, TO, "rieng tu", SINCE)
    assert TO.strip("+") not in caplog.text
    assert "rieng" not in caplog.text
    assert "old-token" not in repr(CREDENTIALS)
    assert "surveypw" not in repr(CREDENTIALS)


def message(sid: str, body: str, created: str, **more: object) -> dict[str, object]:
    return {"sid": sid, "body": body, "date_created": created, "status": "sent", "direction": "outbound-api", **more}


def test_find_knows_the_body_and_the_second() -> None:
    listed = [
        message("SM3", "hello", "Wed, 18 Nov 2026 02:05:00 +0000", status="delivered", price="-0.05", num_segments="1"),
        message("SM2", "hello", "Wed, 18 Nov 2026 02:00:00 +0000", error_code=30003, status="undelivered"),
        message("SM1", "hello", "Wed, 18 Nov 2026 01:59:59 +0000"),
        message("SM0", "other", "Wed, 18 Nov 2026 02:05:00 +0000"),
    ]
    with serving(answers(200, json.dumps({"messages": listed}))) as server:
        text = sender("twilio", "text", server.url)
        found = router().text(text).find(text, TO, "hello", SINCE)
    assert [(r.carrier_id, r.state) for r in found] == [("SM2", State.UNDELIVERED), ("SM3", State.DELIVERED)]
    assert (found[0].error_code, found[0].error_kind) == ("30003", ErrorKind.LATER)
    assert (str(found[1].price), found[1].segments) == ("0.05", 1)


def test_inbound_texts_are_listed_over_pages_oldest_first() -> None:
    """A second page is asked of the sender's own address, whatever host the list names."""
    second = {"messages": [message("SMa", "1", "Wed, 18 Nov 2026 02:01:00 +0000", direction="inbound", **{"from": TO})]}
    first = {
        "messages": [
            message("SMb", "2", "Wed, 18 Nov 2026 02:02:00 +0000", direction="inbound", **{"from": TO}),
            message("SMc", "3", "Wed, 18 Nov 2026 02:03:00 +0000"),
        ],
        "next_page_uri": f"/2010-04-01/Accounts/{ACCOUNT}/Messages.json?Page=1",
    }
    pages = iter([first, second])
    with serving(lambda peer, over: answers(200, json.dumps(next(pages)))(peer, over)) as server:
        text = sender("twilio", "text", server.url)
        texts = list(router().text(text).list_inbound(text, SINCE))
    assert [(t.carrier_id, t.body, t.from_number) for t in texts] == [("SMa", "1", TO), ("SMb", "2", TO)]
    assert "DateSent%3E=2026-11-18T02%3A00%3A00Z" in server.seen[0].target


@pytest.mark.parametrize("medium", ["text", "call"])
def test_what_left_our_number_is_listed_oldest_first_and_nothing_of_before(medium: str) -> None:
    """Asked for without a date: what is queued yet has none. What somebody sent us, and legs that we dialled for a
    caller, are no contacts of ours."""
    old = [message(f"XX{n:03}", "old", "Wed, 18 Nov 2026 01:00:00 +0000") for n in range(300)]
    young = [
        message("XXb", "2", "Wed, 18 Nov 2026 02:02:00 +0000", to=TO, status="queued"),
        message("XXi", "3", "Wed, 18 Nov 2026 02:02:30 +0000", direction="inbound"),
        message("XXd", "4", "Wed, 18 Nov 2026 02:02:40 +0000", direction="outbound-dial"),
        message("XXa", "1", "Wed, 18 Nov 2026 02:01:00 +0000", to=TO, direction="outbound-reply"),
    ]
    name = "messages" if medium == "text" else "calls"
    first = {name: [*young, *old[:150]], "next_page_uri": "/2010-04-01/x.json?Page=1"}
    pages = iter([first, {name: old[150:], "next_page_uri": "/2010-04-01/x.json?Page=2"}])
    with serving(lambda peer, over: answers(200, json.dumps(next(pages)))(peer, over)) as server:
        ours = sender("twilio", medium, server.url)
        carrier = router().text(ours) if medium == "text" else router().call(ours)
        found = carrier.list_departed(ours, SINCE)
    told = [(one.receipt.carrier_id, one.number, one.in_reply, one.body) for one in found]
    if medium == "text":
        texts = [("XXa", TO, True, "1"), ("XXb", TO, False, "2"), ("XXd", "", False, "4")]
        assert told == texts
    else:
        assert told == [("XXb", TO, False, "")]
    assert "DateSent" not in server.seen[0].target
    assert len(server.seen) == 2, "the third page would be older still"


def test_a_list_of_what_left_is_never_a_part_of_it() -> None:
    first = {"messages": [], "calls": [], "next_page_uri": "/2010-04-01/x.json?Page=1"}
    for medium in ("text", "call"):
        plays = iter([answers(200, json.dumps(first)), answers(500, "{}")])
        with serving(lambda peer, over, plays=plays: next(plays)(peer, over)) as server:  # type: ignore[misc]
            ours = sender("twilio", medium, server.url)
            carrier = router().text(ours) if medium == "text" else router().call(ours)
            with pytest.raises(CarrierAwayError):
                carrier.list_departed(ours, SINCE)


def test_a_broken_second_page_is_no_short_list() -> None:
    first = {"messages": [], "next_page_uri": "/2010-04-01/x.json?Page=1"}
    plays = iter([answers(200, json.dumps(first)), answers(500, "{}")])
    with serving(lambda peer, over: next(plays)(peer, over)) as server:
        text = sender("twilio", "text", server.url)
        with pytest.raises(CarrierAwayError):
            router().text(text).list_inbound(text, SINCE)


def test_a_call_is_fetched_and_found() -> None:
    call = {"sid": "CA1", "status": "completed", "duration": "49", "answered_by": "machine_start", "price": "-0.02"}
    with serving(answers(200, json.dumps(call))) as server:
        line = sender("twilio", "call", server.url)
        receipt = router().call(line).fetch(line, "CA1")
    assert receipt is not None
    assert (receipt.state, receipt.duration_s, str(receipt.price)) == (State.MACHINE, 49, "0.02")
    listed = [
        {"sid": "CA2", "status": "queued", "date_created": "Wed, 18 Nov 2026 02:00:00 +0000"},
        {"sid": "CA0", "status": "busy", "date_created": "Wed, 18 Nov 2026 01:00:00 +0000"},
    ]
    with serving(answers(200, json.dumps({"calls": listed}))) as server:
        line = sender("twilio", "call", server.url)
        assert [r.carrier_id for r in router().call(line).find(line, TO, SINCE, REF)] == ["CA2"]


@pytest.mark.parametrize(("play", "raises"), [(error(400, 21220), False), (error(404, 20404), False), (closes, True)])
def test_hanging_up_a_call_that_is_over_is_no_error(play: Play, raises: bool) -> None:
    with serving(play) as server:
        line = sender("twilio", "call", server.url)
        if raises:
            with pytest.raises(CarrierAwayError):
                router().call(line).hang_up(line, "CA1")
        else:
            router().call(line).hang_up(line, "CA1")
    assert server.seen[0].form == {"Status": ["completed"]}


@pytest.mark.parametrize("medium", ["text", "call"])
@pytest.mark.parametrize(
    ("status", "gone"), [(204, True), (404, True), (409, False), (429, False), (500, None), (401, None)]
)
def test_what_is_deleted_there_is_gone_or_asked_again(medium: str, status: int, gone: bool | None) -> None:
    with serving(answers(status, "" if status == 204 else f'{{"code":1,"message":"x","status":{status}}}')) as server:
        one = sender("twilio", medium, server.url)
        carrier = router().text(one) if medium == "text" else router().call(one)
        if gone is None:
            with pytest.raises(CarrierAwayError):
                carrier.erase(one, "SM1")
        else:
            assert carrier.erase(one, "SM1") is gone
    (seen,) = server.seen
    assert (seen.method, seen.target.rpartition("/")[2]) == ("DELETE", "SM1.json")


def test_an_unknown_carrier_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        router().text(sender("pigeon", "text", ""))
    with pytest.raises(KeyError):
        router().call(sender("kannel", "call", ""))
    with pytest.raises(KeyError):
        router().text(sender("twilio", "call", ""))
