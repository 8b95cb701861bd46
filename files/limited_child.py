"""Runs a module of ours over a foreign file in a child process with limits of memory, time and output.

`run("files.parsing.child", file)` gives what the module's `main(source, out, arguments)` wrote. The child sees the file
as its standard input, no environment, no other open file of ours; it writes no file, and ends with us.
It must not know what the file is.
"""

from __future__ import annotations

import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from files.child_limits import OUT_OF_MEMORY

_CHUNK = 1 << 18
_OURS = str(Path(__file__).resolve().parents[1])
"""Where our packages stand: an installation may have found them by a hook that the child does not run."""
_BEGIN = (
    "import sys, json; told = json.loads(sys.argv[1]); sys.path[:] = told['path'];"
    "from files.child_limits import begin; begin(told)"
)
_AT_ONCE = threading.BoundedSemaphore(2)
"""Children of this process at a time: several uploads wait for each other instead of filling the machine's memory."""


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """What a child may take: megabytes of address space, seconds of processor, real seconds, megabytes it may say."""

    memory_mb: int = 1024
    cpu_s: int = 60
    wall_s: float = 120.0
    output_mb: int = 96


class ExceededError(Exception):
    """The child was ended because it ran into a limit."""


class DiedError(Exception):
    """The child ended in an error of its own."""


def run(module: str, source: BinaryIO, arguments: Sequence[str] = (), limits: ChildLimits = ChildLimits()) -> bytes:
    """What `module` says of `source` (an open file, read from where it stands). Raises ExceededError or DiedError."""
    told = {
        "module": module,
        "arguments": list(arguments),
        "path": [_OURS, *(os.path.realpath(part) for part in sys.path)],
        "parent": os.getpid(),
        "memory_mb": limits.memory_mb,
        "cpu_s": limits.cpu_s,
    }
    with _AT_ONCE:
        child = subprocess.Popen(
            [sys.executable, "-I", "-S", "-B", "-c", _BEGIN, json.dumps(told)],
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"LC_ALL": "C.UTF-8"},  # no setting and no secret of ours
            start_new_session=True,
        )
        try:
            said = _listen(child, limits)
        finally:
            child.kill()  # nothing happens to one that has ended
            child.wait()
            if child.stdout:
                child.stdout.close()
    return said


def _listen(child: subprocess.Popen[bytes], limits: ChildLimits) -> bytes:
    """Everything the child says until it ends well."""
    assert child.stdout
    out = child.stdout.fileno()
    until = time.monotonic() + limits.wall_s
    poll = select.poll()
    poll.register(out, select.POLLIN | select.POLLHUP)
    said = bytearray()
    while (left := until - time.monotonic()) > 0:
        if not poll.poll(left * 1000):
            continue
        chunk = os.read(out, _CHUNK)
        if not chunk:
            _judge(child, until)
            return bytes(said)
        said += chunk
        if len(said) > limits.output_mb << 20:
            break
    raise ExceededError


def _judge(child: subprocess.Popen[bytes], until: float) -> None:
    """Whether the child, which says nothing more, ended well. Raises ExceededError or DiedError."""
    try:
        code = child.wait(max(0.1, until - time.monotonic()))
    except subprocess.TimeoutExpired as error:
        raise ExceededError from error
    # A library that gets no memory aborts; a processor limit ends with SIGXCPU, then SIGKILL.
    if code in (OUT_OF_MEMORY, -signal.SIGABRT, -signal.SIGXCPU, -signal.SIGKILL):
        raise ExceededError
    if code:
        raise DiedError(str(code))
