"""The commands for lists, questionnaires, rounds and offices: in two languages, for people and for programs."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from cli.main import alo
from cli.session import Session
from demo.samples.make_samples import QUESTIONNAIRES
from services.work import Work
from store.tables.registry import organisations
from store.tables.rounds import questionnaires
from store.unit_of_work import Database
from tests.files.test_lists import CODED, row
from tests.files.workbooks import write

VILLAGE = str(QUESTIONNAIRES / "sample-village.xlsx")
FORMS = [str(QUESTIONNAIRES / f"{code}.xlsx") for code in ("HTX-NN", "HTX-PNN", "QTD")]
OFFICE = ["office", "add", "mau", "--name", "Liên minh Mẫu", "--area", "24", "--contact-number", "0204 3 888 999"]
ROUND = ["round", "open", "r1", "--title", "Đợt mẫu", "--year", "2026", "--closes", "20/12/2026"]

Run = Callable[..., Result]


@pytest.fixture
def run(work: Work, owner: Database, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs `alo` against the test database."""
    monkeypatch.setattr(Session, "work", work)

    def call(*argv: str, code: int = 0) -> Result:
        result = CliRunner().invoke(alo, list(argv))
        assert result.exit_code == code, (result.output, result.exception)
        return result

    return call


def loaded(result: Result) -> Any:
    return json.loads(result.stdout)


def test_from_nothing_to_an_open_round(run: Run) -> None:
    assert "Liên minh Mẫu" in run(*OFFICE).stdout
    assert "0204 3 888 999" in run("office", "list").stdout
    run("questionnaire", "publish", *FORMS)
    report = run("import", VILLAGE, "--office", "mau").stdout
    assert "40 tổ chức mới" in report
    assert "3 dòng không nhận" in report
    assert run(*ROUND).stdout == "Đã mở đợt r1: 40 tổ chức.\n"
    assert "0/40" in run("round", "list").stdout
    shown = run("round", "show", "r1").stdout
    assert "QTD/*" in shown
    assert "chưa phải chỉ số" in shown
    assert "MẪU, không phải Quy chế chính thức" in shown
    assert "00:00 21/12/2026" in shown  # the last day is part of the round
    run("round", "close", "r1", "--yes")
    assert "đã đóng" in run("round", "close", "r1", "--yes", code=1).stderr


def test_faults_are_told_where_what_and_how_to_mend(run: Run) -> None:
    run(*OFFICE)
    lines = run("import", VILLAGE, "--office", "mau").stdout
    assert (
        "[Danh sách mẫu, dòng 14, cột D (Loại (HTX/QTD))] Loại tổ chức không có trong khảo sát."
        " Trong ô: “Công ty”. Hãy ghi HTX, QTD, LHHTX hoặc THT.\n"
    ) in lines
    english = run("--lang", "en", "import", VILLAGE, "--office", "mau").stdout
    assert (
        "[Danh sách mẫu, row 14, column D (Loại (HTX/QTD))] This kind of organisation is not in the survey." in english
    )


def test_every_word_is_found(run: Run) -> None:
    """No bare code and no empty place in what staff read."""
    run(*OFFICE)
    for lang in ("vi", "en"):
        for line in run("--lang", lang, "import", VILLAGE, "--office", "mau").stdout.splitlines():
            assert not re.search(r"\b(list|phone|import|fault|online)\.[a-z_]+", line), line
            assert "{" not in line


def test_a_dry_run_changes_nothing(run: Run, owner: Database) -> None:
    run(*OFFICE)
    assert "chưa ghi gì" in run("import", VILLAGE, "--office", "mau", "--dry-run").stdout
    with owner.transaction() as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(organisations)) == 0


