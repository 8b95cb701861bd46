"""XLS of all ages: values by calamine, and by xlrd what it hides: error cells, formulas without result, hidden parts.

Where xlrd cannot read what calamine can, the sheets say so (`unchecked`); values are never lost for it.
It must not know the bytes of the format.
"""

from __future__ import annotations

import os

import xlrd
from xlrd.biffh import XL_CELL_ERROR, XL_CELL_TEXT, error_text_from_code

from files.parsing import by_calamine
from files.parsing.cells import NO_RESULT, CellMarks, Sheet, UnfitError, marked

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")


def read(data: bytes) -> list[Sheet]:
    """The sheets of an .xls file. Raises UnfitError."""
    if _ENCRYPTED in data:
        raise UnfitError("file.encrypted")
    try:
        sheets = by_calamine.read(data)
    except UnfitError as unfit:
        raise UnfitError("file.encrypted") if _is_encrypted(data) else unfit from unfit
    marks = _marks(data)
    return [marked(sheet, marks.get(sheet.name) or CellMarks(unchecked=True)) for sheet in sheets]


def _is_encrypted(data: bytes) -> bool:
    try:
        xlrd.open_workbook(file_contents=data, on_demand=True)
    except Exception as error:
        return "encrypted" in str(error)
    return False


def _marks(data: bytes) -> dict[str, CellMarks]:
    for formatting in (True, False):  # without formats nothing hidden is seen, but more files are understood
        try:
            with open(os.devnull, "w") as nowhere:  # noqa: PTH123 - a device, and xlrd wants an open file
                book = xlrd.open_workbook(file_contents=data, logfile=nowhere, formatting_info=formatting)
            return {sheet.name: _sheet(sheet) for sheet in book.sheets()}
        except Exception:  # whatever it meets, it only adds to what was read
            continue
    return {}


def _sheet(sheet: xlrd.sheet.Sheet) -> CellMarks:
    marks = CellMarks()
    for at in range(sheet.nrows):
        for column, kind in enumerate(sheet.row_types(at)):
            if kind == XL_CELL_ERROR:
                marks.errors[at, column] = error_text_from_code.get(sheet.cell_value(at, column), "#N/A")
            elif kind == XL_CELL_TEXT and sheet.cell_value(at, column) == "":
                marks.errors[at, column] = NO_RESULT  # only a formula leaves a text of no letters
    marks.rows = {at for at, told in sheet.rowinfo_map.items() if told.hidden}
    marks.columns = {at for at, told in sheet.colinfo_map.items() if told.hidden}
    return marks
