"""What must never be taken for a text or for nothing: errors, formulas without result, letters of other encodings.

It must not know what the cell is for.
"""

from __future__ import annotations

from collections.abc import Mapping

from characters import legacy
from files.parsing.cells import NO_RESULT, Cell, ErrorCell

__all__ = ["ENCODINGS", "NO_RESULT", "error_in", "letters_in"]

ENCODINGS: Mapping[str, str] = {
    "tcvn3": "TCVN3 (.Vn…)",
    "vni": "VNI",
    "utf8": "UTF-8 → Latin-1",
    "cp1258": "Windows-1258",
}
"""Encodings that can be converted → how staff know them."""


def error_in(cell: Cell) -> str:
    """The code of the fault when `cell` holds an error value or a formula without a stored result, else ""."""
    if not isinstance(cell, ErrorCell):
        return ""
    return "cell.no_result" if cell.startswith(NO_RESULT) else "cell.error"


def letters_in(text: str, question_marks: bool = False) -> tuple[str, Mapping[str, str]] | None:
    """The code and parameters of the fault when the letters of `text` are not Vietnamese in Unicode, else None.

    `question_marks`: it is a name, in which each of them stands for a lost letter.
    """
    found = legacy.detect(text) or ("lost" if question_marks and "?" in text else "")
    if not found:
        return None
    if found in ENCODINGS:
        return "letters.legacy", {"encoding": ENCODINGS[found], "option": found}
    return f"letters.{found}", {}
