"""The whole work of the child process that reads a form: its sheets, what Alo asks of them, what pyxform says.

Foreign conditions, patterns and groups are tried here, never in our own process. `main` is called with the file as
`source`. It must not know how the form is kept.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, BinaryIO

from files.faults import FileRefusedError
from files.parsing.cells import UnfitError
from files.parsing.child import sheets_of
from files.workbooks import Workbook
from files.xlsform import judge


def main(source: BinaryIO, out: BinaryIO, arguments: Sequence[str]) -> None:
    """Say the form of `source`, its faults, or why the file is refused. `arguments`: the file's ending."""
    out.write(json.dumps(_judge_form(source.read(), arguments[0])).encode())


def _judge_form(data: bytes, ending: str) -> dict[str, Any]:
    try:
        sheets = sheets_of(data, ending)
        if not any(sheet.rows for sheet in sheets):
            raise UnfitError("file.empty")
        file = judge(Workbook(tuple(sheets), ""))
    except UnfitError as unfit:
        return {"unfit": unfit.code, "params": unfit.params}
    except FileRefusedError as refused:
        return {"faults": [fault.to_dict() for fault in refused.faults]}
    notices = [notice.to_dict() for notice in file.notices]
    return {"form": file.form.to_dict(), "notices": notices, "rows": dict(file.rows)}
