"""Reminders on the pages: preview, the number typed back, one launch, pause and stop; other offices see nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask import Flask

from services.campaign import campaigns
from services.staff import area_officers as officers
from store.tables.campaigns import campaigns as table
from store.tables.interviews import interviews
from store.tables.registry import offices, organisations
from store.tables.staff import audit, staff
from tests.console.visitor import Visitor, signed_in, words
from tests.doubles import RecordingJobs
from tests.services.world import World

Draft = Callable[[], str]


def id_in(path: str) -> UUID:
    """The campaign's id in the path of its page."""
    return UUID(path.rpartition("/")[2])


def state(world: World, path: str) -> str:
    """The campaign's state."""
    return str(world.rows(table, id=id_in(path))[0]["state"])


def running(officer: Visitor, world: World, draft: Draft) -> str:
    """Launch and plan a reminder; the path of its page."""
    path = draft()
    officer.post(f"{path}/launch", number="3")
    campaigns.plan(world.work, id_in(path))
    return path


def test_the_preview_tells_who_who_not_what_and_how_much(officer: Visitor, drafted: Draft) -> None:
    shown = words(officer.get(drafted()))
    assert "Sẽ liên hệ 3 tổ chức" in shown
    assert "1 không có số điện thoại dùng được" in shown
    assert "Hợp tác xã số 4" in shown
    assert "3 tin nhắn thật" in shown
    assert shown.count("Lien minh HTX tinh") == 3
    assert "VND (bảng giá MẪU)" in shown
    assert "Xong khoảng" in shown
    assert "Gọi và nhắn 3 tổ chức" in shown


def test_the_preview_warns_of_texts_that_cost_two_segments(officer: Visitor, world: World, drafted: Draft) -> None:
    assert "dài quá một phần" not in words(officer.get(drafted()))
    with world.work.database.transaction() as conn:
        conn.execute(sa.update(offices).values(name="Liên minh Hợp tác xã " * 6))
    assert "3 trong 3 tin mẫu dài quá một phần" in words(officer.get(drafted()))


def test_the_number_typed_back_launches(officer: Visitor, world: World, jobs: RecordingJobs, drafted: Draft) -> None:
    path = drafted()
    answer = officer.post(f"{path}/launch", number=" 3 ")
    assert "Đã phát động: 3 tổ chức" in words(answer)
    assert state(world, path) == "planning"
    assert jobs.enqueued == [("alo.plan_campaign", (str(id_in(path)),))]
    lan = world.rows(staff, email="lan@qb.example")[0]["id"]
    trail = [(row["action"], row["actor"]) for row in world.rows(audit, subject=str(id_in(path)))]
    assert trail == [("campaign.drafted", f"staff:{lan}"), ("campaign.launched", f"staff:{lan}")]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("4", "nhưng hiện có 3"),
        ("", "Chưa gõ lại"),
        ("ba", "Chưa gõ lại"),
        ("９", "Chưa gõ lại"),
        ("9" * 30, "Chưa gõ"),
    ],
)
def test_a_wrong_number_launches_nothing(
    officer: Visitor, world: World, jobs: RecordingJobs, drafted: Draft, typed: str, said: str
) -> None:
    path = drafted()
    answer = officer.post(f"{path}/launch", number=typed)
    assert said in words(answer)
    assert "Gọi và nhắn 3 tổ chức" in words(answer)
    assert state(world, path) == "draft"
    assert jobs.enqueued == []


def test_a_second_launch_is_refused_in_words(
    officer: Visitor, world: World, jobs: RecordingJobs, drafted: Draft
) -> None:
    path = drafted()
    officer.post(f"{path}/launch", number="3")
    assert "không phát động lần thứ hai" in words(officer.post(f"{path}/launch", number="3"))
    assert "đang ở: đang lập" in " ".join(officer.pages[-1].split())
    assert len(jobs.enqueued) == 1


