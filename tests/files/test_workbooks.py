"""Files that are no good are refused in words before a parser can be hurt; good ones keep Excel's coordinates."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import xlsxwriter
import xlwt

from files import workbooks
from files.faults import FileRefusedError
from tests.files.workbooks import write


def refusal(path: Path) -> str:
    with pytest.raises(FileRefusedError) as refused:
        workbooks.read(path)
    return refused.value.faults[0].code


def test_rows_keep_the_coordinates_of_excel(tmp_path: Path) -> None:
    book = workbooks.read(write(tmp_path / "a.xlsx", A=[[], [], ["", "", "x"]], B=[["y"]]))
    assert book.sheets[0].rows[2][2] == "x"
    assert [sheet.name for sheet in book.sheets] == ["A", "B"]


def test_a_cell_merged_downwards_stands_for_every_row_and_a_title_only_for_itself(tmp_path: Path) -> None:
    path = tmp_path / "merged.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.merge_range(0, 0, 0, 2, "TITLE")
    sheet.merge_range(1, 1, 3, 1, "Xã A")
    for row in (1, 2, 3):
        sheet.write(row, 0, f"HTX {row}")
    book.close()
    rows = workbooks.read(path).sheets[0].rows
    assert [row[1] for row in rows] == ["", "Xã A", "Xã A", "Xã A"]


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("junk.xlsx", b"PK\x03\x04 no archive", "file.corrupt"),
        ("photo.jpg", b"\xff\xd8\xff\xe0 photo", "file.unknown"),
        ("page.html", b"<html></html>", "file.unknown"),
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "file.corrupt"),
        (
            "locked.xlsx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600) + "EncryptedPackage".encode("utf-16-le"),
            "file.encrypted",
        ),
        ("latin.csv", "Tên;Xã".encode("cp1258", "replace") + b"\xff", "file.encoding"),
        ("zeros.csv", b"a;b\n\0;c", "file.unknown"),
        ("empty.csv", b"", "file.empty"),
    ],
)
def test_unfit_files_are_refused(tmp_path: Path, name: str, data: bytes, code: str) -> None:
    path = tmp_path / name
    path.write_bytes(data)
    assert refusal(path) == code


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    assert refusal(tmp_path / "nowhere.xlsx") == "file.unreadable"


def test_an_archive_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/document.xml", "x")
    assert refusal(path) == "file.unknown"


def test_a_damaged_workbook_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.xlsx", A=[["x" * 50] * 9] * 200)
    data = bytearray(path.read_bytes())
    middle = data.index(b"xl/worksheets/sheet1.xml") + 200
    data[middle : middle + 40] = bytes(40)
    path.write_bytes(bytes(data))
    assert refusal(path) == "file.corrupt"


def test_a_file_larger_than_lists_are_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "a.xlsx", A=[["the same text again"] * 50] * 200)
    monkeypatch.setattr(workbooks, "MAX_BYTES", 1_000)
    assert refusal(path) == "file.too_large"


@pytest.mark.parametrize(("row", "column"), [(99_999, 0), (0, 104), (0, 16_383), (1_048_575, 0)])
def test_one_cell_far_out_is_refused_instead_of_filling_memory(tmp_path: Path, row: int, column: int) -> None:
    path = tmp_path / "far.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write(0, 1, "near")
    sheet.write(row, column, "far")
    book.close()
    assert refusal(path) == "file.too_wide"


def test_empty_styled_cells_far_out_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "styled.xlsx"
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet()
    sheet.write(0, 0, "near")
    sheet.write_blank(0, 16_000, None, book.add_format({"bold": True}))
    book.close()
    assert workbooks.read(path).sheets[0].rows[0][0] == "near"


@pytest.mark.parametrize(
    ("data", "delimiter"),
    [("a;b;c\n1;2;3", ";"), ("a,b\n1,2", ","), ("a\tb\n1\t2", "\t"), ('﻿"a";"b;c"\n1;2', ";")],
)
def test_csv_with_any_delimiter(tmp_path: Path, data: str, delimiter: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(data, "utf-8")
    rows = workbooks.read(path).sheets[0].rows
    assert rows[0][0] == "a"
    assert len(rows[0]) == len(rows[1])


@pytest.mark.parametrize(("index", "name"), [(0, "A"), (25, "Z"), (26, "AA"), (51, "AZ"), (52, "BA"), (103, "CZ")])
def test_letters_of_columns(index: int, name: str) -> None:
    assert workbooks.letter(index) == name


def old_excel(path: Path, rows: int = 60, far: tuple[int, int] | None = None) -> Path:
    book = xlwt.Workbook()
    sheet = book.add_sheet("DS")
    for row in range(rows):
        for column in range(12):
            sheet.write(row, column, f"ô {row}/{column}")
    if far:
        sheet.write(*far, "far")
    hidden = book.add_sheet("Ẩn")
    hidden.visibility = 1
    hidden.write(0, 0, "z")
    book.save(str(path))
    return path


def ods(path: Path, rows: str, manifest: str = "") -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("META-INF/manifest.xml", f"<manifest>{manifest}</manifest>")
        archive.writestr("content.xml", ODS.format(rows=rows))
    return path


ODS = (
    '<?xml version="1.0"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0"'
    ' xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"'
    ' xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet>'
    '<table:table table:name="DS">{rows}</table:table></office:spreadsheet></office:body></office:document-content>'
)
WIDE = (
    '<table:table-cell office:value-type="string" table:number-columns-repeated="16000"><text:p>a</text:p>'
    "</table:table-cell>"
)
FILLED = '<table:table-cell office:value-type="string"{}><text:p>a</text:p></table:table-cell>'


def test_old_excel_is_read_and_hidden_sheets_are_marked(tmp_path: Path) -> None:
    book = workbooks.read(old_excel(tmp_path / "a.xls"))
    assert book.sheets[0].rows[59][11] == "ô 59/11"
    assert [sheet.hidden for sheet in book.sheets] == [False, True]


def test_old_excel_with_a_cell_far_out_or_cut_short_is_refused(tmp_path: Path) -> None:
    assert refusal(old_excel(tmp_path / "far.xls", far=(3, 250))) == "file.too_wide"
    whole = old_excel(tmp_path / "a.xls", rows=400).read_bytes()
    for at in (600, 3000, len(whole) // 2):
        (tmp_path / "cut.xls").write_bytes(whole[:at])
        assert refusal(tmp_path / "cut.xls") in ("file.corrupt", "file.unknown")


def test_ods_is_read_with_its_empty_rows_repeated_to_the_end(tmp_path: Path) -> None:
    row = f"<table:table-row><table:table-cell/>{FILLED.format('')}</table:table-row>"
    empty = '<table:table-row table:number-rows-repeated="1048575"><table:table-cell/></table:table-row>'
    book = workbooks.read(ods(tmp_path / "a.ods", row + empty))
    assert book.sheets[0].rows[0][1] == "a"


@pytest.mark.parametrize(
    "rows",
    [
        f'<table:table-row table:number-rows-repeated="900000">{FILLED.format("")}</table:table-row>',
        f"<table:table-row>{WIDE}</table:table-row>",
        '<table:table-row><table:table-cell table:number-columns-repeated="9000"/>'
        f"{FILLED.format('')}</table:table-row>",
    ],
)
def test_a_few_bytes_of_ods_cannot_fill_memory(tmp_path: Path, rows: str) -> None:
    assert refusal(ods(tmp_path / "bomb.ods", rows)) == "file.too_wide"


def test_an_encrypted_ods_is_refused(tmp_path: Path) -> None:
    path = ods(tmp_path / "a.ods", "", "<manifest:encryption-data/>")
    assert refusal(path) == "file.encrypted"
