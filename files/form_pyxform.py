"""What pyxform says against a workbook: every fault it can be brought to tell, though it stops at the first.

A row that it refuses is tried again as a bare note of the same name, so that the next fault is told too. It must not
know what Alo itself asks of a form.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping

from files.columns import plain
from files.faults import FileFault
from files.workbooks import Workbook

_ROW = re.compile(r"\[row : (\d+)\]\s*(?:On the '(\w+)' sheet)?")
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_SHEETS = ("survey", "choices", "settings")
_MOST = 20
"""Faults that are looked for; whoever has more mends these first."""

_Rows = list[dict[str, str]]


def pyxform_faults(book: Workbook) -> list[FileFault]:
    """Its faults, with sheet and row where it names them; its own English words are the parameter."""
    sheets = {name: _rows(book, name) for name in _SHEETS}
    found: list[FileFault] = []
    while len(found) < _MOST and (fault := _first(sheets)) is not None:
        found.append(fault)
        row = fault.row - 2
        if fault.sheet != "survey" or not 0 <= row < len(sheets["survey"]) or not _bare(sheets["survey"], row):
            break
    return found


def _rows(book: Workbook, name: str) -> _Rows:
    sheet = book.sheet(name)
    if sheet is None or not sheet.rows:
        return []
    heading = [plain(cell) for cell in sheet.rows[0]]
    cells = ({h: plain(c) for h, c in zip(heading, row, strict=False) if h and c != ""} for row in sheet.rows[1:])
    return list(cells)


def _first(sheets: Mapping[str, _Rows]) -> FileFault | None:
    from pyxform.errors import PyXFormError  # imported late: 26 MB that only this one use needs

    try:
        _convert({name: [dict(row) for row in rows] for name, rows in sheets.items()})
    except PyXFormError as error:
        text = str(error)
    # It met what its authors did not expect, groups nested a thousand deep among it.
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        text = f"{type(error).__name__}: {error}"
    else:
        return None
    match = _ROW.match(text)
    sheet, row = (match[2] or "survey", int(match[1])) if match else ("", 0)
    return FileFault("form.pyxform", {"detail": text}, sheet, row, suggestion="form.pyxform.mend")


def _convert(sheets: Mapping[str, _Rows]) -> None:
    """What `xls2xform.convert` does, which writes the XForm to a temporary file: a limited child has none."""
    from pyxform.builder import create_survey_element_from_dict
    from pyxform.xls2json import workbook_to_json
    from pyxform.xls2json_backends import get_xlsform

    warnings: list[str] = []
    form = workbook_to_json(workbook_dict=get_xlsform(xlsform=sheets), form_name="data", warnings=warnings)
    survey = create_survey_element_from_dict(form)
    survey.print_xform_to_file(path=os.devnull, validate=False, pretty_print=False, warnings=warnings)


def _bare(rows: _Rows, at: int) -> bool:
    """Leave nothing of a row but its name; False when there was nothing else."""
    name = rows[at].get("name", "")
    kept = {"type": "note", "name": name if _NAME.fullmatch(name) else f"row_{at}", "label": "-"}
    if rows[at] == kept or re.match("(begin|end)", rows[at].get("type", "")):
        return False
    rows[at] = kept
    return True
