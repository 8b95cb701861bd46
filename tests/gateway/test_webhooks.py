"""What the views make of use cases: replies in the body, scripts, receipts, and failures that a person can bear."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from prometheus_client import REGISTRY
from werkzeug.test import Client

from contact.delivery import InboundText, Receipt, State
from gateway.webhooks.calls import LAST_TURN
from gateway.webhooks.context import FRESH, RETRY
from services.calls.dialogue import MOST_TURNS
from tests.carriers.parts import ACCOUNT, TO, sender
from tests.doubles import FakeClock
from tests.gateway.parts import OURS, REF, SENDERS, Shelf, Twilio, call_form, small_app, text_form

XML = '<?xml version="1.0" encoding="UTF-8"?>'
SORRY = "<Response><Say>sorry</Say></Response>"


class Taken(list[Any]):
    """Notes what a use case was given and answers with `reply`."""

    reply: Any = None

    def __call__(self, _work: object, *given: Any) -> Any:
        self.append(given)
        if isinstance(self.reply, Exception):
            raise self.reply
        return self.reply


def reply(body: str | None, ref: str | None = REF, outcome: str = "answered") -> SimpleNamespace:
    return SimpleNamespace(body=body, ref=ref, outcome=outcome, repeated=False)


@pytest.fixture
def texts(monkeypatch: pytest.MonkeyPatch) -> Taken:
    taken = Taken()
    monkeypatch.setattr("services.texts.receive.receive_text", taken)
    return taken


@pytest.fixture
def receipts(monkeypatch: pytest.MonkeyPatch) -> Taken:
    taken = Taken()
    taken.reply = "merged"
    monkeypatch.setattr("services.delivery.outcomes.record_receipt", taken)
    return taken


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> dict[str, Taken]:
    taken = {name: Taken() for name in ("first", "pressed", "rang_in", "apology")}
    for name, use_case in taken.items():
        use_case.reply = f"<Response><Say>{name}</Say></Response>"
        module = "incoming" if name == "rang_in" else "dialogue"
        monkeypatch.setattr(f"services.calls.{module}.{name}", use_case)
    taken["apology"].reply = SORRY
    return taken


def test_the_reply_goes_back_in_the_body_with_its_receipts_address(texts: Taken) -> None:
    texts.reply = reply("C4: <hai>?")
    response = Twilio(small_app()).post("/twilio/sms", text_form())
    assert response.mimetype == "text/xml"
    assert response.text == (
        f'{XML}<Response><Message statusCallback="https://alo.example/prefix/twilio/receipt/text/{REF}'
        '#rc=2&amp;rp=ct,rt,5xx&amp;ct=2000&amp;rt=5000&amp;tt=15000">C4: &lt;hai&gt;?</Message></Response>'
    )
    assert texts == [(SENDERS[0], InboundText("SM1", TO, OURS, "Có 2"))]


def test_nothing_to_say_is_an_empty_answer(texts: Taken) -> None:
    texts.reply = reply(None, None, "repeated")
    response = Twilio(small_app()).post("/twilio/sms", text_form())
    assert (response.status_code, response.text) == (200, f"{XML}<Response />")


def test_a_failed_text_is_a_500_so_that_it_comes_again(
    texts: Taken, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    texts.reply = RuntimeError(f"{TO} wrote Có 2")
    response = Twilio(small_app()).post("/twilio/sms", text_form())
    assert (response.status_code, response.text) == (500, "internal_error\n")
    logged = "".join(capsys.readouterr()) + caplog.text
    assert "RuntimeError" in logged
    assert "gateway/webhooks/texts.py" in logged
    assert TO not in logged + response.text
    assert "Có 2" not in logged


def test_the_fallback_leaves_a_text_to_the_sweep(texts: Taken) -> None:
    response = Twilio(small_app()).post("/twilio/sms/fallback", text_form(ErrorCode="11200"))
    assert (response.status_code, response.text) == (200, f"{XML}<Response />")
    assert not texts


def test_the_steps_of_a_call(calls: dict[str, Taken]) -> None:
    twilio = Twilio(small_app())
    first = twilio.post(f"/twilio/voice/{REF}/0", call_form(AnsweredBy="human"))
    pressed = twilio.post(f"/twilio/voice/{REF}/7", call_form(Digits="2"))
    silent = twilio.post(f"/twilio/voice/{REF}/8", call_form(Digits=""))
    rang = twilio.post("/twilio/voice", call_form(From=TO, To=OURS, CallStatus="ringing"))
    assert [r.text for r in (first, pressed, silent, rang)] == [
        calls[name].reply for name in ("first", "pressed", "pressed", "rang_in")
    ]
    assert calls["first"] == [(REF, "CA1", "human")]
    assert calls["pressed"] == [(REF, 7, "2", None), (REF, 8, None, None)]
    assert calls["rang_in"] == [(SENDERS[1], TO, "CA1")]


def test_a_turn_that_no_database_numbers_is_no_address(calls: dict[str, Taken]) -> None:
    """However well it is signed: an error of the database would be one of ours."""
    for turn in (LAST_TURN + 1, 2**31, 10**12, 10**40):
        assert Twilio(small_app()).post(f"/twilio/voice/{REF}/{turn}", call_form(Digits="2")).status_code == 404
    assert calls["pressed"] == []
    assert MOST_TURNS < LAST_TURN


@pytest.mark.parametrize("use_case", ["first", "pressed", "rang_in"])
def test_a_failed_step_is_spoken_as_an_apology(
    use_case: str, calls: dict[str, Taken], capsys: pytest.CaptureFixture[str]
) -> None:
    calls[use_case].reply = KeyError(TO)
    target = {"first": f"/twilio/voice/{REF}/0", "pressed": f"/twilio/voice/{REF}/3", "rang_in": "/twilio/voice"}[
        use_case
    ]
    before = failures()
    response = Twilio(small_app()).post(target, call_form(From=TO, To=OURS, Digits="2"))
    assert (response.status_code, response.text, response.mimetype) == (200, SORRY, "text/xml")
    assert failures() == before + 1
    assert TO not in "".join(capsys.readouterr())


def failures() -> float:
    found = [
        s.value for m in REGISTRY.collect() if m.name == "alo_webhook_failed" for s in m.samples if "total" in s.name
    ]
    return sum(found)


def test_the_voice_fallback_apologises(calls: dict[str, Taken]) -> None:
    response = Twilio(small_app()).post("/twilio/voice/fallback", call_form(ErrorCode="11200"))
    assert (response.status_code, response.text) == (200, SORRY)
    assert not calls["pressed"]


def test_receipts_are_taken_with_an_empty_answer(receipts: Taken) -> None:
    twilio = Twilio(small_app())
    text = {"MessageSid": "SM1", "MessageStatus": "delivered", "AccountSid": ACCOUNT, "RawDlrDoneDate": "2611180200"}
    first = twilio.post(f"/twilio/receipt/text/{REF}", text)
    second = twilio.post(f"/twilio/receipt/call/{REF}", call_form(SequenceNumber="2", CallStatus="busy"))
    assert [(r.status_code, r.data) for r in (first, second)] == [(204, b"")] * 2
    assert [(ref, r.state, r.sequence) for ref, r in receipts] == [(REF, State.DELIVERED, None), (REF, State.BUSY, 2)]


def test_a_failed_receipt_is_a_500_so_that_it_comes_again(receipts: Taken) -> None:
    receipts.reply = OSError("down")
    text = {"MessageSid": "SM1", "MessageStatus": "sent", "AccountSid": ACCOUNT}
    assert Twilio(small_app()).post(f"/twilio/receipt/text/{REF}", text).status_code == 500


KANNEL_TEXT = {
    "query_string": "id=k-1&t=1795000000&s=s3cret",
    "headers": {"X-Kannel-From": "84901234567", "X-Kannel-To": "8088"},
    "content_type": "text/plain; charset=UTF-8",
    "data": "Có 2".encode(),
}


def test_kannel_gets_the_reply_with_coding_and_receipt(texts: Taken) -> None:
    texts.reply = reply("Câu 4?")
    response = Client(small_app()).post("/kannel/sms", **KANNEL_TEXT)
    assert (response.status_code, response.text) == (200, "Câu 4?")
    assert response.headers["X-Kannel-Coding"] == "2"
    assert response.headers["X-Kannel-DLR-Url"].startswith(f"https://alo.example/prefix/kannel/receipt/{REF}?s=s3cret&")
    ((given_sender, text),) = texts
    assert given_sender == SENDERS[2]
    assert (text.carrier_id, text.from_number, text.to_number, text.body) == ("k-1", TO, "8088", "Có 2")


def test_our_own_number_is_known_without_its_plus(texts: Taken) -> None:
    texts.reply = reply(None, None)
    headers = {"X-Kannel-From": TO.strip("+"), "X-Kannel-To": "842499990000"}
    ours = sender("kannel", "text", "", address="+842499990000")
    response = Client(small_app(Shelf(rows=(ours,)))).post("/kannel/sms", **{**KANNEL_TEXT, "headers": headers})
    assert response.status_code == 200
    assert texts[0][0] == ours


def test_kannel_gets_nothing_when_there_is_nothing_to_say(texts: Taken) -> None:
    texts.reply = reply(None, None)
    response = Client(small_app()).post("/kannel/sms", **KANNEL_TEXT)
    assert (response.status_code, response.data) == (200, b"")


def test_kannel_comes_again_after_a_503(texts: Taken) -> None:
    texts.reply = RuntimeError("down")
    assert Client(small_app()).post("/kannel/sms", **KANNEL_TEXT).status_code == 503


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_kannel_receipts(method: str, receipts: Taken) -> None:
    target = f"/kannel/receipt/{REF}?s=s3cret&type=1&at=1795000000&fid=1&smsc=FAKE1"
    response = Client(small_app()).open(target, method=method, content_type="text/plain")
    assert (response.status_code, response.data) == (200, b""), "Kannel repeats a receipt after a 204"
    ((ref, receipt),) = receipts
    assert (ref, receipt.state) == (REF, State.DELIVERED)
    assert isinstance(receipt, Receipt)


def test_our_senders_are_read_once_in_thirty_seconds(texts: Taken) -> None:
    texts.reply = reply(None, None)
    shelf, clock = Shelf(), FakeClock()
    twilio = Twilio(small_app(shelf, clock))
    for _ in range(3):
        twilio.post("/twilio/sms", text_form())
    assert shelf.reads == 1
    shelf.rows = ()
    clock.advance(FRESH)
    assert twilio.post("/twilio/sms", text_form()).status_code == 403
    assert shelf.reads == 2


def test_a_sender_added_just_now_is_found(texts: Taken) -> None:
    texts.reply = reply(None, None)
    shelf, clock = Shelf(rows=()), FakeClock()
    twilio = Twilio(small_app(shelf, clock))
    assert twilio.post("/twilio/sms", text_form()).status_code == 403
    shelf.rows = SENDERS
    assert twilio.post("/twilio/sms", text_form()).status_code == 403
    clock.advance(RETRY)
    assert twilio.post("/twilio/sms", text_form()).status_code == 200


def test_errors_are_json_for_those_who_ask_for_it() -> None:
    response = Client(small_app()).get("/nowhere", headers={"Accept": "application/json"})
    assert (response.status_code, response.json) == (404, {"error": "not_found"})
