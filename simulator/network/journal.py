"""The witness: an append-only JSONL file of all that reached the network and all it did, with both times.

What is accepted is on disk before the client hears of it, so "twice" and "lost" are decided here and nowhere else.
Reading from a number on seeks by a sparse table of offsets: a long journal costs no more than what is read.
"""

from __future__ import annotations

import json
import os
import threading
from array import array
from bisect import bisect_right
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from simulator.clock import SimulatedClock

_STRIDE = 128
"""Every so many lines the table knows a line's number and offset."""
_HEAD = b'{"seq": '
_TORN = b" torn\n"
"""Ends a line that a killed process left half-written, so that the next one stands alone and readers pass it over."""


class Journal:
    """One open file; threads share one fsync where they wait for the disk together."""

    def __init__(self, path: Path, clock: SimulatedClock) -> None:
        self._path, self._clock = path, clock
        path.parent.mkdir(parents=True, exist_ok=True)
        self._write_lock, self._sync_lock = threading.Lock(), threading.Lock()
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        self._seqs, self._offsets = array("Q"), array("Q")
        self._seq = self._end = self._count = 0
        self._survey()
        self._synced = self._seq

    def _survey(self) -> None:
        """Mend the end of the file and build the table over what is there."""
        _mend(self._path, self._file)
        with self._path.open("rb") as file:
            for raw in file:
                if _is_whole(raw):
                    self._note(_number(raw), self._end)
                self._end += len(raw)

    def _note(self, seq: int, offset: int) -> None:
        if self._count % _STRIDE == 0:
            self._seqs.append(seq)
            self._offsets.append(offset)
        self._seq, self._count = seq, self._count + 1

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
            raw = (json.dumps(line, ensure_ascii=False) + "\n").encode()
            os.write(self._file, raw)
            self._note(seq, self._end)
            self._end += len(raw)
        if durable:
            self.sync(seq)
        return seq

    def sync(self, seq: int = 0) -> None:
        """Wait until the lines up to `seq` (0: all so far) are on disk."""
        seq = seq or self._seq
        with self._sync_lock:
            if self._synced >= seq:
                return
            upto = self._seq
            os.fsync(self._file)
            self._synced = upto

    def raw(self, after: int = 0, kind: str = "", limit: int | None = None) -> Iterator[bytes]:
        """The lines that `read` would give, as they stand in the file."""
        end, kinds, given = self._end, _heads(kind), 0
        offset = self._offset(after)
        with self._path.open("rb") as file:
            file.seek(offset)
            for raw in file:
                offset += len(raw)
                if offset > end or given == limit:
                    return
                if _is_whole(raw) and _number(raw) > after and _is_of(raw, kinds):
                    given += 1
                    yield raw

    def read(self, after: int = 0, kind: str = "", limit: int | None = None) -> list[dict[str, Any]]:
        """Lines numbered above `after`, of `kind` if given ("message" also finds "message.accepted")."""
        return [json.loads(raw) for raw in self.raw(after, kind, limit)]

    def lines(self) -> Iterator[dict[str, Any]]:
        """Every line so far, one at a time."""
        return map(json.loads, self.raw())

    def _offset(self, after: int) -> int:
        """Where to begin reading for the lines above `after`."""
        with self._write_lock:
            place = bisect_right(self._seqs, after) - 1
            return self._offsets[place] if place >= 0 else 0

    def close(self) -> None:
        """Put everything on disk and let go of the file."""
        self.sync()
        os.close(self._file)


def _is_whole(raw: bytes) -> bool:
    return raw.startswith(_HEAD) and raw.endswith(b"}\n")


def _number(raw: bytes) -> int:
    return int(raw[len(_HEAD) : raw.index(b",")])


def _heads(kind: str) -> tuple[bytes, ...]:
    """How lines of `kind` go on after their number."""
    return (f' "kind": "{kind}"'.encode(), f' "kind": "{kind}.'.encode()) if kind else ()


def _is_of(raw: bytes, heads: tuple[bytes, ...]) -> bool:
    return not heads or raw.startswith(heads, raw.index(b",") + 1)


def _mend(path: Path, descriptor: int) -> None:
    with path.open("rb") as file:
        if file.seek(0, os.SEEK_END) and file.seek(-1, os.SEEK_END) >= 0 and file.read(1) != b"\n":
            os.write(descriptor, _TORN)
