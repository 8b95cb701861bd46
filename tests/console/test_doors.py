"""Signing in, invitations that serve once, throttling, sessions and tokens."""

from __future__ import annotations

import io
import re
import unicodedata
from datetime import timedelta
from typing import Any, Literal

import pytest
from flask import Flask
from flask_security.utils import hash_password

from contact.staff_roles import StaffRole
from gateway.console.app import DOOR_BYTES, OPEN_TO_ALL
from services.staff import accounts as staff
from services.staff.accounts import Invitation
from store.tables.staff import audit
from store.tables.staff import staff as table
from tests.console.visitor import HOST, Visitor, words
from tests.doubles import FakeClock
from tests.services.world import World

PASSWORD = "bốn mùa gió biển"
EMAIL = "lan@qb.example"


@pytest.fixture
def invitation(world: World) -> Invitation:
    """An open invitation to the world's office."""
    return staff.invite(world.work, EMAIL, "QB", StaffRole.OFFICE, "Lan", "cli:test")


def join(visitor: Visitor, invitation: Invitation, **form: str) -> str:
    """Open the invitation and choose a password; what the next page says."""
    visitor.get(f"/invitation/{invitation.token}")
    given = {"name": "Nguyễn Thị Lan", "password": PASSWORD, "again": PASSWORD, **form}
    said = words(visitor.post(f"/invitation/{invitation.token}", **given))
    visitor.post("/sign-out")
    return said


def test_an_invited_member_signs_in_and_out(visitor: Visitor, world: World, invitation: Invitation) -> None:
    said = join(visitor, invitation)
    assert "Đã đặt mật khẩu" in said
    assert "Chỉ số hài lòng 2026" in said, "who has chosen a password is in"
    answer = visitor.post("/sign-in", email=f" {EMAIL.upper()} ", password=PASSWORD)
    assert "Nguyễn Thị Lan" in words(answer)
    assert "Chỉ số hài lòng 2026" in words(answer)
    row = world.rows(table, email=EMAIL)[0]
    assert row["password"].startswith("$argon2id$")
    assert row["sign_in_count"] == 2
    actions = [line["action"] for line in world.rows(audit, subject=str(row["id"]))]
    assert sorted(actions) == [
        "staff.invited",
        "staff.joined",
        "staff.signed_in",
        "staff.signed_in",
        "staff.signed_out",
    ]
    visitor.post("/sign-out")
    assert visitor.get("/").request.path == "/sign-in"


@pytest.mark.parametrize(
    "typed",
    [
        "\u200blan@qb.example",
        "lan＠qb.example",
        "lan@qb.example\u00a0",
        "ＬＡＮ@qb.example",
        "lan@qb\u00ad.example\u2060",
        "lаn@qb.example",
    ],
)
def test_an_address_however_it_was_typed_signs_in(visitor: Visitor, invitation: Invitation, typed: str) -> None:
    join(visitor, invitation)
    assert "Nguyễn Thị Lan" in words(visitor.post("/sign-in", email=typed, password=PASSWORD))


def test_an_invitation_to_an_address_with_unseen_characters_is_to_that_address(world: World, visitor: Visitor) -> None:
    made = staff.invite(
        world.work, "\ufeffLan＠qb.example\u200b", "QB", "office", "Nguyễn\u00a0Thị\u200b Lan", "cli:test"
    )
    assert made.email == EMAIL
    assert world.rows(table)[0]["name"] == "Nguyễn Thị Lan"
    join(visitor, made)
    assert "Nguyễn Thị Lan" in words(visitor.post("/sign-in", email=EMAIL, password=PASSWORD))


@pytest.mark.parametrize(("chosen", "typed"), [("NFC", "NFD"), ("NFD", "NFC"), ("NFD", "NFD")])
def test_a_password_is_the_same_on_every_keyboard(
    visitor: Visitor, invitation: Invitation, chosen: Literal["NFC", "NFD"], typed: Literal["NFC", "NFD"]
) -> None:
    password = unicodedata.normalize(chosen, PASSWORD)
    join(visitor, invitation, password=password, again=password)
    answer = visitor.post("/sign-in", email=EMAIL, password=unicodedata.normalize(typed, PASSWORD))
    assert "Nguyễn Thị Lan" in words(answer)


def test_a_password_kept_before_in_another_form_still_opens(
    visitor: Visitor, world: World, invitation: Invitation, app: Flask
) -> None:
    join(visitor, invitation)
    spread = unicodedata.normalize("NFD", PASSWORD)
    with app.app_context(), world.work.database.transaction() as conn:
        conn.execute(table.update().where(table.c.email == EMAIL).values(password=hash_password(spread)))
    assert "Nguyễn Thị Lan" in words(visitor.post("/sign-in", email=EMAIL, password=spread))


