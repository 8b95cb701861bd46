"""Looks into the containers of spreadsheets (ZIP of .xlsx and .ods, OLE of .xls) before a parser sees them.

Bombs, passwords, cells far out and lies about sizes are found here. It must not know what a cell means.
"""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator

MAX_UNPACKED = 400 * 1024 * 1024
MAX_ROWS = 99_999
MAX_COLUMNS = 104
MAX_CELLS = 8_000_000
"""Cells of the rectangles an .xls makes the parser allocate, all sheets together."""
_CHUNK = 1 << 20
_MAX_CONTENT = 100 * 1024 * 1024

ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
# A cell with content beyond MAX_COLUMNS (column DA on) or MAX_ROWS. One such cell would make the parser allocate the
# whole rectangle up to it, so it is looked for in the raw XML first; empty styled cells (`<c …/>`) do no harm.
_TOO_FAR = re.compile(rb'<(?:\w+:)?c\s[^>]*?\br="(?:[A-Z]{3}\d+|[D-Z][A-Z]\d+|[A-Z]+\d{6,})"(?:[^>]*[^/>])?>')
_ODS_ROW = re.compile(rb"<table:table-row\b([^>]*?)(?:/>|>(.*?)</table:table-row>)", re.DOTALL)
_ODS_CELL = re.compile(rb"<table:table-cell\b([^>]*?)(/?)>", re.DOTALL)
_REPEATED = re.compile(rb'number-(?:columns|rows)-repeated="(\d+)"')
_CELLS = frozenset({0x0006, 0x0206, 0x0406, 0x0203, 0x027E, 0x00BD, 0x00FD, 0x0204, 0x00D6, 0x0205, 0x0207})
"""BIFF records that put content into a cell."""
_BOF, _FILEPASS, _END = 0x0809, 0x002F, 0xFFFFFFFA


class UnfitError(Exception):
    """The container must not be parsed; `code` and `params` say why."""

    def __init__(self, code: str, **params: int) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def _too_wide() -> UnfitError:
    return UnfitError("file.too_wide", rows=MAX_ROWS, columns=MAX_COLUMNS)


