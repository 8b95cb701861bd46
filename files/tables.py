"""Writes tables row by row into XLSX or CSV files that nobody but their owner can read, and keeps no row in memory.

Texts stay texts: nothing is ever written as a formula. It must not know what the cells mean.
"""

from __future__ import annotations

import csv
import io
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from shutil import copyfileobj
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import xlsxwriter

from files.sheet_rows import write_rows

_BOM = b"\xef\xbb\xbf"
_FORMULA = re.compile(r"[=+@\t\r-]")
_NUMBER = re.compile(r"-?\d+([.,]\d+)?")
_LONGEST_NAME = 31
"""Letters of a sheet's name that Excel allows."""


@contextmanager
def written(path: Path) -> Iterator[BinaryIO]:
    """A new private file that appears under its name when the block has ended well, whole or not at all."""
    part = path.with_name(path.name + ".part")
    try:
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            yield out
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


class Sheets:
    """An XLSX file under way; rows of one sheet come before the next one's."""

    def __init__(self, out: BinaryIO, beside: Path) -> None:
        """`beside`: a private directory for rows that are not packed yet."""
        self._out = out
        self._beside = beside
        self._names: list[str] = []

    def write(self, name: str, heading: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
        """Add a sheet of texts with its heading. Rows written."""
        with self._rows_of(len(self._names)).open("wb") as out:
            count = write_rows(out, chain([heading], rows)) - 1
        self._names.append(self._free(name))
        return count

    def close(self) -> None:
        """Pack the file: a library makes the workbook with empty sheets, the rows go in where theirs would stand."""
        empty = io.BytesIO()
        with xlsxwriter.Workbook(empty, {"in_memory": True}) as book:
            for name in self._names:
                book.add_worksheet(name)
        sheets = {f"xl/worksheets/sheet{at + 1}.xml": self._rows_of(at) for at in range(len(self._names))}
        with ZipFile(empty) as made, ZipFile(self._out, "w", ZIP_DEFLATED) as packed:
            for entry in made.infolist():
                if entry.filename in sheets:
                    _fill(packed, entry, made.read(entry), sheets[entry.filename])
                else:
                    packed.writestr(entry, made.read(entry))

    def _rows_of(self, at: int) -> Path:
        return self._beside / f"{at}.xml"

    def _free(self, name: str) -> str:
        """A name that Excel takes and no other sheet has."""
        plain = re.sub(r"[\[\]:*?/\\']", " ", name)[:_LONGEST_NAME] or "1"
        number = 1
        taken = {other.casefold() for other in self._names}
        while plain.casefold() in taken:
            number += 1
            plain = f"{plain[: _LONGEST_NAME - 4]} ({number})"
        return plain


def _fill(packed: ZipFile, entry: ZipInfo, empty: bytes, rows: Path) -> None:
    """Pack the sheet that is `empty` so far with its rows; how far they reach is for readers to see."""
    head, tail = empty.replace(b'<dimension ref="A1"/>', b"").split(b"<sheetData/>")
    entry.file_size = len(empty) + rows.stat().st_size  # about; a sheet beyond 2 GB is packed as one
    with packed.open(entry, "w") as out, rows.open("rb") as found:
        out.write(head + b"<sheetData>")
        copyfileobj(found, out)
        out.write(b"</sheetData>" + tail)


@contextmanager
def sheets(path: Path) -> Iterator[Sheets]:
    """An XLSX file at `path`, whole or not at all."""
    with TemporaryDirectory(dir=path.parent) as private, written(path) as out:
        found = Sheets(out, Path(private))
        yield found
        found.close()


def csv_heading(out: BinaryIO, *rows: Sequence[str]) -> None:
    """Begin a CSV file: the mark that tells Excel it is UTF-8, and the first rows."""
    out.write(_BOM)
    csv_rows(out, rows)


def csv_rows(out: BinaryIO, rows: Iterable[Sequence[Any]]) -> int:
    """Add rows to a CSV file. How many."""
    count = 0
    for row in rows:
        out.write(_line(row))
        count += 1
    return count


class _Line:
    """Takes the one line a csv writer makes."""

    text = ""

    def write(self, text: str) -> None:
        """Keep it."""
        self.text = text


def _line(row: Sequence[Any]) -> bytes:
    line = _Line()
    csv.writer(line, lineterminator="\n").writerow(["" if cell is None else cell for cell in row])
    return line.text.encode()


def guarded(text: str) -> str:
    """The cell as no spreadsheet will calculate it; plain numbers stay as they are."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def unguarded(text: str) -> str:
    """What stood there before `guarded`."""
    return text[1:] if text.startswith("'") and _FORMULA.match(text[1:]) else text
