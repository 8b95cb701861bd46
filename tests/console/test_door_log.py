"""What the log tells of the doors: who, where, and from the same place or not; never an address or a password."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from contact.staff_roles import StaffRole
from gateway.console import sign_in_log
from runtime.observability import PASSING, redact
from services.staff import accounts as staff
from store.tables.staff import staff as members
from tests.console.visitor import Visitor, code, set_up
from tests.services.world import World

EMAIL, PASSWORD = "lan@qb.example", "bốn mùa gió biển"
PLACE = "127.0.0.1"


@pytest.fixture
def lines() -> Iterator[list[Any]]:
    """The lines of the test, as `runtime.observability` lets them pass."""
    with capture_logs() as found:
        yield found


@pytest.fixture
def staff_id(officer: Visitor, world: World) -> str:
    """Of Lan, who is signed in."""
    return str(world.rows(members, email=EMAIL)[0]["id"])


def passed(lines: list[Any], event: str) -> list[dict[str, Any]]:
    """The lines of one kind: every field may pass, and none says who or where in clear."""
    found = [dict(redact(None, "", dict(line))) for line in lines if line["event"] == event]
    for line in found:
        assert set(line) <= PASSING | {"log_level"}
        assert line["source"].startswith("h")
        assert not {EMAIL, PASSWORD, PLACE} & {str(value) for value in line.values()}
        assert "[withheld]" not in {value for name, value in line.items() if name != "log_level"}
    return found


def test_a_failed_sign_in_tells_member_and_places(visitor: Visitor, staff_id: str, lines: list[Any]) -> None:
    visitor.get("/sign-in")
    for email in (EMAIL, EMAIL.upper(), "nobody@qb.example"):
        visitor.post("/sign-in", email=email, password=PASSWORD)
    first, second, nobody = passed(lines, "sign_in_failed")
    assert (first["staff"], first["door"], first["reason"]) == (staff_id, "door.take_sign_in", "password")
    assert first["subject"] == second["subject"] != nobody["subject"]
    assert first["source"] == second["source"] == nobody["source"]
    assert "staff" not in nobody


def test_a_wrong_code_and_a_wrong_present_password_too(
    visitor: Visitor, officer: Visitor, world: World, staff_id: str, lines: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    made = staff.invite(world.work, EMAIL, "QB", StaffRole.OFFICE, "", "cli:test")
    visitor.get(f"/invitation/{made.token}")
    visitor.post(f"/invitation/{made.token}", password=PASSWORD, again=PASSWORD)
    secret, _ = set_up(world.work, world.rows(members, email=EMAIL)[0]["id"])
    visitor.post("/sign-in", email=EMAIL, password=PASSWORD)
    visitor.post("/sign-in/code", code="000000")
    visitor.post("/sign-in/code", code=code(world.work, secret, 1))
    visitor.get("/account/password")
    visitor.post("/account/password", present="sai", password=PASSWORD, again=PASSWORD)
    assert [line["reason"] for line in passed(lines, "sign_in_failed")] == ["code_wrong", "present_password"]
    assert {line["staff"] for line in passed(lines, "sign_in_failed")} == {staff_id}


def test_sign_outs_refusals_and_what_is_not_there(
    officer: Visitor, clerk: Visitor, visitor: Visitor, staff_id: str, lines: list[Any]
) -> None:
    officer.get("/account")
    officer.post("/account/sessions/end-others", token="forged")
    officer.get("/nowhere")
    visitor.get("/nowhere")
    clerk.get("/rounds/2026")
    clerk.post("/rounds/2026/campaigns", title="Cả nước")
    officer.post("/sign-out")
    refused = passed(lines, "refused")
    assert [(line["door"], line["reason"]) for line in refused] == [
        ("account.end_others", "csrf"),
        ("campaigns.draft", "403"),
    ]
    assert refused[0]["staff"] == staff_id != refused[1]["staff"]
    assert [(line["staff"], line["door"]) for line in passed(lines, "not_found")] == [(staff_id, "none")]
    assert [line["staff"] for line in passed(lines, "signed_out")] == [staff_id]


def test_too_many_tries_are_told(visitor: Visitor, lines: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.auth.verify_member", lambda *_given: None)
    visitor.get("/sign-in")
    for _ in range(30):
        if visitor.post("/sign-in", email=EMAIL, password="x").status_code == 429:
            break
    assert [line["reason"] for line in passed(lines, "refused")] == ["429"]


def test_the_hash_needs_the_key(world: World, app: Any) -> None:
    with app.test_request_context():
        told = sign_in_log.keyed("source", PLACE)
        assert told == sign_in_log.keyed("source", PLACE) != sign_in_log.keyed("email", PLACE)
    assert len(told) == 17
