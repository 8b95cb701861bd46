"""Files that are no good are refused in words before a parser can be hurt; good ones keep Excel's coordinates."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from files import workbooks
from files.faults import RefusedError
from tests.files.workbooks import write


def refusal(path: Path) -> str:
    with pytest.raises(RefusedError) as refused:
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
        ("old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "file.old_excel"),
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


def test_a_bomb_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbooks, "MAX_UNPACKED", 100_000)
    path = write(tmp_path / "a.xlsx", A=[["the same text again"] * 50] * 200)
    assert refusal(path) == "file.too_large"
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
