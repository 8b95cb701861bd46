"""A foreign file's bytes are read once in a run, by a warm child, however often tests read the same bytes.

What a child says depends on nothing but its module, arguments, limits and the file (`files.limited_child`), and most
tests that read a file are not about the child. What failed is never kept. `tests/files/test_limited_child.py` and
`test_form_child.py` call the child itself (fixture `real_child`).
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

from files import workbooks
from files.limited_child import ChildLimits
from tests.warm_child import WarmChild


class Remembered:
    """What children said, kept in files of `home` for all processes of the run."""

    def __init__(self, home: Path) -> None:
        """`home`: a directory that goes with the run."""
        self._home, self._child = home, WarmChild()
        home.mkdir(exist_ok=True)

    def __call__(self, module: str, source: BinaryIO, arguments: Sequence[str], limits: ChildLimits) -> bytes:
        """As `files.limited_child.run`."""
        place = self._home / _key(module, source, arguments, limits)
        if place.exists():
            return place.read_bytes()
        said = self._child.run(module, source, arguments, limits)
        draft = place.with_suffix(f".{os.getpid()}")
        draft.write_bytes(said)
        draft.rename(place)
        return said


def _key(module: str, source: BinaryIO, arguments: Sequence[str], limits: ChildLimits) -> str:
    at = source.tell()
    digest = hashlib.sha256(repr((module, tuple(arguments), limits)).encode())
    digest.update(source.read())
    source.seek(at)
    return digest.hexdigest()


def begin(home: Path) -> None:
    """From now on this process reads the same bytes once."""
    workbooks.run = Remembered(home / "children")