def test_programs_get_codes(run: Run) -> None:
    run(*OFFICE)
    report = loaded(run("import", VILLAGE, "--office", "mau", "--json"))
    assert report["counts"]["added"] == 40
    assert {"code", "sheet", "row", "column", "value", "suggestion"} <= report["faults"][0].keys()
    assert loaded(run("office", "list", "--json"))[0]["code"] == "mau"
    published = loaded(run("questionnaire", "publish", *FORMS, "--json"))
    assert [form["new"] for form in published] == [True, True, True]
    assert loaded(run(*ROUND, "--json"))["organisations"] == 40
    assert loaded(run("round", "list", "--json"))[0]["interviews"] == 40
    assert loaded(run("round", "show", "r1", "--json"))["questionnaires"]["QTD/*"] == "QTD mau-1"


def test_online_answers(run: Run, tmp_path: Path) -> None:
    run(*OFFICE)
    run("questionnaire", "publish", *FORMS)
    run("import", VILLAGE, "--office", "mau")
    run(*ROUND)
    path = write(tmp_path / "o.xlsx", A=[["Tên đăng nhập", "Trạng thái"], ["0900000001", "Đã trả lời"]])
    assert "1 tổ chức ngừng liên hệ" in run("import", "--online", str(path), "--round", "r1").stdout
    assert "Kết quả trực tuyến đã nạp" in run("round", "show", "r1").stdout


def test_a_list_no_row_of_which_can_be_used_ends_with_exit_code_1(run: Run, tmp_path: Path) -> None:
    run(*OFFICE)
    heads = ["Tên đăng nhập", "Tên tổ chức", "Loại", "Loại hình", "Phường/Xã", "Là thành viên"]
    bad, good = (["0900000001", "HTX Một", kind, "NN", "Xã A", "Có"] for kind in ("Công ty", "HTX"))
    refused = run("import", str(write(tmp_path / "a.xlsx", A=[heads, bad])), "--office", "mau", code=1)
    assert "Loại tổ chức không có trong khảo sát" in refused.stdout
    run("import", str(write(tmp_path / "b.xlsx", A=[heads, bad, good])), "--office", "mau")


@pytest.mark.parametrize(
    "argv",
    [
        ["import"],
        ["import", VILLAGE],
        ["import", "--online", VILLAGE],
        ["import", VILLAGE, "--office", "m", "--round", "r"],
    ],
)
def test_half_a_command_is_explained(run: Run, argv: list[str]) -> None:
    assert "alo import --online" in run(*argv, code=1).stderr


def test_a_refused_file_ends_with_words_and_exit_code(run: Run, tmp_path: Path) -> None:
    bad = tmp_path / "bad.xlsx"
    bad.write_bytes(b"PK\x03\x04 broken")
    for argv in (["import", str(bad), "--office", "mau"], ["questionnaire", "check", str(bad)]):
        assert (
            run(*argv, code=1).stderr
            == "Tệp “bad.xlsx” bị hỏng, không đọc được. Hãy mở bằng Excel rồi lưu lại thành .xlsx.\n"
        )
        assert "damaged" in run("--lang", "en", *argv, code=1).stderr
    refused = loaded(run("questionnaire", "check", str(bad), "--json", code=1))
    assert (refused["refused"], refused["faults"][0]["code"]) == (True, "file.corrupt")


def test_refusals_are_said_in_words(run: Run) -> None:
    assert "alo office list" in run("import", VILLAGE, "--office", "nowhere", code=1).stderr
    run(*OFFICE)
    assert run(*OFFICE, code=1).stderr == "Đã có cơ quan “mau”.\n"
    assert "HTX-NN, HTX-PNN, QTD" in run(*ROUND, code=1).stderr
    assert "KIND/SECTOR" in run("--lang", "en", *ROUND, "--questionnaire", "QTD", code=1).stderr


