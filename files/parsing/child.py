"""The whole work of the child process: looks what a file is, reads it, says its sheets line by line.

`main` is called with the file as `source`. It must not know what the cells mean.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import BinaryIO

from files.parsing.cells import MAX_CELLS, MAX_COLUMNS, MAX_ROWS, Sheet, UnfitError, refusal_line, to_lines, too_wide

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
TEXT_ENDINGS = (".csv", ".txt", ".tsv", ".tab", ".xls", ".xlsx", ".ods")
"""Files that may be text: many programs save a table of text or HTML under the name of a workbook."""


def main(source: BinaryIO, out: BinaryIO, arguments: Sequence[str]) -> None:
    """Say the sheets of `source`, or why it is refused. `arguments`: the file's ending, the encoding to convert."""
    ending, convert = arguments
    try:
        lines: Iterable[str] = to_lines(sheets_of(source.read(), ending, convert))
    except UnfitError as unfit:
        lines = [refusal_line(unfit)]
    for line in lines:
        out.write(line.encode("utf-8", "replace") + b"\n")


def sheets_of(data: bytes, ending: str, convert: str = "") -> list[Sheet]:
    """The sheets of a file's bytes; only to be called in a limited child. Raises UnfitError."""
    sheets = _read(data, ending, convert)
    _within(sheets)
    return sheets


def _read(data: bytes, ending: str, convert: str) -> list[Sheet]:
    """Each format is imported only where it is needed: a child should start fast."""
    if data.startswith(ZIP):
        from files.parsing import archives

        return archives.read(data)
    if data.startswith(OLE):
        from files.parsing import old_excel

        return old_excel.read(data)
    if ending not in TEXT_ENDINGS and not ending.startswith(".htm"):
        raise UnfitError("file.unknown")
    from files.parsing import texts

    return texts.read(data, ending, convert)


def _within(sheets: Sequence[Sheet]) -> None:
    cells = 0
    for sheet in sheets:
        widest = max(map(len, sheet.rows), default=0)
        if len(sheet.rows) > MAX_ROWS or widest > MAX_COLUMNS:
            raise too_wide()
        cells += sum(map(len, sheet.rows))
    if cells > MAX_CELLS:
        raise too_wide()
