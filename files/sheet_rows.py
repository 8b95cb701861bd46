"""Writes rows of texts as the XML of a worksheet, much faster than a library that knows formats and formulas.

Every cell is a text and stays one. It must not know files, sheets' names or what the cells mean.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, BinaryIO

from files.workbooks import letter

LONGEST_TEXT = 32_767
"""Letters of a cell that Excel reads."""
_UNFIT = re.compile(r"[&<>\x00-\x08\x0b-\x1f\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")
"""What XML or a workbook would read as something else: marks, control characters, and their own way to write these."""
_MARKS = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}
_KEPT = 1024
"""Texts whose XML is kept: most cells of a survey hold one of a few."""


def write_rows(out: BinaryIO, rows: Iterable[Sequence[Any]]) -> int:
    """Add rows of texts, the first one to row 1; None and "" make no cell. Rows written."""
    at = 0
    letters: list[str] = []
    for at, row in enumerate(rows, 1):
        letters.extend(letter(index) for index in range(len(letters), len(row)))
        cells = [f'<c r="{column}{at}"{_text(cell)}' for column, cell in zip(letters, row, strict=False) if cell]
        out.write(f'<row r="{at}">{"".join(cells)}</row>'.encode())
    return at


@lru_cache(maxsize=_KEPT)
def _text(text: str) -> str:
    """The rest of a cell after its place."""
    space = ' xml:space="preserve"' if text != text.strip() else ""
    return f' t="inlineStr"><is><t{space}>{_UNFIT.sub(_escaped, text[:LONGEST_TEXT])}</t></is></c>'


def _escaped(found: re.Match[str]) -> str:
    return _MARKS.get(found[0]) or f"_x{ord(found[0]):04X}_"
