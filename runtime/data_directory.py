"""The data directory of this installation: embedded databases, keys, logs, pid files, and one lock.

It must not know what the files mean; it keeps them private and whole.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

DEMONSTRATION = "demonstration.json"
"""A file that marks the directory as a demonstration's."""


class AlreadyRunningError(RuntimeError):
    """Another process holds the directory's lock; `pid` says which (0 when it cannot be read)."""

    def __init__(self, pid: int) -> None:
        """`pid` of the holder."""
        super().__init__(f"held by process {pid}")
        self.pid = pid


def prepare(root: Path) -> Path:
    """Make `root` if need be; files in it are private, and unprivileged server processes may pass through it."""
    root.mkdir(parents=True, exist_ok=True)
    if os.geteuid() == 0:
        root.chmod(0o711)
    return root


def private_document(path: Path, make: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The JSON object in `path` (mode 0600); when there is none, the one `make` gives is kept there first.

    Two processes that begin at once agree: the file appears whole, and only for the first of them.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        draft = path.with_name(f".{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(make()))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    document: dict[str, Any] = json.loads(path.read_text())
    return document


def completed(path: Path, more: dict[str, Any]) -> dict[str, Any]:
    """The object in `path` with what it lacks of `more`; the file is replaced whole (mode 0600)."""
    document: dict[str, Any] = {**more, **json.loads(path.read_text())}
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    draft.touch(mode=0o600)
    draft.write_text(json.dumps(document))
    draft.replace(path)
    return document


@contextmanager
def locked(root: Path, name: str = "up.lock") -> Iterator[None]:
    """Hold the directory's lock while the block runs. Raises AlreadyRunningError at once when another holds it."""
    path = prepare(root) / name
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as held:
            file.seek(0)
            raise AlreadyRunningError(int(file.read() or 0)) from held
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
