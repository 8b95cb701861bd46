"""Text under any name: CSV in its dialects, tab text of Excel in UTF-16, HTML and XML that call themselves workbooks.

It must not know what the cells mean. A text that is no UTF is refused with the name of what it seems to be.
"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence

from characters import legacy
from files.parsing import markup
from files.parsing.cells import MAX_COLUMNS, MAX_ROWS, NO_RESULT, CellMarks, Row, Sheet, UnfitError, marked, too_wide

_LOOKED_AT = 400
"""Rows by which the delimiter is found."""
_DELIMITERS = ";\t,|"
_GUARDED = re.compile(r'="(.*)"', re.DOTALL)
"""How programs keep Excel from reading a number: ="0912345678"."""
_FORMULA = re.compile(r"=\s*[A-Z][A-Z.]*\(.*\)\s*", re.DOTALL)
_MHTML = re.compile(r"\A\s*(MIME-Version|Content-Type|From|Subject|Date): ", re.IGNORECASE)

MOST_NULS = 100
"""A CSV file with a NUL among fewer characters is none; a lone one is dropped with its cell's other unseen ones."""


def read(data: bytes, ending: str, convert: str) -> list[Sheet]:
    """The sheets of a text. Raises UnfitError: encoding, no table, broken quotes, too wide."""
    text = _decode(data, convert)
    head = text[:4000].lstrip().lower()
    if _MHTML.match(text) and "multipart/related" in head:
        raise UnfitError("file.mhtml")
    if head.startswith("<?xml") and "urn:schemas-microsoft-com:office:spreadsheet" in head:
        return markup.read_xml(text)
    bare = re.sub(r"<\?xml[^>]*>|<!--.*?-->", " ", head, flags=re.DOTALL).lstrip()
    if re.match(r"<(!doctype|html|head|body|table|meta|style|div)\b", bare):
        return markup.read_html(text)
    if ending.startswith(".htm") or head.startswith("<?xml"):
        raise UnfitError("file.unknown")
    return [marked(Sheet("CSV", _rows(text)), CellMarks())]


def _decode(data: bytes, convert: str) -> str:
    text = _utf(data)
    if text is None and convert:
        return legacy.as_latin(data)
    if data.startswith((b"%PDF", b"{\\rtf", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"Rar!", b"7z\xbc\xaf")):
        raise UnfitError("file.unknown")
    if text is None and (sum(byte < 32 and byte not in b"\t\r\n\f\x1a" for byte in data[:4000]) > 4 or b"\0" in data):
        raise UnfitError("file.unknown")
    if text is None:
        encoding = legacy.encoding_of_bytes(data)
        raise UnfitError(f"file.encoding.{encoding}" if encoding else "file.encoding")
    if text.count("\0") * MOST_NULS > len(text):
        raise UnfitError("file.unknown")
    return text


def _utf(data: bytes) -> str | None:
    """The text in UTF-8, or in UTF-16 as Excel's "Unicode text" is; None when it is neither."""
    encoding = "utf-8-sig"
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif data[1:60:2].count(0) > 15:
        encoding = "utf-16-le"
    elif data[0:60:2].count(0) > 15:
        encoding = "utf-16-be"
    try:
        return data.decode(encoding)
    except UnicodeError:
        return None


def _rows(text: str) -> list[Row]:
    told = re.match(r"\ufeff?sep=(.)\r?\n", text, re.IGNORECASE)
    if told:
        text, delimiter = text[told.end() :], told[1]
    else:
        delimiter = _delimiter(text)
    rows: list[Row] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in reader:
            if len(rows) >= MAX_ROWS or len(row) > MAX_COLUMNS:
                if any(row[MAX_COLUMNS:]) or len(rows) >= MAX_ROWS:
                    raise too_wide()
                del row[MAX_COLUMNS:]
            rows.append([_cell(cell) if cell[:1] == "=" else cell for cell in row])
    except csv.Error as error:
        raise UnfitError("file.quotes", line=reader.line_num) from error
    return rows


def _cell(cell: str) -> str:
    from files.parsing.cells import ErrorCell

    guarded = _GUARDED.fullmatch(cell)
    if guarded:
        return guarded[1].replace('""', '"')
    return ErrorCell(NO_RESULT + cell[1:80]) if _FORMULA.fullmatch(cell) else cell


def _delimiter(text: str) -> str:
    """The one that gives the same number of columns in most rows; of two that do, the one with more columns."""
    return max(_DELIMITERS, key=lambda delimiter: _regular(_first_rows(text, delimiter)))


def _first_rows(text: str, delimiter: str) -> list[list[str]]:
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            if any(row):
                rows.append(row)
            if len(rows) == _LOOKED_AT:
                break
    except csv.Error:
        pass
    return rows


def _regular(rows: Sequence[Sequence[str]]) -> float:
    widths = Counter(len(row) for row in rows if len(row) > 1)
    if not widths:
        return 0.0
    width, times = max(widths.items(), key=lambda item: (item[1], item[0]))
    share = times / len(rows)
    return share * share * (width - 1)
