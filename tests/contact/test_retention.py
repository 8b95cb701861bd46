"""How long each kind is kept: read and written as a document, the longest where rounds differ, nothing else taken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contact import retention, settings
from contact.retention import Retention

NOW = datetime(2026, 11, 18, tzinfo=UTC)


def test_a_document_gives_back_the_same_and_older_rounds_have_the_defaults() -> None:
    assert retention.from_dict(Retention(texts=7).to_dict()) == Retention(texts=7)
    kept = settings.default().to_dict()
    assert settings.from_dict({k: v for k, v in kept.items() if k != "retention"}).retention == Retention()


@pytest.mark.parametrize("given", [{"texts": -1}, {"texts": "7"}, {"texts": True}, {"bodies": 7}])
def test_what_is_no_number_of_days_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"days|knows"):
        retention.from_dict(given)


def test_the_longest_holds_for_what_belongs_to_no_round() -> None:
    found = retention.longest([Retention(texts=7, trail=9), Retention(texts=70, trail=0)])
    assert (found.texts, found.trail) == (70, 0)
    assert found.ends("texts", NOW) == NOW - timedelta(days=70)
    assert found.ends("trail", NOW) is None
    assert retention.longest([]) == Retention()


@pytest.mark.parametrize("days", [800_000, 10**9, 10**30])
def test_more_days_than_the_calendar_has_are_for_ever(days: int) -> None:
    assert Retention(texts=days).ends("texts", NOW) is None
