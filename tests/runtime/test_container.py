"""The parts are put together; a fast clock meets simulated senders only."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from carriers.kannel.settings import KannelCredentials
from carriers.twilio.settings import TwilioCredentials
from contact.sender import SenderRow
from runtime import container
from runtime.clock import FastClock
from runtime.first_senders import seed_senders
from runtime.settings import SecretStr, Settings
from services.refusal import Refusal
from tests.doubles import KEYS, START, FakeCarriers

FAST = str(FastClock(START, 900, START))
TWILIO = {
    "twilio_account_sid": "AC1",
    "twilio_auth_token": SecretStr("new, old"),
    "twilio_sms_from": "+15005550006",
    "twilio_voice_from": "+15005550007",
}


@pytest.fixture
def settings(database_url: str, console_url: str, tmp_path: Path) -> Callable[..., Settings]:
    def made(**values: object) -> Settings:
        given = {"database_url": database_url, "alo_console_database_url": console_url, "alo_data_dir": tmp_path}
        return Settings(**{**KEYS, **given, "broker_url": "memory://", **values})

    return made


def test_real_senders_and_a_fast_clock_are_refused(settings: Callable[..., Settings]) -> None:
    real = settings(**TWILIO, alo_clock=FAST)
    work = container.machine_work(real)
    assert seed_senders(work, real).added == ("twilio-sms", "twilio-voice")
    with pytest.raises(Refusal) as refused:
        container.refuse_fast_clock(work)
    assert refused.value.code == "cli.fast_clock_real_sender"
    container.refuse_fast_clock(container.machine_work(settings(**TWILIO)))
    work.database.close()


def test_simulated_senders_may_run_fast(settings: Callable[..., Settings]) -> None:
    simulated = settings(**TWILIO, alo_clock=FAST, twilio_api_base_url="http://127.0.0.1:9")
    work = container.machine_work(simulated)
    seed_senders(work, simulated)
    container.refuse_fast_clock(work)
    assert isinstance(work.carriers, container.SimulatedOnly)
    work.database.close()


def test_under_a_fast_clock_no_real_sender_gets_a_carrier(sender: SenderRow) -> None:
    carriers = container.SimulatedOnly(FakeCarriers())
    assert carriers.text(replace(sender, simulated=True)) is not None
    for hand_over in (carriers.text, carriers.call):
        with pytest.raises(Refusal):
            hand_over(replace(sender, simulated=False))


@pytest.fixture
def sender() -> SenderRow:
    from decimal import Decimal
    from uuid import UUID

    return SenderRow(
        UUID(int=1), "s", "twilio", "text", "+1", "twilio", "AC1", "", True, True, False, Decimal(1), 1, 0, 1, "",
        True, None,
    )  # fmt: skip


def test_credentials_stand_under_the_names_senders_carry() -> None:
    found = container.credentials(
        Settings(**{**TWILIO, "kannel_username": "u", "kannel_password": "p", "kannel_secret": "s"})
    )
    assert found == {"twilio": TwilioCredentials("AC1", ("new", "old")), "kannel": KannelCredentials("u", "p", "s")}
    assert container.credentials(Settings()) == {}


def test_without_servers_the_command_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    with pytest.raises(Refusal) as refused:
        container.running_settings(Settings(alo_data_dir=tmp_path))
    assert refused.value.code == "cli.not_running"


def test_secrets_do_not_show_in_a_repr_of_the_settings() -> None:
    shown = repr(Settings(twilio_auth_token="hush-hush", database_url="postgresql://u:hush@h/d"))
    assert "hush" not in shown
