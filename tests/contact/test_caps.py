"""Caps: contacts we start have ceilings, what answers a person has its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from contact import caps
from contact.calendar import Medium
from contact.caps import CODES, EXEMPT, Caps, Counts, free_at, refuse

DEFAULT = Caps()
NOW = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)


def ago(*hours: float) -> tuple[datetime, ...]:
    """Times so many hours ago."""
    return tuple(NOW - timedelta(hours=h) for h in hours)


@pytest.mark.parametrize(
    ("medium", "counts", "code"),
    [
        ("text", Counts(), None),
        ("call", Counts(contacts_at=ago(1), texts_at=ago(1)), None),
        ("text", Counts(contacts_at=ago(1, 2)), "caps.contacts_a_day"),
        ("call", Counts(contacts_at=ago(1), answered_at=ago(1)), "caps.answered_calls_a_day"),
        ("text", Counts(contacts_at=ago(1), answered_at=ago(1)), None),
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
    assert (
        refuse(wide, "reminder", "text", Counts(contacts_at=ago(1, 2, 3), texts_at=ago(1, 2, 3))) == "caps.texts_a_day"
    )
    assert refuse(wide, "call", "call", Counts(contacts_at=ago(1, 2, 3), texts_at=ago(1, 2, 3))) is None


def test_unanswered_calls_are_capped_only_when_asked() -> None:
    counts = Counts(contacts_at=ago(1), calls_at=ago(1))
    assert refuse(DEFAULT, "call", "call", counts) is None
    assert refuse(Caps(calls_a_day=1), "call", "call", counts) == "caps.calls_a_day"


@pytest.mark.parametrize("purpose", sorted(EXEMPT))
def test_answers_to_a_person_do_not_count_but_end_somewhere(purpose: str) -> None:
    full = Counts(contacts_at=ago(*range(9)), texts_at=ago(*range(9)), contacts_in_round=9, since_drop_s=60)
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


@pytest.mark.parametrize(
    ("code", "counts", "free"),
    [
        ("caps.contacts_a_day", Counts(contacts_at=ago(1, 5)), "2026-11-22T00:00+07:00"),
        ("caps.answered_calls_a_day", Counts(answered_at=ago(2)), "2026-11-22T00:00+07:00"),
        ("caps.call_running", Counts(live_calls=1), "2026-11-21T10:10+07:00"),
        ("caps.call_backs_a_day", Counts(same_purpose=2), "2026-11-22T00:00+07:00"),
    ],
)
def test_a_ceiling_of_the_day_lifts_at_midnight(code: str, counts: Counts, free: str) -> None:
    assert free_at(DEFAULT, code, counts, NOW) == datetime.fromisoformat(free)


def test_a_ceiling_of_24_hours_lifts_when_the_contact_that_fills_it_is_a_day_old() -> None:
    caps = Caps(period="24h", contacts_a_day=2)
    counts = Counts(contacts_at=ago(1, 5, 20))
    free = free_at(caps, "caps.contacts_a_day", counts, NOW)
    assert free == NOW + timedelta(hours=19, seconds=1)
    left = tuple(at for at in counts.contacts_at if at >= caps.since(free))
    assert refuse(caps, "reminder", "text", Counts(contacts_at=left)) is None
    before = tuple(at for at in counts.contacts_at if at >= caps.since(free - timedelta(minutes=1)))
    assert refuse(caps, "reminder", "text", Counts(contacts_at=before)) == "caps.contacts_a_day"


@pytest.mark.parametrize("code", ["caps.contacts_a_round", "caps.resumptions", "caps.receipts", "caps.replies_a_day"])
def test_some_ceilings_do_not_lift(code: str) -> None:
    assert free_at(DEFAULT, code, Counts(), NOW) is None


def test_a_ceiling_of_nothing_never_lifts() -> None:
    assert free_at(Caps(contacts_a_day=0), "caps.contacts_a_day", Counts(), NOW) is None