def test_two_members_who_press_at_once_launch_once(
    app: Flask, officer: Visitor, world: World, jobs: RecordingJobs, drafted: Draft
) -> None:
    path = drafted()
    others = [signed_in(app.test_client(), world.work, f"m{n}@qb.example", world.office_id) for n in range(3)]
    for other in others:
        other.get(path)
    press = {"number": "3"}
    threads = [threading.Thread(target=other.post, args=(f"{path}/launch",), kwargs=press) for other in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(jobs.enqueued) == 1
    told = [other.pages[-1] for other in others]
    assert sum("Đã phát động" in page for page in told) == 1
    assert sum("không phát động lần thứ hai" in page for page in told) == 2


def test_pause_resume_and_stop(officer: Visitor, world: World, drafted: Draft) -> None:
    path = running(officer, world, drafted)
    assert "đang chạy" in words(officer.get(path))
    assert "Đã tạm dừng" in words(officer.post(f"{path}/pause"))
    assert state(world, path) == "paused"
    assert "không chuyển sang “tạm dừng” được" in words(officer.post(f"{path}/pause"))
    assert "Chạy tiếp" in words(officer.post(f"{path}/resume"))
    assert state(world, path) == "running"
    assert "không phục hồi được" in words(officer.get(f"{path}/stop"))
    assert state(world, path) == "running"
    assert "Đã dừng hẳn" in words(officer.post(f"{path}/stop"))
    assert state(world, path) == "stopped"


def test_a_draft_can_be_thrown_away(officer: Visitor, world: World, drafted: Draft) -> None:
    path = drafted()
    officer.post(f"{path}/stop")
    assert state(world, path) == "stopped"


def test_filters_narrow_the_audience(officer: Visitor, world: World) -> None:
    officer.get("/rounds/2026")
    answer = officer.post("/rounds/2026/campaigns", kind="QTD", member="yes", commune="Xã Mẫu")
    assert world.rows(table)[0]["audience"] == {"kind": "QTD", "is_member": True, "commune": "Xã Mẫu"}
    assert "Không còn ai để liên hệ" in words(answer)


def in_communes(world: World, *communes: str) -> None:
    """The world's organisations, in order, lie in these communes."""
    with world.work.database.transaction() as conn:
        for interview, commune in zip(world.interviews, communes, strict=False):
            found = sa.update(interviews).where(interviews.c.id == interview).values(commune=commune)
            organisation = conn.scalar(found.returning(interviews.c.organisation_id))
            conn.execute(sa.update(organisations).where(organisations.c.id == organisation).values(commune=commune))


def test_a_province_chooses_among_its_own_communes(officer: Visitor, world: World) -> None:
    in_communes(world, "Xã Đông", "Xã Tây", "Xã Tây")
    shown = officer.get("/rounds/2026").text
    assert "<option>Xã Đông</option><option>Xã Tây</option>" in shown
    assert 'name="area"' not in shown
    answer = words(officer.post("/rounds/2026/campaigns", commune="Xã Tây"))
    assert "Xã/phường Xã Tây" in answer
    assert "Sẽ liên hệ 2 tổ chức" in answer


def test_the_national_alliance_chooses_a_province_and_then_a_commune(national: Visitor, world: World) -> None:
    in_communes(world, "Xã Đông", "Xã Tây", "Xã Tây")
    with world.work.database.transaction() as conn:
        elsewhere = sa.update(interviews).where(interviews.c.id == world.interviews[2])
        conn.execute(elsewhere.values(area_scheme="vn-2025", area_code="24"))
    shown = national.get("/rounds/2026").text
    assert '<option value="vn-2025/24">Bắc Ninh</option><option value="vn-2025/44">Quảng Trị</option>' in shown
    answer = words(national.post("/rounds/2026/campaigns", office="VCA", area="vn-2025/44", commune="Xã Tây"))
    assert "Địa bàn Quảng Trị" in answer
    assert "Sẽ liên hệ 1 tổ chức" in answer


def test_a_campaign_for_an_officers_share(officer: Visitor, world: World) -> None:
    in_communes(world, "Xã Đông", "Xã Tây", "Xã Tây")
    officers.look_after(world.work, "lan@qb.example", ["Xã Tây"], "cli:test")
    officer.get("/rounds/2026")
    answer = words(officer.post("/rounds/2026/campaigns", officer="lan@qb.example"))
    assert "Cán bộ phụ trách lan@qb.example" in answer
    assert "Sẽ liên hệ 2 tổ chức" in answer
    officer.get("/rounds/2026")
    assert "nobody@qb.example" in words(officer.post("/rounds/2026/campaigns", officer="nobody@qb.example"))
    assert len(world.rows(table)) == 1, "an unknown officer leaves nobody out unseen"


def test_another_offices_campaign_does_not_exist(
    officer: Visitor, stranger: Visitor, world: World, jobs: RecordingJobs, drafted: Draft
) -> None:
    path = drafted()
    stranger.get("/rounds/2026")
    assert stranger.get(path).status_code == 404
    assert stranger.get(f"{path}/stop").status_code == 404
    stranger.get("/rounds/2026")
    for command, form in (("launch", {"number": "3"}), ("pause", {}), ("resume", {}), ("stop", {})):
        answer = stranger.post(f"{path}/{command}", **form)
        assert answer.status_code == 404, command
        assert "không thuộc cơ quan của bạn" in words(answer)
    assert state(world, path) == "draft"
    assert jobs.enqueued == []
    assert "Nhắc lần 1" not in words(stranger.get("/rounds/2026"))


def test_an_office_cannot_draft_for_another(stranger: Visitor, world: World) -> None:
    stranger.get("/rounds/2026")
    assert stranger.post("/rounds/2026/campaigns", office="QB").status_code == 404
    assert world.rows(table) == []


def test_the_national_alliance_acts_for_every_office(national: Visitor, officer: Visitor, drafted: Draft) -> None:
    path = drafted()
    assert "Nhắc lần 1" in words(national.get("/rounds/2026"))
    assert "Gọi và nhắn 3 tổ chức" in words(national.get(path))
    assert "Sẽ liên hệ 3" in words(national.post("/rounds/2026/campaigns", office="QB"))


def test_unknown_rounds_and_campaigns_are_404(officer: Visitor) -> None:
    officer.get("/")
    for path in ("/rounds/1999", "/campaigns/019a0000-0000-7000-8000-000000000001", "/campaigns/x", "/nowhere"):
        assert officer.get(path).status_code == 404
    assert officer.post("/rounds/1999/campaigns").status_code == 404
