"""Sessions end at the server: by signing out, by time, by others of one's own, by a change of who somebody is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask

from contact.staff_roles import StaffRole
from gateway.browsers import browser
from services.staff import accounts as staff
from services.staff import sessions
from store.people import staff_sessions as rows
from store.tables.staff import audit
from store.tables.staff import staff as members
from store.tables.staff import staff_sessions as table
from tests.console.visitor import HOST, Visitor, add_office, enter, words
from tests.doubles import FakeClock
from tests.services.world import World

COOKIE = "__Host-alo_session"
EMAIL = "lan@qb.example"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


def signed_in(visitor: Visitor) -> bool:
    """Whether the visitor comes in."""
    return visitor.get("/tasks").request.path == "/tasks"


def copied(app: Flask, visitor: Visitor) -> Visitor:
    """Another browser with the same cookie, as a thief of it has."""
    cookie = visitor.client.get_cookie(COOKIE, domain="console.example")
    assert cookie is not None
    thief = Visitor(app.test_client())
    thief.client.set_cookie(COOKIE, cookie.value, domain="console.example", secure=True)
    return thief


def once_more(app: Flask, world: World, said: str = "") -> Visitor:
    """Lan at another browser."""
    return enter(Visitor(app.test_client()), world.work, EMAIL, said)


def sign_out_ends_it_at_the_server(app: Flask, officer: Visitor) -> None:
    """The promise that the planted fault breaks."""
    assert signed_in(officer)
    thief = copied(app, officer)
    assert signed_in(thief)
    officer.post("/sign-out")
    assert not signed_in(thief)


def test_a_copied_cookie_is_dead_after_the_sign_out(app: Flask, officer: Visitor, world: World) -> None:
    sign_out_ends_it_at_the_server(app, officer)
    assert [line["action"] for line in world.rows(audit)][-1] == "staff.signed_out"


def test_a_session_that_is_not_ended_at_the_server_is_seen(
    app: Flask, officer: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "end", lambda *_given, **_more: [])
    with pytest.raises(AssertionError):
        sign_out_ends_it_at_the_server(app, officer)


def test_a_session_lasts_eight_hours_whatever_happens(officer: Visitor, clock: FakeClock) -> None:
    for _ in range(19):
        clock.advance(timedelta(minutes=25))
        assert signed_in(officer)
    clock.advance(timedelta(minutes=5))
    answer = officer.get("/tasks")
    assert answer.request.path == "/sign-in"
    assert "Phiên làm việc đã kết thúc" in words(answer)
    assert "Phiên làm việc đã kết thúc" not in words(officer.get("/sign-in"))


def test_half_an_hour_of_nothing_ends_it(officer: Visitor, clock: FakeClock) -> None:
    clock.advance(timedelta(minutes=29))
    assert signed_in(officer)
    clock.advance(timedelta(minutes=29, seconds=59))
    assert signed_in(officer)
    clock.advance(timedelta(minutes=30))
    assert not signed_in(officer)


def test_a_page_that_renews_itself_is_nobody_acting(officer: Visitor, clock: FakeClock) -> None:
    signed_in(officer)
    for _ in range(2):
        clock.advance(timedelta(minutes=15))
        officer.client.get("/rounds/2026", base_url=HOST, headers={"HX-Request": "true"})
    assert not signed_in(officer)


def test_sessions_are_real_time(officer: Visitor, clock: FakeClock) -> None:
    clock.advance(timedelta(days=9), real=timedelta(minutes=1))
    assert signed_in(officer)


def test_the_row_is_written_at_most_once_a_minute(officer: Visitor, world: World, clock: FakeClock) -> None:
    seen = []
    for _ in range(6):
        clock.advance(timedelta(seconds=25))
        signed_in(officer)
        seen.append(world.rows(table)[0]["seen_at"])
    assert len(set(seen)) == 3  # as begun, after 75 s, after 150 s


@pytest.mark.parametrize("change", ["role", "office", "password", "deactivated"])
def test_who_is_another_by_now_signs_in_again(officer: Visitor, world: World, change: str) -> None:
    assert signed_in(officer)
    changes: dict[str, Callable[[], object]] = {
        "role": lambda: _set(world, role="national"),
        "office": lambda: _set(world, office_id=add_office(world.work, "BN")),
        "password": lambda: staff.join(
            world.work, staff.invite(world.work, EMAIL, "QB", StaffRole.OFFICE, "", "cli:test").token, "hash", ""
        ),
        "deactivated": lambda: staff.deactivate(world.work, EMAIL, "cli:test"),
    }
    changes[change]()
    assert not signed_in(officer)


def _set(world: World, **columns: object) -> None:
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(members).values(**columns))


def test_ones_own_sessions_are_told_and_ended(app: Flask, officer: Visitor, stranger: Visitor, world: World) -> None:
    signed_in(officer)
    other = once_more(app, world, browser(FIREFOX))
    third = once_more(app, world)
    shown = words(officer.get("/account"))
    assert shown.count("Kết thúc phiên này") == 2
    assert "Firefox · Windows" in shown
    of_other = next(row["id"] for row in world.rows(table) if row["browser"])
    stranger.get("/account")
    assert stranger.post(f"/account/sessions/{of_other}/end").status_code == 404
    assert signed_in(other)
    assert "Đã kết thúc 1 phiên" in words(officer.post(f"/account/sessions/{of_other}/end"))
    assert not signed_in(other)
    assert signed_in(third)
    assert "Đã kết thúc 1 phiên" in words(officer.post("/account/sessions/end-others"))
    assert not signed_in(third)
    assert signed_in(officer)
    assert signed_in(stranger)


def test_the_database_holds_no_mark(officer: Visitor, world: World) -> None:
    with officer.client.session_transaction(base_url=HOST) as session:
        mark = session["_user_id"]
    kept = world.rows(table)[0]
    assert mark not in str(dict(kept))
    assert kept["mark_hash"] == sessions.mark_hash(mark)


def test_ended_sessions_are_forgotten_after_a_month(
    app: Flask, officer: Visitor, world: World, clock: FakeClock
) -> None:
    clock.advance(timedelta(days=31))
    once_more(app, world)
    assert len(world.rows(table)) == 1


def test_the_cookie_has_no_days_and_belongs_to_this_host(officer: Visitor) -> None:
    officer.get("/account")
    answer = officer.client.post(
        "/language", base_url=HOST, data={"csrf_token": officer.token, "lang": "en"}, headers={"Referer": f"{HOST}/"}
    )
    parts = answer.headers["Set-Cookie"].split("; ")
    assert parts[0].startswith(f"{COOKIE}=")
    assert sorted(parts[1:]) == ["HttpOnly", "Path=/", "SameSite=Lax", "Secure"]
    plain = officer.client.get("/sign-in", base_url="http://127.0.0.1:8080")
    assert plain.headers["Set-Cookie"].startswith("alo_session=")


def test_a_sign_out_clears_the_browser_and_https_stays(officer: Visitor) -> None:
    officer.get("/account")
    answer = officer.client.post(
        "/sign-out", base_url=HOST, data={"csrf_token": officer.token}, headers={"Referer": f"{HOST}/"}
    )
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"
    assert "Strict-Transport-Security" not in officer.client.get("/sign-in", base_url="http://127.0.0.1").headers


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (FIREFOX, "Firefox · Windows"),
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/130.0 Mobile Safari/537.36", "Chrome · Android"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/124.0 Safari/537.36 coc_coc_browser/124.0", "Cốc Cốc · Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari · iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/130.0 Safari/537.36 Edg/130.0", "Edge · Windows"),
        ("", ""),
        ("0901000005", ""),
    ],
)
def test_a_browser_is_told_in_few_words(said: str, told: str) -> None:
    assert browser(said) == told
