"""What pages show of a round: counts by channel and outcome, each office its own, and never an answer."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from services import campaigns, inbound
from services.staff_entry import enter_answers
from services.tasks import open_task
from tests.console.test_campaigns import id_in
from tests.console.visitor import Visitor, words
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


def test_another_office_sees_nothing_of_it(stranger: Visitor, answered: World) -> None:
    assert "0 / 0 tổ chức" in words(stranger.get("/rounds/2026"))
    assert "Không có việc nào" in words(stranger.get("/tasks"))


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
