"""The second step of signing in: no session before it, each code good once, a way back when the phone is lost."""

from __future__ import annotations

import base64
import re
from datetime import timedelta

import pytest
from click.testing import CliRunner
from flask import Flask

from cli import staff as command
from contact.staff_roles import StaffRole
from services.refusal import Refusal
from services.staff import accounts as staff
from services.staff import one_time_codes, second_factor
from store.tables.staff import audit, recovery_codes, second_factors
from store.tables.staff import staff as members
from tests.console.visitor import HOST, Visitor, add_office, code, enter, set_up, words
from tests.doubles import FakeClock
from tests.services.test_staff import OwnSession
from tests.services.world import World

EMAIL, PASSWORD = "lan@qb.example", "bốn mùa gió biển"
HALF_A_MINUTE = timedelta(seconds=30)


def join(visitor: Visitor, world: World, role: StaffRole = StaffRole.OFFICE) -> None:
    """Take up an invitation."""
    office = "VCA" if role == "national" else "QB"
    made = staff.invite(world.work, EMAIL, office, role, "Nguyễn Thị Lan", "cli:test")
    visitor.get(f"/invitation/{made.token}")
    visitor.post(f"/invitation/{made.token}", password=PASSWORD, again=PASSWORD)


def give_password(visitor: Visitor) -> str:
    """Sign in as far as a password goes; where that leads."""
    visitor.get("/sign-in")
    return visitor.post("/sign-in", email=EMAIL, password=PASSWORD).request.path


@pytest.fixture
def lan(visitor: Visitor, world: World) -> Visitor:
    """A member with a password, at the doors."""
    join(visitor, world)
    return visitor


@pytest.fixture
def secret(lan: Visitor, world: World, clock: FakeClock) -> bytes:
    """Of Lan's authenticator; set up half a minute ago."""
    made, _ = set_up(world.work, world.rows(members, email=EMAIL)[0]["id"])
    clock.advance(HALF_A_MINUTE)
    return made


def secret_of(page: str) -> bytes:
    """What stands on a set-up page for who cannot scan."""
    found = re.search(r'class="secret">([A-Z2-7 ]+)<', page)
    assert found is not None
    return base64.b32decode(found[1].replace(" ", ""))


def test_a_member_sets_it_up_and_is_asked_for_it(lan: Visitor, world: World, clock: FakeClock) -> None:
    give_password(lan)
    shown = lan.get("/account/second-factor")
    assert "<svg" in shown.text
    assert re.findall(r"<script(?! src=)|<style| style=| on\w+=", shown.text) == []
    own = secret_of(shown.text)
    assert secret_of(lan.get("/account/second-factor").text) == own
    told = lan.post("/account/second-factor", password=PASSWORD, code=code(world.work, own))
    made = re.findall(r"<li><code>([0-9A-Z-]+)</code>", told.text)
    assert len(made) == one_time_codes.CODES
    assert "Còn 10 mã dự phòng" in words(lan.get("/account/second-factor"))
    lan.post("/sign-out")
    assert give_password(lan) == "/sign-in/code"
    assert lan.get("/tasks").request.path == "/sign-in"
    lan.get("/sign-in/code")
    clock.advance(HALF_A_MINUTE)
    answer = lan.post("/sign-in/code", code=code(world.work, own))
    assert "Chỉ số hài lòng 2026" in words(answer)
    actions = [line["action"] for line in world.rows(audit)]
    assert actions.count("staff.signed_in") == 3, "by the invitation, by the password, and by both"
    assert "staff.second_factor_set_up" in actions


def test_what_the_database_holds_opens_nothing(lan: Visitor, world: World, secret: bytes) -> None:
    row = world.rows(second_factors)[0]
    assert secret not in bytes(row["secret"])
    assert world.work.vault.open_bytes(row["secret"], "second_factors.secret", row["staff_id"]) == secret
    _, made = set_up(world.work, row["staff_id"])
    kept = str([dict(one) for one in world.rows(recovery_codes)])
    assert not any(one in kept or one.replace("-", "") in kept for one in made)


def a_code_is_good_once(app: Flask, lan: Visitor, world: World, secret: bytes) -> None:
    """The promise that the planted fault breaks: somebody who looked over a shoulder comes too late."""
    give_password(lan)
    seen = code(world.work, secret)
    assert lan.post("/sign-in/code", code=seen).status_code == 200
    thief = Visitor(app.test_client())
    give_password(thief)
    answer = thief.post("/sign-in/code", code=seen)
    assert (answer.status_code, "Mã không đúng hoặc đã dùng" in words(answer)) == (401, True)


def test_a_code_is_taken_once(app: Flask, lan: Visitor, world: World, secret: bytes) -> None:
    a_code_is_good_once(app, lan, world, secret)


