"""Campaigns on the pages: kinds and audience, a test text, a second person, parts on hold, each contact and why."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from uuid import UUID

import pytest
from flask import Flask

from contact import settings
from gateway.console import campaigns as campaigns_page
from services.campaign import campaigns
from services.rounds import rounds
from store.tables.campaigns import campaigns as table
from store.tables.outbox import outbox
from store.tables.staff import audit
from tests.console.visitor import Visitor, signed_in, words
from tests.services.world import LEADER, World

Draft = Callable[[], str]


def row(world: World, path: str) -> dict[str, object]:
    return dict(world.rows(table, id=UUID(path.rpartition("/")[2]))[0])


def running(officer: Visitor, world: World, draft: Draft) -> str:
    path = draft()
    officer.post(f"{path}/launch", number="3")
    campaigns.plan(world.work, UUID(path.rpartition("/")[2]))
    return path


def test_a_kind_an_audience_and_a_spread_are_chosen_and_told_back(officer: Visitor, world: World) -> None:
    officer.get("/rounds/2026")
    form = {
        "campaign_kind": "text_only", "kind": "HTX", "sector": "NN", "channel": "text", "member": "yes",
        "outcome": ["never_contacted", "begun"], "codes": "DX001, DX002\nDX404", "spread_days": "3",
    }  # fmt: skip
    answer = officer.post("/rounds/2026/campaigns", **form)
    made = row(world, answer.request.path)
    assert (made["kind"], made["spread_days"]) == ("text_only", 3)
    assert made["audience"] == {
        "kind": "HTX", "sector": "NN", "channel": "text", "is_member": True,
        "outcome": ["never_contacted", "begun"], "code": ["DX001", "DX002", "DX404"],
    }  # fmt: skip
    shown = words(answer)
    assert "Chỉ nhắn tin: tin nhắn → tin nhắn · rải ra 3 ngày" in shown
    assert "Kết quả đến nay chưa liên hệ lần nào, đã bắt đầu trả lời" in shown
    assert "Sẽ liên hệ 2 tổ chức" in shown


@pytest.mark.parametrize("form", [{"campaign_kind": "war"}, {"outcome": "rich"}])
def test_what_no_form_offers_is_refused_in_words(officer: Visitor, world: World, form: dict[str, str]) -> None:
    officer.get("/rounds/2026")
    answer = officer.post("/rounds/2026/campaigns", **form)
    assert "Không" in words(answer)
    assert world.rows(table) == []


def test_a_test_text_goes_to_ones_own_phone_only(officer: Visitor, world: World, drafted: Draft) -> None:
    path = drafted()
    assert "Tin thử đã xếp hàng" in words(officer.post(f"{path}/test", number="0912 345 678"))
    sent = world.rows(outbox, purpose="test")
    assert [row["phone_hash"] for row in sent] == [world.hash("+84912345678")]
    assert "Tin thử đã xếp hàng" not in words(officer.post(f"{path}/test", number=LEADER))
    assert "Tin thử đã xếp hàng" not in words(officer.post(f"{path}/test", number="không phải số"))
    assert len(world.rows(outbox)) == 1


def test_above_the_limit_a_colleague_approves(app: Flask, officer: Visitor, world: World, drafted: Draft) -> None:
    rounds.change_settings(world.work, "2026", replace(settings.default(), approval_above=2), "test")
    path = drafted()
    assert "Hãy nhờ đồng nghiệp" in words(officer.get(path))
    assert "Gọi và nhắn 3 tổ chức" not in officer.pages[-1]
    assert "không tự duyệt được" in words(officer.post(f"{path}/approve", number="3"))
    assert "cần người thứ hai duyệt" in words(officer.post(f"{path}/launch", number="3"))
    colleague = signed_in(app.test_client(), world.work, "hoa@qb.example", world.office_id)
    assert "Duyệt cho 3 tổ chức" in words(colleague.get(path))
    assert "Số gõ lại là 4" in words(colleague.post(f"{path}/approve", number="4"))
    assert "Đã duyệt cho 3 tổ chức" in words(colleague.post(f"{path}/approve", number="3"))
    assert "Hoa" in words(officer.get(path))
    assert "Đã phát động: 3" in words(officer.post(f"{path}/launch", number="3"))
    assert row(world, path)["state"] == "planning"
    trail = [found["action"] for found in world.rows(audit, subject=path.rpartition("/")[2])]
    assert trail == ["campaign.drafted", "campaign.approved", "campaign.launched"]


@pytest.mark.parametrize(
    ("part", "shown", "held"), [("medium:text", "kênh tin nhắn", True), ("sender:texts", "đầu số texts", True),
                                ("medium:call", "kênh cuộc gọi", False)]
)  # fmt: skip
def test_a_part_is_held_with_a_reason_and_let_go(
    officer: Visitor, world: World, drafted: Draft, part: str, shown: str, held: bool
) -> None:
    path = running(officer, world, drafted)
    assert "dừng lại trong vòng vài giây" in words(officer.get(f"{path}/pause"))
    seen = words(officer.post(f"{path}/pause", part=part, reason="mưa lũ"))
    assert "Đã tạm dừng phần đó" in seen
    assert shown in seen.lower()
    assert "Lan: mưa lũ" in seen
    assert ("Đang giữ lại 3 liên hệ" in seen) == held
    assert row(world, path)["state"] == "running"
    assert "không tạm dừng được phần" in words(officer.post(f"{path}/pause", part=part)).lower()
    assert "Chạy tiếp" in words(officer.post(f"{path}/resume", part=part))
    assert row(world, path)["holds"] == {}


def test_a_number_in_a_reason_is_masked_and_told(officer: Visitor, world: World, drafted: Draft) -> None:
    path = running(officer, world, drafted)
    seen = words(officer.post(f"{path}/pause", part="medium:text", reason="gọi bà Đông 0912 345 678"))
    assert "Đã che 1 số điện thoại" in seen
    assert "Lan: gọi bà Đông [☎]" in seen
    assert "345" not in seen


def test_a_national_campaign_is_held_in_one_province(national: Visitor, world: World) -> None:
    national.get("/rounds/2026")
    path = national.post("/rounds/2026/campaigns", office="VCA").request.path
    national.post(f"{path}/launch", number="3")
    assert 'value="office:QB"' in national.client.get(f"{path}/pause", base_url="https://console.example").text
    assert "cơ quan QB" in words(national.post(f"{path}/pause", part="office:QB")).lower().replace("qb", "QB")


@pytest.mark.parametrize("part", ["moon:full", "office:", "state"])
def test_parts_that_no_page_offers_are_404(officer: Visitor, world: World, drafted: Draft, part: str) -> None:
    path = running(officer, world, drafted)
    assert officer.post(f"{path}/pause", part=part).status_code == 404
    assert row(world, path)["state"] == "running"


def test_each_contact_says_why(officer: Visitor, world: World, drafted: Draft) -> None:
    path = running(officer, world, drafted)
    shown = words(officer.get(f"{path}/contacts"))
    assert shown.count("lần liên hệ đầu tiên") == 3
    assert "Hợp tác xã số 2" in shown
    one = words(officer.get(f"{path}/contacts?code=DX002"))
    assert one.count("lần liên hệ đầu tiên") == 1
    assert LEADER not in officer.pages[-1]


def test_the_contacts_of_a_large_campaign_come_in_pages(
    officer: Visitor, world: World, drafted: Draft, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(campaigns_page, "CONTACTS_A_PAGE", 2)
    path = running(officer, world, drafted)
    first, second = officer.get(f"{path}/contacts").text, officer.get(f"{path}/contacts?page=2").text
    names = [set(re.findall(r"Hợp tác xã [^<]*", page)) for page in (first, second)]
    assert [len(found) for found in names] == [2, 1]
    assert not names[0] & names[1]
    assert ('rel="prev"' in first, 'rel="next"' in first) == (False, True)
    assert ('rel="prev"' in second, 'rel="next"' in second) == (True, False)
    assert '<ol class="rows" start="3">' in second
    for strange in ("0", "-1", "x", "999999999999"):
        assert officer.get(f"{path}/contacts?page={strange}").status_code == 200
    assert 'rel="next"' not in officer.get(f"{path}/contacts?code=DX002").text


def test_another_offices_campaign_has_none_of_these_pages(stranger: Visitor, world: World, drafted: Draft) -> None:
    path = drafted()
    stranger.get("/rounds/2026")
    assert [stranger.get(f"{path}/{page}").status_code for page in ("contacts", "pause")] == [404, 404]
    stranger.get("/rounds/2026")
    for command in ("approve", "test"):
        assert stranger.post(f"{path}/{command}", number="3").status_code == 404
    assert world.rows(outbox) == []
