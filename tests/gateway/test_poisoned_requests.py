"""Genuine requests with poisoned fields, through the real app on a real database: no answer is ever an error of ours,
every document can be read, and what a person wants is still heard."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from urllib.parse import quote_from_bytes
from xml.etree import ElementTree

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from twilio.request_validator import RequestValidator
from werkzeug.test import Client, TestResponse

from carriers.credentials import Credentials
from carriers.kannel.settings import KannelCredentials
from carriers.twilio.settings import TwilioCredentials
from carriers.twilio.twiml import TwimlRenderer
from gateway.app import create_webhooks_app
from services.work import Work
from store.tables.interviews import inbound
from store.tables.outbox import senders
from store.tables.unfit import unfit
from tests.carriers.parts import ACCOUNT
from tests.gateway.parts import BASE, TOKEN
from tests.services.world import LEADER, LINE, OUR_NUMBER, World, _insert_sender, _sender, build

SHORT_CODE = "8099"
SECRET = "s3cret"
SECRETS: Credentials = {
    "demo": TwilioCredentials(ACCOUNT, (TOKEN,)),
    "box": KannelCredentials("survey", "pw", SECRET),
}

POISON: tuple[bytes, ...] = (
    *(b"", b" ", b"\x00", b"\x00\x00\x00", b"ab\x00cd", b"\x01\x02\x1b\x7f", b"\xff\xfe\xfd", b"\xed\xa0\x80", b"\xc3"),
    *("\ufffe\uffff".encode(), "\ufdd0".encode(), "\u202e\u200b\ufeff".encode(), "💣".encode(), b"\xf4\x90\x80\x80"),
    *(b"NaN", b"Infinity", b"-Infinity", b"1e400", b"null", b"None", b"[]", b"{}", b"-1", b"99999999999999999999"),
    *("٣".encode(), "²".encode(), b"9" * 5000, b"x" * 20_000, "ữ".encode() * 6_000, b"'; DROP TABLE inbound; --"),
    *(b"<Response>", b"&amp;&#0;", b"%00", b"\\u0000", b"1\r\n2", b"+", b"+84", b"sip:@", b"+0000000000000000"),
    *(b"Thu, 01 Jan 0000 00:00:00 GMT", b"Fri, 31 Dec 9999 23:59:59 -2359", b"Mon, 99 Foo 2026 99:99:99 +9999"),
    *(b"0001-01-01T00:00:00Z", b"9999-12-31T23:59:59-23:59", b"Wed, 18 Nov 2026 02:00:00 +9999999999"),
)
"""Field values that no carrier should send, and some do."""

REF = "A" * 22
TEXT = {"MessageSid": "SM1", "AccountSid": ACCOUNT, "From": LEADER, "To": OUR_NUMBER, "Body": "1"}
CALL = {"CallSid": "CA1", "AccountSid": ACCOUNT, "From": LEADER, "To": LINE, "CallStatus": "in-progress"}
RECEIPT = {
    "MessageSid": "SM2", "AccountSid": ACCOUNT, "MessageStatus": "delivered", "ErrorCode": "30003",
    "RawDlrDoneDate": "2611180200", "Odd": "1",
}  # fmt: skip
CALL_RECEIPT = {
    "CallSid": "CA2", "AccountSid": ACCOUNT, "CallStatus": "completed", "CallDuration": "12", "SequenceNumber": "3",
    "Timestamp": "Wed, 18 Nov 2026 02:00:00 +0000", "AnsweredBy": "human", "SipResponseCode": "200", "ErrorCode": "",
}  # fmt: skip
DOORS: dict[str, tuple[str, Mapping[str, str]]] = {
    "text": ("/twilio/sms", {**TEXT, "OptOutType": ""}),
    "text fallback": ("/twilio/sms/fallback", TEXT),
    "ring": ("/twilio/voice", CALL),
    "first": ("/twilio/voice/{call}/0", {**CALL, "From": LINE, "To": LEADER, "AnsweredBy": "human"}),
    "key": ("/twilio/voice/{call}/1", {**CALL, "Digits": "1", "DialCallStatus": "completed"}),
    "voice fallback": ("/twilio/voice/fallback", CALL),
    "text receipt": ("/twilio/receipt/text/{text}", RECEIPT),
    "call receipt": ("/twilio/receipt/call/{call}", CALL_RECEIPT),
    "detection": ("/twilio/detection/{call}", {"CallSid": "CA2", "AccountSid": ACCOUNT, "AnsweredBy": "machine_start"}),
}
FIELDS = {door: [name for name in form if name != "AccountSid"] for door, (_, form) in DOORS.items()}


@dataclass
class Gate:
    """The app on a world, and what carriers send it."""

    app: Flask
    world: World
    refs: Mapping[str, str]

    def twilio(self, target: str, form: Mapping[str, str | bytes]) -> TestResponse:
        """Signed over what the app makes of the bytes, as a carrier signs what it sends."""
        raw = {name: value.encode() if isinstance(value, str) else value for name, value in form.items()}
        body = "&".join(f"{name}={quote_from_bytes(value)}" for name, value in raw.items())
        read = {name: value.decode(errors="replace") for name, value in raw.items()}
        target = target.format(**self.refs)
        signature = RequestValidator(TOKEN).compute_signature(BASE + target, read)
        return Client(self.app).post(
            target, data=body, content_type="application/x-www-form-urlencoded",
            headers={"X-Twilio-Signature": signature},
        )  # fmt: skip

    def kannel(self, body: bytes, charset: str = "UTF-8", **query: bytes) -> TestResponse:
        """Kannel's `post-url`; numbers stand in headers."""
        asked = {"s": SECRET.encode(), "id": b"k1", "t": b"1795000000", **query}
        headers = {"X-Kannel-From": LEADER[1:], "X-Kannel-To": SHORT_CODE}
        for name in ("from", "to"):
            if name in asked:
                headers[f"X-Kannel-{name.title()}"] = asked.pop(name).decode("latin-1").replace("\r\n", " ")
        target = "/kannel/sms?" + "&".join(f"{name}={quote_from_bytes(value)}" for name, value in asked.items())
        return Client(self.app).post(target, data=body, content_type=f"text/plain; charset={charset}", headers=headers)

    def kannel_receipt(self, **query: bytes) -> TestResponse:
        asked = {"s": SECRET.encode(), "type": b"1", "at": b"1795000000", "fid": b"1", "smsc": b"x", **query}
        target = f"/kannel/receipt/{self.refs['text']}?"
        return Client(self.app).get(target + "&".join(f"{n}={quote_from_bytes(v)}" for n, v in asked.items()))


