"""Too many tries have to wait, and whom they are tried on does not."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from flask_security.utils import hash_password
from werkzeug.test import TestResponse

from contact.staff_roles import StaffRole
from gateway import auth
from gateway.console import sign_in_limits
from gateway.console.app import build
from gateway.counters import Counters, InProcess, Shared
from gateway.internal_access import Inside
from gateway.metrics import REFUSED
from services.staff import accounts as staff
from store.tables.staff import staff as table
from store.unit_of_work import Database
from tests.console.visitor import HOST, words
from tests.doubles import FakeClock
from tests.services.world import World

EMAIL, OTHER, PASSWORD = "lan@qb.example", "hoa@qb.example", "bốn mùa gió biển"
ATTACKER, VICTIM = "203.0.113.66", "198.51.100.7"


@pytest.fixture(params=[None, "away"])
def counters(request: pytest.FixtureRequest) -> Counters | None:
    """In this process; and with a Valkey that is away, which must change nothing."""
    return Shared("redis://127.0.0.1:1/0") if request.param else None


@pytest.fixture
def doors(
    world: World, console: Database, tmp_path: Path, counters: Counters, monkeypatch: pytest.MonkeyPatch
) -> Flask:
    """The doors behind one proxy, with two members whose password is quickly checked."""
    app = build(
        replace(world.work, database=console), world.work, session_key="k", uploads=tmp_path, inside=Inside(proxies=1),
        counters=counters,
    )  # fmt: skip
    app.config["WTF_CSRF_ENABLED"] = False
    for email in (EMAIL, OTHER):
        invited = staff.invite(world.work, email, "QB", StaffRole.OFFICE, "", "cli:test")
        with app.app_context():
            staff.join(world.work, invited.token, hash_password("any"), "Lan")
    monkeypatch.setattr(auth, "verify_password", lambda password, _hash: password == PASSWORD)
    monkeypatch.setattr(time, "sleep", lambda _s: pytest.fail("a thread waits"))
    return app


def attempt(browser: FlaskClient, address: str, email: str = EMAIL, password: str = "wrong") -> TestResponse:
    """One try to sign in."""
    form, headers = {"email": email, "password": password}, {"X-Forwarded-For": address}
    return browser.post("/sign-in", base_url=HOST, data=form, headers=headers)


def attack(app: Flask, address: str = ATTACKER, email: str = EMAIL, times: int = 40) -> list[int]:
    """Tries one after another from one address, each by a new browser."""
    return [attempt(app.test_client(), address, email).status_code for _ in range(times)]


def test_waits_grow_and_the_page_says_how_long(doors: Flask, clock: FakeClock) -> None:
    assert attack(doors, times=6) == [401] * 5 + [429]
    told = []
    for _ in range(9):
        answer = attempt(doors.test_client(), ATTACKER, password=PASSWORD)
        assert answer.status_code == 429, "a right password is not even looked at"
        told.append(int(answer.headers["Retry-After"]))
        clock.advance(timedelta(seconds=told[-1]))
        assert attack(doors, times=2) == [401, 429]
    assert told == [5, 10, 20, 40, 80, 160, 300, 300, 300]
    assert "Hãy đợi 5 phút rồi thử lại" in words(attempt(doors.test_client(), ATTACKER))
    clock.advance(timedelta(hours=2))
    assert attack(doors, times=6) == [401] * 5 + [429]


def test_nobody_locks_a_member_out(doors: Flask) -> None:
    """Neither from one address nor from many."""
    attack(doors)
    assert attempt(doors.test_client(), VICTIM, password=PASSWORD).status_code == 303
    for n in range(60):
        attack(doors, f"203.0.113.{n}", times=3)
    assert attempt(doors.test_client(), "198.51.100.8", password=PASSWORD).status_code == 303
    assert attempt(doors.test_client(), "198.51.100.9").status_code == 401
    assert attempt(doors.test_client(), "198.51.100.9", OTHER, PASSWORD).status_code == 303


def test_many_addresses_have_a_try_each(doors: Flask) -> None:
    for n in range(sign_in_limits.ATTACKED):
        attack(doors, f"203.0.113.{n}", times=1)
    assert attack(doors, "192.0.2.1", times=2) == [401, 429]
    assert attack(doors, "192.0.2.1", OTHER, times=2) == [401, 401]


def test_a_known_browser_is_not_slowed_down_by_strangers(doors: Flask) -> None:
    """Not even by one at the same address, who tries everybody."""
    own = doors.test_client()
    assert attempt(own, ATTACKER, password=PASSWORD).status_code == 303
    own.delete_cookie("__Host-alo_session", domain="console.example")
    for n in range(40):
        attack(doors, email=f"{n}@qb.example", times=1)
    attack(doors)
    assert attempt(doors.test_client(), ATTACKER, password=PASSWORD).status_code == 429
    assert attempt(own, ATTACKER, password=PASSWORD).status_code == 303


def test_a_known_browser_has_tries_of_its_own_and_for_its_member_alone(doors: Flask) -> None:
    own = doors.test_client()
    attempt(own, VICTIM, password=PASSWORD)
    assert [attempt(own, VICTIM).status_code for _ in range(6)] == [401] * 5 + [429]
    assert [attempt(own, f"198.51.100.{n}").status_code for n in (1, 2)] == [429, 429]
    assert [attempt(own, VICTIM, OTHER).status_code for _ in range(6)] == [401] * 5 + [429]


def test_several_members_share_a_browser(doors: Flask) -> None:
    own = doors.test_client()
    for email in (EMAIL, OTHER):
        assert attempt(own, VICTIM, email, PASSWORD).status_code == 303
        own.post("/sign-out", base_url=HOST)
    for email in (EMAIL, OTHER):
        attack(doors, VICTIM, email)
        assert attempt(own, VICTIM, email, PASSWORD).status_code == 303
        own.post("/sign-out", base_url=HOST)


@pytest.mark.parametrize("forge", [lambda text: text[:-2], lambda text: "x" + text, lambda _: "", lambda _: "W10.a.b"])
def test_a_browser_is_known_by_our_signature_alone(doors: Flask, forge: Callable[[str], str]) -> None:
    own = doors.test_client()
    answer = attempt(own, VICTIM, password=PASSWORD)
    (cookie,) = (line for line in answer.headers.getlist("Set-Cookie") if line.startswith(f"{sign_in_limits.COOKIE}="))
    assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))
    assert EMAIL not in cookie
    attack(doors, VICTIM)
    other = doors.test_client()
    known = cookie.partition("=")[2].partition(";")[0]
    other.set_cookie(sign_in_limits.COOKIE, forge(known), domain="console.example")
    assert attempt(other, VICTIM, password=PASSWORD).status_code == 429


def test_one_address_that_tries_everybody_has_to_wait(doors: Flask) -> None:
    statuses = [attack(doors, email=f"{n}@qb.example", times=1)[0] for n in range(31)]
    assert statuses == [401] * 30 + [429]
    assert attack(doors, VICTIM, "0@qb.example", times=1) == [401]


def test_a_right_password_is_no_failure_of_the_address(doors: Flask) -> None:
    """A whole office behind one address may come in the morning."""
    for _ in range(40):
        assert attempt(doors.test_client(), VICTIM, password=PASSWORD).status_code == 303


def test_addresses_of_one_customer_count_together(doors: Flask) -> None:
    statuses = [attack(doors, f"2001:db8:1:2::{n:x}", times=1)[0] for n in range(6)]
    assert statuses == [401] * 5 + [429]
    assert attack(doors, "2001:db8:1:3::1", times=1) == [401]


def test_addresses_are_believed_of_known_proxies_only(doors: Flask) -> None:
    statuses = [attack(doors, f"198.51.100.{n}, {ATTACKER}", times=1)[0] for n in range(6)]
    assert statuses == [401] * 5 + [429]


def test_wrong_invitations_are_counted_and_right_ones_are_not(doors: Flask, world: World) -> None:
    def take(token: str) -> TestResponse:
        headers = {"X-Forwarded-For": ATTACKER}
        return doors.test_client().post(f"/invitation/{token}", base_url=HOST, data={}, headers=headers)

    token = staff.invite(world.work, "moi@qb.example", "QB", StaffRole.OFFICE, "", "cli:test").token
    assert {take(token).status_code for _ in range(40)} == {422}
    assert [take("x" * 22).status_code for _ in range(31)] == [410] * 30 + [429]
    assert "Hãy đợi 2 giây" in words(take("x" * 22))


def test_nothing_that_is_counted_names_anybody(doors: Flask) -> None:
    kept = InProcess()
    desk = doors.extensions["alo_console"]
    doors.extensions["alo_console"] = replace(desk, tries=replace(desk.tries, counters=kept))
    refused = REFUSED.labels("console", "throttled")._value.get()
    attack(doors, times=6)
    assert not any(EMAIL in key or ATTACKER in key for key in kept._kept)
    assert len(kept._kept) == 3
    assert REFUSED.labels("console", "throttled")._value.get() == refused + 1


def test_members_are_as_they_were(doors: Flask, world: World) -> None:
    """Nothing of the tries is kept with the member: no state of theirs can be changed by strangers."""
    before = world.rows(table)
    attack(doors)
    assert world.rows(table) == before
