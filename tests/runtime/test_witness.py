"""The demonstration's witness sees each thing it is there to see; a clean journal gives no violation."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contact.settings import RoundSettings
from demo import checks as witness

RULES = RoundSettings()
MORNING = datetime(2026, 4, 6, 2, tzinfo=UTC)  # Monday, nine o'clock in Viet Nam
LEADER = "+84900000001"


def started(kind: str = "message", at: datetime = MORNING, callback: str = "/r/1", seq: int = 1) -> dict[str, Any]:
    return {
        "kind": f"{kind}.accepted", "direction": "outbound-api", "callback": callback, "to": LEADER,
        "business": at.isoformat(), "seq": seq, "sid": f"S{seq}",
    }  # fmt: skip


def said(body: str, seq: int) -> dict[str, Any]:
    return {"kind": "message.inbound", "body": body, "sender": LEADER, "seq": seq, "business": MORNING.isoformat()}


def talked(seq: int, at: datetime) -> dict[str, Any]:
    return {"kind": "call.status", "status": "completed", "sid": f"S{seq}", "seq": 50 + seq, "business": at.isoformat()}


def test_a_clean_journal_breaks_no_rule() -> None:
    journal = [started(), started("call", callback="/r/2", seq=2), talked(2, MORNING), said("STOP", 3)]
    assert witness.twice(journal) == []
    assert witness.outside_hours(journal, RULES.calendar) == []
    assert witness.over_caps(journal, RULES.caps) == []
    assert witness.after_opt_out(journal) == []
    assert witness.unplayed(journal, {"sms": 1, "voice": 1, "online": 1}) == []


def test_one_reference_given_to_the_network_twice() -> None:
    assert witness.twice([started(seq=1), started(seq=2)])


@pytest.mark.parametrize("kind", ["message", "call"])
def test_a_contact_at_night(kind: str) -> None:
    assert witness.outside_hours([started(kind, MORNING - timedelta(hours=5))], RULES.calendar)


def test_a_call_at_noon() -> None:
    assert witness.outside_hours([started("call", MORNING + timedelta(hours=3))], RULES.calendar)
    assert not witness.outside_hours([started("message", MORNING + timedelta(hours=3))], RULES.calendar)


def test_one_contact_more_than_a_day_or_a_round_allows() -> None:
    a_day = [started(callback=f"/r/{n}", seq=n) for n in range(RULES.caps.contacts_a_day + 1)]
    assert witness.over_caps(a_day, RULES.caps)
    days = range(RULES.caps.contacts_a_round + 1)
    a_round = [started(at=MORNING + timedelta(days=n), callback=f"/r/{n}", seq=n) for n in days]
    assert witness.over_caps(a_round, RULES.caps)
    assert not witness.over_caps(a_round[1:], RULES.caps)


def test_a_second_talk_on_one_day() -> None:
    calls = [started("call", callback=f"/r/{n}", seq=n) for n in (1, 2)]
    assert witness.over_caps([*calls, talked(1, MORNING), talked(2, MORNING)], RULES.caps)
    assert not witness.over_caps([*calls, talked(1, MORNING)], RULES.caps)


@pytest.mark.parametrize("words", ["STOP", "Tu choi"])
def test_a_contact_after_the_opt_out(words: str) -> None:
    assert witness.after_opt_out([said(words, 1), started(seq=2)])
    assert not witness.after_opt_out([said("2", 1), started(seq=2)])


def test_a_demonstration_in_which_nothing_happened_proves_nothing() -> None:
    assert len(witness.unplayed([], {})) == 4
    assert witness.unplayed([said("TU CHOI", 1)], {"sms": 3, "voice": 0, "online": 1}) == ["nobody finished by voice"]
