"""Reads XLSX, XLS, ODS and CSV files into rows of plain cells with Excel's coordinates, or refuses a file in words.

It must not know what the cells mean. Everything is checked before a parser sees it (`files.containers`).
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineSheet,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    load_workbook,
)

from files.containers import MAX_COLUMNS, MAX_ROWS, OLE, ZIP, UnfitError, check_ole, check_zip
from files.faults import Fault, RefusedError

Cell = str | float | bool | date | datetime | time | timedelta
Row = Sequence[Cell]

MOST_NULS = 100
"""A CSV file with a NUL among fewer characters is none; a lone one is dropped with its cell's other unseen ones."""
MAX_BYTES = 30 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet; `rows[0]` is Excel's row 1, `rows[i][0]` column A. Empty cells are "". `hidden`: nobody sees it."""

    name: str
    rows: Sequence[Row]
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Workbook:
    """The sheets of a file, and the SHA-256 of its bytes in hexadecimal."""

    sheets: tuple[Sheet, ...]
    sha256: str

    def sheet(self, name: str) -> Sheet | None:
        """The sheet called `name` (any case), or None."""
        return next((s for s in self.sheets if s.name.strip().lower() == name), None)


def letter(index: int) -> str:
    """The name Excel gives to column `index` (from 0): A, B, … Z, AA."""
    head, tail = divmod(index, 26)
    return (letter(head - 1) if head else "") + chr(65 + tail)


def read(path: Path) -> Workbook:
    """Read `path`. Raises RefusedError for a missing, oversized, encrypted, corrupt, empty or unknown file."""
    data = _bytes(path)
    if data.startswith((ZIP, OLE)):
        sheets = _read_book(data, path)
    elif path.suffix.lower() in (".csv", ".txt", ".tsv"):
        sheets = (Sheet("CSV", _read_csv(data, path)),)
    else:
        raise _refused("file.unknown", path)
    if not any(sheet.rows for sheet in sheets):
        raise _refused("file.empty", path)
    return Workbook(sheets, hashlib.sha256(data).hexdigest())


def _refused(code: str, path: Path, **params: str | int) -> RefusedError:
    return RefusedError(Fault(code, {"file": path.name, **params}, suggestion=f"{code}.mend"))


def _bytes(path: Path) -> bytes:
    try:
        size = path.stat().st_size
        if size > MAX_BYTES:
            raise _refused("file.too_large", path, megabytes=size >> 20, most=MAX_BYTES >> 20)
        return path.read_bytes()
    except OSError as error:
        raise _refused("file.unreadable", path) from error


def _read_book(data: bytes, path: Path) -> tuple[Sheet, ...]:
    try:
        (check_zip if data.startswith(ZIP) else check_ole)(data)
        with _Panics():
            return _parse(data)
    except UnfitError as unfit:
        raise _refused(unfit.code, path, **unfit.params, most=MAX_BYTES >> 20) from unfit
    except PasswordError as error:
        raise _refused("file.encrypted", path) from error
    except (CalamineError, _PanicError) as error:
        raise _refused("file.corrupt", path) from error


class _PanicError(Exception):
    """The parser met what it does not expect."""


class _Panics:
    """Turns a panic of the parser (Rust), which Python does not count as an Exception, into one."""

    def __enter__(self) -> None:
        """Nothing to set up."""

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, _: object) -> None:
        """Raises _PanicError for a panic; everything else goes on as it is."""
        if kind is not None and kind.__name__ == "PanicException":
            raise _PanicError from error


def _parse(data: bytes) -> tuple[Sheet, ...]:
    book = load_workbook(io.BytesIO(data))
    return tuple(
        _read_sheet(book.get_sheet_by_name(meta.name), hidden=meta.visible != SheetVisibleEnum.Visible)
        for meta in book.sheets_metadata
        if meta.typ == SheetTypeEnum.WorkSheet
    )


def _read_sheet(sheet: CalamineSheet, *, hidden: bool) -> Sheet:
    rows: list[list[Cell]] = sheet.to_python(skip_empty_area=False)
    for (top, left), (bottom, _right) in sheet.merged_cell_ranges or ():
        _fill_down(rows, top, bottom, left)
    return Sheet(sheet.name, rows, hidden)


def _fill_down(rows: list[list[Cell]], top: int, bottom: int, column: int) -> None:
    """A cell merged over several rows stands for each of them; sideways it is a title and stays where it is."""
    if top >= len(rows) or column >= len(rows[top]):
        return
    for row in rows[top + 1 : bottom + 1]:
        if row[column] == "":
            row[column] = rows[top][column]


def _read_csv(data: bytes, path: Path) -> list[Row]:
    text = _decode(data, path)
    if text.count("\0") * MOST_NULS > len(text):
        raise _refused("file.unknown", path)
    head = "\n".join(text.splitlines()[:20])
    delimiter = max(";\t,", key=head.count)
    try:
        rows: list[Row] = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise _refused("file.corrupt", path) from error
    if len(rows) > MAX_ROWS or any(len(row) > MAX_COLUMNS for row in rows):
        raise _refused("file.too_wide", path, rows=MAX_ROWS, columns=MAX_COLUMNS)
    return rows


def _decode(data: bytes, path: Path) -> str:
    encoding = "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeError as error:
        raise _refused("file.encoding", path) from error
