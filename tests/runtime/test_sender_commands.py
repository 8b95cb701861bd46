"""`alo sender`: weights with a reason, pace and ceilings, and the last error where it is looked for."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from carriers.errors import UNLISTED
from cli.main import alo
from cli.session import Session
from contact.delivery import ErrorKind, Refused
from services.sending import dispatcher
from services.work import Work
from store.tables.outbox import senders
from tests.doubles import FakeCarriers
from tests.services.world import World, build

Run = Callable[..., Result]


@pytest.fixture
def world(work: Work) -> World:
    return build(work)


@pytest.fixture
def run(world: World, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `alo` against the test database."""
    monkeypatch.setattr(Session, "work", world.work)

    def call(*argv: str, code: int = 0) -> Result:
        result = CliRunner().invoke(alo, list(argv))
        assert result.exit_code == code, (result.output, result.exception)
        return result

    return call


def test_a_weight_needs_a_reason_and_is_shown(run: Run, world: World) -> None:
    run("sender", "weight", "texts", "40", code=2)
    assert "40" in run("sender", "weight", "texts", "40", "--reason", "giá cao").stdout
    assert world.rows(senders, name="texts")[0]["base_weight"] == 40
    assert "40/40" in run("sender", "list").stdout


def test_an_unknown_sender_and_a_pace_that_is_none_are_refused_in_words(run: Run) -> None:
    assert "nope" in run("sender", "weight", "nope", "1", "--reason", "x", code=1).stderr
    assert "Tốc độ" in run("sender", "pace", "texts", "--rate", "0", code=1).stderr


def test_pace_and_ceilings(run: Run, world: World) -> None:
    run("sender", "pace", "texts", "--rate", "2.5", "--burst", "3", "--contacts-a-day", "500", "--vnd-a-day", "9000")
    run("sender", "pace", "texts", "--vnd-a-day", "-1")
    found = {row["name"]: row for row in json.loads(run("sender", "list", "--json").stdout)}["texts"]
    assert (found["rate_per_s"], found["burst"], found["budget"]) == ("2.5", 3, {"contacts_a_day": 500})


def test_detection_of_machines_is_switched_for_senders_that_call(run: Run, world: World) -> None:
    assert "không nhận biết" in run("sender", "detection", "line", "off").stdout
    assert world.rows(senders, name="line")[0]["detects_machines"] is False
    run("sender", "detection", "line", "on")
    assert world.rows(senders, name="line")[0]["detects_machines"] is True
    assert "không phải đầu số gọi" in run("sender", "detection", "texts", "off", code=1).stderr


@pytest.mark.parametrize(("detail", "words"), [(UNLISTED, "mã chưa biết"), ("", "later")])
def test_the_last_error_is_shown(run: Run, world: World, carriers: FakeCarriers, detail: str, words: str) -> None:
    carriers.texts.results.append(Refused(ErrorKind.LATER, "99999", detail))
    world.plan("text")
    dispatcher.dispatch(world.work, world.text.id, 0.2)
    shown = run("sender", "list").stdout
    assert "99999" in shown
    assert words in shown
    found = {row["name"]: row for row in json.loads(run("sender", "list", "--json").stdout)}
    assert found["texts"]["last_error"]["code"] == "99999"
    assert found["line"]["last_error"] is None


def test_the_senders_of_the_settings_are_added_once(run: Run, world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the parts are started apart, nobody else adds them."""
    assert "TWILIO" in run("sender", "seed").stdout
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "AC" + "1" * 32)
    monkeypatch.setenv("TWILIO_SMS_FROM", "+84900000001")
    monkeypatch.setenv("TWILIO_VOICE_FROM", "+84900000002")
    assert run("sender", "seed").stdout.count("Đã thêm") == 2
    assert [row["address"] for row in world.rows(senders, name="twilio-voice")] == ["+84900000002"]
    assert run("sender", "seed").stdout.count("Đã có") == 2
    monkeypatch.setenv("TWILIO_SMS_FROM", "+84900000003")
    assert "khác thiết lập" in run("sender", "seed").stdout
    assert [row["address"] for row in world.rows(senders, name="twilio-sms")] == ["+84900000001"]


def test_a_number_that_nobody_could_use_is_refused_in_words(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_ACCOUNT_SID", "AC" + "1" * 32)
    monkeypatch.setenv("TWILIO_VOICE_FROM", "HTX")
    assert "HTX" in run("sender", "seed", code=1).stderr
