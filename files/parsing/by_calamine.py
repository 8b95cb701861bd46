"""Values of XLSX, ODS and XLS sheets by calamine; its refusals as ours.

It must not know the raw bytes of any format.
"""

from __future__ import annotations

import io
from collections.abc import Iterator

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    ZipError,
    load_workbook,
)

from files.parsing.cells import MAX_COLUMNS, MAX_ROWS, Cell, Sheet, UnfitError, filled_down, too_wide


def read(data: bytes) -> list[Sheet]:
    """The worksheets of a workbook with their values. Raises UnfitError: encrypted, corrupt, cells far out."""
    try:
        return list(_sheets(load_workbook(io.BytesIO(data))))
    except PasswordError as error:
        raise UnfitError("file.encrypted") from error
    except (CalamineError, ZipError) as error:
        raise UnfitError("file.corrupt") from error


def _sheets(book: CalamineWorkbook) -> Iterator[Sheet]:
    for meta in book.sheets_metadata:
        if meta.typ == SheetTypeEnum.WorkSheet:
            sheet = book.get_sheet_by_name(meta.name)
            yield Sheet(meta.name, _rows(sheet), hidden=meta.visible != SheetVisibleEnum.Visible)


def _rows(sheet: CalamineSheet) -> list[list[Cell]]:
    if sheet.total_height > MAX_ROWS or sheet.total_width > MAX_COLUMNS:
        raise too_wide()
    rows: list[list[Cell]] = sheet.to_python(skip_empty_area=False)
    for (top, left), (bottom, _right) in sheet.merged_cell_ranges or ():
        filled_down(rows, top, bottom, left)
    return rows
