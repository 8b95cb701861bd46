"""Staff enter a stop that was told to them, for organisations of their own office, and a start that undoes it."""

from __future__ import annotations

from store.tables.registry import organisations, phone_abilities
from store.tables.staff import audit
from tests.console.visitor import Visitor, words
from tests.services.nation import rule_out
from tests.services.world import LEADER, World

TOLD = {"how": "in_person", "day": "2026-11-18", "words": "Ông Sáu nói khi gặp ở xã."}


def code(world: World) -> str:
    return str(world.rows(organisations)[0]["registry_code"])


def test_a_stop_is_entered_and_undone(officer: Visitor, world: World) -> None:
    page = words(officer.get(f"/wishes?code={code(world)}"))
    assert "được liên hệ" in page
    assert "xin nhận lại" not in page
    told = words(officer.post("/wishes/stop", code=code(world), **TOLD))
    assert "Không gọi, không nhắn nữa (số mới dừng: 1)" in told
    assert "đã xin thôi liên hệ" in told
    assert "Ông Sáu" not in told
    assert world.consent_of() == "stopped"
    assert world.rows(audit)[-1]["action"] == "consent.stopped"
    told = words(officer.post("/wishes/start", code=code(world), **TOLD | {"how": "on_paper"}))
    assert "Được liên hệ lại (số: 1)" in told
    assert world.consent_of() == "unasked"


def test_another_offices_organisation_is_not_there(stranger: Visitor, world: World) -> None:
    assert "Không có đơn vị nào" in words(stranger.get(f"/wishes?code={code(world)}"))
    assert "Không có đơn vị nào" in words(stranger.post("/wishes/stop", code=code(world), **TOLD))
    assert world.consent_of() == "unasked"


def test_who_is_not_signed_in_enters_nothing(visitor: Visitor, world: World) -> None:
    visitor.post("/wishes/stop", code=code(world), **TOLD)
    assert world.consent_of() == "unasked"


def test_the_national_alliance_may_too(national: Visitor, world: World) -> None:
    national.get(f"/wishes?code={code(world)}&office=QB")
    assert "số mới dừng: 1" in words(national.post("/wishes/stop", code=code(world), office="QB", **TOLD))
    assert world.consent_of() == "stopped"


def test_what_is_missing_is_said_in_words(officer: Visitor, world: World) -> None:
    officer.get(f"/wishes?code={code(world)}")
    assert "Hãy ghi ai nói" in words(officer.post("/wishes/stop", code=code(world), **TOLD | {"words": " "}))
    assert "không phải ngày" in words(officer.post("/wishes/stop", code=code(world), **TOLD | {"day": "hôm qua"}))
    assert "Hãy chọn cách" in words(officer.post("/wishes/stop", code=code(world), **TOLD | {"how": ""}))
    assert world.ledger() == []


def test_a_number_that_is_held_back_is_shown_and_given_back(officer: Visitor, stranger: Visitor, world: World) -> None:
    assert "Số đang bị giữ lại" not in words(officer.get(f"/wishes?code={code(world)}"))
    rule_out(world, LEADER, "call", code="sip404")
    page = words(officer.get(f"/wishes?code={code(world)}"))
    assert "không gọi được (sip404" in page
    assert LEADER[-9:] not in page
    stranger.get("/wishes")
    assert "Không có đơn vị nào" in words(stranger.post("/wishes/usable", code=code(world), how="by_phone"))
    assert "Hãy chọn cách" in words(officer.post("/wishes/usable", code=code(world), how="x"))
    assert not world.rows(phone_abilities)[0]["able"]
    assert "Số được dùng lại: 1" in words(officer.post("/wishes/usable", code=code(world), how="by_phone"))
    assert world.rows(phone_abilities)[0]["able"]
    assert world.rows(audit)[-1]["action"] == "phone.able"
