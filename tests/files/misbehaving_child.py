"""A reader that has been taken over, or that a file has led into a trap."""

from __future__ import annotations

import ctypes
import os
import tempfile
import time
from collections.abc import Sequence
from typing import BinaryIO


def main(_source: BinaryIO, out: BinaryIO, arguments: Sequence[str]) -> None:
    """Do what the only argument says."""
    match arguments[0]:
        case "memory":
            bytearray(1 << 30)
        case "processor":
            while True:
                pass
        case "output":
            while True:
                out.write(b"x" * 65536)
        case "abort":
            os.abort()
        case "sleep":
            time.sleep(600)
        case "raise":
            raise ValueError
        case "exit":
            os._exit(3)
        case "fault":
            ctypes.string_at(0)
        case "environment":
            out.write(f"{' '.join(sorted(os.environ))} {_open_files()} {_written()}".encode())


def _open_files() -> list[int]:
    found = []
    for descriptor in range(64):
        try:
            os.fstat(descriptor)
        except OSError:
            continue
        found.append(descriptor)
    return found


def _written() -> str:
    try:
        with tempfile.TemporaryFile() as file:
            file.write(b"x")
    except OSError:
        return "no file"
    return "a file"