def test_a_form_is_checked_and_shown(run: Run) -> None:
    assert "18 câu tính điểm, 2 câu có điều kiện" in run("questionnaire", "check", FORMS[0]).stdout
    assert "Chưa có bảng hỏi" in run("questionnaire", "show").stdout
    run("questionnaire", "publish", FORMS[0])
    assert "không đổi" in run("questionnaire", "publish", FORMS[0]).stdout
    assert "MẪU" in run("questionnaire", "show").stdout
    assert "C1  Ông bà hài lòng" in run("questionnaire", "show", "HTX-NN").stdout
    assert "C1  How satisfied" in run("--lang", "en", "questionnaire", "show", "HTX-NN").stdout
    assert loaded(run("questionnaire", "show", "HTX-NN", "--json"))["code"] == "HTX-NN"


def test_one_faulty_form_keeps_the_others_back(run: Run, owner: Database, tmp_path: Path) -> None:
    bad = write(tmp_path / "bad.xlsx", survey=[["type"], ["text"]])
    run("questionnaire", "publish", FORMS[0], str(bad), code=1)
    with owner.transaction() as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(questionnaires)) == 0


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["round", "open", "r1"], "Thiếu --title."),
        (["campaign", "launch", "x", "--confirm", "nhiều"], "Giá trị của --confirm không dùng được; cần: một số."),
        (["round", "open", "r1", "--closes", "mai"], "cần: ngày dạng dd/mm/yyyy."),
        (["score", "r1", "--method", "best"], "cần: vca-index, mean-percent, top-box."),
        (["import", VILLAGE, "--ofice", "mau"], "Không có tuỳ chọn --ofice."),
        (["import", VILLAGE, "--office"], "Sau --office phải có một giá trị."),
        (["nothing"], "Không có lệnh “nothing”."),
        (["score", "r1", "r2"], "Thừa trên dòng lệnh: r2."),
        (["--lang", "fr", "round", "list"], "cần: vi, en."),
        (["campaign", "launch", "x", "--lang", "en"], "--confirm is missing. See `alo campaign launch --help`."),
    ],
)
def test_a_line_typed_wrongly_is_explained(run: Run, argv: list[str], says: str) -> None:
    told = run(*argv, code=2).stderr
    assert says in told
    assert "Usage" not in told


