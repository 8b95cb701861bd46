"""Who is let in: every way a request can be wrong is refused, counted under its reason, and reaches no use case."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from prometheus_client import REGISTRY
from werkzeug.test import Client, TestResponse

from carriers.webhook_requests import FORM
from gateway.webhooks.guard import MAX_BYTES
from tests.carriers.parts import ACCOUNT, TO
from tests.gateway.parts import OLD_TOKEN, OTHER_ACCOUNT, REF, Twilio, small_app, text_form

SMS = "/twilio/sms"


@pytest.fixture
def reached(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The use cases that were reached."""
    calls: list[str] = []

    def use_case(name: str) -> Callable[..., Any]:
        def carried_out(*_arguments: object) -> Any:
            calls.append(name)
            raise AssertionError(name)

        return carried_out

    monkeypatch.setattr("services.texts.receive.receive_text", use_case("receive_text"))
    monkeypatch.setattr("services.delivery.outcomes.record_receipt", use_case("record_receipt"))
    monkeypatch.setattr("services.calls.machine_detection.record", use_case("detection"))
    monkeypatch.setattr("services.calls.incoming.rang_in", use_case("rang_in"))
    for name in ("first", "pressed"):
        monkeypatch.setattr(f"services.calls.dialogue.{name}", use_case(name))
    return calls


def refusals(door: str, reason: str) -> float:
    return REGISTRY.get_sample_value("alo_webhook_refused_total", {"door": door, "reason": reason}) or 0.0


def _other_account(t: Twilio) -> TestResponse:
    """Rightly signed by an account we know, but the number belongs to another of ours."""
    t.token = "other-token"
    return t.post(SMS, text_form(AccountSid=OTHER_ACCOUNT))


def _raw(t: Twilio, **changes: Any) -> TestResponse:
    return t.post(SMS, text_form(), **changes)


NOT_UTF_8 = b"AccountSid=" + ACCOUNT.encode() + b"&Body=%ff%fe"
WRONG: list[tuple[str, int, str, Callable[[Twilio], TestResponse]]] = [
    ("forged", 403, "signature", lambda t: _raw(t, headers={"X-Twilio-Signature": "RSOYDt4T1cUTdK1PDd93/VVr8B8="})),
    ("no header", 403, "unsigned", lambda t: _raw(t, headers={})),
    ("empty header", 403, "unsigned", lambda t: _raw(t, headers={"X-Twilio-Signature": ""})),
    ("changed body", 403, "signature", lambda t: _raw(t, data=text_form(Body="Không 1"))),
    ("added parameter", 403, "signature", lambda t: _raw(t, data=text_form(Extra="1"))),
    ("added query", 403, "signature", lambda t: t.post(SMS + "?a=1", text_form(), signed_target=SMS)),
    ("unknown account", 403, "account", lambda t: t.post(SMS, text_form(AccountSid="AC0"))),
    ("no account", 403, "account", lambda t: t.post(SMS, {"MessageSid": "SM1"})),
    ("another account's number", 403, "account", _other_account),
    ("number not ours", 403, "unknown_sender", lambda t: t.post(SMS, text_form(To="+15005550006"))),
    ("json", 415, "content_type", lambda t: _raw(t, data="{}", content_type="application/json")),
    ("no type", 415, "content_type", lambda t: _raw(t, data=b"a=1", content_type=None)),
    ("multipart", 415, "content_type", lambda t: _raw(t, content_type="multipart/form-data")),
    ("oversized", 413, "too_large", lambda t: t.post(SMS, text_form(Body="x" * MAX_BYTES))),
    ("no text id", 400, "malformed", lambda t: t.post(SMS, {"AccountSid": ACCOUNT})),
    ("not utf-8", 403, "signature", lambda t: _raw(t, data=NOT_UTF_8, content_type=FORM)),
]


