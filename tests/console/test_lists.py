"""Lists on the pages: checked first, every fault told, confirmed by who uploaded it; bad files refused in words."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from files.parsing.archives import MAX_UNPACKED
from gateway.console.lists import FAULTS_A_PAGE, MAX_UPLOAD
from gateway.console.uploads import KEPT_FOR, file_name
from store.tables.interviews import interviews
from store.tables.registry import imports, organisations
from store.tables.rounds import round_questionnaires
from store.tables.staff import audit
from tests.console.visitor import Visitor, enter, words
from tests.doubles import FakeClock
from tests.files.test_lists import HEADER, row
from tests.files.workbooks import write
from tests.services.world import World

BAD_KIND = "Công ty <XY>"


@pytest.fixture(autouse=True)
def _questionnaire(world: World) -> None:
    """The round has a questionnaire for everybody, so that new organisations get an interview."""
    pin = {"round_id": world.round_id, "kind": "*", "sector": "*", "questionnaire_sha256": world.form.sha256}
    with world.work.database.transaction() as conn:
        conn.execute(sa.insert(round_questionnaires).values(pin))


def workbook(tmp_path: Path, *rows: object) -> bytes:
    return write(tmp_path / "made.xlsx", DS=[HEADER, *rows]).read_bytes()  # type: ignore[list-item]  # any cells


def upload(visitor: Visitor, content: bytes, name: str = "Danh sách 2026.xlsx", **form: str) -> TestResponse:
    visitor.get("/lists")
    return visitor.post("/lists", list=(io.BytesIO(content), name), **form)


def good_and_bad(tmp_path: Path) -> bytes:
    return workbook(
        tmp_path,
        row(),
        row(login="0901234567", name="HTX Hai"),
        row(login="0901234568", name="HTX Ba", kind=BAD_KIND),
        row(login="0901234569", name="HTX Bốn", email="khong phai"),
    )


def test_a_list_is_checked_shown_and_only_then_imported(officer: Visitor, world: World, tmp_path: Path) -> None:
    before = len(world.rows(organisations))
    answer = upload(officer, good_and_bad(tmp_path))
    shown = words(answer)
    assert "Danh sách 2026.xlsx" in shown
    assert "chưa ghi gì" in shown
    assert "Tổ chức mới 3" in shown
    assert "Dòng bị từ chối 1" in shown
    assert "[DS, dòng 4, cột D (Loại (HTX/QTD))]" in shown
    assert BAD_KIND in shown
    assert "Loại tổ chức không có trong khảo sát" in shown
    assert "Hãy ghi HTX, QTD, LHHTX hoặc THT" in shown
    assert "bỏ trống ô" in shown
    assert len(world.rows(organisations)) == before
    assert world.rows(imports) == []

    told = officer.post(answer.request.path)
    assert "Đã nhập: 3" in words(told)
    assert BAD_KIND in words(told)
    assert len(world.rows(organisations)) == before + 3
    assert world.rows(audit, action="registry.import")[0]["actor"].startswith("staff:")
    assert told.request.path.startswith("/lists/")
    assert officer.get(answer.request.path).status_code == 404


def test_the_same_list_again_changes_nothing(officer: Visitor, world: World, tmp_path: Path) -> None:
    content = good_and_bad(tmp_path)
    officer.post(upload(officer, content).request.path)
    before = world.rows(organisations)
    again = words(upload(officer, content))
    assert "Không đổi 3" in again
    assert "không cần nhập" in again
    assert world.rows(organisations) == before


def test_what_is_kept_between_check_and_confirmation_is_sealed(officer: Visitor, tmp_path: Path) -> None:
    content = workbook(tmp_path, row(name="HTX Rất Riêng", login="0901234567"))
    answer = upload(officer, content)
    (tmp_path / "made.xlsx").unlink()
    token = answer.request.path.rpartition("/")[2]
    kept = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert sorted(path.suffix for path in kept) == [".check", ".list"]
    for path in kept:
        assert path.stat().st_mode & 0o077 == 0
        raw = path.read_bytes()
        assert content not in raw
        assert "Riêng".encode() not in raw
    officer.post(f"/lists/checks/{token}")
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_checked_list_is_its_uploaders_alone(
    officer: Visitor, stranger: Visitor, national: Visitor, world: World, tmp_path: Path
) -> None:
    path = upload(officer, good_and_bad(tmp_path)).request.path
    for other in (stranger, national):
        other.get("/lists")
        assert other.get(path).status_code == 404
        assert other.post(path).status_code == 404
    assert world.rows(imports) == []


def test_an_office_imports_for_itself_only(stranger: Visitor, world: World, tmp_path: Path) -> None:
    content = workbook(tmp_path, row())
    assert upload(stranger, content, office="QB").status_code == 404
    stranger.post(upload(stranger, content, office="BN").request.path)
    assert world.rows(imports)[0]["office_id"] != world.office_id


def test_past_reports_are_the_offices_own(
    officer: Visitor, stranger: Visitor, national: Visitor, tmp_path: Path
) -> None:
    report = officer.post(upload(officer, good_and_bad(tmp_path)).request.path).request.path
    assert report in officer.get("/lists").text
    assert report not in stranger.get("/lists").text
    assert stranger.get(report).status_code == 404
    assert BAD_KIND in words(national.get(report))


def test_the_national_alliance_chooses_an_office(national: Visitor, world: World, tmp_path: Path) -> None:
    assert "Liên minh HTX tỉnh (QB)" in words(national.get("/lists"))
    national.post(upload(national, workbook(tmp_path, row()), office="QB").request.path)
    assert world.rows(imports)[0]["office_id"] == world.office_id


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"PK\x03\x04 not a workbook at all", "hong.xlsx", "bị hỏng"),
        (b"", "rong.csv", "không có dòng nào"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "anh.png", "không phải bảng tính"),
        ("Cột lạ;khác\n1;2\n".encode(), "la.csv", "Không tìm thấy dòng tiêu đề"),
    ],
)
def test_unusable_files_are_refused_in_words(
    officer: Visitor, world: World, content: bytes, name: str, said: str
) -> None:
    answer = upload(officer, content, name)
    assert answer.status_code == 422
    assert said in words(answer)
    assert "vẫn nguyên vẹn" in words(answer)
    assert "Kiểm tra danh sách" in words(answer)


def test_no_file_is_said_in_words(officer: Visitor) -> None:
    officer.get("/lists")
    assert "Chưa chọn tệp" in words(officer.post("/lists"))


def test_an_oversized_file_is_refused_in_words(officer: Visitor, world: World) -> None:
    answer = upload(officer, b"\0" * (MAX_UPLOAD + 1), "lon.xlsx")
    assert answer.status_code == 413
    assert "nhiều nhất 30 MB" in words(answer)


def test_forms_of_other_pages_stay_small(officer: Visitor) -> None:
    officer.get("/rounds/2026")
    assert officer.post("/rounds/2026/campaigns", title="x" * 100_000).status_code == 413


def test_every_fault_can_be_reached(officer: Visitor, tmp_path: Path) -> None:
    rows = [row(login=f"09{n:08d}", name=f"HTX {n}", kind=f"Sai {n}!") for n in range(FAULTS_A_PAGE + 5)]
    path = upload(officer, workbook(tmp_path, *rows)).request.path
    seen = "".join(officer.get(f"{path}?page={page}").text for page in (1, 2))
    assert all(f"Sai {n}!" in seen for n in range(FAULTS_A_PAGE + 5))
    assert "trang 2 / 2" in words(officer.get(f"{path}?page=99"))


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("C:\\Users\\Lan\\Danh sách.xlsx", "Danh sách.xlsx"),
        ("../../etc/passwd", "passwd"),
        ("..", "list"),
        ("a\0b.csv", "ab.csv"),
    ],
)
def test_names_of_files_are_made_safe(given: str, kept: str) -> None:
    assert file_name(given) == kept


def test_what_nobody_confirms_is_gone_after_a_day(
    officer: Visitor, world: World, clock: FakeClock, tmp_path: Path
) -> None:
    path = upload(officer, good_and_bad(tmp_path)).request.path
    left = tmp_path / "left-by-a-killed-process"
    left.mkdir()
    clock.reality = datetime.now(UTC) + KEPT_FOR + timedelta(minutes=1)
    enter(officer, world.work, "lan@qb.example")
    upload(officer, workbook(tmp_path, row(name="HTX Mới")))
    assert officer.get(path).status_code == 404
    assert not left.exists()


def confirmed(officer: Visitor, content: bytes, **answers: str) -> TestResponse:
    return officer.post(upload(officer, content).request.path, **answers)


def test_an_import_is_taken_back_by_a_button_that_says_what_it_does(
    officer: Visitor, world: World, tmp_path: Path
) -> None:
    before = {row["registry_code"] for row in world.rows(organisations)}
    answer = confirmed(officer, workbook(tmp_path, row(), row(name="HTX Hai", login="0900000002")))
    assert "xoá 2 tổ chức mới, trả 0 tổ chức về như trước" in words(answer)
    told = words(officer.post(f"{answer.request.path}/undo"))
    assert "Đã lấy lại: xoá 2 tổ chức mới" in told
    assert "Đồng ý: xoá" not in told
    assert {row["registry_code"] for row in world.rows(organisations)} == before
    noted = world.rows(audit, action="registry.undo")
    assert [row["actor"][:6] for row in noted] == ["staff:"]
    assert "đã được lấy lại" in words(officer.post(f"{answer.request.path}/undo"))


def test_an_import_of_somebody_contacted_stays(officer: Visitor, world: World, tmp_path: Path) -> None:
    answer = confirmed(officer, workbook(tmp_path, row(login="0901000001", name="HTX Mới")), rest="new")
    new = world.rows(organisations, name="HTX Mới")[0]
    with world.work.database.transaction() as conn:
        held = sa.update(interviews).where(interviews.c.organisation_id == new["id"])
        conn.execute(held.values(seq=1))
    assert "Đã liên hệ 1 tổ chức" in words(officer.post(f"{answer.request.path}/undo"))
    assert world.rows(organisations, name="HTX Mới")


MOVED = {"name": "HTX Muộn", "commune": "Xã Muộn", "login": "0901000077"}


def test_rows_in_question_are_answered_one_by_one_on_the_page(officer: Visitor, world: World, tmp_path: Path) -> None:
    confirmed(officer, workbook(tmp_path, row(**MOVED), row(name="HTX Hai", login="0900000002", commune="Xã Hai")))
    before = {each["name"]: each["id"] for each in world.rows(organisations)}
    answer = upload(
        officer, workbook(tmp_path, row(**{**MOVED, "name": "HTX Muộn Mới"}), row(name="HTX Ba", login="0900000002"))
    )
    shown = words(answer)
    assert "2 dòng chờ trả lời" in shown
    assert "Là “HTX Muộn” (mã D" in shown
    renamed, other = re.findall(r'name="(row:[^"]+)"', answer.text)
    same = re.findall(r'value="(same:[^"]+)"', answer.text)[0]
    told = officer.post(answer.request.path, **{renamed: same, other: "new", "rest": ""})
    assert "Dòng chờ trả lời" not in words(told)
    after = {each["name"]: each["id"] for each in world.rows(organisations)}
    assert after["HTX Muộn Mới"] == before["HTX Muộn"]
    assert set(after) - set(before) == {"HTX Muộn Mới", "HTX Ba"}
    assert [noted["detail"]["rest"] for noted in world.rows(audit, action="registry.answered")] == [""]


def test_rows_without_an_answer_wait_and_the_others_go_in(officer: Visitor, world: World, tmp_path: Path) -> None:
    confirmed(officer, workbook(tmp_path, row(**MOVED)))
    content = workbook(tmp_path, row(**{**MOVED, "name": "HTX Khác"}), row(name="HTX Tư", login="0900000004"))
    told = confirmed(officer, content)
    assert "Dòng chờ trả lời 1" in words(told)
    assert {each["name"] for each in world.rows(organisations)} >= {"HTX Muộn", "HTX Tư"}
    assert not world.rows(organisations, name="HTX Khác")
    path = upload(officer, content).request.path
    assert "Tổ chức mới 1" in words(officer.post(path, rest="new"))
    assert world.rows(organisations, name="HTX Khác")


@pytest.mark.parametrize("held", ["same:NOBODY", "same:"])
def test_an_answer_that_was_tampered_with_is_refused_in_words(
    officer: Visitor, world: World, tmp_path: Path, held: str
) -> None:
    path = upload(officer, workbook(tmp_path, row())).request.path
    assert "Trong danh sách không có dòng nào mã X" in words(officer.post(path, **{"row:X": held}))
    assert not world.rows(organisations, name="HTX Một")


def test_another_office_cannot_take_an_import_back(
    officer: Visitor, stranger: Visitor, world: World, tmp_path: Path
) -> None:
    path = confirmed(officer, workbook(tmp_path, row())).request.path
    stranger.get("/lists")
    assert stranger.post(f"{path}/undo").status_code == 404
    assert world.rows(audit, action="registry.undo") == []


def test_a_list_that_closes_an_organisation_is_shown_and_done_by_the_machines_role(
    officer: Visitor, world: World, tmp_path: Path
) -> None:
    confirmed(officer, workbook(tmp_path, row()))
    framed = len(world.rows(interviews))
    answer = upload(officer, workbook(tmp_path, row(active="Ngừng hoạt động")))
    assert "Hoạt động: có → không" in words(answer)
    assert len(world.rows(interviews)) == framed
    told = words(officer.post(answer.request.path))
    assert "Ra khỏi đợt đang mở 1" in told
    assert len(world.rows(interviews)) == framed - 1


def encrypted() -> bytes:
    """A ZIP whose entries say that they are encrypted."""
    found = bytearray(bare(b"<worksheet/>"))
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = found.find(mark)
        while start >= 0:
            found[start + at] |= 1
            start = found.find(mark, start + 4)
    return bytes(found)


def bare(sheet: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
    return buffer.getvalue()


def test_encrypted_lists_and_bombs_are_refused_in_words(officer: Visitor, world: World) -> None:
    bomb = bare(b"\0" * (MAX_UNPACKED + 1))
    assert len(bomb) < MAX_UPLOAD
    for content, said in ((encrypted(), "mật khẩu"), (bomb, "quá lớn")):
        answer = upload(officer, content, "la.xlsx")
        assert answer.status_code == 422
        assert said in words(answer)
    assert world.rows(imports) == []


TCVN3 = "Tªn HTX;Lo¹i h×nh;S§T;Lµ thµnh viªn;X·;Cột lạ\nHTX N«ng nghiÖp T©n TiÕn;NN;0912345678;Cã;X· Lª Lîi;?\n"


def test_a_list_in_an_old_encoding_is_converted_only_when_that_is_chosen(officer: Visitor, world: World) -> None:
    answer = upload(officer, TCVN3.encode(), "cu.csv")
    assert answer.status_code == 422
    assert "TCVN3" in words(answer)
    assert "Chuyển từ VNI" in words(answer)
    checked = upload(officer, TCVN3.encode(), "cu.csv", convert="tcvn3")
    assert "được chuyển từ TCVN3" in words(checked)
    assert "Tân Tiến" not in {row.name for row in world.rows(organisations)}
    officer.post(checked.request.path)
    assert "HTX Nông nghiệp Tân Tiến" in {row.name for row in world.rows(organisations)}
    assert upload(officer, TCVN3.encode(), "cu.csv", convert="klingon").status_code == 400


def test_the_report_says_which_column_was_taken_for_what(officer: Visitor, tmp_path: Path) -> None:
    header = [*HEADER, "SĐT cũ", "Cột lạ"]
    path = write(tmp_path / "a.xlsx", DS=[header, [*row(), "0912345678", "x"]])
    shown = words(upload(officer, path.read_bytes()))
    assert "Cột C “Tên tổ chức” (DS): dùng làm tên tổ chức." in shown
    assert "Cột O “SĐT cũ” (DS): là số điện thoại cũ, khác hoặc không cần, không dùng." in shown
    assert "Cột P “Cột lạ” (DS): không hiểu, không dùng." in shown
