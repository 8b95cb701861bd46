"""Addresses and codes written with signs nobody sees, of other widths and other scripts: read as what they are after
cleaning, the same at every door, and never taken for somebody else."""

from __future__ import annotations

import pytest
from flask import Flask

from contact.staff_roles import StaffRole
from gateway import auth
from services.staff import accounts as staff
from services.staff import one_time_codes, second_factor
from store.tables.staff import staff as members
from tests.console.test_tries import ATTACKER, attempt, counters, doors
from tests.console.visitor import code, set_up
from tests.doubles import FakeClock
from tests.services.world import World

__all__ = ["counters", "doors"]
pytestmark = pytest.mark.parametrize("counters", [None], indirect=True)
EMAIL, OTHER = "lan@qb.example", "hoa@qb.example"
SAME = {
    "capitals": "LAN@QB.Example",
    "full width": "ｌａｎ＠ｑｂ．ｅｘａｍｐｌｅ",
    "zero width": "l\u200ba\u200dn\u2060@qb.\ufeffexample",
    "soft hyphen": "la\u00adn@qb.example",
    "direction marks": "\u202elan@qb.example\u202c",
    "variation": "lan\ufe0f@qb.example",
    "spaces around": " \u00a0lan@qb.example\u3000",
    "Cyrillic": "l\u0430n@qb.\u0435x\u0430mple",
    "mathematical": "𝐥𝐚𝐧@qb.example",
    "Roman fifty": "ⅼan@qb.example",
}
"""What these show is the address, and nobody else may be invited by them."""
NOBODY = {
    "another mark": "lán@qb.example",
    "a barred letter": "łan@qb.example",
    "a figure": "1an@qb.example",
    "a Greek letter": "lαn@qb.example",
    "a stop of another script": "lan@qb。example",
    "a space within": "la n@qb.example",
    "a dotted capital": "lan@qb.exampleİ",
    "more behind it": "lan@qb.example@evil.example",
    "a line": "lan@qb.example\nhoa@qb.example",
    "a pattern": "l%n@qb.example",
}
"""What only resembles it is somebody else's, or nobody's."""


@pytest.fixture
def two(doors: Flask, world: World, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """The doors, before which each of two members has a password of their own."""
    monkeypatch.setattr(auth, "verify_password", lambda password, kept: password == kept)
    for email in (EMAIL, OTHER):
        made = staff.invite(world.work, email, "QB", StaffRole.OFFICE, "", "cli:test")
        staff.join(world.work, made.token, f"password of {email}", "")
    return doors


def test_a_disguised_address_is_the_same_member(two: Flask, world: World) -> None:
    for n, (how, address) in enumerate(SAME.items(), 1):
        given = (f"password of {one}" for one in (EMAIL, OTHER))
        right, others = (attempt(two.test_client(), f"203.0.113.{n}", address, password) for password in given)
        assert (right.status_code, others.status_code) == (303, 401), how
        assert [row["sign_in_count"] for row in world.rows(members, email=EMAIL)] == [n], how


def test_nobody_is_invited_twice_by_a_disguise(two: Flask, world: World) -> None:
    before = len(world.rows(members))
    for how, address in SAME.items():
        assert staff.invite(world.work, address, "QB", StaffRole.OFFICE, "", "cli:test").email == EMAIL, how
    assert len(world.rows(members)) == before


def test_what_only_resembles_it_is_nobodys(two: Flask) -> None:
    for n, (how, address) in enumerate(NOBODY.items()):
        for email in (EMAIL, OTHER):
            answer = attempt(two.test_client(), f"203.0.113.{n}", address, f"password of {email}")
            assert answer.status_code == 401, how


def test_disguises_have_no_tries_of_their_own(two: Flask) -> None:
    statuses = [attempt(two.test_client(), ATTACKER, address).status_code for address in SAME.values()]
    assert statuses == [401] * 5 + [429] * (len(SAME) - 5)


def test_a_code_is_read_as_what_it_shows(two: Flask, world: World, clock: FakeClock) -> None:
    staff_id = world.rows(members, email=EMAIL)[0]["id"]
    secret, recovery = set_up(world.work, staff_id)
    right = code(world.work, secret, 1)
    wide = right.translate({ord("0") + n: ord("０") + n for n in range(10)})
    assert second_factor.prove(world.work, staff_id, f"\u200b{wide[:3]} \u00ad{wide[3:]}\u202c") == "code"
    forms = (recovery[0].lower(), recovery[1].replace("-", "\u200b‐ "), recovery[2].replace("0", "O").replace("1", "l"))
    assert [second_factor.prove(world.work, staff_id, form) for form in forms] == ["recovery"] * 3


def test_a_code_of_another_script_is_no_code(two: Flask, world: World) -> None:
    staff_id = world.rows(members, email=EMAIL)[0]["id"]
    _, recovery = set_up(world.work, staff_id)
    cyrillic = next(one for one in recovery if set(one) & set("ABCEHKMPTX"))
    cyrillic = cyrillic.translate(str.maketrans("ABCEHKMPTX", "АВСЕНКМРТХ"))
    assert one_time_codes.code_hash(cyrillic) not in {one_time_codes.code_hash(one) for one in recovery}
    assert second_factor.prove(world.work, staff_id, cyrillic) == "wrong"
