"""Errors, formulas without a stored result, hidden parts: told with their place in every format, never overlooked."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
import xlwt

from files import workbooks
from files.faults import FileRefusedError
from files.lists import read_registry
from files.online import read_online
from files.parsing.cells import is_error
from files.workbooks import ErrorCell
from files.xlsform import read_form
from tests import cases
from tests.files.test_workbooks import ods

Table = list[list[object]]
NOTHING = object()
"""A formula whose result nobody stored."""


def as_xlsx(path: Path, rows: Table) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet
    for at, row in enumerate(rows, 1):
        for column, cell in enumerate(row, 1):
            sheet.cell(at, column, "=VLOOKUP(A1,B:C,2)" if cell is NOTHING else cell)  # type: ignore[arg-type]
    book.save(path)
    return path


def as_xls(path: Path, rows: Table) -> Path:
    codes = {"#N/A": 0x2A, "#NAME?": 0x1D, "#REF!": 0x17, "#VALUE!": 0x0F}
    book = xlwt.Workbook()
    sheet = book.add_sheet("DS")
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            if cell is NOTHING:
                sheet.write(at, column, xlwt.Formula("A1"))
            elif cell in codes:
                sheet.row(at).set_cell_error(column, codes[str(cell)])
            else:
                sheet.write(at, column, cell)
    book.save(str(path))
    return path


def as_ods(path: Path, rows: Table) -> Path:
    def cell(value: object) -> str:
        if value is NOTHING:
            return '<table:table-cell table:formula="of:=VLOOKUP([.A1])"/>'
        if str(value).startswith("#"):
            kind = 'office:value-type="string" office:string-value="" calcext:value-type="error"'
            return f"<table:table-cell {kind}><text:p>{value}</text:p></table:table-cell>"
        return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'

    return ods(path, "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows))


def as_csv(path: Path, rows: Table) -> Path:
    lines = [";".join('"=VLOOKUP(A1;B:C;2)"' if cell is NOTHING else str(cell) for cell in row) for row in rows]
    path.write_text("\n".join(lines), "utf-8")
    return path


FORMATS: dict[str, Callable[[Path, Table], Path]] = {"xlsx": as_xlsx, "xls": as_xls, "ods": as_ods, "csv": as_csv}
HEADER: list[object] = ["Tên HTX", "Loại hình", "SĐT", "Là thành viên", "Trạng thái", "Xã", "Số thành viên"]


@pytest.mark.parametrize("ending", FORMATS)
def test_every_format_tells_errors_and_formulas_without_result(tmp_path: Path, ending: str) -> None:
    path = FORMATS[ending](tmp_path / f"a.{ending}", [["a", "#N/A", "b"], ["c", NOTHING, "#REF!"], ["d", "e", "f"]])
    rows = workbooks.read(path).sheets[0].rows
    places = [(at, column) for at, row in enumerate(rows) for column, cell in enumerate(row) if type(cell) is ErrorCell]
    assert places == [(0, 1), (1, 1), (1, 2)]
    assert (rows[0][1], rows[1][2], str(rows[1][1])[:1]) == ("#N/A", "#REF!", "=")
    assert rows[2] == ["d", "e", "f"]


@pytest.mark.parametrize("ending", FORMATS)
def test_a_needed_cell_with_an_error_refuses_its_row_and_another_is_emptied(tmp_path: Path, ending: str) -> None:
    good = ["HTX Một", "NN", "0912345678", "Có", "Hoạt động", "Xã A", "7"]
    table: Table = [
        HEADER,
        good,
        ["#REF!", *good[1:]],
        ["HTX Hai", "#N/A", *good[2:]],
        ["HTX Ba", "NN", "#VALUE!", "Có", "#N/A", "Xã A", NOTHING],
        ["HTX Bốn", "NN", "0912345679", NOTHING, "", "Xã A", ""],
        ["HTX Năm", "NN", "0912345670", "Có", "", "#NAME?", ""],
    ]
    found = read_registry(FORMATS[ending](tmp_path / f"a.{ending}", table))
    assert [(o.name, o.active, o.member_count) for o in found.organisations] == [
        ("HTX Một", True, 7),
        ("HTX Ba", True, None),
    ]
    told = [(f.row, f.column, f.code, f.weight) for f in found.faults if f.code.startswith("cell.")]
    assert sorted(told) == [
        (3, "A (Tên HTX)", "cell.error", "refused"),
        (4, "B (Loại hình)", "cell.error", "refused"),
        (5, "C (SĐT)", "cell.error", "emptied"),
        (5, "E (Trạng thái)", "cell.error", "emptied"),
        (5, "G (Số thành viên)", "cell.no_result", "emptied"),
        (6, "D (Là thành viên)", "cell.no_result", "refused"),
        (7, "F (Xã)", "cell.error", "refused"),
    ]


def test_formulas_filled_down_below_the_list_are_told_once(tmp_path: Path) -> None:
    rows: Table = [HEADER, ["HTX A", "NN", "0912345678", "Có", "", "Xã A", ""], *[["#N/A", "#N/A", "", "#N/A", 5]] * 50]
    found = read_registry(as_xlsx(tmp_path / "a.xlsx", rows))
    assert (found.rows, [f.code for f in found.faults if f.code != "list.kind_from_name"]) == (
        1,
        ["list.rows_of_errors"],
    )


@cases.table(
    "text",
    ["#N/A", "#REF!", "#NAME?", "#VALUE!", "#DIV/0!", "#NULL!", "#NUM!", "#SPILL!", "#CALC!", "#n/a", "Err:502",
     "#ERROR!", "#NOM?", "#WERT!", "#BEZUG!", "Lỗi:508", "########", "#¡VALOR!", "#ИМЯ?", "#TÊN?", "#GIÁ_TRỊ!", "#LỖI!",
     "#DIV/0 !", "#GETTING_DATA...", "#N/A N/A", "#N/D", "#YOK", "#名前?", "#BÖL/0!", "#ZÉROOSZTÓ!", "#DĚLENÍ_NULOU!",
     "#TYHJÄ!", "#TIMEOUT!", "＃N/A", "\u200b#N/A", " #REF!\u00a0", "'#N/A", "Err: 508", "#KXĐ",
     "#VALEURS!", "#¿NOMBRE?"],
)  # fmt: skip
def test_errors_saved_as_text_are_errors(text: str) -> None:
    assert is_error(text)


@pytest.mark.parametrize(
    "text",
    [
        "#",
        "#1",
        "# ghi chú",
        "N/A",
        "Err",
        "Lê",
        "Error 5",
        "##",
        "E",
        "",
        "#Hà Nội!",
        "#HTX NÀ LÚA!",
        "Lê 512",
        "#1!",
        "#A1",
    ],
)
def test_texts_that_only_look_like_errors_are_texts(text: str) -> None:
    assert not is_error(text)


def test_an_error_in_a_form_is_a_fault_with_its_place(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    survey, choices, settings = book.active, book.create_sheet("choices"), book.create_sheet("settings")
    assert survey
    survey.title = "survey"
    for row in (
        ("type", "name", "label::Tiếng Việt (vi)", "relevant"),
        ("select_one yn", "q1", "Có tốt không?", "#NAME?"),
        ("integer", "q2", "Hîp t¸c x· cã mÊy tæ?", "=A1"),
    ):
        survey.append(row)
    for row in (("list_name", "name", "label::Tiếng Việt (vi)"), ("yn", "1", "Có"), ("yn", "0", "Kh?ng")):
        choices.append(row)
    for row in (("form_title", "form_id", "version", "default_language"), ("T", "T1", "1", "Tiếng Việt (vi)")):
        settings.append(row)
    book.save(tmp_path / "form.xlsx")
    with pytest.raises(FileRefusedError) as refused:
        read_form(tmp_path / "form.xlsx")
    assert sorted((f.code, f.sheet, f.row, f.column[:1]) for f in refused.value.faults) == [
        ("cell.error", "survey", 2, "D"),
        ("cell.no_result", "survey", 3, "D"),
        ("letters.legacy", "survey", 3, "C"),
        ("letters.lost", "choices", 3, "C"),
    ]


def test_errors_and_old_letters_in_an_online_file_are_told_and_not_entered(tmp_path: Path) -> None:
    rows: Table = [
        ["Mã", "Trạng thái", "q1", "q2", "q3"],
        ["A1", "Đã trả lời", "#N/A", "Hîp t¸c x·", "5"],
        ["#REF!", "Đã trả lời", "1", "2", "5"],
        ["A3", "#N/A", "1", "2", "5"],
    ]
    found = read_online(as_xlsx(tmp_path / "a.xlsx", rows))
    assert [(row.registry_code, {c.heading: c.text for c in row.answers}) for row in found.rows] == [
        ("A1", {"q3": "5"})
    ]
    assert [(f.row, f.column, f.code) for f in found.faults] == [
        (2, "C (q1)", "cell.error"),
        (2, "D (q2)", "letters.legacy"),
        (3, "A (Mã)", "cell.error"),
        (3, "", "online.nobody"),
        (4, "B (Trạng thái)", "online.status_unknown"),
    ]


@pytest.mark.parametrize("ending", ["xlsx", "xls", "ods"])
def test_hidden_rows_and_columns_are_read_and_told(tmp_path: Path, ending: str) -> None:
    table: Table = [HEADER, *(["HTX A%d" % n, "NN", f"091234567{n}", "Có", "", "Xã A", ""] for n in range(5))]  # noqa: UP031
    path = tmp_path / f"a.{ending}"
    hide: dict[str, Callable[[], object]] = {
        "xlsx": lambda: _hide_xlsx(as_xlsx(path, table)),
        "xls": lambda: _hide_xls(path, table),
        "ods": lambda: _hide_ods(as_ods(path, table)),
    }
    hide[ending]()
    found = read_registry(path)
    assert len(found.organisations) == 5
    told = {fault.code: fault for fault in found.faults}
    assert (told["list.rows_hidden"].params["count"], told["list.rows_hidden"].row) == (2, 3)
    assert told["list.column_hidden"].column == "C (SĐT)"


def _hide_xlsx(path: Path) -> None:
    book = openpyxl.load_workbook(path)
    sheet = book.active
    assert sheet
    sheet.row_dimensions[3].hidden = sheet.row_dimensions[5].hidden = True
    sheet.row_dimensions[90].hidden = True
    sheet.column_dimensions["C"].hidden = True
    sheet.auto_filter.ref = "A1:F6"
    book.save(path)


def _hide_xls(path: Path, rows: Table) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("DS")
    for at, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write(at, column, cell)
    sheet.row(2).hidden = sheet.row(4).hidden = True
    sheet.col(2).hidden = True
    book.save(str(path))


def _hide_ods(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        content = archive.read("content.xml").decode()
    first, *rows = content.split("<table:table-row>")
    columns = '<table:table-column table:number-columns-repeated="2"/><table:table-column table:visibility="collapse"/>'
    marks = {2: ' table:visibility="filter"', 4: ' table:visibility="collapse"'}
    whole = first + columns + "".join(f"<table:table-row{marks.get(at, '')}>{row}" for at, row in enumerate(rows))
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", "<manifest/>")
        archive.writestr("content.xml", whole)


@pytest.mark.parametrize("ending", FORMATS)
@pytest.mark.parametrize("error", ["#TÊN?", " #GIÁ_TRỊ!", "＃N/A"])
def test_an_error_in_any_language_is_no_name_in_any_format(tmp_path: Path, ending: str, error: str) -> None:
    row: list[object] = ["HTX A", "HTX NN", "0912345678", "Có", "", "Xã A", "7"]
    path = FORMATS[ending](tmp_path / f"a.{ending}", [HEADER, row, [error, *row[1:]]])
    read = read_registry(path)
    assert [organisation.name for organisation in read.organisations] == ["HTX A"]
    assert "cell.error" in {fault.code for fault in read.faults}
