"""The witness on journals written by hand: what is owed, what is twice, what rings at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from scoring.points import ScoreSheet
from tests.system.chaos import figures, people, witness
from tests.system.chaos.witness import Meant

NUMBER, OURS = "+84900000001", "+842473000002"
TURN = "http://127.0.0.1:1/twilio/voice/ref/3"
SORRY, THANKS = "apology", "script"
_seq = count(1)


def line(kind: str, **facts: Any) -> dict[str, Any]:
    return {"seq": next(_seq), "kind": kind, "business": "2026-04-06T08:00:00+00:00", **facts}


def placed(sid: str = "CA1", ref: str = "ref") -> dict[str, Any]:
    at = {"callback": f"x/{ref}", "url": ""}
    return line("call.accepted", sid=sid, to=NUMBER, sender=OURS, direction="outbound-api", **at)


def pressed(topic: str = "f:q1") -> dict[str, Any]:
    return line("call.keys", sid="CA1", digits="2", url=f"{TURN}#rc=2", topic=topic, value="good" if topic else "")


def answered(status: int | None, answer: str | None = THANKS, url: str = TURN) -> dict[str, Any]:
    return line("webhook.sent", about="CA1", url=url, status=status, answer=answer)


def test_a_text_is_owed_however_its_webhook_went() -> None:
    text = line("message.inbound", sid="SM1", to=OURS, sender=NUMBER, body="2", topic="f:q1", value="good")
    assert witness.meant([text], SORRY) == {NUMBER: {"f:q1": Meant("good", True, {"sms"})}}


def test_a_key_is_owed_once_its_request_was_answered_as_taken() -> None:
    for last, owed in (
        (answered(200), True),
        (answered(200, SORRY), False),
        (answered(500), False),
        (answered(None, None), False),
        (answered(200, url="http://127.0.0.1:1/twilio/voice/fallback"), False),
    ):
        found = witness.meant([placed(), pressed(), last], SORRY)
        assert found == {NUMBER: {"f:q1": Meant("good", owed, {"voice"})}}


def test_a_key_that_means_nothing_is_not_owed() -> None:
    assert witness.meant([placed(), pressed(""), answered(200)], SORRY) == {}


def test_two_calls_to_one_phone_at_once_are_seen() -> None:
    over = line("call.status", sid="CA1", status="completed")
    assert witness._at_once([placed(), over, placed("CA2")]) == []
    assert len(witness._at_once([placed(), placed("CA2")])) == 1


def test_a_step_that_reached_somebody_twice_is_seen_and_a_failure_spends_none() -> None:
    row = {"campaign_id": 1, "interview_id": 2, "step": 2}
    contacts = [placed(), placed("CA2")]
    assert len(witness._beyond_ladder(contacts, {"ref": row})) == 1
    failed = line("call.status", sid="CA1", status="failed")
    assert witness._beyond_ladder([*contacts, failed], {"ref": row}) == []


def test_a_dropped_call_is_taken_up_once_and_is_no_step() -> None:
    call = {"campaign_id": 1, "interview_id": 2, "step": 2, "medium": "call", "purpose": "call"}
    again = call | {"purpose": "resumption"}
    rows = {"first": call, "again": again, "more": again}
    rung = [placed(f"CA{n}", ref) for n, ref in enumerate(rows)]
    assert witness._resumed_too_often(rung[:2], rows) == []
    assert len(witness._resumed_too_often(rung, rows)) == 1
    assert witness._beyond_ladder(rung, rows) == []


def test_what_left_although_the_database_says_it_did_not_is_seen() -> None:
    left = {"state": "sent", "error_code": ""}
    assert witness._not_known_to_have_left([placed()], {"ref": left}) == []
    assert len(witness._not_known_to_have_left([placed()], {"ref": left | {"state": "planned"}})) == 1
    assert len(witness._not_known_to_have_left([placed()], {})) == 1


def test_a_contact_cleared_after_its_opt_out_is_seen_and_one_that_is_put_back_is_left_to_others() -> None:
    stopped = {NUMBER: datetime(2026, 4, 6, 8, 0, tzinfo=UTC)}
    for minutes, seen in ((1, 1), (-1, 0)):
        row = {"sent_at": stopped[NUMBER] + timedelta(minutes=minutes)}
        assert len(witness._cleared_since(stopped, [placed()], {"ref": row})) == seen
    assert witness._cleared_since(stopped, [placed()], {"ref": {"sent_at": None}}) == []
    assert witness._cleared_since({}, [placed()], {"ref": {"sent_at": stopped[NUMBER]}}) == []


def test_figures_are_compared_over_what_both_answered() -> None:
    stormy, calm = {"A": {"q1": "1", "q2": "2"}}, {"A": {"q1": "1", "q3": "3"}, "B": {"q1": "1"}}
    assert figures.common(stormy, calm) == {("A", "q1")}
    found = figures.differences(stormy, calm, {"A": "f", "B": "f"}, {"f": ScoreSheet("f", "F", {})})
    assert found == ["only 1 of 3 answers are in both"]


def test_people_are_the_same_for_the_same_seed(tmp_path: Any) -> None:
    lists = []
    for n in (1, 2):
        people.write_list(tmp_path / f"{n}.csv", 5, 3, 16, 2)
        lists.append((tmp_path / f"{n}.csv").read_text("utf-8"))
    assert lists[0] == lists[1]
    assert lists[0].count("0900390000") == lists[0].count("0900390001") == 2
