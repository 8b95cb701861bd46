"""What carriers post, as values: captured shapes, statuses, odd and missing parameters, nothing personal kept."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from urllib.parse import parse_qsl

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from carriers.errors import KANNEL, KANNEL_ANSWERS, TWILIO, classify, kannel_code
from carriers.kannel import webhooks as kannel_requests
from carriers.twilio import webhooks as twilio_requests
from contact.delivery import ErrorKind, State

INBOUND = dict(
    parse_qsl(
        "ToCountry=GB&ToState=&SmsMessageSid=SM1&NumMedia=0&ToCity=&FromZip=&SmsSid=SM1&FromState=&SmsStatus=received"
        "&FromCity=&Body=Ack&FromCountry=GB&To=%2B447700900001&ToZip=&NumSegments=1&MessageSid=SM1&AccountSid=AC1"
        "&From=%2B447700900002&ApiVersion=2010-04-01",
        keep_blank_values=True,
    )
)
CALL_ENDED = dict(
    parse_qsl(
        "Called=%2B5511999999999&ToState=SP&CallerCountry=US&Direction=outbound-api&Timestamp=Sun%2C%2025%20Mar%202018"
        "%2009%3A53%3A19%20%2B0000&CallbackSource=call-progress-events&CallerState=NY&ToZip=&SequenceNumber=3"
        "&To=%2B5511999999999&CallSid=CA1&ToCountry=BR&ApiVersion=2010-04-01&CallStatus=completed&Duration=1"
        "&From=%2B16465550100&CallDuration=49&AccountSid=AC1&AnsweredBy=human",
        keep_blank_values=True,
    )
)


def test_an_inbound_text_as_captured() -> None:
    text = twilio_requests.inbound_text(INBOUND)
    assert (text.carrier_id, text.body, text.opt_out_type) == ("SM1", "Ack", "")
    assert (text.from_number, text.to_number) == ("+447700900002", "+447700900001")
    assert twilio_requests.inbound_text({**INBOUND, "OptOutType": "STOP"}).opt_out_type == "STOP"


@pytest.mark.parametrize("name", ["From", "To"])
def test_a_text_without_its_numbers_is_no_text(name: str) -> None:
    with pytest.raises(ValueError, match=name):
        twilio_requests.inbound_text({k: v for k, v in INBOUND.items() if k != name})


def test_a_call_that_ended_as_captured() -> None:
    receipt = twilio_requests.call_receipt(CALL_ENDED)
    assert (receipt.carrier_id, receipt.state, receipt.sequence, receipt.duration_s) == ("CA1", State.COMPLETED, 3, 49)
    assert receipt.at == datetime(2018, 3, 25, 9, 53, 19, tzinfo=UTC)
    assert receipt.answered_by == "human"


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("queued", State.SENT),
        ("initiated", State.SENT),
        ("ringing", State.RINGING),
        ("in-progress", State.ANSWERED),
        ("busy", State.BUSY),
        ("no-answer", State.NO_ANSWER),
        ("canceled", State.CANCELLED),
        ("failed", State.FAILED),
        ("something-new", State.SENT),
    ],
)
def test_call_statuses(status: str, state: State) -> None:
    assert twilio_requests.call_receipt({"CallSid": "CA1", "CallStatus": status}).state is state


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("accepted", State.SENT),
        ("queued", State.SENT),
        ("sending", State.SENT),
        ("sent", State.SENT),
        ("delivered", State.DELIVERED),
        ("read", State.DELIVERED),
        ("undelivered", State.UNDELIVERED),
        ("failed", State.FAILED),
        ("canceled", State.CANCELLED),
        ("something-new", State.SENT),
    ],
)
def test_text_statuses(status: str, state: State) -> None:
    assert twilio_requests.text_receipt({"MessageSid": "SM1", "MessageStatus": status}).state is state


def test_a_machine_is_no_completed_interview() -> None:
    form = {"CallSid": "CA1", "CallStatus": "completed", "AnsweredBy": "machine_end_beep"}
    assert twilio_requests.call_receipt(form).state is State.MACHINE
    assert twilio_requests.call_receipt(form | {"AnsweredBy": "unknown"}).state is State.COMPLETED


def test_a_failed_call_is_explained_by_sip_when_nothing_else_does() -> None:
    form = {"CallSid": "CA1", "CallStatus": "failed", "SipResponseCode": "404"}
    receipt = twilio_requests.call_receipt(form)
    assert (receipt.error_code, receipt.error_kind) == ("sip404", ErrorKind.NO_CALLS)
    assert twilio_requests.call_receipt(form | {"ErrorCode": "13227"}).error_code == "13227"
    assert twilio_requests.call_receipt(form | {"CallStatus": "no-answer"}).error_code == ""


def test_unknown_parameters_are_kept_without_phones_and_texts() -> None:
    form = {
        "MessageSid": "SM1",
        "MessageStatus": "undelivered",
        "ErrorCode": "30999",
        "ErrorMessage": "to +84901234567",
        "RawDlrDoneDate": "2611180200",
        "From": "+84901234567",
        "ToCity": "Hue",
        "Body": "rieng tu",
        "NewFlag": "smart-v2",
        "NewNumber": "+84901234567",
        "NewBare": "84901234567",
        "NewText": "toi chon 2",
    }
    receipt = twilio_requests.text_receipt(form)
    assert receipt.error_kind is ErrorKind.LATER
    assert receipt.extra == {
        "code": "unlisted",
        "RawDlrDoneDate": "2611180200",
        "NewFlag": "smart-v2",
        "NewNumber": "withheld",
        "NewBare": "withheld",
        "NewText": "withheld",
    }


FORMS = st.dictionaries(
    st.sampled_from([*CALL_ENDED, *INBOUND, "Digits", "AnsweredBy", "ErrorCode", "SipResponseCode", "X"]), st.text()
)


@given(FORMS)
@example({"CallSid": "CA1", "CallStatus": "completed", "SequenceNumber": "9" * 5000, "Timestamp": "Sun, 99"})
@example({"type": "1", "at": "9" * 5000})
def test_no_form_does_worse_than_a_value_error(form: dict[str, str]) -> None:
    for parse in (
        twilio_requests.inbound_text,
        twilio_requests.voice_request,
        twilio_requests.text_receipt,
        twilio_requests.call_receipt,
        kannel_requests.receipt,
    ):
        with suppress(ValueError):
            parse(form)


def test_silence_is_no_key() -> None:
    call = {"CallSid": "CA1", "From": "anonymous"}
    assert twilio_requests.voice_request(call).digits is None
    assert twilio_requests.voice_request(call | {"Digits": ""}).digits is None
    assert twilio_requests.voice_request(call | {"Digits": "*"}).digits == "*"
    assert twilio_requests.voice_request(call | {"Digits": "", "FinishedOnKey": "#"}).digits == "#"
    assert twilio_requests.voice_request(call | {"Digits": "25", "FinishedOnKey": "#"}).digits == "25"
    assert twilio_requests.voice_request(call | {"Digits": "", "FinishedOnKey": ""}).digits is None
    assert twilio_requests.voice_request(call).from_number == "anonymous"


@pytest.mark.parametrize(
    ("body", "charset", "read"),
    [
        ("Có, tôi đồng ý".encode(), "UTF-8", "Có, tôi đồng ý"),
        ("Có".encode(), None, "Có"),
        ("Có".encode("utf-16-be"), "UTF-16BE", "Có"),
        ("Ca rê".encode("latin-1"), None, "Ca rê"),
        ("Ca rê".encode("latin-1"), "no-such-charset", "Ca rê"),
        (b"", None, ""),
    ],
)
def test_a_kannel_text_is_never_lost_to_its_charset(body: bytes, charset: str | None, read: str) -> None:
    text = kannel_requests.inbound_text({"id": "i-1", "t": "1795000000"}, "84901234567", "8088", body, charset)
    assert (text.carrier_id, text.from_number, text.to_number, text.body) == ("i-1", "+84901234567", "8088", read)
    assert text.at == datetime.fromtimestamp(1795000000, UTC)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("84901234567", "+84901234567"),
        ("+84901234567", "+84901234567"),
        ("0084901234567", "+84901234567"),
        ("8088", "8088"),
    ],
)
def test_kannels_bare_numbers_get_their_plus_back(written: str, read: str) -> None:
    text = kannel_requests.inbound_text({"id": "i-1"}, written, written, b"1", None)
    assert (text.from_number, text.to_number) == (read, read)


@pytest.mark.parametrize(
    ("kind", "state", "error"),
    [
        ("1", State.DELIVERED, None),
        ("2", State.UNDELIVERED, ErrorKind.LATER),
        ("4", State.SENT, None),
        ("8", State.SENT, None),
        ("16", State.FAILED, ErrorKind.LATER),
    ],
)
def test_kannel_receipts(kind: str, state: State, error: ErrorKind | None) -> None:
    receipt = kannel_requests.receipt({"type": kind, "at": "1795000000", "fid": "ab12", "smsc": "FAKE1"})
    assert (receipt.state, receipt.error_kind, receipt.carrier_id) == (state, error, None)
    assert receipt.extra == {"fid": "ab12", "smsc": "FAKE1"}


def test_a_kannel_receipt_of_no_known_type_is_refused() -> None:
    with pytest.raises(ValueError, match="type"):
        kannel_requests.receipt({"type": "3"})


@pytest.mark.parametrize(("body", "coding"), [("Cau 3: 1, 2", "0"), ("Câu 3", "2"), ("à è ì", "0")])
def test_kannel_bodies_name_their_coding_and_receipt(body: str, coding: str) -> None:
    headers = kannel_requests.message_headers(body, "https://alo.example/r")
    assert headers["X-Kannel-Coding"] == coding
    assert (headers["X-Kannel-DLR-Mask"], headers["X-Kannel-DLR-Url"]) == ("31", "https://alo.example/r")


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("21610", ErrorKind.OPTED_OUT),
        ("21211", ErrorKind.NUMBER),
        *((code, ErrorKind.NO_TEXTS) for code in ("21612", "21614", "21635", "30005", "30006")),
        *((code, ErrorKind.NO_CALLS) for code in ("13223", "13224", "13225", "21214", "21216", "21217")),
        *((f"sip{code}", ErrorKind.NO_CALLS) for code in (404, 410, 484, 604)),
        *((code, ErrorKind.CONFIGURATION) for code in ("21401", "21407", "21421")),
        ("20003", ErrorKind.CONFIGURATION),
        ("30018", ErrorKind.CONFIGURATION),
        ("20429", ErrorKind.THROTTLED),
        ("30003", ErrorKind.LATER),
        ("30007", ErrorKind.CONTENT),
        ("20500", ErrorKind.AMBIGUOUS),
    ],
)
def test_codes_that_matter(code: str, kind: ErrorKind) -> None:
    assert classify(TWILIO, code).kind is kind


def test_an_unlisted_code_means_later_and_says_so() -> None:
    assert (classify(KANNEL, "x").kind, classify(KANNEL, "x").known) == (ErrorKind.LATER, False)
    assert {code for _, _, code in KANNEL_ANSWERS} <= set(KANNEL)
    assert all(code.removeprefix("sip").isdigit() for code in TWILIO)
    assert kannel_code(503, "gateway down") is None
