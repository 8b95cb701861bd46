"""Settings: given, else from the environment, else the default; what cannot be read is named and never quoted."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.settings import BadSettingsError, SecretStr, Settings


def test_each_setting_is_read_as_its_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALO_PORT", "8123")
    monkeypatch.setenv("ALO_HASTE", "2.5")
    monkeypatch.setenv("ALO_DATA_DIR", "somewhere")
    monkeypatch.setenv("TWILIO_AUTH_TOKEN", "new, old")
    found = Settings(alo_lang="en", broker_url="redis://x", alo_port="8124")
    assert (found.alo_port, found.alo_haste, found.alo_data_dir) == (8124, 2.5, Path("somewhere"))
    assert (found.twilio_auth_tokens, found.alo_lang) == (("new", "old"), "en")
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
