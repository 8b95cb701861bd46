"""Files that are written: every text comes back as it was, from more than one reader, and sheets keep their names."""

from __future__ import annotations

from pathlib import Path
from zipfile import ZipFile

import openpyxl
import openpyxl.utils.escape
import pytest
from hypothesis import given
from hypothesis import strategies as st

from files import tables, workbooks
from tests import cases

TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\ufffe\uffff"), max_size=12)
ROWS = st.lists(st.lists(st.none() | TEXTS, min_size=1, max_size=4), max_size=5)


def _written(path: Path, *sheets: tuple[str, list[str], list[list[str | None]]]) -> Path:
    path.unlink(missing_ok=True)
    with tables.sheets(path) as book:
        for name, heading, rows in sheets:
            assert book.write(name, heading, rows) == len(rows)
    return path


def _cells(rows: object) -> list[list[str]]:
    assert isinstance(rows, (list, tuple))
    return [[str(cell or "") for cell in row] for row in rows]


@given(rows=ROWS)
def test_every_text_comes_back_as_it_was(tmp_path_factory, rows) -> None:  # type: ignore[no-untyped-def]
    path = _written(tmp_path_factory.getbasetemp() / "any.xlsx", ("Một", ["a", "b", "c", "d"], rows))
    (sheet,) = workbooks.read(path).sheets
    said = [[cell or "" for cell in (*row, "", "", "", "")][:4] for row in rows]
    found = _cells(sheet.rows[1:])
    assert found == said[: len(found)]
    assert not any(any(row) for row in said[len(found) :])


@pytest.mark.parametrize("text", ["_x0041_", "a & b < c", ' " hai ', "x\ny", "\x01\x0b", "=1+1"])
def test_what_workbooks_could_take_for_something_else_stays_a_text(tmp_path: Path, text: str) -> None:
    path = _written(tmp_path / "one.xlsx", ("Một", ["a"], [[text]]))
    assert workbooks.read(path).sheets[0].rows[1] == [text]
    cell = openpyxl.load_workbook(path).worksheets[0]["A2"]
    assert (cell.data_type, openpyxl.utils.escape.unescape(cell.value)) in {("s", text), ("inlineStr", text)}


def test_markup_of_the_library_is_not_taken_from_a_text(tmp_path: Path) -> None:
    path = _written(tmp_path / "one.xlsx", ("Một", ["a"], [["<r><t>một</t></r>"]]))
    assert workbooks.read(path).sheets[0].rows[1] == ["<r><t>một</t></r> "]


def test_sheets_stand_in_order_under_names_excel_takes_and_no_part_is_larger_than_it_says(tmp_path: Path) -> None:
    path = _written(tmp_path / "x.xlsx", ("A/B", ["a"], [["1"], [None]]), ("A?B", [], [["2"]]), ("trống", ["b"], []))
    assert [sheet.name for sheet in workbooks.read(path).sheets] == ["A B", "A B (2)", "trống"]
    book = openpyxl.load_workbook(path, read_only=True)
    assert [list(sheet.values) for sheet in book.worksheets] == [[("a",), ("1",)], [(None,), ("2",)], [("b",)]]
    with ZipFile(path) as packed:
        assert packed.testzip() is None
        assert packed.namelist()[0] == "[Content_Types].xml"
        assert {entry.extract_version for entry in packed.infolist()} == {20}
    assert [file.name for file in tmp_path.iterdir()] == ["x.xlsx"]


@cases.table("sign", [*"=+-@", *"＝＋－＠"])
@cases.table("before", ["", " ", "\u00a0", "\ufeff", "\u200b", "\t", "\r", "\n", "'", " \u200b "])
def test_nothing_is_calculated_behind_what_is_not_seen(sign: str, before: str) -> None:
    text = f"{before}{sign}cmd|' /c calc'!A1"
    assert tables.guard_formula(text) == f"'{text}"
    assert tables.unguard(tables.as_text_cell(text)) == text
