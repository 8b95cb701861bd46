"""What the XML of XLSX sheets holds beside values: error cells, formulas without a stored result, hidden parts.

Read chunk by chunk, row by row, cell by cell only where a chunk has something to find. Values are calamine's.
Source: ECMA-376 part 1, 18.3.1 (`c`, `f`, `row`, `col`).
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree

from files.parsing.cells import NO_RESULT, CellMarks, too_wide

_CHUNK = 1 << 21
_MAX_ROW = 1 << 24
"""Bytes of one row's XML."""
# A cell with content beyond MAX_COLUMNS (column DA on) or MAX_ROWS; empty styled cells (`<c …/>`) do no harm.
_TOO_FAR = re.compile(
    rb'<(?:\w+:)?c\s[^>]*?\br=["\'](?:[A-Z]{3}\d+|[D-Z][A-Z]\d+|[A-Z]+\d{6,})["\'](?:[^>]*[^/>])?>(?!</(?:\w+:)?c>)'
)
_MAYBE_FAR = re.compile(rb"""r=["'](?:[A-Z]{3}\d|[D-Z][A-Z]\d|[A-Z]{1,2}\d{6})""")
_WORTH, _WORTH_ALSO = (b'="e"', b"<f", b":f", b"hidden="), b"='e'"
"""What a piece must hold to be looked at cell by cell; each costs a look at every byte of the file."""
_ROW = re.compile(rb"<(?:\w+:)?row\b([^>]*?)(/?)>")
_CELL = re.compile(rb"<(?:\w+:)?c\b((?:[^>]*?[^/])?)(?:/>|>(.*?)</(?:\w+:)?c>)", re.DOTALL)
_COLUMN = re.compile(rb"<(?:\w+:)?col\s([^>]*?)/?>")
_FORMULA = re.compile(rb"<(?:\w+:)?f\b[^>]*?(?:/>|>(.*?)</(?:\w+:)?f>)", re.DOTALL)
_VALUE = re.compile(rb"<(?:\w+:)?v\b[^>]*?>([^<]+)</|<(?:\w+:)?is\b")
_REL = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_HIDDEN = (b"1", b"true")


def read(archive: zipfile.ZipFile) -> dict[str, CellMarks]:
    """The marks of each worksheet by its name. Raises UnfitError for cells far out or a broken archive."""
    parts = {name.lower().replace("\\", "/").lstrip("/"): name for name in archive.namelist()}
    # No sheet escapes the search for cells far out, whatever the workbook says of it.
    sheets = {part for part in parts if part.startswith("xl/worksheets/") and part.endswith(".xml")}
    named = {name: part.lower() for name, part in _worksheets(archive, parts) if part.lower() in parts}
    found = {part: _sheet(archive, parts[part]) for part in sheets | {*named.values()}}
    return {name: found[part] for name, part in named.items()}


def _worksheets(archive: zipfile.ZipFile, parts: dict[str, str]) -> Iterator[tuple[str, str]]:
    """Name and part of each sheet, as the workbook and its relations say."""
    try:
        book = ElementTree.fromstring(archive.read(parts["xl/workbook.xml"]))
        relations = ElementTree.fromstring(archive.read(parts["xl/_rels/workbook.xml.rels"]))
    except (KeyError, ElementTree.ParseError):
        return  # the parser may still read it; its sheets count as unchecked
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    for element in book.iter():
        if element.tag.rpartition("}")[2] == "sheet":
            target = targets.get(element.get(_REL) or _strict_id(element), "")
            path = target.lstrip("/") if target.startswith("/") else posixpath.normpath(f"xl/{target}")
            yield element.get("name", ""), path


def _strict_id(element: ElementTree.Element) -> str | None:
    """The relation's id in a strict workbook, whose namespace is another one."""
    return next((value for key, value in element.attrib.items() if key.endswith("}id")), None)


def _sheet(archive: zipfile.ZipFile, part: str) -> CellMarks:
    marks, row = CellMarks(), -1
    for chunk in _chunks(archive, part):
        if _MAYBE_FAR.search(chunk) and _TOO_FAR.search(chunk):
            raise too_wide()
        row = _mark(chunk, row, marks) if _is_worth(chunk) else _last_row(chunk, row)
    return marks


def _is_worth(piece: bytes) -> bool:
    return any(sign in piece for sign in _WORTH) or (b"'" in piece and _WORTH_ALSO in piece)


def _chunks(archive: zipfile.ZipFile, part: str) -> Iterator[bytes]:
    """The XML in pieces that end with a row, so that no cell is torn."""
    with archive.open(part) as raw:
        rest = b""
        while chunk := raw.read(_CHUNK):
            rest += chunk
            cut = max(rest.rfind(b"</row>") + 6, rest.rfind(b":row>") + 5)
            if cut > 5:
                yield rest[:cut]
                rest = rest[cut:]
            elif len(rest) > _MAX_ROW:
                raise too_wide()
        yield rest


def _last_row(chunk: bytes, row: int) -> int:
    at = chunk.rfind(b"row ")
    number = _number(_attributes(chunk[at : at + 400].partition(b">")[0]).get(b"r"))
    if at >= 0 and number is not None:
        return number
    return row + sum(1 for _ in _ROW.finditer(chunk))


def _mark(chunk: bytes, row: int, marks: CellMarks) -> int:
    """Note what a piece of a sheet holds; the index of its last row."""
    for column in _COLUMN.finditer(chunk):
        told = _attributes(column[1])
        if told.get(b"hidden") in _HIDDEN:
            first, last = int(told.get(b"min", b"1")), int(told.get(b"max", b"1"))
            marks.columns.update(range(first - 1, min(last, 200)))
    begins = list(_ROW.finditer(chunk))
    for place, begin in enumerate(begins):
        told = _attributes(begin[1])
        number = _number(told.get(b"r"))
        row = row + 1 if number is None else number
        if told.get(b"hidden") in _HIDDEN:
            marks.rows.add(row)
        end = begins[place + 1].start() if place + 1 < len(begins) else len(chunk)
        if not begin[2]:
            _mark_row(chunk[begin.end() : end], row, marks)
    return row


def _mark_row(cells: bytes, row: int, marks: CellMarks) -> None:
    if not _is_worth(cells):
        return
    column = -1
    for cell in _CELL.finditer(cells):
        told = _attributes(cell[1])
        place = re.match(rb"[A-Z]+", told.get(b"r", b""))
        column = _index(place[0]) if place else column + 1
        error = _error(told.get(b"t", b""), cell[2] or b"")
        if error:
            marks.errors[row, column] = error


def _error(kind: bytes, content: bytes) -> str:
    """The error that a cell shows, or its formula when the file holds no result; "" for any other cell."""
    value, formula = _VALUE.search(content), _FORMULA.search(content)
    if kind == b"e":
        return (value[1] or b"#N/A").decode("utf-8", "replace") if value else "#N/A"
    if formula and not value and kind != b"str":
        return NO_RESULT + (formula[1] or b"").decode("utf-8", "replace")[:80]
    return ""


def _attributes(told: bytes) -> dict[bytes, bytes]:
    return {name: one or two for name, one, two in re.findall(rb"""([\w:]+)\s*=\s*(?:"([^"]*)"|'([^']*)')""", told)}


def _number(text: bytes | None) -> int | None:
    return int(text) - 1 if text and text.isdigit() else None


def _index(letters: bytes) -> int:
    """Column "A" is 0."""
    found = 0
    for letter in letters:
        found = found * 26 + letter - 64
    return found - 1
