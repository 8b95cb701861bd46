"""The receiving half of the one table that every carrier passes (`tests/carriers/dialects.py`): what it brings us."""

from __future__ import annotations

from itertools import permutations
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask
from twilio.request_validator import RequestValidator
from werkzeug.test import Client, TestResponse

from carriers import registry
from contact.delivery import State, merge
from gateway.webhooks.guard import MAX_BYTES
from tests.carriers.dialects import DIALECTS, Brought, Dialect
from tests.carriers.parts import TO
from tests.carriers.trial.carrier import JSON, SIGNATURE, signature
from tests.gateway.parts import BASE, REF, TOKEN, small_app

WORDS = "Có 2"
SECRET = "s3cret"
SORRY = "<Response><Say>sorry</Say></Response>"


@pytest.fixture(autouse=True)
def _trial(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(registry.KNOWN, JSON.name, JSON)


every_carrier = pytest.mark.parametrize("dialect", DIALECTS, ids=str)


class Door:
    """What reached the use cases; `fails` makes them fail."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.app: Flask = small_app()
        self.reached: list[tuple[Any, ...]] = []
        self.fails = False
        answer = SimpleNamespace(body="Câu 4?", ref=REF, outcome="answered", repeated=False)
        patch.setattr("services.texts.receive.receive_text", self._use_case(answer))
        patch.setattr("services.calls.incoming.rang_in", self._use_case(SORRY))
        patch.setattr("services.calls.dialogue.apology", lambda _work: SORRY)
        patch.setattr("services.delivery.outcomes.record_receipt", self._use_case("merged"))

    def _use_case(self, answer: object) -> Any:
        def take(_work: object, *given: Any) -> object:
            if self.fails:
                raise RuntimeError("down")
            self.reached.append(given)
            return answer

        return take

    def bring(self, brought: Brought, token: str = TOKEN, secret: str = SECRET, **more: Any) -> TestResponse:
        """The carrier's request with its proof: a signature over URL and form, or our secret."""
        if brought.form:
            made = RequestValidator(token).compute_signature(BASE + brought.target, dict(brought.form))
            given = {"data": dict(brought.form), "headers": {"X-Twilio-Signature": made}}
            return Client(self.app).post(brought.target, **{**given, **more})
        if brought.target.startswith("/json/"):
            given = {"method": "POST", **brought.posted, **more}
            signed = signature(secret, brought.posted["data"]) if secret else ""
            return Client(self.app).open(brought.target, headers={SIGNATURE: signed}, **given)
        target = f"{brought.target}&s={secret}"
        return Client(self.app).open(target, **{"method": "POST", **brought.posted, **more})


@pytest.fixture
def door(monkeypatch: pytest.MonkeyPatch) -> Door:
    return Door(monkeypatch)


@every_carrier
def test_what_a_person_says_arrives_with_their_number(dialect: Dialect, door: Door) -> None:
    assert door.bring(dialect.brings(WORDS)).status_code == 200
    ((ours, *said),) = door.reached
    assert (ours.carrier, ours.medium) == (dialect.carrier, dialect.medium)
    if dialect.medium == "text":
        assert (said[0].from_number, said[0].body) == (TO, WORDS)
        assert said[0].carrier_id
    else:
        assert said == [TO, "CA7"]


@every_carrier
def test_a_reply_goes_back_in_the_answer_and_its_receipts_carry_our_reference(dialect: Dialect, door: Door) -> None:
    answer = door.bring(dialect.brings(WORDS))
    if dialect.medium == "text":
        assert "Câu 4?" in answer.text
        assert REF in answer.text + answer.headers.get("X-Kannel-DLR-Url", "")
    assert TO.strip("+") not in f"{answer.text} {answer.headers}"


@every_carrier
@pytest.mark.parametrize("what", ["brings", "reports"])
def test_what_is_forged_reaches_nothing(dialect: Dialect, door: Door, what: str) -> None:
    brought = dialect.brings(WORDS) if what == "brings" else dialect.reports(next(iter(dialect.reported)))
    assert door.bring(brought, token="guessed", secret="guessed").status_code == 403
    assert door.bring(brought, token="", secret="").status_code == 403
    assert door.reached == []


@every_carrier
def test_what_is_too_large_or_of_another_type_reaches_nothing(dialect: Dialect, door: Door) -> None:
    brought = dialect.brings("x" * (MAX_BYTES + 1))
    if dialect.medium == "text":
        assert door.bring(brought).status_code == 413
    assert door.bring(dialect.brings(WORDS), content_type="text/html", data="{}").status_code == 415
    assert door.reached == []


@every_carrier
def test_a_failure_of_ours_brings_a_text_back_and_is_spoken_in_a_call(dialect: Dialect, door: Door) -> None:
    door.fails = True
    answer = door.bring(dialect.brings(WORDS))
    if dialect.medium == "text":
        assert answer.status_code >= 500
    else:
        assert (answer.status_code, answer.text) == (200, SORRY)
    assert door.bring(dialect.reports(next(iter(dialect.reported)))).status_code >= 500


@every_carrier
def test_receipts_say_what_became_of_it(dialect: Dialect, door: Door) -> None:
    for word, state in dialect.reported.items():
        assert door.bring(dialect.reports(word)).status_code < 300, "else some carriers come again for ever"
        ref, receipt = door.reached.pop()
        assert (ref, receipt.state) == (REF, state), word
        assert (receipt.error_kind is not None) == bool(receipt.error_code)


@every_carrier
def test_receipts_in_any_order_end_in_one_state(dialect: Dialect) -> None:
    states = sorted(set(dialect.reported.values()))
    ends = set()
    for order in permutations(states):
        state = State.SENDING
        for reported in order:
            state = merge(state, reported, dialect.medium)
        ends.add(state)
    assert len(ends) == 1


@every_carrier
def test_a_receipt_nobody_can_read_is_refused(dialect: Dialect, door: Door) -> None:
    if dialect.unread:
        assert door.bring(dialect.reports(dialect.unread)).status_code == 400
    assert door.reached == []
