"""XLSX and ODS: values by calamine, and from the XML what it hides: errors, formulas without result, hidden parts.

Cells far out are found first, for one of them would make the parser fill memory up to it. It must not know .xls.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from typing import Final

from files.parsing import by_calamine, ods_marks, xlsx_marks
from files.parsing.cells import CellMarks, Sheet, UnfitError, marked

MAX_UNPACKED: Final = 400 * 1024 * 1024
"""Bytes that all parts of an archive may say they have; lies about it end at the limits of the process."""


def read(data: bytes) -> list[Sheet]:
    """The sheets of an XLSX or ODS file. Raises UnfitError."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            marks = _marks(archive)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, NotImplementedError, EOFError, OSError) as error:
        raise UnfitError("file.corrupt") from error
    return [marked(sheet, marks.get(sheet.name) or CellMarks(unchecked=True)) for sheet in by_calamine.read(data)]


def _marks(archive: zipfile.ZipFile) -> Mapping[str, CellMarks]:
    """What the XML of each sheet says beside values, by the sheet's name."""
    entries = archive.infolist()
    if any(entry.flag_bits & 1 for entry in entries):
        raise UnfitError("file.encrypted")
    if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
        raise UnfitError("file.too_large", megabytes=MAX_UNPACKED >> 20)
    names = {entry.filename for entry in entries}
    if "content.xml" in names:
        return ods_marks.read(archive)
    if any(name.lower().replace("\\", "/").endswith("xl/workbook.xml") for name in names):
        return xlsx_marks.read(archive)
    raise UnfitError("file.unknown")
