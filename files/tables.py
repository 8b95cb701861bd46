"""Writes tables row by row into XLSX or CSV files that nobody but their owner can read, and keeps no row in memory.

Texts stay texts: nothing is ever written as a formula. It must not know what the cells mean.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

import xlsxwriter

_BOM = b"\xef\xbb\xbf"
_FORMULA = re.compile(r"'*(?:[\t\r\n]|[\s\u200b\u2060\ufeff]*[=+@\uff1d\uff0b\uff20\uff0d-])")
"""What some program calculates: the signs of old and in full width, also behind what is not seen."""
_NUMBER = re.compile(r"-?\d+([.,]\d+)?")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_MONTH = "|".join("".join(f"[{letter}{letter.upper()}]" for letter in month) for month in _MONTHS)
LOSSY = (
    "'*(0[0-9]+|[0-9]{16,}|[0-9]+[eE][0-9]+|[0-9]{1,4}[./-][0-9]{1,2}([./-][0-9]{1,4})?"
    f"|({_MONTH})[a-zA-Z]{{0,6}}[- ]?[0-9]{{1,4}}|[0-9]{{1,2}}[- ]?({_MONTH})[a-zA-Z]{{0,6}})"
)
"""Texts that programs reading CSV change as they like: zeros in front, more digits than a number holds, powers, and
what may be a day or a month. PostgreSQL understands it too."""
_LOSSY = re.compile(LOSSY)
_EXACT_DIGITS = 15
"""Significant digits that every spreadsheet keeps of a number."""
_STORED_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?")
_LONGEST_NAME = 31
"""Letters of a sheet's name that Excel allows."""


@contextmanager
def whole_file(path: Path) -> Iterator[BinaryIO]:
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
        options = {
            "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
            "strings_to_numbers": False, "tmpdir": str(beside),
        }  # fmt: skip
        self._book = xlsxwriter.Workbook(out, options)
        self._text = self._book.add_format({"num_format": "@"})
        self._number = self._book.add_format({"num_format": "0.####"})
        self._whole = self._book.add_format({"num_format": "0"})
        self._names: set[str] = set()

    def write(
        self, name: str, heading: Sequence[str], rows: Iterable[Sequence[Any]], numbers: Collection[int] = ()
    ) -> int:
        """Add a sheet with its heading. Rows written.

        Cells are texts and stay so when somebody edits them; those of the columns `numbers` (from 0) are numbers where
        a spreadsheet holds them exactly.
        """
        sheet = self._book.add_worksheet(self._free(name))
        put, text, at = sheet.write_string, self._text, 0
        for column, cell in enumerate(heading):
            put(0, column, cell)
        for at, row in enumerate(rows, 1):
            for column, cell in enumerate(row):
                if not cell:
                    continue
                if column in numbers and is_exact(cell):
                    sheet.write_number(at, column, float(cell), self._number if "." in cell else self._whole)
                else:
                    put(at, column, _plain(cell), text)
        return at

    def close(self) -> None:
        """Pack the file."""
        self._book.close()

    def _free(self, name: str) -> str:
        """A name that Excel takes and no other sheet has."""
        plain = re.sub(r"[\[\]:*?/\\']", " ", name)[:_LONGEST_NAME] or "1"
        number = 1
        while plain.casefold() in self._names:
            number += 1
            plain = f"{plain[: _LONGEST_NAME - 4]} ({number})"
        self._names.add(plain.casefold())
        return plain


def _plain(cell: str) -> str:
    """The text as the library writes it down: it takes one of the form "<r>…</r>" for XML of its own."""
    return f"{cell} " if cell.startswith("<r>") and cell.endswith("</r>") else cell


@contextmanager
def sheets(path: Path) -> Iterator[Sheets]:
    """An XLSX file at `path`, whole or not at all."""
    with TemporaryDirectory(dir=path.parent) as private, whole_file(path) as out:
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


def is_exact(text: str) -> bool:
    """Whether `text` is a number as numbers are stored, and a spreadsheet keeps it to the last digit."""
    return bool(_STORED_NUMBER.fullmatch(text)) and sum(map(str.isdigit, text)) <= _EXACT_DIGITS


def guard_formula(text: str) -> str:
    """The cell as no spreadsheet will calculate it; plain numbers stay as they are."""
    return f"'{text}" if _FORMULA.match(text) and not _NUMBER.fullmatch(text) else text


def is_lossy(text: str) -> bool:
    """Whether programs that read CSV would take the text for a number or a day, and change it."""
    return _LOSSY.fullmatch(text) is not None


def as_text_cell(text: str) -> str:
    """The cell as a text in every program that reads CSV: `guard_formula`, also what would be changed."""
    return f"'{text}" if is_lossy(text) else guard_formula(text)


def unguard(text: str) -> str:
    """What stood there before `guard_formula` or `as_text_cell`."""
    if not text.startswith("'"):
        return text
    return text[1:] if _FORMULA.match(text[1:]) or is_lossy(text[1:]) else text
