"""Reads XLSX, XLS, ODS, CSV, HTML tables and Excel's XML into rows of plain cells, or refuses a file in words.

A foreign file is parsed in a child process with limits (`files.limited_child`, `files.parsing`), never in ours.
It must not know what the cells mean.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from pathlib import Path

from characters import legacy
from files.faults import FileFault, FileRefusedError
from files.limited_child import ChildLimits, DiedError, ExceededError, run
from files.parsing.cells import Cell, ErrorCell, Row, Sheet, UnfitError, from_lines

__all__ = ["Cell", "ChildLimits", "ErrorCell", "Row", "Sheet", "Workbook", "letter", "read"]

MAX_BYTES = 30 * 1024 * 1024
_LIMITS = ChildLimits()


@dataclass(frozen=True, slots=True)
class Workbook:
    """The sheets of a file, and the SHA-256 of its bytes in hexadecimal."""

    sheets: tuple[Sheet, ...]
    sha256: str

    def sheet(self, name: str) -> Sheet | None:
        """The sheet called `name` (any case), or None."""
        return next((s for s in self.sheets if s.name.strip().lower() == name), None)


def letter(index: int) -> str:
    """The name Excel gives to column `index` (from 0): A, B, … Z, AA."""
    head, tail = divmod(index, 26)
    return (letter(head - 1) if head else "") + chr(65 + tail)


def read(path: Path, convert: str = "", limits: ChildLimits = _LIMITS) -> Workbook:
    """Read `path`. `convert`: the encoding its texts are in, one of `characters.legacy.CONVERTIBLE`, "" for Unicode.

    Raises RefusedError for a file that is missing, too large, encrypted, corrupt, empty, unknown, or that takes more
    than `limits`.
    """
    said, sha256 = child_says(path, "files.parsing.child", (path.suffix.lower(), convert), limits)
    try:
        sheets = from_lines(said.splitlines())
    except UnfitError as unfit:
        raise refused(unfit, path) from unfit
    except (ValueError, KeyError, TypeError, IndexError, RecursionError) as error:
        raise _refused("file.corrupt", path) from error
    if not any(sheet.rows for sheet in sheets):
        raise _refused("file.empty", path)
    return Workbook(tuple(_converted(sheet, convert) for sheet in sheets) if convert else sheets, sha256)


def child_says(path: Path, module: str, arguments: tuple[str, ...], limits: ChildLimits) -> tuple[bytes, str]:
    """What the child that runs `module` says of the file at `path`, and the SHA-256 of the file in hexadecimal.

    Raises RefusedError for a file that is missing, too large or empty, or whose child was ended or died.
    """
    try:
        with path.open("rb") as source:
            size = source.seek(0, 2)
            if not size:
                raise _refused("file.empty", path)
            if size > MAX_BYTES:
                raise _refused("file.too_large", path, megabytes=size >> 20, most=MAX_BYTES >> 20)
            source.seek(0)
            sha256 = hashlib.file_digest(source, "sha256").hexdigest()
            source.seek(0)
            return run(module, source, arguments, limits), sha256
    except OSError as error:
        raise _refused("file.unreadable", path) from error
    except ExceededError as error:
        raise _refused("file.too_heavy", path) from error
    except DiedError as error:
        raise _refused("file.corrupt", path) from error


def refused(unfit: UnfitError, path: Path) -> FileRefusedError:
    """The words for what a child refused."""
    return _refused(unfit.code, path, **{"most": MAX_BYTES >> 20, **unfit.params})


def _refused(code: str, path: Path, **params: str | int) -> FileRefusedError:
    return FileRefusedError(FileFault(code, {"file": path.name, **params}, suggestion=f"{code}.mend"))


def _converted(sheet: Sheet, encoding: str) -> Sheet:
    """The sheet with its texts in Unicode: row by row, so that a row which is in Unicode already stays as it is."""
    rows = [legacy.convert_together(row, encoding) for row in sheet.rows]
    return replace(sheet, rows=rows)
