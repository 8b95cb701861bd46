"""The limited child of the product without its start: a process that has imported what children need, and forks them.

A child of `files.limited_child` spends half a second on its interpreter and on pyxform, and some hundredths on a small
file. Here it is a fork of a process started in the same way (no site, no environment), limited by the same
`files.child_limits` before it sees the file. What does not end well is left to the real one, which says what it says.
It must not know what the file is.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import select
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import BinaryIO

from files import limited_child
from files.limited_child import ChildLimits

ROOT = Path(__file__).resolve().parents[1]
SAMPLE = ROOT / "questionnaires" / "HTX-NN.xlsx"
LEAST_MB = 512
"""A fork has the memory of its parent already, so that a tight limit would not be felt."""
_BEGIN = (
    "import sys, json; told = json.loads(sys.argv[1]); sys.path[:] = told['path'];"
    "from tests.warm_child import serve; serve(told['socket'])"
)
_CHUNK = 1 << 18


class WarmChild:
    """Runs modules over files as `files.limited_child.run`, one at a time; the process is started by the first."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._socket: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def run(self, module: str, source: BinaryIO, arguments: Sequence[str], limits: ChildLimits) -> bytes:
        """What `module` says of `source`. Raises ExceededError or DiedError."""
        if limits.memory_mb < LEAST_MB:
            return limited_child.run(module, source, arguments, limits)
        at = source.tell()
        with self._lock:
            said = self._said(module, source, arguments, limits)
        if said is None:
            source.seek(at)
            return limited_child.run(module, source, arguments, limits)
        return said

    def _said(self, module: str, source: BinaryIO, arguments: Sequence[str], limits: ChildLimits) -> bytes | None:
        """What a fork says, or None where it did not end well within its limits."""
        asked = {
            "module": module,
            "arguments": list(arguments),
            "memory_mb": limits.memory_mb,
            "cpu_s": limits.cpu_s,
        }
        line = self._socket or self._start()
        out, theirs = os.pipe()
        try:
            socket.send_fds(line, [json.dumps(asked).encode()], [source.fileno(), theirs])
            os.close(theirs)
            said = _read(out, limits)
            if said is not None and line.recv(16) == b"0":
                return said
            if said is None:
                self._stop()
        finally:
            os.close(out)
        return None

    def _start(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        path = [str(ROOT), *(os.path.realpath(part) for part in sys.path)]
        told = json.dumps({"path": path, "socket": theirs.fileno()})
        self._process = subprocess.Popen(  # ends when our end of the line closes
            [sys.executable, "-I", "-S", "-B", "-c", _BEGIN, told],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            env={"LC_ALL": "C.UTF-8"}, pass_fds=[theirs.fileno()], start_new_session=True,
        )  # fmt: skip
        theirs.close()
        self._socket = ours
        return ours

    def _stop(self) -> None:
        """The next run starts another process: this one is busy with what takes too long."""
        if self._socket and self._process:
            self._socket.close()
            self._process.kill()
            self._process.wait()
        self._socket = None


def _read(out: int, limits: ChildLimits) -> bytes | None:
    """Everything that is said, or None when it takes too long or is too much."""
    until = time.monotonic() + limits.wall_s
    poll = select.poll()
    poll.register(out, select.POLLIN | select.POLLHUP)
    said = bytearray()
    while (left := until - time.monotonic()) > 0 and len(said) <= limits.output_mb << 20:
        if poll.poll(left * 1000):
            chunk = os.read(out, _CHUNK)
            if not chunk:
                return bytes(said)
            said += chunk
    return None


def serve(descriptor: int) -> None:
    """Fork a child for each request on this socket, until the other end closes; answer with its exit code."""
    with SAMPLE.open("rb") as sample, Path(os.devnull).open("wb") as nowhere:  # what is imported late is imported now
        importlib.import_module("files.form_child").main(sample, nowhere, (".xlsx",))
    for module in ("files.parsing.child", "files.parsing.old_excel", "files.parsing.texts"):
        importlib.import_module(module)
    line = socket.socket(fileno=descriptor)
    while True:
        request, descriptors, _, _ = socket.recv_fds(line, 1 << 16, 2)
        if not request:
            return
        child = os.fork()
        if not child:
            line.close()
            _work(json.loads(request), *descriptors)
        for each in descriptors:
            os.close(each)
        _, status = os.waitpid(child, 0)
        with contextlib.suppress(BrokenPipeError):
            line.send(str(os.waitstatus_to_exitcode(status)).encode())


def _work(asked: dict[str, object], source: int, out: int) -> None:
    """In the fork: limits and work of a real child, whose parent is the process that forked it."""
    from files.child_limits import begin

    code = 1
    try:
        os.dup2(source, 0)
        os.dup2(out, 1)
        os.closerange(3, max(source, out) + 1)
        begin({**asked, "parent": os.getppid()})
        code = 0
    finally:
        os._exit(code)
