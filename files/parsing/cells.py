"""Cells and sheets as every format gives them, and the lines in which a child process hands them over.

JSON and no pickle: what reads a foreign file may have been taken over by it. It must not know formats or meanings.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

Cell = str | float | bool | date | datetime | time | timedelta
Row = Sequence[Cell]

MAX_ROWS = 99_999
MAX_COLUMNS = 104
MAX_CELLS = 8_000_000
"""Cells of all sheets together."""
_PAGE = 500
"""Rows of a line."""
NO_RESULT = "="
"""What stands for a formula whose result the file does not hold; the formula's text may follow."""
_ERRORS = re.compile(
    r"#(?:N/A(?: N/A)?|NV|REF|NAME\?|VALUE|DIV/0|NULL|NUM|SPILL|CALC|FIELD|BLOCKED|CONNECT|UNKNOWN|ERROR|BUSY|EXTERNAL"
    r"|PYTHON|TIMEOUT|GETTING_DATA[.…]*|N/D|Н/Д|YOK|NB|I/T|HIÁNYZIK|SAKNAS|PUUTTUU|NENÍ_K_DISPOZICI|KXĐ|KHÔNG_CÓ|LỖI)"
    r"\s?!?|#{3,}|(?:Err|Lỗi)[ .]? ?:? ?5\d\d",
    re.IGNORECASE,
)
"""What Excel, LibreOffice and Google Sheets show for a value that could not be computed (`###` for Excel: a column
too narrow to show it), where no sign at the end tells it. Source: the programs' lists of error values."""
_IN_ANY_LANGUAGE = re.compile(r"#[¡¿]?[^\W\d_][\w/]*\s?[!?]")
"""The same in the language of the program, always in capitals: `#TÊN?`, `#GIÁ_TRỊ!`, `#BÖL/0!`."""
_AROUND = " \t\r\n\u00a0\u200b\u2060\ufeff'"
"""What may stand around an error that went through other programs."""
_BEGINS = frozenset("#＃EeLl" + _AROUND)


class ErrorCell(str):
    """What a file holds where a program could not compute: "#N/A", or "=…" for a formula without a stored result.

    It is a text, so that nothing takes it for an empty cell; readers of lists and forms report it.
    """

    __slots__ = ()


def is_error(text: str) -> bool:
    """Whether a text is an error value that was saved or copied as text."""
    bare = text.strip(_AROUND).replace("＃", "#", 1)
    localised = _IN_ANY_LANGUAGE.fullmatch(bare) is not None and bare == bare.upper()
    return localised or _ERRORS.fullmatch(bare) is not None


@dataclass(frozen=True, slots=True)
class Sheet:
    """One sheet; `rows[0]` is Excel's row 1, `rows[i][0]` column A. Empty cells are "". `hidden`: nobody sees it.

    Rows may be shorter than others. Rows and columns that are hidden or filtered away are read like the rest;
    `hidden_rows` and `hidden_columns` are their indexes (from 0).
    """

    name: str
    rows: Sequence[Row]
    hidden: bool = False
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    unchecked: bool = False
    """Error cells could not be looked for: they would stand as empty."""


@dataclass(slots=True)
class CellMarks:
    """What a sheet holds beside its values: errors and formulas without result by (row, column), hidden parts."""

    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    rows: set[int] = field(default_factory=set)
    columns: set[int] = field(default_factory=set)
    unchecked: bool = False


class UnfitError(Exception):
    """A file must not or cannot be read; `code` and `params` say why."""

    def __init__(self, code: str, **params: int | str) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def too_wide() -> UnfitError:
    """The refusal of a sheet with content beyond the limits."""
    return UnfitError("file.too_wide", rows=MAX_ROWS, columns=MAX_COLUMNS)