@pytest.fixture
def gate(work: Work) -> Gate:
    world = build(replace(work, voice=TwimlRenderer(BASE)))
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(senders).values(account=ACCOUNT))
        short = _sender(world.work, "short code", SHORT_CODE, "text")
        _insert_sender(conn, replace(short, carrier="kannel", credentials="box", can_reconcile=False), world.work)
    refs = {"text": world.plan("text"), "call": world.plan("call")}
    return Gate(create_webhooks_app(world.work, SECRETS, BASE), world, refs)


def well(response: TestResponse, world: World) -> None:
    """No failure of ours, no apology for one, and a document that can be read."""
    assert response.status_code < 500, response.text
    if response.mimetype == "text/xml":
        ElementTree.fromstring(response.data)  # our own document
    assert world.rows(unfit) == []


@pytest.fixture
def failures(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Failures of ours that a polite word may hide."""
    noted: list[str] = []
    for module in ("gateway.webhooks.routes", "gateway.errors"):
        monkeypatch.setattr(f"{module}.note_failure", lambda error, door: noted.append(f"{door}: {error!r}"))
    return noted


@pytest.mark.parametrize("door", DOORS)
def test_a_poisoned_field_is_no_failure_of_ours(gate: Gate, failures: list[str], door: str) -> None:
    """Every value at every door, in its fields by turns: each in all of them would take minutes."""
    target, form = DOORS[door]
    for place, value in enumerate(POISON):
        name = FIELDS[door][place % len(FIELDS[door])]
        ids = {key: f"{given}{place}" for key, given in form.items() if key.endswith("Sid") and key != "AccountSid"}
        well(gate.twilio(target, {**form, **ids, name: value}), gate.world)
    for name in FIELDS[door]:
        well(gate.twilio(target, {key: given for key, given in form.items() if key != name}), gate.world)
    assert [one for one in failures if "UnknownCallError" not in one] == []


@pytest.mark.parametrize("name", ["id", "t", "from", "to", "body", "charset"])
def test_a_poisoned_text_of_kannel_is_no_failure_of_ours(gate: Gate, failures: list[str], name: str) -> None:
    for place, value in enumerate(POISON):
        ids = {"id": b"k%d" % place}
        if name == "body":
            well(gate.kannel(value, **ids), gate.world)
        elif name == "charset":
            charset = value[:40].decode("latin-1").replace("\n", "").replace("\r", "")
            well(gate.kannel(b"1", charset, **ids), gate.world)
        else:
            well(gate.kannel(b"1", **{**ids, name: value[:4000]}), gate.world)
    assert failures == []


CHARSETS = (
    *("idna", "punycode", "utf-7", "utf-16", "utf-16-be", "utf-32", "hex", "rot13", "raw_unicode_escape"),
    *("unicode_escape", "undefined", "cp65001", "mbcs"),
)


@pytest.mark.parametrize("charset", [*CHARSETS, "x" * 300, ""])
def test_a_charset_that_kannel_makes_up_loses_no_text(gate: Gate, failures: list[str], charset: str) -> None:
    for place, body in enumerate((b"1", b"\\ud800 1", b"\xd8\x00\xdc", b"\x00", b"+2AA-", "Có".encode())):
        well(gate.kannel(body, charset, id=b"k%d" % place), gate.world)
    assert failures == []
    assert len(gate.world.rows(inbound)) == 6


@pytest.mark.parametrize("name", ["type", "at", "fid", "smsc"])
def test_a_poisoned_receipt_of_kannel_is_no_failure_of_ours(gate: Gate, failures: list[str], name: str) -> None:
    for value in POISON:
        well(gate.kannel_receipt(**{name: value[:4000]}), gate.world)
    assert failures == []


ANY = st.one_of(st.sampled_from(POISON), st.binary(max_size=40), st.text(max_size=40).map(
    lambda text: text.encode("utf-8", "surrogatepass")
))  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.sampled_from(sorted(DOORS)), st.data())
def test_any_request_with_a_true_signature_is_no_failure_of_ours(gate: Gate, door: str, data: st.DataObject) -> None:
    target, form = DOORS[door]
    some = data.draw(st.dictionaries(st.sampled_from([*sorted(form), "Extra"]), ANY, max_size=4))
    well(gate.twilio(target, {**form, **some, "AccountSid": ACCOUNT}), gate.world)


STOPS = (b"STOP\x00", b"\x00STOP", b"ST\x00OP", "STOP\ufffe".encode(), b"\x1bSTOP\x01", b"TC\x00")


@pytest.mark.parametrize("carrier", ["twilio", "kannel"])
@pytest.mark.parametrize("said", STOPS)
def test_who_wants_to_be_left_alone_is_heard_whatever_stands_between(gate: Gate, said: bytes, carrier: str) -> None:
    response = gate.kannel(said) if carrier == "kannel" else gate.twilio("/twilio/sms", {**TEXT, "Body": said})
    assert (response.status_code, gate.world.consent_of()) == (200, "stopped")


def test_an_answer_with_nul_is_stored_as_the_answer(gate: Gate) -> None:
    gate.twilio("/twilio/sms", {**TEXT, "Body": "alo"})
    gate.world.clock.advance(timedelta(minutes=1))
    reply = gate.twilio("/twilio/sms", {**TEXT, "MessageSid": "SM\x00 2", "Body": "\x001\x00"})
    assert "C1" in reply.text
    assert gate.world.answers() == {"consent": "yes"}


def test_a_text_that_nobody_can_take_in_is_kept_and_the_carrier_need_not_come_again(
    gate: Gate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.texts.receive._answer", lambda _turn: int("x"))
    assert gate.twilio("/twilio/sms", TEXT).status_code == 200
    assert gate.kannel(b"1").status_code == 200
    assert [row["loop"] for row in gate.world.rows(unfit)] == ["texts", "texts"]
    assert gate.world.tasks() == ["unfit"]
