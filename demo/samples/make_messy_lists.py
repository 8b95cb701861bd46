"""Writes lists as untidy as real ones for two provinces, in four formats, with what must become of every row.

Seeded: the same lists each time. Nothing in them is real.
"""

from __future__ import annotations

import csv
import io
import json
import random
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter
import xlwt  # type: ignore[import-untyped]  # has none

from demo.samples.messes import FIELDS, MESSES, SampleRow, good, plain

QUESTIONNAIRES = Path(__file__).resolve().parents[2] / "questionnaires"
PLACE = QUESTIONNAIRES / "messy"
SEED = 20261122
TITLES: Mapping[str, str] = {
    "login": "Số điện thoại", "password": "Mật khẩu", "name": "Tên tổ chức", "kind": "Loại (HTX/QTD)",
    "sector": "Loại hình", "leader": "Người quản lý", "position": "Chức vụ", "email": "Email", "commune": "Phường/Xã",
    "address": "Địa chỉ", "member_count": "Số thành viên (≥1)", "founded_on": "Ngày thành lập",
    "member": "Là thành viên", "active": "Trạng thái", "district": "Quận/Huyện", "province": "Tỉnh",
}  # fmt: skip
OTHER_TITLES = {
    **TITLES,
    "login": "SĐT ",
    "name": "TÊN  HTX",
    "leader": "Giám đốc",
    "commune": "Xã",
    "member": "Thành viên LMHTX",
}
Grid = list[list[Any]]
Expected = list[dict[str, Any]]


class Book:
    """One list: its office's province, and sheets of cells with what is expected of each row."""

    def __init__(self, file: str, area: str) -> None:
        """`file` is the name in the repository."""
        self.file = file
        self.area = area
        self.sheets: dict[str, Grid] = {}
        self.expected: Expected = []

    def add(
        self, sheet: str, blocks: Sequence[Sequence[SampleRow]], titles: Mapping[str, str], order: Sequence[str]
    ) -> None:
        """A sheet with title rows above its header, and the lines of all blocks below."""
        grid: Grid = [["DANH SÁCH TỔ CHỨC - DỮ LIỆU MẪU"], [], [titles[name] for name in order]]
        for line in (line for block in blocks for line in block):
            grid.append([line.cells[name] for name in order])
            self.expected.append(_expected(self.file, sheet, len(grid), line))
        self.sheets[sheet] = grid


def _expected(file: str, sheet: str, row: int, line: SampleRow) -> dict[str, Any]:
    found = {
        "file": file,
        "sheet": sheet,
        "row": row,
        "outcome": line.outcome,
        "codes": sorted(line.codes),
        "mess": line.mess,
    }
    return {**found, "organisation": line.expected} if line.outcome == "taken" else found


def books() -> list[Book]:
    """All lists, filled."""
    rng = random.Random(SEED)
    first, second = Book("danh-sach-24.xlsx", "24"), Book("danh-sach-08.xls", "08")
    third, fourth = Book("bo-sung-08.csv", "08"), Book("bo-sung-24.ods", "24")
    order = list(FIELDS)
    first.add("Danh sách", _blocks(rng, 0, 3), TITLES, order)
    across = [[SampleRow(_first_good(first), "refused", ("list.duplicate",), mess="twice across sheets")]]
    former = [
        [
            SampleRow(
                good(39_000, province="Bắc Giang"),
                expected=plain(39_000, address="Thôn 3, tỉnh Bắc Giang"),
                mess="former province",
            )
        ]
    ]
    first.add("Bổ sung", [*across, *former, *_blocks(rng, 3, 1)], OTHER_TITLES, order[::-1])
    rng.shuffle(order)
    second.add("DS", _blocks(rng, 4, 3), OTHER_TITLES, order)
    third.add("CSV", _blocks(rng, 7, 1), TITLES, FIELDS)
    fourth.add("DS", _blocks(rng, 8, 1), TITLES, FIELDS)
    return [first, second, third, fourth]


def _first_good(book: Book) -> dict[str, Any]:
    """The cells of the first row that is taken."""
    row = next(e["row"] for e in book.expected if e["outcome"] == "taken" and not e["codes"])
    return dict(zip(FIELDS, book.sheets["Danh sách"][row - 1], strict=True))


