"""What pages show of a round: counts by channel and outcome, each office its own, and never an answer."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from werkzeug.test import TestResponse

from contact.tasks import TaskKind
from services.campaign import campaigns
from services.campaign.progress import round_progress
from services.interview.staff_entry import enter_answers
from services.staff import area_officers as officers
from services.tasks import open_task
from services.texts import receive as inbound
from store.tables.rounds import round_offices
from store.tables.staff import audit
from tests.console.test_campaigns import id_in
from tests.console.visitor import Visitor, words
from tests.services.nation import change
from tests.services.world import LEADER, World

MEMBERS = "487"
SAID = "chung toi rat buon vi lien minh 487"


@pytest.fixture
def answered(world: World) -> World:
    """One organisation is through, one has answered in part, one has written something; two tasks wait."""
    levels = {"q1": "5", "q2": "1", "q3": "3", "q4": "5"}
    whole = {"consent": "yes", **levels, "members": MEMBERS}
    enter_answers(world.work, world.interviews[1], whole, actor="cli:test", source_id="paper-1", final=True)
    part = {"consent": "yes", "members": MEMBERS}
    enter_answers(world.work, world.interviews[2], part, actor="cli:test", source_id="paper-2")
    inbound.receive_text(world.work, world.text, world.text_from(SAID, LEADER))
    with world.work.database.transaction() as conn:
        for kind in ("unknown_number", "person_wanted"):
            office = world.office_id if kind == "person_wanted" else None
            interview = world.interviews[0] if office else None
            open_task(
                world.work, conn, kind=kind, cause=kind, detail="" if office else LEADER,
                office_id=office, interview_id=interview,
            )  # fmt: skip
    return world


def test_a_round_is_shown_in_counts(officer: Visitor, answered: World) -> None:
    shown = words(officer.get("/rounds/2026"))
    assert "1 / 4 tổ chức đã trả lời xong (25%)" in shown
    assert "✓ hoàn thành 1 25%" in shown
    assert "Cán bộ nhập ✓ hoàn thành 1" in shown
    assert "Tự cập nhật mỗi 5 giây" in shown


def test_a_round_counts_what_we_started_and_no_replies(answered: World) -> None:
    """A person who wrote got a reply; nothing else has left yet."""
    assert [row["purpose"] for row in answered.sent()] == ["reply"]
    assert round_progress(answered.work, "2026").contacts == {"text": {}, "call": {}}
    answered.plan("call")
    assert round_progress(answered.work, "2026").contacts == {"text": {}, "call": {"planned": 1}}


def test_each_campaign_of_a_round_is_shown_with_its_kind(officer: Visitor, answered: World) -> None:
    campaigns.draft(answered.work, "2026", "QB", "cli:test", title="Đợt gọi", kind="call_only")
    shown = words(officer.get("/rounds/2026"))
    assert "Đợt gọi" in shown
    assert "chỉ gọi ·" in shown
    assert "campaign.kind" not in shown


def test_another_office_sees_nothing_of_it(stranger: Visitor, answered: World) -> None:
    assert "0 / 0 tổ chức" in words(stranger.get("/rounds/2026"))
    assert "Không có việc nào" in words(stranger.get("/tasks"))


def test_officers_see_the_time_wanted_and_whom_to_ask(officer: Visitor, stranger: Visitor, answered: World) -> None:
    officers.look_after(answered.work, "lan@qb.example", [officers.PROVINCE], "cli:test")
    officers.set_phone(answered.work, "lan@qb.example", "0901 000 055", "cli:test")
    with answered.work.database.transaction() as conn:
        at = datetime(2026, 11, 19, 7, 0, tzinfo=UTC)
        held = {"office_id": answered.office_id, "interview_id": answered.interviews[0]}
        open_task(answered.work, conn, kind=TaskKind.PERSON_WANTED, cause="person_wanted", wanted_at=at, **held)
    shown = words(officer.get("/tasks"))
    assert "Muốn được gọi lúc: 14:00 19/11/2026" in shown
    assert "Cả tỉnh, nơi chưa có cán bộ: Lan · +84901000055" in shown
    assert "901000055" not in words(stranger.get("/tasks"))


def test_the_national_alliance_sees_all(national: Visitor, answered: World) -> None:
    assert "1 / 4 tổ chức" in words(national.get("/rounds/2026"))
    shown = words(national.get("/tasks"))
    assert "Số lạ liên hệ đến" in shown
    assert "Muốn gặp cán bộ" in shown


@pytest.mark.parametrize("who", ["officer", "national"])
def test_no_page_shows_an_answer(
    request: pytest.FixtureRequest, who: str, answered: World, drafted: Callable[[], str], officer: Visitor
) -> None:
    """Every page that links lead to, from the first one on, in a round with answers and a campaign under way."""
    path = drafted()
    officer.post(f"{path}/launch", number="2")
    campaigns.plan(answered.work, id_in(path))
    drafted()
    pages = crawl(request.getfixturevalue(who))
    assert len(pages) >= 8
    for path, page in pages.items():
        text = re.sub(r"<[^>]+>", " ", page)
        assert MEMBERS not in text, path
        assert SAID not in page, path
        assert LEADER not in page or path.startswith("/tasks"), path


def crawl(visitor: Visitor) -> dict[str, str]:
    """Path → page, of all pages that can be reached by links."""
    waiting, pages = ["/"], {}
    while waiting:
        path = waiting.pop()
        if path not in pages:
            answer = visitor.get(path)
            assert answer.status_code == 200, path
            pages[path] = answer.text
            waiting += [link for link in re.findall(r'<a [^>]*href="(/[^"]*)"', answer.text) if link not in pages]
    return pages


def test_the_work_list_is_worked_off(officer: Visitor, national: Visitor, answered: World) -> None:
    shown = words(officer.get("/tasks"))
    assert "Muốn gặp cán bộ" in shown
    assert "Hợp tác xã Đông Xuân" in shown
    task = re.findall(r'action="(/tasks/[^"]+)/claim"', officer.pages[-1])[0]
    national.get("/tasks")
    assert "Đã nhận việc" in words(officer.post(f"{task}/claim"))
    assert "Lan" in words(officer.get("/tasks"))
    assert "đã có người nhận" in words(national.post(f"{task}/claim"))
    assert "Đã xong việc" in words(officer.post(f"{task}/done"))
    assert "Không có việc nào" in words(officer.get("/tasks"))
    assert "Muốn gặp cán bộ" in words(officer.get("/tasks?done=1"))


def test_another_offices_task_does_not_exist(officer: Visitor, stranger: Visitor, answered: World) -> None:
    task = re.findall(r'action="(/tasks/[^"]+)/claim"', officer.get("/tasks").text)[0]
    stranger.get("/tasks")
    assert stranger.post(f"{task}/claim").status_code == 404
    assert stranger.post(f"{task}/done").status_code == 404
    assert "Nhận việc này" in words(officer.get("/tasks"))


def test_members_and_others_are_counted_apart(officer: Visitor, answered: World) -> None:
    change(answered, "DX003", is_member=False)
    shown = words(officer.get("/rounds/2026"))
    assert "thành viên 3 1 33%" in shown
    assert "ngoài thành viên 1 0 0%" in shown


def test_who_has_answered_leaves_as_a_file_of_ones_own_office(
    officer: Visitor, stranger: Visitor, national: Visitor, answered: World
) -> None:
    def status(visitor: Visitor, reason: str = "Giao ban") -> TestResponse:
        visitor.get("/rounds/2026")
        return visitor.post("/rounds/2026/status", reason=reason, format="csv")

    own = status(officer).data.decode("utf-8-sig").splitlines()
    assert own[0] == "Mã,Phiếu,Trạng thái,Kênh,Ngày trả lời,Trễ hạn"
    assert own[2] == "DX002,TEST,Đã trả lời,staff,18/11/2026,"
    assert len(own) == 5
    assert MEMBERS not in "".join(own)
    assert len(status(stranger).data.splitlines()) == 1
    assert len(status(national).data.splitlines()) == 5
    assert "lý do" in words(status(officer, " "))
    assert [row["detail"]["reason"] for row in answered.rows(audit, action="export.made")] == ["Giao ban"] * 3


def test_a_province_locks_itself_and_only_the_national_alliance_unlocks(
    officer: Visitor, national: Visitor, answered: World
) -> None:
    officer.get("/rounds/2026")
    assert "Đã khoá QB" in words(officer.post("/rounds/2026/lock", reason="Đã báo cáo"))
    assert "QB đã khoá từ" in words(officer.get("/rounds/2026"))
    assert "Mở khoá" not in words(officer.get("/rounds/2026")).replace("mở khoá", "")
    assert "Chỉ cấp trung ương" in words(officer.post("/rounds/2026/unlock", reason="Nhầm"))
    national.get("/rounds/2026")
    assert "Đã mở khoá QB" in words(national.post("/rounds/2026/unlock", reason="Bổ sung", office="QB"))
    assert "QB đã khoá từ" not in words(officer.get("/rounds/2026"))


def test_nobody_locks_another_province(stranger: Visitor, answered: World) -> None:
    stranger.get("/rounds/2026")
    assert stranger.post("/rounds/2026/lock", reason="x", office="QB").status_code == 404
    assert answered.rows(round_offices) == []


def test_one_kind_of_task_is_listed_alone_and_taking_one_stays_there(officer: Visitor, world: World) -> None:
    with world.work.database.transaction() as conn:
        for n in range(3):
            cause = {"kind": "ladder_ended", "cause": f"l{n}", "interview_id": world.interviews[n]}
            open_task(world.work, conn, office_id=world.office_id, **cause)
        open_task(world.work, conn, kind=TaskKind.PERSON_WANTED, cause="p", office_id=world.office_id)
    whole = words(officer.get("/tasks"))
    assert "tất cả (4)" in whole.lower()
    assert "Muốn gặp cán bộ (1)" in whole
    assert "Đã nhắc hết các bước (3)" in whole
    page = officer.get("/tasks?kind=person_wanted")
    assert page.text.count('<article class="card">') == 1
    claim = re.findall(r'action="(/tasks/[^"]+/claim[^"]*)"', page.text)[0]
    after = officer.post(claim)
    assert after.request.query_string == b"kind=person_wanted"
    assert after.text.count('<article class="card">') == 1
    done = re.findall(r'action="(/tasks/[^"]+/done[^"]*)"', after.text)[0]
    assert officer.post(done).text.count('<article class="card">') == 3, "nothing of the kind is left: all of them"
    assert officer.get("/tasks?kind=moon").text.count('<article class="card">') == 3
