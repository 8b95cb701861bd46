"""Erases a person from files: log lines are overwritten in place, uploaded lists removed, other files reported.

What staff have exported may lie anywhere: they name further directories. It must not know the database's own files, in
which everything personal is sealed.
"""

from __future__ import annotations

import codecs
import gzip
import io
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

OWN = ("postgres", "valkey")
"""Directories of the embedded servers beside our files."""
UPLOADS = "uploads"
LONGEST = 200_000_000
"""Bytes of a file that is looked into; a larger one is told."""
GZIP = b"\x1f\x8b\x08"
UNSEARCHABLE = (bytes.fromhex("d0cf11e0a1b11ae1"), b"%PDF-")
"""How files begin whose words cannot be searched: XLS and DOC as they were before 2007, PDF."""
BLOT = b"[erased]"

Stands = Callable[[str], bool]
"""Whether the person stands in a text."""


@dataclass(slots=True)
class CleanedFiles:
    """Lines blotted out, lists removed, and files that hold the person, or could not be read, and are staff's to see
    to."""

    lines: int = 0
    lists: int = 0
    unresolved: list[Path] = field(default_factory=list)


def clean(data_dir: Path, others: Iterable[Path], stands: Stands) -> CleanedFiles:
    """Go through the data directory and `others`; nothing but our own logs and waiting lists is changed."""
    found = CleanedFiles()
    for path in _files(data_dir, OWN):
        inside = path.relative_to(data_dir)
        if inside.parts[0] == UPLOADS:
            path.unlink(missing_ok=True)
            found.lists += 1
        elif path.suffix == ".log":
            found.lines += _blot(path, stands)
        elif _holds(path, stands):
            found.unresolved.append(path)
    for place in (data_dir / name for name in OWN):
        for path in place.glob("*.log"):
            found.lines += _blot(path, stands)
    for other in others:
        found.unresolved += [path for path in _files(other, ()) if _holds(path, stands)]
    return found


def _files(place: Path, skipped: Iterable[str]) -> Iterator[Path]:
    if place.is_file():
        yield place
        return
    for path in sorted(place.iterdir()) if place.is_dir() else ():
        if path.is_symlink() or path.name in skipped:
            continue
        if path.is_dir():
            yield from _files(path, ())
        elif path.is_file():
            yield path


def _blot(path: Path, stands: Stands) -> int:
    """Write over the lines in which the person stands, byte for byte: processes go on writing at the end. Lines."""
    done = 0
    with path.open("r+b") as log:
        at = 0
        while line := log.readline():
            after, text = log.tell(), line.decode("utf-8", "replace")
            if stands(text):
                body = line.rstrip(b"\n")
                log.seek(at)
                log.write((BLOT + b" " * len(body))[: len(body)])
                log.seek(after)
                done += 1
            at = after
    return done


def _holds(path: Path, stands: Stands) -> bool:
    """Whether the person stands in a file of text, or in a part of an archive (XLSX, ODS); unread counts as yes."""
    try:
        if path.stat().st_size > LONGEST:
            return True
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as archive:
                if sum(part.file_size for part in archive.infolist()) > LONGEST:
                    return True
                return any(stands(archive.read(part).decode("utf-8", "replace")) for part in archive.infolist())
        return _says(path.read_bytes(), stands)
    except FileNotFoundError:
        return False
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, RuntimeError, NotImplementedError):
        return True


def _says(data: bytes, stands: Stands) -> bool:
    """Whether the person stands in what a file holds, packed or not, in either encoding that programs write."""
    if data.startswith(UNSEARCHABLE):
        return True
    if data.startswith(GZIP):
        with gzip.open(io.BytesIO(data)) as packed:
            data = packed.read(LONGEST + 1)
        return len(data) > LONGEST or _says(data, stands)
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return stands(data.decode("utf-16" if wide else "utf-8", "replace"))
