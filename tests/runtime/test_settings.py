"""Settings: given, else from the environment, else the default; what cannot be read is named and never quoted."""

from __future__ import annotations

from pathlib import Path

import pytest

from carriers.twilio.carrier import TWILIO
from runtime.settings import BadSettingsError, SecretStr, Settings


def test_each_setting_is_read_as_its_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALO_PORT", "8123")
    monkeypatch.setenv("ALO_HASTE", "2.5")
    monkeypatch.setenv("ALO_DATA_DIR", "somewhere")
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "new, old")
    found = Settings(alo_lang="en", broker_url="redis://x", alo_port="8124")
    assert (found.alo_port, found.alo_haste, found.alo_data_dir) == (8124, 2.5, Path("somewhere"))
    assert (found.of(TWILIO).auth_tokens, found.alo_lang) == (("new", "old"), "en")
    assert found.broker_url == SecretStr("redis://x")


def test_empty_means_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALO_PORT", "")
    assert Settings().alo_port == 8080


def test_what_cannot_be_read_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("ALO_PORT", "x"), ("ALO_LANG", "fr"), ("ALO_HASTE", "0"), ("ALO_TRUSTED_PROXIES", "-1")):
        monkeypatch.setenv(name, value)
    with pytest.raises(BadSettingsError) as bad:
        Settings()
    assert sorted(bad.value.names) == ["ALO_HASTE", "ALO_LANG", "ALO_PORT", "ALO_TRUSTED_PROXIES"]


def test_secrets_show_themselves_to_nobody() -> None:
    assert "hush" not in repr(Settings(twilio_auth_token="hush", database_url="postgresql://u:hush@h/d"))


def _credentials(place: Path, monkeypatch: pytest.MonkeyPatch, **files: str) -> None:
    for name, text in files.items():
        (place / f"{name}.env").write_text(text, "utf-8")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(place))


def test_credentials_are_read_where_the_service_was_given_some(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _credentials(
        tmp_path,
        monkeypatch,
        machine="# of the machine\n\nDATABASE_URL=postgresql://m:a=b@/alo?host=/run\nALO_LANG=\n",
        carriers="TWILIO_AUTH_TOKEN=new,old\nALO_PORT=8123\n",
    )
    monkeypatch.setenv("ALO_PORT", "8124")
    found = Settings()
    assert found.database_url == SecretStr("postgresql://m:a=b@/alo?host=/run")
    assert found.of(TWILIO).auth_tokens == ("new", "old")
    assert (found.alo_lang, found.alo_port) == ("vi", 8124)  # empty is not set; the environment is nearer


@pytest.mark.parametrize(
    "line", ["DATABASE_URL", "export A=1 hush", "=hush", "DATABASE_URL =hush", "TWILIO_AUTH_TOKN=hush"]
)
def test_a_line_that_sets_nothing_is_named_by_its_place(
    line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A slip in a file of secrets must not leave a protection or a carrier unset in silence."""
    _credentials(tmp_path, monkeypatch, machine=f"ALO_PORT=1\n{line}\n")
    with pytest.raises(BadSettingsError) as bad:
        Settings()
    assert bad.value.names == ["machine.env:2"]


def test_unreadable_credentials_are_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "machine.env").write_bytes(b"DATABASE_URL=\xff\n")
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path))
    with pytest.raises(BadSettingsError) as bad:
        Settings()
    assert bad.value.names == ["machine.env"]
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(tmp_path / "nowhere"))
    with pytest.raises(BadSettingsError) as bad:
        Settings()
    assert bad.value.names == ["CREDENTIALS_DIRECTORY"]


@pytest.mark.parametrize(
    ("name", "value"),
    [("ALO_PORT", "0"), ("ALO_PORT", "65536"), ("ALO_PORT", "-1"), ("ALO_WEB_WORKERS", "0"), ("ALO_WEB_THREADS", "-3"),
     ("ALO_CONTACT_WORKERS", "0")],
)  # fmt: skip
def test_a_count_that_serves_nobody_is_refused(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(BadSettingsError) as bad:
        Settings()
    assert bad.value.names == [name]
