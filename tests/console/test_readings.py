"""A number with two readings on the pages: chosen with a button beside its fault, only for one's own office."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
import sqlalchemy as sa

from store.tables.registry import phone_readings, phones
from store.tables.rounds import round_questionnaires
from store.tables.staff import audit
from tests.console.visitor import Visitor, words
from tests.files.test_lists import HEADER, row
from tests.files.workbooks import write
from tests.services.world import World

BUTTON = 'name="number" value="0383844123"'


@pytest.fixture(autouse=True)
def _questionnaire(world: World) -> None:
    """The round has a questionnaire for everybody, so that new organisations get an interview."""
    pin = {"round_id": world.round_id, "kind": "*", "sector": "*", "questionnaire_sha256": world.form.sha256}
    with world.work.database.transaction() as conn:
        conn.execute(sa.insert(round_questionnaires).values(pin))


def doubtful(tmp_path: Path) -> tuple[io.BytesIO, str]:
    header = ("Điện thoại bàn", *HEADER[1:])
    path = write(tmp_path / "list.xlsx", DS=[header, row(login="(038) 3844.123")])
    return io.BytesIO(path.read_bytes()), "Danh sách.xlsx"


def hidden(page: str, name: str) -> str:
    """The value of a hidden field of the page."""
    return page.split(f'name="{name}" value="', 1)[1].split('"', 1)[0]


def checked(visitor: Visitor, tmp_path: Path) -> dict[str, str]:
    """What the button beside the fault sends, on the page of a list that was checked."""
    visitor.get("/lists")
    page = visitor.post("/lists", list=doubtful(tmp_path))
    assert BUTTON in page.text
    assert "Là di động 0383 844 123" in words(page)
    return {"number": "0383844123", **{name: hidden(page.text, name) for name in ("office", "check")}}


def test_a_button_settles_it_and_the_list_is_checked_anew(officer: Visitor, world: World, tmp_path: Path) -> None:
    sent = checked(officer, tmp_path)
    page = officer.post("/lists/readings", kind="landline", **sent)
    assert "Đã nhớ cách đọc số này" in words(page)
    assert BUTTON not in page.text
    assert "Không có lỗi nào" in words(page)
    (kept,) = world.rows(phone_readings)
    assert (kept["kind"], kept["office_id"]) == ("landline", world.office_id)
    assert world.rows(audit, action="reading.chosen")[0]["actor"] == kept["actor"]
    officer.post(f"/lists/checks/{sent['check']}")
    assert len(world.rows(phones, hash=world.hash("+842383844123"))) == 1
    assert world.rows(phones, hash=world.hash("+84383844123")) == []


def test_on_a_past_report_it_is_kept_for_the_next_import(officer: Visitor, world: World, tmp_path: Path) -> None:
    sent = checked(officer, tmp_path)
    page = officer.post(f"/lists/checks/{sent['check']}")
    assert BUTTON in page.text
    page = officer.post("/lists/readings", kind="mobile", number=sent["number"], office=sent["office"], check="")
    assert "phải nhập lại" not in words(page)
    assert [row["kind"] for row in world.rows(phone_readings)] == ["mobile"]


def test_nobody_chooses_for_another_office(
    officer: Visitor, stranger: Visitor, visitor: Visitor, world: World, tmp_path: Path
) -> None:
    sent = checked(officer, tmp_path)
    stranger.get("/lists")
    assert stranger.post("/lists/readings", kind="landline", **sent).status_code == 404
    visitor.post("/lists/readings", kind="landline", **sent)
    assert world.rows(phone_readings) == []


def test_what_cannot_be_chosen_is_refused_in_words(officer: Visitor, world: World, tmp_path: Path) -> None:
    sent = checked(officer, tmp_path)
    told = words(officer.post("/lists/readings", kind="fax", **sent))
    assert "mobile (di động) hoặc landline (cố định)" in told
    told = words(officer.post("/lists/readings", kind="mobile", **{**sent, "number": "0912345678"}))
    assert "không phải số đọc được hai cách" in told
    assert world.rows(phone_readings) == []
