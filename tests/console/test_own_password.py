"""Members change their own password, knowing the present one; a guessable one is taken at no door."""

from __future__ import annotations

import pytest
from flask import Flask

from contact.staff_roles import StaffRole
from services.staff import accounts as staff
from store.tables.staff import audit
from store.tables.staff import staff as table
from tests.console.visitor import Visitor, enter, words
from tests.services.world import World

EMAIL, PASSWORD, NEWER = "lan@qb.example", "bốn mùa gió biển", "trâu nghe tiếng sáo diều"


@pytest.fixture
def lan(visitor: Visitor, world: World) -> Visitor:
    """A member with a password, signed in."""
    made = staff.invite(world.work, EMAIL, "QB", StaffRole.OFFICE, "Nguyễn Thị Lan", "cli:test")
    visitor.get(f"/invitation/{made.token}")
    visitor.post(f"/invitation/{made.token}", password=PASSWORD, again=PASSWORD)
    visitor.post("/sign-in", email=EMAIL, password=PASSWORD)
    return visitor


def test_a_new_password_ends_all_other_sessions(app: Flask, lan: Visitor, world: World) -> None:
    other = enter(Visitor(app.test_client()), world.work, EMAIL)
    assert other.get("/tasks").request.path == "/tasks"
    invited = staff.invite(world.work, EMAIL, "QB", StaffRole.OFFICE, "", "cli:test")
    lan.get("/account/password")
    told = lan.post("/account/password", present=PASSWORD, password=NEWER, again=NEWER)
    assert "Đã đổi mật khẩu" in words(told)
    assert lan.get("/tasks").request.path == "/tasks"
    assert other.get("/tasks").request.path == "/sign-in"
    assert other.get(f"/invitation/{invited.token}").status_code == 410
    assert [line["action"] for line in world.rows(audit)][-2:] == ["staff.invited", "staff.password_changed"]
    lan.post("/sign-out")
    assert lan.post("/sign-in", email=EMAIL, password=PASSWORD).status_code == 401
    assert "Nguyễn Thị Lan" in words(lan.post("/sign-in", email=EMAIL, password=NEWER))


@pytest.mark.parametrize(
    ("present", "password", "again", "said"),
    [
        ("sai mật khẩu", NEWER, NEWER, "hiện nay không đúng"),
        ("", NEWER, NEWER, "hiện nay không đúng"),
        (PASSWORD, "123456789012", "123456789012", "dễ đoán"),
        (PASSWORD, "lan@qb.example", "lan@qb.example", "dễ đoán"),
        (PASSWORD, "short", "short", "từ 12 đến 200"),
        (PASSWORD, NEWER, NEWER + "!", "không giống nhau"),
        (PASSWORD, PASSWORD, PASSWORD, "giống mật khẩu cũ"),
    ],
)
def test_an_unfit_change_changes_nothing(
    lan: Visitor, world: World, present: str, password: str, again: str, said: str
) -> None:
    before = world.rows(table, email=EMAIL)[0]["password"]
    lan.get("/account/password")
    told = lan.post("/account/password", present=present, password=password, again=again)
    assert told.status_code == 422
    assert said in words(told)
    assert world.rows(table, email=EMAIL)[0]["password"] == before


def test_tries_at_the_present_password_are_counted(lan: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.auth.verify_member", lambda *_given: None)
    lan.get("/account/password")
    statuses = [lan.post("/account/password", present="x", password=NEWER, again=NEWER).status_code for _ in range(6)]
    assert statuses == [422] * 5 + [429]
