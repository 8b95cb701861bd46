"""A data directory that held a demonstration refuses real accounts and databases, in words."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog
from click.testing import CliRunner, Result

from carriers.twilio.carrier import TWILIO
from cli import up
from cli.main import alo
from cli.session import Session
from demo import network_process as network
from runtime import demo_data, processes
from runtime.data_directory import DEMONSTRATION
from runtime.settings import SecretStr, Settings, known_settings
from services.refusal import Refusal

Alo = Callable[..., Result]
BEGAN = "2026-04-06T00:00:00+00:00"
PLAYED = {"token": "made-up", "simulator_port": 10_001, "clock": f"{BEGAN}@900@{BEGAN}"}
REAL = {
    "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
    "KANNEL_SEND_URL": "http://10.0.0.9:13013/cgi-bin/sendsms",
    "KANNEL_USERNAME": "alo",
}


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """These commands set up the logging of their process, which is ours here."""
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / DEMONSTRATION).write_text(json.dumps(PLAYED))
    return tmp_path


@pytest.fixture
def run(home: Path, monkeypatch: pytest.MonkeyPatch) -> Alo:
    """Runs `alo` over the directory of a demonstration."""
    for name in known_settings():
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("ALO_DATA_DIR", str(home))

    def call(*argv: str, **environment: str) -> Result:
        return CliRunner().invoke(alo, ["--lang", "en", *argv], env=environment)

    return call


@pytest.mark.parametrize("setting", REAL)
@pytest.mark.parametrize("command", ["up", "doctor", "sender list"])
def test_a_real_account_is_refused_in_words(run: Alo, setting: str, command: str) -> None:
    done = run(*command.split(), **{setting: REAL[setting], "TWILIO_AUTH_TOKEN": "the-real-token"})
    assert done.exit_code == 1, done.output
    assert isinstance(done.exception, SystemExit)
    assert f"({setting})" in done.stderr
    assert "the-real-token" not in done.output


def test_a_simulated_address_makes_a_real_account_no_simulator(run: Alo) -> None:
    """It was started with the real token among its arguments."""
    done = run("up", **{"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_API_BASE_URL": "http://127.0.0.1:9999"})
    assert "(TWILIO_ACCOUNT_SID)" in done.stderr


@pytest.mark.parametrize("command", ["up", "demo", "sender list"])
def test_nobody_made_up_reaches_a_database_of_your_own(run: Alo, home: Path, command: str) -> None:
    done = run(*command.split(), DATABASE_URL="postgresql://alo_machine@127.0.0.1:1/alo")
    assert done.exit_code == 1
    assert "DATABASE_URL" in done.stderr
    assert (home / DEMONSTRATION).exists()


def test_without_a_simulated_network_the_directory_is_refused(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_data.importlib.util, "find_spec", lambda _name: None)
    with pytest.raises(Refusal, match=r"demo\.not_installed"):
        demo_data.with_demo_network(Settings(alo_data_dir=home))


def test_the_demonstration_itself_goes_on(home: Path) -> None:
    given = Settings(alo_data_dir=home, database_url=SecretStr(""), twilio_account_sid="")
    found = demo_data.with_demo_clock(given)
    assert found.of(TWILIO).account_sid == demo_data.ACCOUNT
    assert found.of(TWILIO).api_base_url.endswith(":10001")
    assert demo_data.with_demo_network(found).alo_clock == found.alo_clock


def test_no_part_has_a_secret_among_its_arguments(tmp_path: Path) -> None:
    """Everybody on the machine may read command lines."""
    secrets = {name: f"hush-{name}" for name, known in known_settings().items() if isinstance(known.default, SecretStr)}
    settings = Settings(alo_data_dir=tmp_path, **{name: SecretStr(value) for name, value in secrets.items()})
    token = settings.of(TWILIO).auth_token.get_secret_value()
    parts = [processes.gateway(settings), *processes.workers(settings), processes.beat(settings)]
    parts.append(network.simulator(1, token, "", tmp_path / "journal"))
    for part in parts:
        assert "hush" not in " ".join(map(str, part.argv)), part.name


def test_a_demonstration_cut_short_keeps_up_from_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its directory is there, its office is not: the reason is said, and everything runs."""

    def no_office(_settings: Settings) -> str:
        raise Refusal("office.unknown", office="tinh-mau", known="")

    monkeypatch.setattr(demo_data, "sign_in_token", no_office)
    up._say_sign_in_link(Session("en", Settings()), Settings())
    said = capsys.readouterr().out
    assert "tinh-mau" in said
    assert "make demo" in said