@pytest.mark.parametrize(("status", "reason", "ask"), [w[1:] for w in WRONG], ids=[w[0] for w in WRONG])
def test_what_is_wrong_is_refused_and_counted(
    status: int,
    reason: str,
    ask: Callable[[Twilio], TestResponse],
    reached: list[str],
    caplog: pytest.LogCaptureFixture,
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = refusals("twilio", reason)
    with caplog.at_level(logging.DEBUG):
        response = ask(Twilio(small_app()))
    assert (response.status_code, response.text) == (status, f"{reason}\n")
    assert refusals("twilio", reason) == before + 1
    assert not reached
    logged = caplog.text + "".join(capsys.readouterr())
    assert TO not in logged
    assert "Có 2" not in logged


def test_a_server_that_hides_the_raw_target_verifies_nothing(reached: list[str]) -> None:
    before = refusals("twilio", "no_raw_target")
    response = Twilio(small_app()).post(SMS, text_form(), environ_overrides={"RAW_URI": "", "REQUEST_URI": ""})
    assert response.status_code == 500
    assert refusals("twilio", "no_raw_target") == before + 1
    assert not reached


def test_the_token_being_rotated_out_still_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.delivery.outcomes.record_receipt", lambda *_: "merged")
    receipt = {"MessageSid": "SM1", "MessageStatus": "sent", "AccountSid": ACCOUNT}
    app = small_app()
    for token, status in ((OLD_TOKEN, 204), ("token-of-last-year", 403)):
        assert Twilio(app, token=token).post(f"/twilio/receipt/text/{REF}", receipt).status_code == status


@pytest.mark.parametrize(
    ("status", "reason", "changes"),
    [
        (403, "unsigned", {"query_string": "id=1"}),
        (403, "secret", {"query_string": "id=1&s=guess"}),
        (403, "secret", {"query_string": "id=1&s=%C4%91"}),
        (415, "content_type", {"query_string": "id=1&s=s3cret", "content_type": "application/json"}),
        (413, "too_large", {"query_string": "id=1&s=s3cret", "data": b"x" * (MAX_BYTES + 1)}),
        (400, "malformed", {"query_string": "s=s3cret"}),
        (400, "malformed", {"query_string": "id=1&s=s3cret", "headers": {"X-Kannel-To": "8088"}}),
        (
            403,
            "unknown_sender",
            {"query_string": "id=1&s=s3cret", "headers": {"X-Kannel-From": "1", "X-Kannel-To": "9"}},
        ),
    ],
)
def test_kannel_needs_our_secret(status: int, reason: str, changes: dict[str, Any], reached: list[str]) -> None:
    before = refusals("kannel", reason)
    response = Client(small_app()).post("/kannel/sms", **{"data": b"2", "content_type": "text/plain", **changes})
    assert (response.status_code, response.text) == (status, f"{reason}\n")
    assert refusals("kannel", reason) == before + 1
    assert not reached


OPEN = {"health.healthz", "health.readyz", "health.metrics", "prompts.recording"}
"""Routes that anybody may ask. The runbook keeps health off the public address; recordings hold nothing personal."""


def _targets(app: Flask) -> list[tuple[str, str]]:
    with app.test_request_context():
        return [
            (method, re.sub(r"<int[^:>]*:turn>", "1", rule.rule.replace("<ref:ref>", REF)))
            for rule in app.url_map.iter_rules()
            if rule.endpoint not in OPEN
            for method in sorted(rule.methods or set())
            if method in {"GET", "POST"}
        ]


def test_every_route_but_the_listed_refuses_strangers(reached: list[str]) -> None:
    app = small_app()
    targets = _targets(app)
    assert len(targets) >= 10
    for method, target in targets:
        form = {"data": text_form()} if target.startswith("/twilio") else {"content_type": "text/plain"}
        response = Client(app).open(target, method=method, **form)
        assert response.status_code == 403, target
    assert not reached


@pytest.mark.parametrize(
    "target", ["/twilio/receipt/text/a.b", "/twilio/voice/short/1", f"/twilio/voice/{REF}/-1", "/x"]
)
def test_addresses_we_never_gave_out_are_not_found(target: str) -> None:
    assert Twilio(small_app()).post(target, text_form()).status_code == 404


def test_get_is_no_way_in() -> None:
    assert Client(small_app()).get(SMS).status_code == 405