def _blocks(rng: random.Random, start: int, times: int) -> list[Sequence[SampleRow]]:
    """Every kind of mess `times` times, in any order; the rows of one stay together."""
    indexes = [(start + t) * 100 + at for t in range(times) for at in range(len(MESSES))]
    kinds = list(MESSES.items()) * times
    blocks = [
        tuple(replace(line, mess=name) for line in kind(index))
        for (name, kind), index in zip(kinds, indexes, strict=True)
    ]
    rng.shuffle(blocks)
    return list(blocks)


def xlsx(book: Book) -> bytes:
    """The list as .xlsx, with a merged title and a hidden sheet that holds an older edition of it."""
    buffer = io.BytesIO()
    out = xlsxwriter.Workbook(buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    out.set_properties({"created": datetime(2026, 1, 1)})  # noqa: DTZ001  spreadsheets know no zones
    day = out.add_format({"num_format": "dd/mm/yyyy"})
    hidden: Grid = [list(TITLES.values()), list(good(99_999).values())]
    for name, grid in {**book.sheets, "Bản cũ": hidden}.items():
        sheet = out.add_worksheet(name)
        for at, row in enumerate(grid):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write_datetime(at, column, cell, day)
                elif cell != "":
                    sheet.write(at, column, cell)
        if grid is hidden:
            sheet.hide()
        else:
            sheet.merge_range(0, 0, 0, 5, grid[0][0])
    out.close()
    return buffer.getvalue()


def xls(book: Book) -> bytes:
    """The list as .xls of Excel 97."""
    out = xlwt.Workbook(encoding="utf-8")
    day = xlwt.easyxf(num_format_str="dd/mm/yyyy")
    for name, grid in book.sheets.items():
        sheet = out.add_sheet(name)
        for at, row in enumerate(grid):
            for column, cell in enumerate(row):
                if isinstance(cell, date):
                    sheet.write(at, column, cell, day)
                elif cell != "":
                    sheet.write(at, column, cell)
    buffer = io.BytesIO()
    out.save(buffer)
    return buffer.getvalue()


def as_text(cell: Any) -> str:
    """A cell where there are only texts."""
    return cell.strftime("%d/%m/%Y") if isinstance(cell, date) else str(cell)


def delimited(book: Book) -> bytes:
    """The list as CSV with semicolons and a byte order mark, as Excel saves it here."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=";")
    for grid in book.sheets.values():
        writer.writerows([as_text(cell) for cell in row] for row in grid)
    return buffer.getvalue().encode("utf-8-sig")


def ods(book: Book) -> bytes:
    """The list as .ods."""
    names = {"office": "office", "table": "table", "text": "text"}
    spaces = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{s}:1.0"' for n, s in names.items())
    tables = "".join(
        f'<table:table table:name="{escape(name)}">{"".join(_ods_rows(grid))}</table:table>'
        for name, grid in book.sheets.items()
    )
    body = f"<office:body><office:spreadsheet>{tables}</office:spreadsheet></office:body>"
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?><office:document-content {spaces}>{body}</office:document-content>'
    )
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for entry, text in (("mimetype", kind), ("META-INF/manifest.xml", "<manifest/>"), ("content.xml", content)):
            archive.writestr(zipfile.ZipInfo(entry, (2026, 1, 1, 0, 0, 0)), text, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def _ods_rows(grid: Grid) -> Iterator[str]:
    for row in grid:
        cells = (
            f'<table:table-cell office:value-type="string"><text:p>{escape(as_text(cell))}</text:p></table:table-cell>'
            if cell != ""
            else "<table:table-cell/>"
            for cell in row or [""]
        )
        yield f"<table:table-row>{''.join(cells)}</table:table-row>"


WRITERS = {".xlsx": xlsx, ".xls": xls, ".csv": delimited, ".ods": ods}


def main() -> None:
    """Write the lists and the table of expectations."""
    PLACE.mkdir(exist_ok=True)
    made = books()
    for book in made:
        (PLACE / book.file).write_bytes(WRITERS[Path(book.file).suffix](book))
    table = [line for book in made for line in book.expected]
    lines = ",\n".join(json.dumps(line, ensure_ascii=False, sort_keys=True) for line in table)
    (PLACE / "expected.json").write_text(f"[\n{lines}\n]\n", "utf-8")
    print(len(made), "lists,", len(table), "rows,", sum(line["outcome"] == "taken" for line in table), "organisations")


if __name__ == "__main__":
    main()
