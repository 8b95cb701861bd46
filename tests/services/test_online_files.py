"""Files of Kobo, ODK and hands: each column is taken for what it is and said so, and nobody is stopped by a guess."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from files.faults import FileRefusedError
from files.online import OnlineRow
from files.online_answers import Choices
from files.online_forms import FormAnswers, FormReader
from files.reports import ImportReport, report_from_json
from services.interview.recording import enter
from services.registry.imports import import_online
from services.results.exports import ExportOrder, export
from services.work import Work
from store.tables.rounds import rounds
from survey.answers import Entry, Heard
from survey.form.questionnaire import Choice, Question, Questionnaire
from tests.files.workbooks import write
from tests.services import test_exports
from tests.services.world import World, build
from tests.survey.forms import choices, consent, form, level, whole
from tests.survey.forms import words as said

LEADER = "0901000001"
SENT = datetime(2026, 11, 17, 2, 30, tzinfo=UTC)


def fruit() -> Questionnaire:
    """Options and questions that differ by their marks alone, one with several, one of words."""
    named = ("dua_cat", "Dưa"), ("dua_nuoc", "Dừa"), ("dua_thom", "Dứa"), ("cam", "Cam")
    fruits = tuple(Choice(value, said(label), str(key)) for key, (value, label) in enumerate(named, 1))
    troubles = (("von", "Thiếu vốn"), ("dat", "Thiếu đất"), ("nuoc", "Thiếu nước, hạn"), ("khac", "Khác"))
    return form(
        consent(),
        Question("cay", "select_one", said("Trồng cây gì?"), choices=fruits),
        Question("kho", "select_multiple", said("Khó khăn gì?"), choices=tuple(
            Choice(value, said(label), str(key)) for key, (value, label) in enumerate(troubles, 1)
        )),
        whole("ho"),
        Question("gia", "decimal", said("Giá bán")),
        Question("y_kien", "text", said("Ý kiến")),
        code="FRUIT",
    )  # fmt: skip


second = test_exports.second
Import = Callable[..., ImportReport]


@pytest.fixture
def world(work: Work) -> World:
    return build(work, fruit())


@pytest.fixture
def bring_in(world: World, tmp_path: Path) -> Import:
    def carried(*rows: list[object]) -> ImportReport:
        return import_online(world.work, "2026", write(tmp_path / "o.xlsx", A=rows), "t")

    return carried


def codes(report: ImportReport) -> list[str]:
    return [fault.code for fault in report.faults]


def meant(report: ImportReport) -> dict[str, str]:
    """Column → what it was taken for."""
    return {
        t.column.partition(" ")[0]: t.params.get("question") or t.code.rpartition(".")[2] for t in report.online_columns
    }


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("Dưa", "dua_cat"), ("Dừa", "dua_nuoc"), ("Dứa", "dua_thom"), ("DỪA", "dua_nuoc"),
        ("Du\u031b\u0300a", "dua_nuoc"),
        ("dừa ", "dua_nuoc"), ("Dừ\u200ba", "dua_nuoc"), ("dua_thom", "dua_thom"), ("Cam", "cam"), ("cam.", "cam"),
        ("CAM", "cam"), ("Cảm", "cam"),
    ],
)  # fmt: skip
def test_an_option_is_taken_with_its_marks(world: World, bring_in: Import, cell: str, value: str) -> None:
    report = bring_in(["Mã", "cay"], ["DX001", cell])
    assert (world.answers(), codes(report)) == ({"cay": value}, [])


@pytest.mark.parametrize("cell", ["dua", "DUA", "Dua.", "Đua"])
def test_an_option_that_may_be_three_is_none_and_its_candidates_are_named(
    world: World, bring_in: Import, cell: str
) -> None:
    report = bring_in(["Mã", "cay", "ho"], ["DX001", cell, 3])
    assert world.answers() == {"ho": "3"}
    (fault,) = report.faults
    assert (fault.code, fault.column, fault.params["candidates"]) == (
        "online.answer_doubtful", "B (cay)", "Dưa, Dừa, Dứa",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("heading", "question"),
    [
        ("nhom/cay", "cay"), ("nhom-cay", "cay"), ("nhom:cay", "cay"), ("nhom.cay", "cay"), ("a/b/cay", "cay"),
        ("a-b-cay", "cay"), ("a/b-cay", "cay"), ("Trồng cây gì?", "cay"), ("Nhóm/Trồng cây gì?", "cay"), ("C1", "cay"),
        ("Câu 1", "cay"), ("câu hỏi 1", "cay"), ("C1. Trồng cây gì?", "cay"), ("CAY", "cay"), ("trong cay gi", "cay"),
    ],
)  # fmt: skip
def test_the_last_part_of_a_heading_is_the_question(
    world: World, bring_in: Import, heading: str, question: str
) -> None:
    report = bring_in(["Mã", heading], ["DX001", "Cam"])
    assert (world.answers(), codes(report)) == ({question: "cam"}, [])
    assert meant(report) == {"A": "registry_code", "B": "cay"}


def test_a_number_and_words_of_another_question_are_in_doubt(world: World, bring_in: Import) -> None:
    report = bring_in(["Mã", "Trạng thái", "C2. Trồng cây gì?"], ["DX001", "Đã trả lời", "Cam"])
    assert codes(report) == ["online.column_doubtful"]
    assert report.faults[0].params["questions"] == "kho, cay"
    assert (world.answers(), world.interview()["status"]) == ({}, "answered")


KOBO: list[object] = [
    "start", "end", "today", "deviceid", "thong_tin/ma_htx", "chinh/consent", "chinh/cay", "chinh/kho", "chinh/kho/von",
    "chinh/kho/dat", "chinh/kho/nuoc", "chinh/kho/khac", "chinh/ho", "chinh/gia", "_id", "_uuid", "_submission_time",
    "_validation_status", "_notes", "_status", "_submitted_by", "__version__", "_tags", "_index",
]  # fmt: skip
SUBMISSION: list[object] = [
    "2026-11-17T09:00:00.000+07:00", "2026-11-17T09:20:00.000+07:00", "2026-11-17", "ee.kobotoolbox.org:x", "DX001",
    "yes", "dua_nuoc", "von nuoc", 1, 0, 1, 0, 12, 2.5, 77, "9f1c", "2026-11-17T02:30:00", "", "", "submitted_via_web",
    "", "v1", "", 1,
]  # fmt: skip


def test_a_kobo_file_of_values(world: World, bring_in: Import) -> None:
    report = bring_in(KOBO, SUBMISSION)
    assert world.answers() == {"consent": "yes", "cay": "dua_nuoc", "kho": "von nuoc", "ho": "12", "gia": "2.5"}
    assert world.interview()["online_at"] == SENT
    assert codes(report) == []
    columns = meant(report)
    assert (columns["E"], columns["G"], columns["I"], columns["Q"], columns["T"]) == (
        "registry_code", "cay", "kho=von", "sent_at", "metadata",
    )  # fmt: skip
    assert report_from_json(report.to_json()) == report


def test_a_kobo_file_of_labels(world: World, bring_in: Import) -> None:
    heading = ["Mã HTX", "Trồng cây gì?", "Khó khăn gì?", "Khó khăn gì?/Thiếu vốn", "Khó khăn gì?/Thiếu nước, hạn",
               "Khó khăn gì?/Khác", "_id", "_submission_time"]  # fmt: skip
    report = bring_in(heading, ["DX001", "Dứa", "Thiếu vốn Thiếu nước, hạn", 1, 1, 0, 5, "2026-11-17 02:30:00"])
    assert world.answers() == {"cay": "dua_thom", "kho": "von nuoc"}
    assert (codes(report), world.interview()["online_at"]) == ([], SENT)


@pytest.mark.parametrize(
    "marks", [(1, 0, 1), ("TRUE", "FALSE", "TRUE"), (True, False, True), ("1", "", "1"), ("x", "", "X")]
)
def test_columns_of_single_options_alone_are_enough(world: World, bring_in: Import, marks: tuple[object, ...]) -> None:
    report = bring_in(["Mã", "g/kho/von", "g/kho/dat", "g/kho/khac", "_id"], ["DX001", *marks, 5])
    assert (world.answers(), codes(report)) == ({"kho": "von khac"}, [])


def test_an_odk_file(world: World, bring_in: Import) -> None:
    heading = ["SubmissionDate", "thong_tin-ma_so", "chinh-cay", "chinh-ho", "meta-instanceID", "KEY", "SubmitterName",
               "Status", "ReviewState", "DeviceID", "Edits", "FormVersion"]  # fmt: skip
    sent: list[object] = [f"{SENT:%Y-%m-%dT%H:%M:%S}.000Z", "DX001", "cam", "4", "uuid:1", "uuid:1", "web",
                          "", "approved", "", 0, "1"]  # fmt: skip
    report = bring_in(heading, sent)
    assert (world.answers(), codes(report)) == ({"cay": "cam", "ho": "4"}, [])
    assert world.interview()["online_at"] == SENT


@pytest.mark.parametrize(("column", "state"), [("ReviewState", "rejected"), ("_validation_status", "Not approved")])
def test_what_a_reviewer_has_rejected_stays_out(world: World, bring_in: Import, column: str, state: str) -> None:
    report = bring_in(["ma_htx", "cay", "KEY", column], ["DX001", "cam", "uuid:1", state])
    assert (world.answers(), codes(report)) == ({}, ["online.rejected"])
    assert world.interview()["status"] == "pending"


def test_a_file_of_which_no_column_is_a_question_stops_nobody(world: World, bring_in: Import) -> None:
    with pytest.raises(FileRefusedError) as refused:
        bring_in(["ma_htx", "g/vuon", "g/ao", "_id", "_status"], ["DX001", "1", "2", 5, "submitted_via_web"])
    assert refused.value.faults[0].code == "online.no_question"
    assert "g/vuon" in str(refused.value.faults[0].params["columns"])
    assert world.interview()["status"] == "pending"
    assert world.interview()["online_at"] is None


def test_a_row_of_which_nothing_fits_its_form_goes_on_being_contacted(world: World, bring_in: Import) -> None:
    report = bring_in(["Mã", "cay"], ["DX001", "Xoài"])
    assert codes(report) == ["online.answer_unreadable", "online.nothing_fits"]
    assert (report.counts["stopped"], report.counts["refused"]) == (0, 1)
    assert (world.interview()["status"], world.interview()["online_at"]) == ("pending", None)


def test_a_list_of_states_needs_no_question_and_each_row_says_so(world: World, bring_in: Import) -> None:
    world.add_organisation("DX002", number="+84901000002")
    report = bring_in(["Mã", "Trạng thái", "Ghi thêm"], ["DX001", "Đã trả lời", "x"], ["DX002", "", "x"])
    assert (world.interview(0)["status"], world.interview(1)["status"]) == ("answered", "pending")
    assert (report.counts["stopped"], report.counts["not_answered"]) == (1, 1)
    assert codes(report) == ["online.column_unknown"]


def test_two_columns_that_disagree_are_both_left_out(world: World, bring_in: Import) -> None:
    report = bring_in(["Mã", "a/cay", "b/cay", "ho"], ["DX001", "Cam", "Dừa", 3])
    assert (world.answers(), codes(report)) == ({"ho": "3"}, ["online.answer_twice"])
    again = bring_in(["Mã", "a/cay", "b/cay"], ["DX001", "Cam", "cam"])
    assert (world.answers(), codes(again)) == ({"cay": "cam", "ho": "3"}, [])


def test_a_joined_column_and_its_single_ones_must_agree(world: World, bring_in: Import) -> None:
    report = bring_in(["Mã", "kho", "kho/von", "kho/dat", "ho"], ["DX001", "von", 0, 1, 3])
    assert (world.answers(), codes(report)) == ({"ho": "3"}, ["online.answer_twice"])


def test_a_pattern_with_nested_repetition_keeps_no_import_waiting(work: Work, tmp_path: Path) -> None:
    name = Question("ten", "text", said("Tên"), constraint="regex(., '^([A-Za-z]+ ?)+$')")
    world = build(work, form(consent(), name, code="SLOW"))
    path = write(tmp_path / "o.xlsx", A=[["Mã", "consent", "ten"], ["DX001", "yes", "a" * 80 + "!"]])
    assert codes(import_online(world.work, "2026", path, "t")) == ["online.out_of_range"]
    assert world.answers() == {"consent": "yes"}


HARD_NAMES = (
    *("dt", "loai", "xa", "status", "ma", "phieu", "kenh", "thoi_gian", "name", "phone", "trang_thai", "stt", "code"),
    *("mat_khau", "password", "username", "login", "time", "form", "questionnaire", "channel", "kind", "email", "_id"),
    *("c1", "c2", "C3", "start", "end", "KEY", "tel", "huyen", "ten_htx", "ngay_tra_loi", "Ma", "tre_han", "_status"),
    *(
        "parent_key",
        "_parent_index",
        "uuid",
        "id",
        "late",
        "day",
        "SubmissionDate",
        "edits",
        "instanceID",
        "ngay",
        "g-xa",
    ),
)
KINDS: dict[str, tuple[Any, str]] = {
    "text": (lambda name: Question(name, "text", said(f"Ghi {name}")), "0912 345 678"),
    "integer": (whole, "7"),
    "select_one": (level, "3"),
    "select_multiple": (
        lambda name: Question(name, "select_multiple", said(f"Chọn {name}"), choices=choices(no_opinion=False)), "5 1"
    ),
}  # fmt: skip


@pytest.mark.parametrize("format_", ["xlsx", "csv"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("logins", [False, True])
def test_our_own_files_come_back_whatever_a_question_is_called(
    work: Work, second: Work, tmp_path: Path, format_: str, kind: str, logins: bool
) -> None:
    make, value = KINDS[kind]
    asked = form(consent(), *(make(name) for name in HARD_NAMES), code="HARD")
    given = {"consent": "yes", **dict.fromkeys(HARD_NAMES, value)}
    house, other = build(work, asked), build(second, asked)
    enter(work, house.interviews[0], Heard("voice", "x", Entry(given, final=True)))
    assert house.answers() == given
    path = tmp_path / f"f.{format_}"
    export(work, ExportOrder("2026", "forms", format_, path, "t", "why", logins=logins), lambda code, **_: code)  # type: ignore[arg-type]
    report = import_online(second, "2026", path, "t")
    assert (codes(report), other.answers()) == ([], given)
    assert other.interview()["status"] == "complete"


@pytest.mark.parametrize(
    ("named", "heading", "cell", "told"),
    [
        ("status", "status", "5", "status"),  # an option's value: the question
        ("status", "status", "Đã trả lời", None),  # a state: the field
        ("phone", "phone", "5", "phone"),
        ("loai", "loai", "5", "loai"),
        ("name", "name", "5", "name"),
    ],
)
def test_a_name_that_a_field_has_too_goes_to_the_question_if_the_cells_fit(
    work: Work, tmp_path: Path, named: str, heading: str, cell: str, told: str | None
) -> None:
    world = build(work, form(consent(), level(named), whole("n"), code="NAMED"))
    path = write(tmp_path / "o.xlsx", A=[["Mã", heading, "n"], ["DX001", cell, 2]])
    import_online(world.work, "2026", path, "t")
    assert world.answers() == ({told: cell, "n": "2"} if told else {"n": "2"})


def test_what_kobo_adds_is_no_question_of_a_like_name(work: Work, tmp_path: Path) -> None:
    world = build(work, form(consent(), level("status"), whole("id"), whole("n"), code="ADDED"))
    rows: list[list[object]] = [["ma_htx", "_status", "_id", "n", "Status"], ["DX001", "5", 77, 2, "5"]]
    report = import_online(world.work, "2026", write(tmp_path / "o.xlsx", A=rows), "t")
    assert (world.answers(), codes(report)) == ({"status": "5", "n": "2"}, [])
    assert meant(report) == {
        "A": "registry_code", "B": "metadata", "C": "metadata", "D": "n", "E": "status",
    }  # fmt: skip


def test_a_number_that_another_question_is_called_is_in_doubt(work: Work, tmp_path: Path) -> None:
    world = build(work, form(consent(), whole("a"), whole("b"), whole("c1"), code="NUMBERS"))
    rows: list[list[object]] = [["Mã", "c1", "C1.", "C2"], ["DX001", 3, 4, 5]]
    report = import_online(world.work, "2026", write(tmp_path / "o.xlsx", A=rows), "t")
    assert (world.answers(), codes(report)) == ({"c1": "3", "b": "5"}, ["online.column_doubtful"])


def test_a_column_that_may_be_either_is_refused(work: Work, tmp_path: Path) -> None:
    world = build(work, form(consent(), Question("phone", "text", said("Số nào?")), code="EITHER"))
    path = write(tmp_path / "o.xlsx", A=[["phone", "consent"], [LEADER, "yes"]])
    with pytest.raises(FileRefusedError) as refused:
        import_online(world.work, "2026", path, "t")
    assert [(f.code, f.column) for f in refused.value.faults] == [("online.two_meanings", "A (phone)")]


@pytest.mark.parametrize(
    ("written", "expected"),
    [("7h30 sáng", 0), ("2h chiều", 7), ("14g", 7), ("02:30:00 CH", 7), ("2:30 PM", 7), ("12h trưa", 5)],
)
def test_half_a_day_is_not_lost(world: World, bring_in: Import, written: str, expected: int) -> None:
    bring_in(["Mã", "Trạng thái", "Thời gian"], ["DX001", "Đã trả lời", f"18/11/2025 {written}"])
    assert world.interview()["online_at"].astimezone(UTC).hour == expected


def test_a_time_in_doubt_is_said_and_the_row_comes_in(world: World, bring_in: Import) -> None:
    report = bring_in(["Mã", "Trạng thái", "Thời gian"], ["DX001", "Đã trả lời", "18/11/2026 12h đêm"])
    assert (codes(report), world.interview()["status"]) == (["online.time_unreadable"], "answered")


@pytest.mark.parametrize(
    ("cell", "value", "code"),
    [
        (1.234, "1.234", ""), ("1.234", None, "online.number_doubtful"), ("12,500", None, "online.number_doubtful"),
        ("12,5", "12.5", ""), ("12.50", "12.5", ""), ("0.125", "0.125", ""), ("1234", "1234", ""),
        ("1.234.567", None, "online.answer_unreadable"), (-3, None, "online.answer_unreadable"),
    ],
)  # fmt: skip
def test_a_point_that_may_group_thousands_is_in_doubt(
    world: World, bring_in: Import, cell: object, value: str | None, code: str
) -> None:
    report = bring_in(["Mã", "gia", "ho"], ["DX001", cell, 3])
    assert world.answers().get("gia") == value
    assert codes(report) == ([code] if code else [])


def test_programs_write_a_decimal_point(world: World, bring_in: Import) -> None:
    report = bring_in(["ma_htx", "gia", "_id"], ["DX001", "1.234", 5])
    assert (world.answers(), codes(report)) == ({"gia": "1.234"}, [])


def test_sheets_that_are_not_read_are_named(world: World, tmp_path: Path) -> None:
    path = write(tmp_path / "o.xlsx", A=[["Mã", "cay"], ["DX001", "Cam"]], B=[["lap", "so"], ["1", "2"]])
    report = import_online(world.work, "2026", path, "t")
    assert [(f.code, f.sheet) for f in report.faults] == [("online.sheet_unread", "B")]


def test_cells_are_read_before_the_rounds_row_is_locked(
    world: World, bring_in: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = FormReader.understand

    def read(reader: FormReader, row: OnlineRow) -> FormAnswers:
        with world.work.database.transaction() as conn:  # fails at once where somebody holds the row
            conn.execute(sa.select(rounds).with_for_update(nowait=True)).all()
        return usual(reader, row)

    monkeypatch.setattr(FormReader, "understand", read)
    bring_in(["Mã", "cay"], ["DX001", "Cam"])
    assert world.answers() == {"cay": "cam"}


def test_marks_that_contradict_an_option_choose_nothing() -> None:
    """The fruit "dứa" is not "Dưa", even where no option is called so."""
    choices = Choices(Question("q", "select_one", said("?"), choices=(Choice("dua", said("Dưa"), "1"),)))
    assert choices.find("dứa").value is None
    assert choices.find("dứa").candidates == ("Dưa",)
    assert [choices.find(cell).value for cell in ("dua", "DƯA", "Dưa")] == ["dua"] * 3


def test_repeated_groups_of_a_submission_answer_nothing(world: World, tmp_path: Path) -> None:
    main = [["Mã", "cay", "_uuid", "_index"], ["DX001", "cam", "u", 1]]
    for parent in ("_parent_index", "_submission__uuid", "PARENT_KEY"):
        again = [["Mã", "ho", parent], ["DX001", 3, "1"], ["DX001", 4, "1"]]
        report = import_online(world.work, "2026", write(tmp_path / f"{parent}.xlsx", A=main, rep=again), "t", True)
        assert [fault.code for fault in report.faults if fault.sheet == "rep"] == ["online.sheet_repeats"]
    alone = write(tmp_path / "alone.xlsx", rep=again)
    with pytest.raises(FileRefusedError, match=r"online\.sheet_repeats"):
        import_online(world.work, "2026", alone, "t")


def test_the_sheet_of_submissions_may_have_an_empty_column_of_parents(world: World, bring_in: Import) -> None:
    bring_in(["Mã", "cay", "KEY", "PARENT_KEY"], ["DX001", "cam", "uuid:1", ""])
    assert world.answers() == {"cay": "cam"}


@pytest.mark.parametrize("heading", ["Mã số HTX", "Mã HTX (*)", "info/Mã số HTX"])
def test_codes_are_found_under_the_headings_of_lists(world: World, bring_in: Import, heading: str) -> None:
    bring_in([heading, "cay", "_uuid"], ["DX001", "cam", "u"])
    assert world.answers() == {"cay": "cam"}


@pytest.mark.parametrize("heading", ["SĐT giám đốc", "Điện thoại GĐ", "Số điện thoại người trả lời", "SĐT mới"])
def test_phones_are_found_under_the_headings_of_lists(world: World, bring_in: Import, heading: str) -> None:
    bring_in([heading, "cay", "_uuid"], [LEADER, "cam", "u"])
    assert world.answers() == {"cay": "cam"}


@pytest.mark.parametrize("heading", ["SĐT cũ", "Số điện thoại kế toán", "SĐT người nhà"])
def test_other_peoples_phones_name_nobody(world: World, bring_in: Import, heading: str) -> None:
    with pytest.raises(FileRefusedError, match=r"online\.no_header"):
        bring_in([heading, "cay", "_uuid"], [LEADER, "cam", "u"])


def test_an_answer_that_cannot_be_read_is_not_made_up_of_its_ticks(world: World, bring_in: Import) -> None:
    report = bring_in(["Mã", "kho", "kho/von", "kho/dat", "_uuid"], ["DX001", "von cu_roi", 1, 0, "u"])
    assert world.answers() == {}
    assert "online.answer_unreadable" in codes(report)


def test_a_comma_in_a_file_with_decimal_points_may_group_thousands(world: World, bring_in: Import) -> None:
    report = bring_in(["Mã", "cay", "gia", "_uuid"], ["DX001", "cam", "1,000", "u"])
    assert world.answers() == {"cay": "cam"}
    assert "online.number_doubtful" in codes(report)