def test_a_code_that_is_taken_twice_is_seen(
    app: Flask, lan: Visitor, world: World, secret: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = one_time_codes.matching_step
    monkeypatch.setattr(one_time_codes, "matching_step", lambda *given: whole(*given[:3], 0))
    with pytest.raises(AssertionError):
        a_code_is_good_once(app, lan, world, secret)


def test_a_code_that_was_used_to_set_it_up_is_used(lan: Visitor, world: World) -> None:
    made, _ = set_up(world.work, world.rows(members, email=EMAIL)[0]["id"])
    give_password(lan)
    assert lan.post("/sign-in/code", code=code(world.work, made)).status_code == 401
    assert lan.post("/sign-in/code", code=code(world.work, made, 1)).status_code == 200


def test_no_session_begins_before_the_second_step(lan: Visitor, world: World, secret: bytes) -> None:
    before = [line["action"] for line in world.rows(audit)].count("staff.signed_in")
    assert give_password(lan) == "/sign-in/code"
    for path in ("/", "/tasks", "/account", "/account/second-factor"):
        assert lan.get(path).request.path == "/sign-in"
    assert [line["action"] for line in world.rows(audit)].count("staff.signed_in") == before
    assert EMAIL not in str(lan.client.get_cookie("__Host-alo_session", domain="console.example"))


def test_who_gave_no_password_is_asked_no_code(app: Flask, lan: Visitor, world: World, secret: bytes) -> None:
    other = Visitor(app.test_client())
    assert other.get("/sign-in/code").request.path == "/sign-in"
    assert other.post("/sign-in/code", code=code(world.work, secret)).request.path == "/sign-in"
    assert other.get("/tasks").request.path == "/sign-in"


@pytest.mark.parametrize("change", ["late", "password", "deactivated"])
def test_the_first_step_is_good_for_five_minutes_and_this_password(
    lan: Visitor, world: World, clock: FakeClock, secret: bytes, change: str
) -> None:
    give_password(lan)
    staff_id = world.rows(members, email=EMAIL)[0]["id"]
    if change == "late":
        clock.advance(timedelta(minutes=5))
    elif change == "password":
        staff.change_password(world.work, staff_id, "another hash", None)
    else:
        staff.deactivate(world.work, EMAIL, "cli:test")
    answer = lan.post("/sign-in/code", code=code(world.work, secret))
    assert answer.request.path == "/sign-in"
    assert "Đã quá 5 phút" in words(answer)


def test_tries_are_counted_by_member(app: Flask, lan: Visitor, world: World, clock: FakeClock, secret: bytes) -> None:
    """Also over several browsers and sign-ins; and a right code is not looked at meanwhile."""
    for _ in range(second_factor.WRONG_CODES):
        one = Visitor(app.test_client())
        give_password(one)
        assert one.post("/sign-in/code", code="000000").status_code == 401
    clock.advance(timedelta(seconds=5))  # the address waits no longer, the member does
    give_password(lan)
    answer = lan.post("/sign-in/code", code=code(world.work, secret))
    assert (answer.status_code, "đợi 15 phút" in words(answer)) == (429, True)
    clock.advance(second_factor.WAIT)
    give_password(lan)
    assert lan.post("/sign-in/code", code="000000").status_code == 401
    assert lan.post("/sign-in/code", code=code(world.work, secret)).status_code == 429
    clock.advance(second_factor.WAIT)
    give_password(lan)
    assert lan.post("/sign-in/code", code=code(world.work, secret)).status_code == 200


def test_who_tries_codes_keeps_nobody_out(lan: Visitor, world: World) -> None:
    """Whoever knows the password can spend the tries of the authenticator, and not those of the recovery codes."""
    staff_id = world.rows(members, email=EMAIL)[0]["id"]
    own, made = set_up(world.work, staff_id)
    for _ in range(second_factor.WRONG_CODES):
        assert second_factor.prove(world.work, staff_id, "000000") == "wrong"
    assert second_factor.prove(world.work, staff_id, code(world.work, own, 1)) == "wait"
    assert second_factor.prove(world.work, staff_id, "7Q3K-0000-0000-0000") == "wait"
    give_password(lan)
    assert "còn 9 mã" in words(lan.post("/sign-in/code", code=made[0]))
    assert second_factor.prove(world.work, staff_id, code(world.work, own, 1)) == "code"


def test_a_clock_that_was_ahead_keeps_nobody_out(lan: Visitor, world: World, clock: FakeClock, secret: bytes) -> None:
    staff_id = world.rows(members, email=EMAIL)[0]["id"]
    clock.advance(timedelta(days=400))
    for _ in range(second_factor.WRONG_CODES):
        second_factor.prove(world.work, staff_id, "000000")
    clock.advance(-timedelta(days=400))
    assert second_factor.prove(world.work, staff_id, code(world.work, secret)) == "code"


def test_a_browser_is_known_at_both_steps(app: Flask, lan: Visitor, world: World, secret: bytes) -> None:
    """Strangers who try the member's password do not slow down the browser in which the member proved a code."""
    give_password(lan)
    assert lan.post("/sign-in/code", code=code(world.work, secret)).status_code == 200
    lan.post("/sign-out")
    stranger = Visitor(app.test_client())
    stranger.get("/sign-in")
    answers = [stranger.post("/sign-in", email=EMAIL, password="sai mật khẩu").status_code for _ in range(6)]
    assert answers == [401] * 5 + [429]
    assert give_password(lan) == "/sign-in/code"


def test_a_recovery_code_serves_once(lan: Visitor, world: World) -> None:
    _, made = set_up(world.work, world.rows(members, email=EMAIL)[0]["id"])
    give_password(lan)
    answer = lan.post("/sign-in/code", code=made[3].lower().replace("-", " "))
    assert "còn 9 mã" in words(answer)
    lan.post("/sign-out")
    give_password(lan)
    assert lan.post("/sign-in/code", code=made[3]).status_code == 401
    assert "staff.recovery_code_used" in [line["action"] for line in world.rows(audit)]


def test_new_recovery_codes_end_the_old_ones(lan: Visitor, world: World, clock: FakeClock) -> None:
    own, old = set_up(world.work, world.rows(members, email=EMAIL)[0]["id"])
    clock.advance(HALF_A_MINUTE)
    enter(lan, world.work, EMAIL)
    lan.get("/account/second-factor")
    assert "Mã không đúng" in words(lan.post("/account/second-factor/codes", code="000000"))
    told = lan.post("/account/second-factor/codes", code=code(world.work, own))
    made = re.findall(r"<li><code>([0-9A-Z-]+)</code>", told.text)
    assert len(made) == 10
    assert not set(made) & set(old)
    staff_id = world.rows(members, email=EMAIL)[0]["id"]
    assert second_factor.prove(world.work, staff_id, old[0]) == "wrong"
    assert second_factor.prove(world.work, staff_id, made[0]) == "recovery"


def test_another_phone_takes_the_place_of_the_first(app: Flask, lan: Visitor, world: World, secret: bytes) -> None:
    enter(lan, world.work, EMAIL)
    other = enter(Visitor(app.test_client()), world.work, EMAIL)
    newer = secret_of(lan.get("/account/second-factor?new=1").text)
    assert newer != secret
    staff_id = world.rows(members, email=EMAIL)[0]["id"]
    assert second_factor.prove(world.work, staff_id, code(world.work, secret)) == "code"
    wrong = lan.post("/account/second-factor", password="sai mật khẩu", code=code(world.work, newer))
    assert (wrong.status_code, "mật khẩu" in words(wrong)) == (422, True)
    assert lan.post("/account/second-factor", password=PASSWORD, code=code(world.work, newer)).status_code == 200
    assert second_factor.prove(world.work, staff_id, code(world.work, secret, 1)) == "wrong"
    assert second_factor.prove(world.work, staff_id, code(world.work, newer, 1)) == "code"
    assert other.get("/tasks").request.path == "/sign-in"
    assert lan.get("/tasks").request.path == "/tasks"


def test_an_office_may_do_without_it_again(lan: Visitor, world: World, secret: bytes) -> None:
    enter(lan, world.work, EMAIL)
    lan.get("/account/second-factor")
    assert "Đã bỏ bước thứ hai" in words(lan.post("/account/second-factor/off", code=code(world.work, secret)))
    lan.post("/sign-out")
    assert give_password(lan) == "/rounds/2026"


def test_the_national_role_sees_nothing_before_it(visitor: Visitor, world: World) -> None:
    add_office(world.work, "VCA", "national")
    join(visitor, world, StaffRole.NATIONAL)
    assert give_password(visitor) == "/account/second-factor"
    for path in ("/", "/tasks", "/lists", "/rounds/2026", "/account", "/account/password"):
        assert visitor.get(path).request.path == "/account/second-factor", path
    polled = visitor.client.get("/rounds/2026", base_url=HOST, headers={"HX-Request": "true"})
    assert (polled.status_code, polled.headers["HX-Redirect"]) == (401, "/account/second-factor")
    own = secret_of(visitor.get("/account/second-factor").text)
    assert visitor.post("/tasks/019a0000-0000-7000-8000-000000000001/claim").request.path == "/account/second-factor"
    visitor.post("/account/second-factor", password=PASSWORD, code=code(world.work, own))
    assert visitor.get("/tasks").request.path == "/tasks"
    visitor.get("/account/second-factor")
    assert "phải có bước" in words(visitor.post("/account/second-factor/off", code=code(world.work, own, 1)))


def test_an_administrator_takes_it_away(lan: Visitor, world: World, secret: bytes) -> None:
    enter(lan, world.work, EMAIL)
    session, run = OwnSession(world.work), CliRunner()
    told = run.invoke(command.command, ["reset-second-factor", " LAN@qb.example"], obj=session).output
    assert "Đã bỏ bước" in told
    assert lan.get("/tasks").request.path == "/sign-in"
    assert world.rows(second_factors) == world.rows(recovery_codes) == []
    assert give_password(lan) == "/rounds/2026"
    line = next(one for one in world.rows(audit) if one["action"] == "staff.second_factor_reset")
    assert line["actor"].startswith("cli:")
    again = run.invoke(command.command, ["reset-second-factor", EMAIL], obj=session)
    assert isinstance(again.exception, Refusal)


def test_who_is_deactivated_leaves_no_secret(lan: Visitor, world: World, secret: bytes) -> None:
    staff.deactivate(world.work, EMAIL, "cli:test")
    assert world.rows(second_factors) == world.rows(recovery_codes) == []
