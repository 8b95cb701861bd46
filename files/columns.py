"""Cells as text, and a header by which the cells of a field are found in a row.

It must not know how headings are understood, nor what is done with the cells below.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from characters.cleaning import folded, on_one_line
from files.workbooks import Cell, Row, Sheet, letter

_BETWEEN = re.compile(r"[^a-z0-9]+")


@lru_cache(maxsize=8192)
def fold(text: str) -> str:
    """Lower case, no diacritics, single spaces, punctuation dropped: how names of headers and kinds are compared."""
    return _BETWEEN.sub(" ", folded(text)).strip()


def plain(cell: Cell) -> str:
    """The cell as text on one line (`characters.cleaning.clean`); whole floats without ".0", dates as dd/MM/yyyy."""
    match cell:
        case str():
            return on_one_line(cell)
        case bool():
            return "1" if cell else "0"
        case float():
            return str(int(cell)) if cell.is_integer() else repr(cell)
        case datetime():
            return cell.strftime("%d/%m/%Y %H:%M:%S")
        case date():
            return cell.strftime("%d/%m/%Y")
        case _:
            return str(cell)


@dataclass(frozen=True, slots=True)
class Header:
    """Where the columns are: `at` gives all column indexes (from 0) of a field, `row` the header's index (from 0)."""

    sheet: Sheet
    row: int
    names: Sequence[str]
    at: Mapping[str, tuple[int, ...]]

    def cell(self, row: Row, field: str) -> Cell:
        """The first non-empty cell of `field` in `row`; "" when there is no such column or cell."""
        for column in self.at.get(field, ()):
            if column < len(row) and row[column] != "":
                return row[column]
        return ""

    def text(self, row: Row, field: str) -> str:
        """The same as plain text."""
        return plain(self.cell(row, field)) if field in self.at else ""

    def title(self, field: str) -> str:
        """The title of the first column of `field`; "" when it is missing."""
        return self.names[self.at[field][0]] if field in self.at else ""

    def label(self, field: str) -> str:
        """How a person finds the column: "C (Loại)"; "" when it is missing."""
        return self.label_at(self.at[field][0]) if field in self.at else ""

    def label_at(self, index: int) -> str:
        """The same for a column index (from 0)."""
        return f"{letter(index)} ({self.names[index]})" if self.names[index] else letter(index)