def check_zip(data: bytes) -> None:
    """Refuse a ZIP that is no spreadsheet, encrypted, broken, a bomb, or has cells far out. Raises UnfitError."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            entries = archive.infolist()
            names = set(archive.namelist())
            if not names & {"xl/workbook.xml", "content.xml"}:
                raise UnfitError("file.unknown")
            if any(entry.flag_bits & 1 for entry in entries):
                raise UnfitError("file.encrypted")
            if sum(entry.file_size for entry in entries) > MAX_UNPACKED:
                raise UnfitError("file.too_large", megabytes=MAX_UNPACKED >> 20)
            for entry in entries:
                _check_entry(archive, entry)
            if "content.xml" in names:
                _check_ods(archive, names)
    except (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, NotImplementedError, EOFError, OSError) as error:
        raise UnfitError("file.corrupt") from error


def _check_entry(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> None:
    """Unpack one entry in chunks: a lying size or checksum is found here, and cells too far out in a sheet."""
    is_sheet = entry.filename.startswith("xl/worksheets/")
    with archive.open(entry) as raw:
        tail = b""
        while chunk := raw.read(_CHUNK):
            if is_sheet and _TOO_FAR.search(tail + chunk):
                raise _too_wide()
            tail = chunk[-200:]


def _check_ods(archive: zipfile.ZipFile, names: set[str]) -> None:
    """A few bytes of ODS may repeat a cell a million times; only empty ones may be repeated far out."""
    if "META-INF/manifest.xml" in names and b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise UnfitError("file.encrypted")
    if archive.getinfo("content.xml").file_size > _MAX_CONTENT:
        raise UnfitError("file.too_large", megabytes=_MAX_CONTENT >> 20)
    content = archive.read("content.xml")
    for table in content.split(b"<table:table ")[1:]:
        rows = 0
        for row in _ODS_ROW.finditer(table):
            rows += _times(row[1])
            filled = _ods_width(row[2] or b"")
            if filled and (rows > MAX_ROWS or filled > MAX_COLUMNS):
                raise _too_wide()


def _ods_width(row: bytes) -> int:
    """The column of the last cell with content in a row of ODS, counted from 1; 0 when all are empty."""
    column = last = 0
    for cell in _ODS_CELL.finditer(row):
        column += _times(cell[1])
        if b"office:value" in cell[1] or not cell[2]:
            last = column
    return last


def _times(attributes: bytes) -> int:
    repeated = _REPEATED.search(attributes)
    return int(repeated[1]) if repeated else 1


def check_ole(data: bytes) -> None:
    """Refuse an OLE file that is encrypted, no workbook, broken, or has cells far out. Raises UnfitError."""
    if _ENCRYPTED in data:
        raise UnfitError("file.encrypted")
    try:
        stream = _workbook_stream(data)
        areas = list(_areas(stream))
    except (struct.error, IndexError) as error:
        raise UnfitError("file.corrupt") from error
    if any(rows > MAX_ROWS or columns > MAX_COLUMNS for rows, columns in areas):
        raise _too_wide()
    if sum(rows * columns for rows, columns in areas) > MAX_CELLS:
        raise _too_wide()


def _areas(stream: bytes) -> Iterator[tuple[int, int]]:
    """Rows and columns that the cells of each sub-stream of a BIFF workbook reach. Raises UnfitError: password."""
    at, rows, columns = 0, 0, 0
    while at + 4 <= len(stream):
        record, length = struct.unpack_from("<HH", stream, at)
        if record == _FILEPASS:
            raise UnfitError("file.encrypted")
        if record == _BOF:
            yield rows, columns
            rows = columns = 0
        elif record in _CELLS and length >= 4:
            row, column = struct.unpack_from("<HH", stream, at + 4)
            rows, columns = max(rows, row + 1), max(columns, column + 1)
        at += 4 + length
    yield rows, columns


def _workbook_stream(data: bytes) -> bytes:
    """The bytes of the stream "Workbook" (or "Book") of a compound file. Raises UnfitError or struct.error."""
    shift, directory = struct.unpack_from("<H", data, 30)[0], struct.unpack_from("<I", data, 48)[0]
    if shift not in (9, 12):
        raise UnfitError("file.corrupt")
    table = _allocation(data, 1 << shift)
    entries = _chain(data, table, directory, 1 << shift)
    for at in range(0, len(entries) - 127, 128):
        length = struct.unpack_from("<H", entries, at + 64)[0]
        name = entries[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
        if name in ("Workbook", "Book"):
            start, size = struct.unpack_from("<II", entries, at + 116)
            if size < 4096:  # kept elsewhere in the file; no program writes workbooks so small
                raise UnfitError("file.corrupt")
            return _chain(data, table, start, 1 << shift)[:size]
    raise UnfitError("file.unknown")


def _allocation(data: bytes, sector: int) -> tuple[int, ...]:
    """The table that says which sector follows which."""
    places = list(struct.unpack_from("<109I", data, 76))
    following, count = struct.unpack_from("<II", data, 68)
    for _ in range(min(count, 1024)):
        if following >= _END:
            break
        block = struct.unpack_from(f"<{sector // 4}I", data, (following + 1) * sector)
        places += block[:-1]
        following = block[-1]
    table: list[int] = []
    for place in places:
        if place < _END:
            table += struct.unpack_from(f"<{sector // 4}I", data, (place + 1) * sector)
    return tuple(table)


def _chain(data: bytes, table: tuple[int, ...], start: int, sector: int) -> bytes:
    parts: list[bytes] = []
    at = start
    while at < _END:
        if len(parts) > len(table):  # a ring
            raise UnfitError("file.corrupt")
        parts.append(data[(at + 1) * sector : (at + 2) * sector])
        at = table[at]
    return b"".join(parts)
