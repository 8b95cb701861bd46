"""Settings of a round and tariffs as documents."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pytest

from contact import settings, tariff
from contact.calendar import ZONE, day
from contact.settings import RoundSettings
from contact.tariff import SAMPLE, Price, Tariff


@pytest.mark.parametrize(
    "given",
    [
        settings.default(),
        settings.preset("decree"),
        RoundSettings(exceptions={date(2026, 11, 24): {"text": day("09:00-10:00", "14:00-15:00")}}),
    ],
)
def test_settings_survive_json(given: RoundSettings) -> None:
    assert settings.from_dict(json.loads(json.dumps(given.to_dict()))) == given


def test_the_decree_allows_one_call_and_three_texts_in_24_hours() -> None:
    decree = settings.preset("decree")
    assert (decree.caps.calls_a_day, decree.caps.texts_a_day, decree.caps.period) == (1, 3, "24h")
    assert decree.hours.week("call") == (day("08:00-17:00"),) * 7
    assert decree.hours.week("text") == (day("07:00-22:00"),) * 7


def test_the_decree_takes_no_dropped_call_up_again_and_older_rounds_do() -> None:
    assert settings.preset("decree").resume_after_s == 0
    kept = settings.default().to_dict()
    del kept["resume_after_s"]
    assert settings.from_dict(kept).resume_after_s == 90


@pytest.mark.parametrize("given", [-1, "90", 1.5, None])
def test_what_is_no_number_of_seconds_is_refused(given: object) -> None:
    with pytest.raises(ValueError, match="seconds"):
        settings.from_dict(settings.default().to_dict() | {"resume_after_s": given})


def test_an_unknown_preset_is_refused() -> None:
    with pytest.raises(KeyError):
        settings.preset("loud")


def test_calls_cost_each_started_minute_and_texts_each_segment() -> None:
    on = date(2026, 11, 21)
    assert SAMPLE.cost("call", 1, on) == SAMPLE.cost("call", 60, on) == Decimal(700)
    assert SAMPLE.cost("call", 61, on) == Decimal(1400)
    assert SAMPLE.cost("call", 0, on) == 0
    assert SAMPLE.cost("text", 3, on) == Decimal(1050)
    assert SAMPLE.sample


def test_prices_are_dated() -> None:
    dated = Tariff(
        (Price("text", date(2026, 7, 1), Decimal("9.5")), Price("text", date(2026, 1, 1), Decimal(7))), "VND", False
    )
    assert dated.price("text", date(2026, 6, 30)) == 7
    assert dated.price("text", date(2026, 7, 1)) == Decimal("9.5")
    with pytest.raises(LookupError):
        dated.price("text", date(2025, 12, 31))
    assert tariff.from_dict(json.loads(json.dumps(dated.to_dict()))) == dated


@pytest.mark.parametrize(
    ("at", "taken"),
    [
        ("2026-11-18T07:30", True),  # a Wednesday
        ("2026-11-18T07:29", False),
        ("2026-11-18T11:30", False),
        ("2026-11-21T09:00", False),  # Saturday
        ("2026-09-02T09:00", False),  # National Day
        ("2026-11-19T09:00", False),  # closed by the round
    ],
)
def test_officers_take_calls_in_office_hours_of_days_on_which_calls_are_made(at: str, taken: bool) -> None:
    off = {date(2026, 11, 19): {}}
    chosen = replace(settings.default(), transfer=day("07:30-11:30"), exceptions=off)
    local = datetime.fromisoformat(at).replace(tzinfo=ZONE)
    assert chosen.transfers_at("QB", local) is taken
    assert not settings.default().transfers_at("QB", local), "off unless somebody turns it on"
    assert settings.from_dict(chosen.to_dict()) == chosen