@pytest.mark.parametrize("password", [PASSWORD + "\u200b", "\ufeff" + PASSWORD, PASSWORD.replace(" ", "\u2060 ")])
def test_a_password_nobody_could_type_again_is_refused(visitor: Visitor, invitation: Invitation, password: str) -> None:
    assert "không nhìn thấy" in join(visitor, invitation, password=password, again=password)


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/sign-in", {"email": "a\0@b.vn", "password": PASSWORD}),
        ("/sign-in", {"email": EMAIL, "password": "x\0yyyyyyyyyyyyyy"}),
        ("/language", {"lang": "vi\0", "back": "/"}),
        ("/sign-in", {"email\0": EMAIL}),
    ],
)
def test_nul_in_a_field_is_refused_as_a_bad_request(visitor: Visitor, path: str, form: dict[str, str]) -> None:
    visitor.get("/sign-in")
    assert visitor.post(path, **form).status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        "/wishes?code=a%00",
        "/rounds/2026%00",
        "/tasks?kind=%00",
        "/rounds/a%00b",
        "/wishes?code=A&office=%00",
        "/?a%00=1",
    ],
)
def test_nul_in_an_address_is_refused_as_a_bad_request(officer: Visitor, path: str) -> None:
    assert officer.get(path).status_code == 400


def test_an_invitation_serves_once(visitor: Visitor, invitation: Invitation) -> None:
    join(visitor, invitation)
    assert "đã dùng" in words(visitor.get(f"/invitation/{invitation.token}"))
    assert "đã dùng" in join(visitor, invitation, password="another password", again="another password")


def test_an_invitation_ends_after_a_week_and_with_the_next(
    visitor: Visitor, world: World, clock: FakeClock, invitation: Invitation
) -> None:
    newer = staff.invite(world.work, EMAIL, "QB", StaffRole.OFFICE, "", "cli:test")
    assert visitor.get(f"/invitation/{invitation.token}").status_code == 410
    assert visitor.get(f"/invitation/{newer.token}").status_code == 200
    clock.advance(timedelta(days=7, seconds=1))
    assert visitor.get(f"/invitation/{newer.token}").status_code == 410


@pytest.mark.parametrize(
    ("password", "again", "said"),
    [
        ("short", "short", "từ 12 đến 200"),
        ("x" * 201, "x" * 201, "từ 12 đến 200"),
        ("aaaaaaaaaaaa", "aaaaaaaaaaaa", "dễ đoán"),
        (EMAIL, EMAIL, "dễ đoán"),
        ("123456789012", "123456789012", "dễ đoán"),
        ("matkhau123456", "matkhau123456", "dễ đoán"),
        (PASSWORD, PASSWORD + "!", "không giống nhau"),
    ],
)
def test_unfit_passwords_are_refused_and_the_invitation_stays_open(
    visitor: Visitor, invitation: Invitation, password: str, again: str, said: str
) -> None:
    assert said in join(visitor, invitation, password=password, again=again)
    assert visitor.get(f"/invitation/{invitation.token}").status_code == 200


def test_a_wrong_password_and_an_unknown_address_are_told_alike(visitor: Visitor, invitation: Invitation) -> None:
    join(visitor, invitation)
    wrong = visitor.post("/sign-in", email=EMAIL, password="bốn mùa gió")
    unknown = visitor.post("/sign-in", email="nobody@qb.example", password=PASSWORD)
    assert wrong.status_code == unknown.status_code == 401
    assert "không đúng" in words(wrong)
    assert words(wrong) == words(unknown)


def test_a_deactivated_member_is_out_at_once(visitor: Visitor, world: World, invitation: Invitation) -> None:
    join(visitor, invitation)
    visitor.post("/sign-in", email=EMAIL, password=PASSWORD)
    assert visitor.get("/tasks").request.path == "/tasks"
    staff.deactivate(world.work, EMAIL, "cli:test")
    assert visitor.get("/tasks").request.path == "/sign-in"
    assert visitor.post("/sign-in", email=EMAIL, password=PASSWORD).status_code == 401


def test_an_invited_member_cannot_sign_in_before_joining(visitor: Visitor, invitation: Invitation) -> None:
    visitor.get("/sign-in")
    assert visitor.post("/sign-in", email=EMAIL, password="").status_code == 401
    assert visitor.post("/sign-in", email=EMAIL, password="nobody has this password").status_code == 401


def test_the_session_cookie_is_kept_close(visitor: Visitor) -> None:
    answer = visitor.client.get("/sign-in", base_url=HOST)
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-alo_session=")
    assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(cookie.split("; "))


