"""Caps: contacts we start have ceilings, what answers a person has its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from contact import caps
from contact.calendar import Medium
from contact.caps import CODES, EXEMPT, Caps, Counts, refuse

DEFAULT = Caps()


@pytest.mark.parametrize(
    ("medium", "counts", "code"),
    [
        ("text", Counts(), None),
        ("call", Counts(contacts_today=1, texts_today=1), None),
        ("text", Counts(contacts_today=2), "caps.contacts_a_day"),
        ("call", Counts(contacts_today=1, answered_calls_today=1), "caps.answered_calls_a_day"),
        ("text", Counts(contacts_today=1, answered_calls_today=1), None),
        ("text", Counts(contacts_in_round=7), None),
        ("text", Counts(contacts_in_round=8), "caps.contacts_a_round"),
        ("call", Counts(live_calls=1), "caps.call_running"),
        ("text", Counts(live_calls=1), None),
    ],
)
def test_contacts_we_start(medium: Medium, counts: Counts, code: str | None) -> None:
    assert refuse(DEFAULT, "reminder", medium, counts) == code


def test_the_ceiling_of_texts_stands_alone() -> None:
    wide = Caps(contacts_a_day=10)
    assert refuse(wide, "reminder", "text", Counts(contacts_today=3, texts_today=3)) == "caps.texts_a_day"
    assert refuse(wide, "call", "call", Counts(contacts_today=3, texts_today=3)) is None


def test_unanswered_calls_are_capped_only_when_asked() -> None:
    counts = Counts(contacts_today=1, calls_today=1)
    assert refuse(DEFAULT, "call", "call", counts) is None
    assert refuse(Caps(calls_a_day=1), "call", "call", counts) == "caps.calls_a_day"


@pytest.mark.parametrize("purpose", sorted(EXEMPT))
def test_answers_to_a_person_do_not_count_but_end_somewhere(purpose: str) -> None:
    full = Counts(contacts_today=9, texts_today=9, contacts_in_round=9, since_drop_s=60)
    assert refuse(DEFAULT, purpose, "text", full) is None
    ceiling = getattr(DEFAULT, EXEMPT[purpose])
    assert refuse(DEFAULT, purpose, "text", Counts(same_purpose=ceiling, since_drop_s=60)) == f"caps.{EXEMPT[purpose]}"
    assert refuse(DEFAULT, purpose, "text", Counts(same_purpose=ceiling - 1, since_drop_s=60)) is None


def test_a_dropped_call_is_resumed_within_a_quarter_of_an_hour() -> None:
    assert refuse(DEFAULT, "resumption", "call", Counts(since_drop_s=900)) is None
    assert refuse(DEFAULT, "resumption", "call", Counts(since_drop_s=901)) == "caps.resume_too_late"
    assert refuse(DEFAULT, "resumption", "call", Counts()) == "caps.resume_too_late"


def test_a_day_is_the_local_day_or_24_hours() -> None:
    now = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
    assert DEFAULT.since(now) == datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
    assert Caps(period="24h").since(now) == now - timedelta(hours=24)


def test_caps_survive_json_and_unknown_names_are_refused() -> None:
    assert caps.from_dict(Caps(texts_a_day=1).to_dict()) == Caps(texts_a_day=1)
    with pytest.raises(ValueError, match="texts_an_hour"):
        caps.from_dict({"texts_an_hour": 1})


def test_every_code_is_listed_once() -> None:
    assert len(CODES) == len(set(CODES)) == 7 + len(EXEMPT)
