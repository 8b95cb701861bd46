"""Tables in HTML, and Excel's XML of 2003: what many programs save under the name .xls.

It must not know what the cells mean, nor encodings.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from html.parser import HTMLParser
from xml.etree import ElementTree

from files.parsing.cells import (
    MAX_COLUMNS,
    MAX_ROWS,
    Cell,
    CellMarks,
    Row,
    Sheet,
    UnfitError,
    filled_down,
    marked,
    too_wide,
)

_NS = "{urn:schemas-microsoft-com:office:spreadsheet}"
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none")


def read_html(text: str) -> list[Sheet]:
    """Each table of a page as a sheet, without the tables inside it. Raises UnfitError when there is none."""
    tables = _Tables()
    tables.feed(text)
    tables.close()
    if not tables.found:
        raise UnfitError("file.unknown")
    return [marked(Sheet(f"Bảng {n}", rows), marks) for n, (rows, marks) in enumerate(tables.found, 1)]


class _Tables(HTMLParser):
    """Collects the cells of outer tables; a cell that spans rows stands for each of them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[list[Row], CellMarks]] = []
        self._rows: list[list[Cell]] = []
        self._marks = CellMarks()
        self._depth = 0
        self._cell: list[str] | None = None
        self._span = (1, 1)
        self._below: dict[int, tuple[int, str]] = {}
        self._begun: dict[int, tuple[int, str]] = {}
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a table, row or cell."""
        told = {name: value or "" for name, value in attrs}
        if tag in ("script", "style", "title"):
            self._silent += 1
        elif tag == "table":
            self._depth += 1
            if self._depth == 1:
                self._rows, self._marks, self._below, self._begun = [], CellMarks(), {}, {}
        elif self._depth == 1 and tag == "tr":
            self._end_row()
            if _HIDDEN_STYLE.search(told.get("style", "")) or "hidden" in told:
                self._marks.rows.add(len(self._rows))
            self._rows.append([])
            if len(self._rows) > MAX_ROWS:
                raise too_wide()
        elif self._depth == 1 and tag in ("td", "th"):
            self._end_cell()
            self._cell = []
            self._span = (_span(told.get("rowspan")), _span(told.get("colspan")))
        elif self._cell is not None and tag in ("br", "p", "div") and self._cell:
            self._cell.append("\n")

    def handle_endtag(self, tag: str) -> None:
        """End what was begun."""
        if tag in ("script", "style", "title"):
            self._silent = max(0, self._silent - 1)
        elif tag == "table" and self._depth:
            if self._depth == 1:
                self._end_row()
                self.found.append((list(self._rows), self._marks))
            self._depth -= 1
        elif self._depth == 1 and tag in ("td", "th"):
            self._end_cell()
        elif self._depth == 1 and tag == "tr":
            self._end_row()

    def handle_data(self, data: str) -> None:
        """Text of a cell."""
        if self._cell is not None and not self._silent:
            self._cell.append(data)

    def _end_cell(self) -> None:
        if self._cell is None:
            return
        if not self._rows:
            self._rows.append([])
        self._from_above()
        text = "\n".join(" ".join(line.split()) for line in "".join(self._cell).split("\n") if line.strip())
        down, across = self._span
        if len(self._rows[-1]) + across > MAX_COLUMNS:
            raise too_wide()
        if down > 1:
            self._begun[len(self._rows[-1])] = (down - 1, text)
        self._rows[-1] += [text, *[""] * (across - 1)]
        self._cell = None

    def _from_above(self) -> None:
        """Put what cells of earlier rows leave in the places that they span."""
        row = self._rows[-1]
        while left := self._below.get(len(row)):
            times, text = left
            if times > 1:
                self._below[len(row)] = (times - 1, text)
            else:
                del self._below[len(row)]
            row.append(text)

    def _end_row(self) -> None:
        self._end_cell()
        if self._rows:
            self._from_above()
        self._below |= self._begun
        self._begun = {}


def _span(told: str | None) -> int:
    return max(1, min(int(told), MAX_ROWS)) if told and told.isdigit() else 1


def read_xml(text: str) -> list[Sheet]:
    """The worksheets of an "XML Spreadsheet 2003". Raises UnfitError."""
    try:
        # What it says of its own encoding holds for bytes; here it is text.
        book = ElementTree.fromstring(re.sub(r"\A\s*<\?xml[^>]*\?>", "", text))
    except ElementTree.ParseError as error:
        raise UnfitError("file.corrupt") from error
    return [_worksheet(sheet) for sheet in book.iter(f"{_NS}Worksheet")]


def _worksheet(sheet: ElementTree.Element) -> Sheet:
    rows: list[list[Cell]] = []
    marks, merged = CellMarks(), []
    for element in sheet.iter(f"{_NS}Row"):
        at = int(element.get(f"{_NS}Index", len(rows) + 1)) - 1
        if at >= MAX_ROWS:
            raise too_wide()
        rows += [[] for _ in range(at + 1 - len(rows))]
        if element.get(f"{_NS}Hidden") == "1":
            marks.rows.add(at)
        for column, cell in _placed(element):
            row = rows[at]
            row += [""] * (column + 1 - len(row))
            row[column] = _value(cell, at, column, marks)
            if down := int(cell.get(f"{_NS}MergeDown", 0)):
                merged.append((at, at + down, column))
    for top, bottom, column in merged:
        for row in rows[top + 1 : bottom + 1]:
            row += [""] * (column + 1 - len(row))
        filled_down(rows, top, bottom, column)
    hidden = "SheetHidden" in ElementTree.tostring(sheet, "unicode")[-4000:]
    return marked(Sheet(sheet.get(f"{_NS}Name", ""), rows, hidden), marks)


def _placed(row: ElementTree.Element) -> Iterator[tuple[int, ElementTree.Element]]:
    column = -1
    for cell in row.iter(f"{_NS}Cell"):
        column = int(cell.get(f"{_NS}Index", column + 2)) - 1
        if column >= MAX_COLUMNS:
            raise too_wide()
        yield column, cell
        column += int(cell.get(f"{_NS}MergeAcross", 0))


def _value(cell: ElementTree.Element, at: int, column: int, marks: CellMarks) -> Cell:
    data = cell.find(f"{_NS}Data")
    formula = cell.get(f"{_NS}Formula")
    if data is None:
        if formula:
            marks.errors[at, column] = formula[:80]
        return ""
    text = "".join(data.itertext())
    match data.get(f"{_NS}Type"):
        case "Error":
            marks.errors[at, column] = text
        case "Number":
            return float(text)
        case "Boolean":
            return text == "1"
        case "DateTime":
            return datetime.fromisoformat(text)
    return text
