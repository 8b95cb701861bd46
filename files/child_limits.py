"""What a child process does before it touches a foreign file: limits its own memory, time and reach, then works.

It runs in the child and imports next to nothing: a child starts in some 30 ms. It must not know what the work is.
"""

from __future__ import annotations

import ctypes
import gc
import importlib
import os
import resource
import signal
import sys
from collections.abc import Mapping
from typing import Any

_PR_SET_PDEATHSIG = 1
OUT_OF_MEMORY = 77
"""Exit code of a child that ran into its limit of memory."""


def begin(task: Mapping[str, Any]) -> None:
    """Limit this process and call `main(source, out, arguments)` of the module that `task` names."""
    gc.disable()  # it lives for one file
    _die_with(task["parent"])
    _limit(task["memory_mb"] << 20, task["cpu_s"])
    try:
        work = importlib.import_module(task["module"])
        work.main(sys.stdin.buffer, sys.stdout.buffer, task["arguments"])
        sys.stdout.buffer.flush()
    except MemoryError:
        os._exit(OUT_OF_MEMORY)


def _limit(memory: int, cpu_s: int) -> None:
    """Nothing is written to any file, no core is left, no further files are opened by the dozen."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_s, cpu_s + 1))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


def _die_with(parent: int) -> None:
    """End when the parent ends, also when it ended before we asked."""
    if sys.platform.startswith("linux"):
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        os._exit(1)
