"""What the XML of an ODS file holds beside values: error cells, formulas without result, hidden parts, cells far out.

A few bytes of ODS may repeat a cell a million times; only empty ones may be repeated far out. Values are calamine's.
Source: OpenDocument 1.3 part 3, 9.1 (`table:table-cell`, `table:visibility`).
"""

from __future__ import annotations

import html
import itertools
import re
import zipfile

from files.parsing.cells import MAX_COLUMNS, MAX_ROWS, NO_RESULT, CellMarks, UnfitError, too_wide

_MAX_CONTENT = 100 * 1024 * 1024
_TABLE = re.compile(rb"<table:table\s")
_NAME = re.compile(rb'\btable:name="([^"]*)"')
_ROW = re.compile(rb"<table:table-row\b([^>]*?)(?:/>|>(.*?)</table:table-row>)", re.DOTALL)
_CELL = re.compile(
    rb"<table:(?:covered-)?table-cell\b((?:[^>]*?[^/])?)(?:/>|>(.*?)</table:(?:covered-)?table-cell>)", re.DOTALL
)
_COLUMN = re.compile(rb"<table:table-column\b([^>]*?)/?>")
_REPEATED = re.compile(rb'number-(?:columns|rows)-repeated="(\d+)"')
_HIDDEN = re.compile(rb'table:visibility="(?:collapse|filter)"')
_TEXT = re.compile(rb"<text:p\b[^>]*>(.*?)</text:p>", re.DOTALL)
_FORMULA = re.compile(rb'table:formula="([^"]*)"')


def read(archive: zipfile.ZipFile) -> dict[str, CellMarks]:
    """The marks of each table by its name. Raises UnfitError: encrypted, too large, cells far out."""
    if "META-INF/manifest.xml" in archive.namelist() and b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise UnfitError("file.encrypted")
    if archive.getinfo("content.xml").file_size > _MAX_CONTENT:
        raise UnfitError("file.too_large", megabytes=_MAX_CONTENT >> 20)
    content = archive.read("content.xml")
    begins = [*(found.start() for found in _TABLE.finditer(content)), len(content)]
    found: dict[str, CellMarks] = {}
    for start, end in itertools.pairwise(begins):
        table = content[start:end]
        name = _NAME.search(table)
        found[html.unescape(name[1].decode("utf-8", "replace")) if name else ""] = _table(table)
    return found


def _table(table: bytes) -> CellMarks:
    marks, at, column = CellMarks(), 0, 0
    for told in _COLUMN.finditer(table):
        times = _times(told[1])
        if _HIDDEN.search(told[1]):
            marks.columns.update(range(column, min(column + times, MAX_COLUMNS)))
        column += times
    for row in _ROW.finditer(table):
        times = _times(row[1])
        filled = _row(row[2] or b"", at, marks)
        if filled and (at + times > MAX_ROWS or filled > MAX_COLUMNS):
            raise too_wide()
        if filled and _HIDDEN.search(row[1]):
            marks.rows.update(range(at, at + times))
        at += times
    return marks


def _row(cells: bytes, at: int, marks: CellMarks) -> int:
    """Note the errors of a row; the column of its last cell with content, counted from 1, 0 when all are empty."""
    column = last = 0
    for cell in _CELL.finditer(cells):
        told, content = cell[1], cell[2] or b""
        times = _times(told)
        if error := _error(told, content):
            marks.errors.update(((at, place), error) for place in range(column, column + min(times, MAX_COLUMNS)))
        column += times
        if content.strip() or b"office:value" in told:
            last = column
    return last


def _error(told: bytes, content: bytes) -> str:
    shown = _TEXT.search(content)
    if b'calcext:value-type="error"' in told:
        return html.unescape(shown[1].decode("utf-8", "replace")) if shown and shown[1] else "#N/A"
    formula = _FORMULA.search(told)
    if formula and not shown and b"value-type" not in told:
        return NO_RESULT + html.unescape(formula[1].decode("utf-8", "replace")).removeprefix("of:=")[:80]
    return ""


def _times(attributes: bytes) -> int:
    repeated = _REPEATED.search(attributes)
    return int(repeated[1][:9]) if repeated else 1
