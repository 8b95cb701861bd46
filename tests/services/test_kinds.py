"""Every kind of answer through the real doors: text, call, staff and the online file; the same values, rebuilt from
events."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from demo.samples.make_samples import QUESTIONNAIRES
from files.online_answers import Choices, answered
from files.online_headings import Headings
from files.xlsform import read_form
from services.calls import dialogue as calls
from services.interview import recording as interviews
from services.interview.questionnaires import publish
from services.interview.staff_entry import enter_answers
from services.texts import receive as inbound
from services.work import Work
from survey.engine.effects import Doubtful
from survey.form import questionnaire
from tests.services.world import World, build
from tests.survey.forms import report_form

TRUTH = {
    "consent": "yes", "what": "a c", "members": "25", "workers": "4", "income": "450.5", "each": "112.63", "much": "3",
    "founded": "2011-03-05", "branches": "0",
}  # fmt: skip


@pytest.fixture
def world(work: Work) -> World:
    return build(work, report_form())


def consistent(world: World) -> bool:
    """Whether the projections are the fold of the events."""
    with world.work.database.transaction() as conn:
        return all(interviews.differences(conn, id_) == [] for id_ in world.interviews)


def test_a_whole_report_by_text(world: World) -> None:
    bodies = []
    for body in ("alo", "1", "1,3", "25", "4", "450,50", "2", "5/3/2011", "Mở đường ra đồng!", "0"):
        world.clock.advance(timedelta(seconds=60))
        bodies.append(inbound.receive_text(world.work, world.text, world.text_from(body)).body or "")
    assert world.answers() == TRUTH | {"wish": "Mở đường ra đồng!"}
    assert world.interview()["status"] == "complete"
    assert "Da ghi: y a, y c." in bodies[2]
    assert "Da ghi: 450,5." in bodies[5]
    assert "Mo duong" not in bodies[8], "free words are not sent back"
    assert consistent(world)


def test_a_whole_report_by_call_leaves_the_words_to_others(world: World) -> None:
    ref = world.plan("call")
    document = calls.first(world.work, ref, f"CA{ref}", "human")
    keys = ("1", "31", "25", "1", "4", "1", "450#50#", "1", "2", "05032011", "1", "0", "1", "1")
    for turn, digits in enumerate(keys, 1):
        assert "<Gather" in document, (turn, digits)
        document = calls.pressed(world.work, ref, turn, digits)
    assert "<Gather" not in document
    assert world.answers() == TRUTH
    assert world.interview()["status"] == "complete"
    assert consistent(world)


def test_a_call_gathers_as_the_kind_asks(world: World) -> None:
    ref = world.plan("call")
    calls.first(world.work, ref, f"CA{ref}", "human")
    several = calls.pressed(world.work, ref, 1, "1")
    assert 'finishOnKey="#"' in several
    assert "numDigits" not in several
    for turn, digits in enumerate(("31", "25", "1", "4"), 2):
        calls.pressed(world.work, ref, turn, digits)
    decimal = calls.pressed(world.work, ref, 6, "1")
    assert 'finishOnKey=""' in decimal
    assert "numDigits" not in decimal


def test_staff_enter_a_paper_and_what_is_wrong_is_named(world: World) -> None:
    given = {"consent": "yes", "what": "c a", "members": "25", "workers": "4", "income": "450,50", "much": "3"}
    step = enter_answers(
        world.work, world.interviews[0], given | {"founded": "31/02/2011", "each": "5"}, actor="s", source_id="F1"
    )
    told = {(e.question, e.code) for e in step.effects if isinstance(e, Doubtful)}
    assert told == {("founded", "not_a_choice"), ("each", "unknown_question")}
    enter_answers(
        world.work, world.interviews[0], {"founded": "5/3/2011", "branches": "0"}, actor="s", source_id="F2", final=True
    )
    assert world.answers() == TRUTH
    assert world.interview()["status"] == "complete"
    assert consistent(world)


def test_the_same_form_entered_twice_changes_nothing(world: World) -> None:
    for _ in range(2):
        enter_answers(world.work, world.interviews[0], {"consent": "yes", "income": "2"}, actor="s", source_id="F1")
    assert world.answers() == {"consent": "yes", "income": "2"}
    assert len(world.events()) == 1


def test_cells_of_the_online_file_are_read_by_kind() -> None:
    form = read_form(QUESTIONNAIRES / "BC-THANG.xlsx")
    rows = (
        ("kho_khan", "Thiếu vốn, Khó bán hàng", "von dau_ra"),
        ("kho_khan", "Thiên tai, dịch bệnh", "thien_tai"),  # a label with a comma of its own
        ("kho_khan", "dau_ra; von", "von dau_ra"),
        ("kho_khan", "dau_ra von", "von dau_ra"),
        ("kho_khan", "Thiếu vốn, thiếu nước", None),
        ("kho_khan", "Thiếu vốn, Không khó khăn gì", None),
        ("doanh_thu", "120,50", "120.5"),
        ("doanh_thu", "nhiều", None),
        ("ngay_hop", "05/03/2026", "2026-03-05"),
        ("ngay_hop", "2026-03-05 00:00:00", "2026-03-05"),
        ("ngay_hop", "hôm qua", None),
        ("mong_muon", " Cho vay vốn ", "Cho vay vốn"),
    )
    for name, cell, value in rows:
        question = form.question(name)
        assert question is not None
        assert answered(question, cell, Choices(question)).value == value, (name, cell)
    assert Headings(form).find("moi_nguoi") is None, "what the form works out is not taken from a file"


def test_the_sample_report_is_published_and_read_again_under_its_digest(work: Work, tmp_path: Path) -> None:
    form = read_form(QUESTIONNAIRES / "BC-THANG.xlsx")
    assert publish(work, QUESTIONNAIRES / "BC-THANG.xlsx", "cli:test").sha256 == form.sha256
    assert questionnaire.from_dict(form.to_dict()).sha256 == form.sha256
