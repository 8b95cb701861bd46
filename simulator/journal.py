"""The witness: an append-only JSONL file of all that reached the network and all it did, with both times.

What is accepted is on disk before the client hears of it, so "twice" and "lost" are decided here and nowhere else.
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from simulator.clock import Clock


class Journal:
    """One open file; threads share one fsync where they wait for the disk together."""

    def __init__(self, path: Path, clock: Clock) -> None:
        self._path, self._clock = path, clock
        path.parent.mkdir(parents=True, exist_ok=True)
        self._write_lock, self._sync_lock = threading.Lock(), threading.Lock()
        self._seq = _mend(path)
        self._synced = self._seq
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def write(self, kind: str, *, durable: bool = False, **facts: Any) -> int:
        """Append one line and return its number; with `durable` only after it is on disk (fsync)."""
        with self._write_lock:
            seq = self._seq + 1
            line = {
                "seq": seq,
                "kind": kind,
                "real": self._clock.real().isoformat(),
                "business": self._clock.now().isoformat(),
                **facts,
            }
            os.write(self._file, (json.dumps(line, ensure_ascii=False) + "\n").encode())
            self._seq = seq
        if durable:
            self._sync(seq)
        return seq

    def _sync(self, seq: int) -> None:
        with self._sync_lock:
            if self._synced >= seq:
                return
            upto = self._seq
            os.fsync(self._file)
            self._synced = upto

    def read(self, after: int = 0, kind: str = "", limit: int | None = None) -> list[dict[str, Any]]:
        """Lines numbered above `after`, of `kind` if given ("message" also finds "message.accepted")."""
        found: list[dict[str, Any]] = []
        for line in _lines(self._path):
            if limit is not None and len(found) >= limit:
                break
            if line["seq"] > after and _is_of(line["kind"], kind):
                found.append(line)
        return found

    def close(self) -> None:
        """Put everything on disk and let go of the file."""
        self._sync(self._seq)
        os.close(self._file)


def _is_of(kind: str, asked: str) -> bool:
    return not asked or kind == asked or kind.startswith(asked + ".")


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    """Every whole line; one that a killed process left half-written is passed over."""
    with path.open("rb") as file:
        for raw in file:
            try:
                yield json.loads(raw)
            except ValueError:
                continue


def _mend(path: Path) -> int:
    """End a half-written last line, so that the next one stands alone; return the last number used."""
    if not path.exists():
        return 0
    with path.open("rb+") as file:
        if file.seek(0, os.SEEK_END) and file.seek(-1, os.SEEK_END) >= 0 and file.read(1) != b"\n":
            file.write(b"\n")
    return max((int(line["seq"]) for line in _lines(path)), default=0)