def test_every_page_but_the_doors_needs_a_sign_in(app: Flask, visitor: Visitor) -> None:
    """Also POSTs: a route added later is guarded before it is thought of."""
    guarded = 0
    for rule in app.url_map.iter_rules():
        if rule.endpoint in OPEN_TO_ALL:
            continue
        path = re.sub(r"<(\w+:)?(\w+)>", "019a0000-0000-7000-8000-000000000001", rule.rule)
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            visitor.get("/sign-in")
            form = {"csrf_token": visitor.token}
            answer = visitor.client.open(path, method=method, base_url=HOST, data=form, headers={"Referer": HOST})
            assert (answer.status_code, answer.location) == (303, "/sign-in"), rule
            guarded += 1
    assert guarded > 15


class Flood(io.RawIOBase):
    """A body of 30 MB that counts what is read of it."""

    taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        self.taken += len(buffer)
        return len(buffer)


UPLOAD = "multipart/form-data; boundary=a"


@pytest.mark.parametrize("announced", [True, False], ids=["length", "chunked"])
@pytest.mark.parametrize(
    "content_type", [UPLOAD, "application/x-www-form-urlencoded", "application/json", "text/plain"]
)
def test_nothing_is_read_of_who_is_not_signed_in(
    app: Flask, visitor: Visitor, announced: bool, content_type: str
) -> None:
    """But a door's small form; where a length is announced that no form of a door has, nothing at all."""
    for rule in app.url_map.iter_rules():
        path = re.sub(r"<(\w+:)?(\w+)>", "019a0000-0000-7000-8000-000000000001", rule.rule)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"} | {"POST"}):
            flood = Flood()
            length = {"CONTENT_LENGTH": str(30_000_000)} if announced else {"wsgi.input_terminated": True}
            given: dict[str, Any] = {"wsgi.input": flood, "CONTENT_TYPE": content_type, **length}
            visitor.client.open(path, base_url=HOST, method=method, environ_overrides=given)
            door = rule.endpoint in OPEN_TO_ALL and not announced
            assert flood.taken <= (DOOR_BYTES if door else 0), (method, rule)


def test_the_flood_is_read_of_a_member(officer: Visitor) -> None:
    """That the test above can fail."""
    flood = Flood()
    given = {"wsgi.input": flood, "CONTENT_TYPE": UPLOAD, "wsgi.input_terminated": True}
    officer.client.post("/lists", base_url=HOST, environ_overrides=given)
    assert flood.taken > DOOR_BYTES


def test_every_form_needs_its_token(app: Flask, officer: Visitor, world: World) -> None:
    officer.get("/")
    posts = [rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())]
    assert len(posts) > 8
    for rule in posts:
        path = re.sub(r"<(\w+:)?(\w+)>", "019a0000-0000-7000-8000-000000000001", rule.rule)
        for token in ("", "forged"):
            answer = officer.post(path, token=token)
            assert answer.status_code == 400, rule
            assert "quá hạn" in words(answer)


def test_pages_run_nothing_that_is_not_ours(officer: Visitor) -> None:
    for path in ("/sign-in", "/rounds/2026", "/lists", "/tasks"):
        answer = officer.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["Cache-Control"] == "no-store"
        assert re.findall(r"""(?:src|href|action)=["'](?:https?:)?//""", answer.text) == []
        assert re.findall(r"<script(?! src=)|<style| style=| on\w+=", answer.text) == []


def test_a_polling_page_is_led_to_the_doors_when_its_session_has_ended(visitor: Visitor) -> None:
    answer = visitor.client.get("/rounds/2026", base_url=HOST, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/sign-in")


def test_pages_speak_english_when_asked(officer: Visitor) -> None:
    assert "Danh sách tổ chức" in words(officer.get("/lists"))
    answer = officer.post("/language", lang="en", back="/lists")
    assert answer.request.path == "/lists"
    assert "Lists of organisations" in words(answer)


def test_health_is_answered_without_a_sign_in(visitor: Visitor) -> None:
    assert visitor.get("/healthz").text == "ok\n"
    assert visitor.get("/readyz").json["needed"]["database"] == "ok"  # type: ignore[index]  # a JSON object


def test_nobody_is_written_into_a_log(
    visitor: Visitor, invitation: Invitation, capfd: pytest.CaptureFixture[str]
) -> None:
    join(visitor, invitation)
    visitor.post("/sign-in", email=EMAIL, password="wrong password")
    out = "".join(capfd.readouterr())
    assert EMAIL not in out
    assert invitation.token not in out
