"""Wrong codes of the second step: slowed by where they come from too, told in words, written down."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from contact.staff_roles import StaffRole
from gateway.console import sign_in_limits
from services.staff import accounts as staff
from services.staff import second_factor
from store.tables.staff import staff as members
from tests.console.test_door_log import lines, passed
from tests.console.test_tries import ATTACKER, VICTIM, attempt, counters, doors
from tests.console.visitor import HOST, Visitor, code, enter, set_up, words
from tests.doubles import FakeClock
from tests.services.world import World

__all__ = ["counters", "doors", "lines"]
PASSWORD = "bốn mùa gió biển"


def member(app: Flask, world: World, email: str) -> bytes:
    """Somebody with a password and a second factor; the secret of their authenticator."""
    invited = staff.invite(world.work, email, "QB", StaffRole.OFFICE, "", "cli:test")
    staff.join(world.work, invited.token, "a hash", "Lan")
    secret, _ = set_up(world.work, world.rows(members, email=email)[0]["id"])
    return secret


def guess(browser: FlaskClient, address: str, given: str = "000000") -> TestResponse:
    """One code."""
    headers = {"X-Forwarded-For": address}
    return browser.post("/sign-in/code", base_url=HOST, data={"code": given}, headers=headers)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> int:
    """Tries of one address before its first wait: 30 in earnest, which takes long."""
    monkeypatch.setattr(sign_in_limits, "OF_AN_ADDRESS", sign_in_limits.growing(6, 2, 30))
    return 6


def at_the_step(app: Flask, address: str, email: str) -> FlaskClient:
    """A new browser in which the password was right."""
    browser = app.test_client()
    assert attempt(browser, address, email, PASSWORD).headers["Location"] == "/sign-in/code"
    return browser


@pytest.mark.parametrize("counters", [None], indirect=True)
def test_one_address_that_tries_codes_of_everybody_has_to_wait(doors: Flask, world: World, few: int) -> None:
    """Who knows many passwords tries one code of each: no member's own count ever grows."""
    for n in range(few + 1):
        member(doors, world, f"{n}@qb.example")
    met = [guess(at_the_step(doors, ATTACKER, f"{n}@qb.example"), ATTACKER) for n in range(few)]
    assert {answer.status_code for answer in met} == {401}
    browser = at_the_step(doors, VICTIM, f"{few}@qb.example")
    slowed = guess(browser, ATTACKER)
    assert (slowed.status_code, slowed.headers["Retry-After"]) == (429, "2")
    assert "Hãy đợi 2 giây" in words(slowed)
    assert guess(browser, VICTIM).status_code == 401, "another address does not wait for it"


@pytest.mark.parametrize("counters", [None], indirect=True)
def test_a_right_password_gives_no_new_tries_at_the_code(doors: Flask, world: World, clock: FakeClock) -> None:
    secret = member(doors, world, "hoa@qb.example")
    met = [guess(at_the_step(doors, ATTACKER, "hoa@qb.example"), ATTACKER) for _ in range(6)]
    assert [answer.status_code for answer in met] == [401] * 5 + [429]
    assert "Retry-After" in met[-1].headers, "slowed before the code is looked at"
    clock.advance(second_factor.WAIT + timedelta(minutes=1))
    browser = at_the_step(doors, ATTACKER, "hoa@qb.example")
    assert guess(browser, ATTACKER, code(world.work, secret)).headers["Location"] == "/"


@pytest.mark.parametrize("counters", [None], indirect=True)
def test_right_codes_are_no_failures_of_the_address(doors: Flask, world: World, clock: FakeClock, few: int) -> None:
    secret = member(doors, world, "hoa@qb.example")
    for _ in range(few + 2):
        clock.advance(timedelta(seconds=30))
        browser = at_the_step(doors, VICTIM, "hoa@qb.example")
        assert guess(browser, VICTIM, code(world.work, secret)).status_code == 303


def test_a_set_up_that_has_to_wait_says_so(officer: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.auth.verify_member", lambda *_given: None)
    officer.get("/account/second-factor")
    met = [officer.post("/account/second-factor", password="sai", code="000000") for _ in range(6)]
    assert [answer.status_code for answer in met] == [422] * 5 + [429]
    assert "Hãy đợi 5 giây rồi thử lại" in words(met[-1])
    assert "<svg" in met[-1].text
    assert met[-1].headers["Retry-After"] == "5"


FORMS = {"renew": "/account/second-factor/codes", "turn off": "/account/second-factor/off"}


@pytest.mark.parametrize("form", FORMS)
def test_wrong_codes_in_forms_of_the_account_are_logged(
    officer: Visitor, world: World, lines: list[Any], form: str
) -> None:
    row = world.rows(members, email="lan@qb.example")[0]
    set_up(world.work, row["id"])
    enter(officer, world.work, "lan@qb.example")
    officer.get("/account/second-factor")
    for _ in range(second_factor.WRONG_CODES + 1):
        officer.post(FORMS[form], code="7Q3K-0000-0000-0000")
    told = passed(lines, "sign_in_failed")
    assert [line["reason"] for line in told] == ["code_wrong"] * second_factor.WRONG_CODES + ["code_wait"]
    assert {line["staff"] for line in told} == {str(row["id"])}


def test_a_wrong_code_that_would_end_a_set_up_is_logged(
    officer: Visitor, lines: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.auth.verify_member", lambda *_given: object())
    officer.get("/account/second-factor")
    officer.post("/account/second-factor", password=PASSWORD, code="000000")
    assert [line["reason"] for line in passed(lines, "sign_in_failed")] == ["code_wrong"]


def test_a_set_up_under_way_proves_nothing_and_holds_nobody_up(officer: Visitor, world: World) -> None:
    staff_id = world.rows(members, email="lan@qb.example")[0]["id"]
    assert second_factor.prove(world.work, staff_id, "000000") == "wrong"
    second_factor.begin(world.work, staff_id)
    assert second_factor.prove(world.work, staff_id, "000000") == "wrong"