def marked(sheet: Sheet, marks: CellMarks) -> Sheet:
    """The sheet with what `marks` and texts such as "#N/A" say."""
    rows: list[Row] = [
        [
            ErrorCell(cell) if type(cell) is str and cell and cell[0] in _BEGINS and is_error(cell) else cell
            for cell in row
        ]
        for row in sheet.rows
    ]
    for (at, column), text in marks.errors.items():
        _put(rows, at, column, ErrorCell(text))
    hidden = (frozenset(marks.rows), frozenset(marks.columns))
    return Sheet(sheet.name, rows, sheet.hidden, *hidden, marks.unchecked)


def _put(rows: list[Row], at: int, column: int, cell: Cell) -> None:
    if at >= MAX_ROWS or column >= MAX_COLUMNS:
        return
    rows += [[] for _ in range(at + 1 - len(rows))]
    row = list(rows[at])
    row += [""] * (column + 1 - len(row))
    row[column] = cell
    rows[at] = row


def filled_down(rows: list[list[Cell]], top: int, bottom: int, column: int) -> None:
    """A cell merged over several rows stands for each of them; sideways it is a title and stays where it is."""
    if top >= len(rows) or column >= len(rows[top]):
        return
    for row in rows[top + 1 : bottom + 1]:
        if column < len(row) and row[column] == "":
            row[column] = rows[top][column]


def to_lines(sheets: Iterable[Sheet]) -> Iterator[str]:
    """The sheets as lines of JSON: a head for each, its rows in pages, and an end."""
    for sheet in sheets:
        errors = [
            (at, column, cell)
            for at, row in enumerate(sheet.rows)
            if ErrorCell in set(map(type, row))
            for column, cell in enumerate(row)
            if type(cell) is ErrorCell
        ]
        head = {"name": sheet.name, "hidden": sheet.hidden, "unchecked": sheet.unchecked, "errors": errors}
        hidden = {"rows": sorted(sheet.hidden_rows), "columns": sorted(sheet.hidden_columns)}
        yield json.dumps({**head, "hidden_parts": hidden}, ensure_ascii=False)
        for start in range(0, len(sheet.rows), _PAGE):
            yield json.dumps(sheet.rows[start : start + _PAGE], ensure_ascii=False, default=_tagged)
    yield json.dumps({"end": True})


def _tagged(cell: Any) -> dict[str, Any]:
    """A cell that JSON does not know, under the name of its type."""
    if isinstance(cell, timedelta):
        return {"timedelta": cell.total_seconds()}
    return {type(cell).__name__: cell.isoformat()}


def from_lines(lines: Iterable[bytes]) -> tuple[Sheet, ...]:
    """The sheets that `to_lines` wrote. Raises UnfitError when the child refused, ValueError when lines are amiss."""
    sheets: list[Sheet] = []
    rows: list[Row] = []
    errors: list[tuple[int, int, str]] = []
    for line in lines:
        said = json.loads(line, object_hook=_untagged)
        if isinstance(said, list):
            rows += said
            continue
        for at, column, text in errors:
            _put(rows, at, column, ErrorCell(text))
        if "unfit" in said:
            raise UnfitError(said["unfit"], **said["params"])
        if "end" in said:
            return tuple(sheets)
        rows, errors = [], said["errors"]
        hidden = (frozenset(said["hidden_parts"]["rows"]), frozenset(said["hidden_parts"]["columns"]))
        sheets.append(Sheet(said["name"], rows, said["hidden"], *hidden, said["unchecked"]))
    raise ValueError("no end")


def _untagged(said: dict[str, Any]) -> Any:
    if len(said) != 1:
        return said
    ((name, value),) = said.items()
    match name:
        case "datetime":
            return datetime.fromisoformat(value)
        case "date":
            return date.fromisoformat(value)
        case "time":
            return time.fromisoformat(value)
        case "timedelta":
            return timedelta(seconds=value)
    return said


def refusal_line(unfit: UnfitError) -> str:
    """The line by which a child refuses a file."""
    return json.dumps({"unfit": unfit.code, "params": unfit.params})