def test_the_language_may_stand_anywhere(run: Run) -> None:
    for argv in (["round", "list", "--lang", "en"], ["round", "--lang=en", "list"], ["--lang", "en", "round", "list"]):
        assert run(*argv).stdout == "No round yet.\n"


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"ALO_CLOCK": "soon", "DATABASE_URL": "postgresql+psycopg://u@127.0.0.1:9/x"}, "ALO_CLOCK"),
        ({"DATABASE_URL": "nowhere"}, "DATABASE_URL"),
        ({"DATABASE_URL": "postgresql+psycopg://u@127.0.0.1:9/x", "ALO_SECRET_KEYS": "a:b"}, "ALO_LOOKUP_KEY"),
        ({"ALO_LANG": "fr"}, "ALO_LANG"),
        ({"ALO_PORT": "many"}, "ALO_PORT"),
    ],
)
def test_settings_that_cannot_be_used_are_named(
    settings: dict[str, str], says: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ALO_DATA_DIR", str(tmp_path))
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    result = CliRunner().invoke(alo, ["round", "list"])
    assert result.exit_code == 1
    assert says in result.stderr
    assert "settings.md" in result.stderr


def test_an_import_names_itself_and_can_be_taken_back(run: Run) -> None:
    run(*OFFICE)
    report = loaded(run("import", VILLAGE, "--office", "mau", "--json"))
    assert loaded(run("import", "--undo", report["import_id"], "--json"))["removed"] == 40
    assert "đã được lấy lại" in run("import", "--undo", report["import_id"], code=1).stderr


def test_two_editions_are_compared_in_two_languages(run: Run) -> None:
    assert "câu hỏi mới" in run("questionnaire", "diff", FORMS[0], FORMS[1]).stdout
    assert "new question" in run("--lang", "en", "questionnaire", "diff", FORMS[0], FORMS[1]).stdout
    codes = {change["code"] for change in loaded(run("questionnaire", "diff", FORMS[0], FORMS[1], "--json"))}
    assert {"form_change.question_added", "form_change.title"} <= codes
    assert loaded(run("questionnaire", "diff", FORMS[0], FORMS[0], "--json")) == []


def test_a_form_of_every_kind_is_checked_published_shown_and_compared(run: Run) -> None:
    report = str(QUESTIONNAIRES / "BC-THANG.xlsx")
    assert "mong_muon" in run("questionnaire", "check", report).stdout
    run("questionnaire", "publish", report)
    shown = run("questionnaire", "show", "BC-THANG").stdout
    assert "moi_nguoi = if(${lao_dong} > 0" in shown
    assert "Không khó khăn gì" in shown
    assert loaded(run("questionnaire", "diff", report, "BC-THANG", "--json")) == []
    assert loaded(run("questionnaire", "prompts", "BC-THANG", "--json"))


def test_placeholders_of_a_language_by_ear_say_what_they_are_and_are_taken_in_as_such(run: Run, tmp_path: Path) -> None:
    report, folder = str(QUESTIONNAIRES / "BC-THANG.xlsx"), str(tmp_path / "hmn")
    assert "ÂM THANH TẠM" in run("questionnaire", "placeholders", report, folder).stdout
    language = ("--language", "hmn", "--voice", "placeholder", "--json")
    taken = loaded(run("questionnaire", "record", report, folder, *language))
    assert (taken["added"] > 20, taken["faults"], taken["missing"]) == (True, [], [])
    assert {one["voice"] for one in loaded(run("questionnaire", "prompts", report, *language))} == {"placeholder"}


def test_a_stop_told_to_staff_is_entered_and_undone(run: Run, work: Work) -> None:
    from tests.services.world import build

    world = build(work)
    told = ["--how", "on_paper", "--on", "18/11/2026", "--words", "Giấy có chữ ký"]
    with work.database.transaction() as conn:
        registry_code = str(conn.scalar(sa.select(organisations.c.registry_code)))
    of = ["--organisation", registry_code, "--office", "QB"]
    assert "số mới dừng: 1" in run("wish", "stop", *of, *told).stdout
    assert world.consent_of() == "stopped"
    assert "Được liên hệ lại" in run("wish", "start", "--number", "0901 000 001", *told).stdout
    assert world.consent_of() == "unasked"
    assert "chỉ một" in run("wish", "stop", *told, code=1).stderr
    assert "không phải ngày" in run("wish", "stop", *of, *told[:2], "--on", "mai", "--words", "x", code=1).stderr


def test_staff_see_and_say_what_a_number_can_be_used_for(run: Run, work: Work) -> None:
    from tests.services.nation import rule_out
    from tests.services.world import LEADER, build

    world = build(work)
    of = ["--organisation", "DX001", "--office", "QB"]
    assert "…001" in run("number", "show", *of).stdout
    rule_out(world, LEADER, "call", code="sip404")
    assert "không gọi được (sip404" in run("number", "show", *of).stdout
    assert "Số được dùng lại: 1" in run("number", "usable", *of, "--how", "by_phone").stdout
    assert "gọi được (by_phone" in run("number", "show", *of).stdout
    assert "Không có số nào" in run("number", "usable", *of, "--how", "by_phone", code=1).stderr
    texts = ["--number", "0901 000 001", "--for", "texts", "--how", "in_person"]
    assert "Đã ghi" in run("number", "unusable", *of, *texts).stdout
    assert "từ trước" in run("number", "unusable", *of, *texts).stdout
    assert "không nhắn tin được (in_person" in run("number", "show", *of).stdout
    assert "không có trong danh sách" in run("number", "usable", *of, *texts[:1], "0909", *texts[4:], code=1).stderr


def test_a_row_that_may_be_held_waits_until_it_is_answered(run: Run, tmp_path: Path) -> None:
    run(*OFFICE)

    def bring(name: str, code: object, *more: str, code_of: int = 0) -> Any:
        path = write(tmp_path / "c.xlsx", DS=[CODED, [code, *row(name=name)]])
        return loaded(run("import", str(path), "--office", "mau", "--json", *more, code=code_of))

    bring("HTX Một", "A1")
    asked = bring("HTX Hai", "B7", code_of=1)
    assert [(r["registry_code"], r["held_code"], r["why"]) for r in asked["resemblances"]] == [
        ("B7", "A1", "known_by_phone")
    ]
    told = run("import", str(tmp_path / "c.xlsx"), "--office", "mau", code=1).stdout
    assert "“HTX Hai” (mã B7) chưa có, nhưng số điện thoại là của “HTX Một” (mã A1)" in told
    assert "--same MÃ" in told
    refused = run("import", str(tmp_path / "c.xlsx"), "--office", "mau", "--same", "B7=X", code=1)
    assert "không có tổ chức nào mã X" in refused.stderr
    assert bring("HTX Hai", "B7", "--same", "B7\u200b=A1")["counts"]["changed"] == 1
    assert bring("HTX Hai", "B7", "--same", "B7=A1")["counts"]["unchanged"] == 1
    assert bring("HTX Ba", "C9", "--new", "C9")["counts"]["added"] == 1
    assert bring("HTX Bốn", "D3", "--rest", "new")["counts"]["added"] == 1


def test_arguments_copied_from_a_page_are_read_without_what_nobody_sees(run: Run, tmp_path: Path) -> None:
    run(
        "office",
        "add",
        "mau\u200b",
        "--name",
        "Liên\u00a0minh\u200b Mẫu",
        "--area",
        "24\u200b",
        "--contact-number",
        "0204 3 888 999",
    )
    (office,) = loaded(run("office", "list", "--json"))
    assert (office["code"], office["name"]) == ("mau", "Liên minh Mẫu")
    path = tmp_path / "Danh\u00a0sách\u0301.xlsx"
    write(path, DS=[CODED, ["A1", *row()]])
    assert loaded(run("import", str(path), "--office", "MAU\u200b", "--json"))["counts"]["added"] == 1


TCVN3 = "Tªn HTX;Lo¹i h×nh;S§T;Lµ thµnh viªn;X·;Cét l¹\nHTX N«ng nghiÖp T©n TiÕn;NN;0912345678;Cã;X· Lª Lîi;?\n"


def test_old_encodings_are_named_and_converted_when_told_so(run: Run, tmp_path: Path) -> None:
    run(*OFFICE)
    path = tmp_path / "cu.csv"
    path.write_bytes(TCVN3.encode("latin-1"))
    assert "--convert tcvn3" in run("import", str(path), "--office", "mau", code=1).stderr
    assert "TCVN3" in run("--lang", "en", "import", str(path), "--office", "mau", code=1).stderr
    assert "1 tổ chức mới" in run("import", str(path), "--office", "mau", "--convert", "tcvn3").stdout
    run("import", str(path), "--office", "mau", "--convert", "klingon", code=2)


def test_the_report_says_what_each_column_was_taken_for(run: Run, tmp_path: Path) -> None:
    run(*OFFICE)
    header = ["Tên HTX", "Tên cũ", "Loại hình", "SĐT GĐ", "Là thành viên", "Cột lạ"]
    path = write(tmp_path / "a.xlsx", DS=[header, ["HTX A", "HTX B", "NN", "0912345678", "Có", "x"]])
    said = run("import", str(path), "--office", "mau", "--dry-run").stdout
    assert "Cột B “Tên cũ” (DS): là tên tổ chức cũ, khác hoặc không cần, không dùng." in said
    assert "Không hiểu cột “Cột lạ”" in said
    columns = loaded(run("import", str(path), "--office", "mau", "--dry-run", "--json"))["columns"]
    assert {used["title"]: used["use"] for used in columns} == {
        **dict.fromkeys(("Tên HTX", "Loại hình", "SĐT GĐ", "Là thành viên"), "taken"),
        "Tên cũ": "unused",
        "Cột lạ": "unknown",
    }
