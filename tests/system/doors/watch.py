"""Whether the server keeps answering `/healthz` and keeps its size, while others trouble it.

The watcher is a process of its own, so that those who send do not hold it up, and weighs the machine with each look:
how much longer than its CPU time some plain work takes just then. A look counts by what it would have taken on a
machine of its own. Run as `python -m tests.system.doors.watch PORT`, it looks until its input ends, and tells as JSON.
"""

from __future__ import annotations

import json
import select
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import psutil

from tests.house.source import ROOT

EVERY_S = 0.25
LATE_S = 1.0
WORK_S = 0.01
"""CPU seconds of plain work before and after each look."""
MOST_CROWDED = 8.0
"""More is not believed: what takes eight seconds is late anywhere."""
GIVEN_UP_S = 60.0
ASKED = b"GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n"


@dataclass(frozen=True)
class Look:
    """One look: wall clock seconds until the answer was there, how crowded the machine was, whether it was "ok"."""

    seconds: float
    crowded: float
    """Wall clock seconds of a CPU second, 1 or more."""
    well: bool

    @property
    def own_seconds(self) -> float:
        """Seconds on a machine of its own."""
        return self.seconds / self.crowded


@dataclass
class Looks:
    """All looks of one watch."""

    found: list[Look] = field(default_factory=list)

    @property
    def late(self) -> list[Look]:
        """Those not answered, or not within a second."""
        return [look for look in self.found if not look.well or look.own_seconds >= LATE_S]

    def told(self) -> str:
        """In short."""
        ordered = sorted(look.own_seconds for look in self.found)
        crowded = max(look.crowded for look in self.found)
        slowest = max(look.seconds for look in self.found)
        return (
            f"{len(ordered)} looks at /healthz: median {ordered[len(ordered) // 2]:.3f} s, slowest {ordered[-1]:.3f} s"
            f" ({slowest:.3f} s by the wall clock), machine crowded up to {crowded:.1f} times"
        )


@contextmanager
def watched(port: int) -> Iterator[Looks]:
    """Watch the server; the looks are there at the end."""
    argv, looks = [sys.executable, "-m", "tests.system.doors.watch", str(port)], Looks()
    watcher = subprocess.Popen(argv, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    try:
        yield looks
    finally:
        told, _ = watcher.communicate(timeout=2 * GIVEN_UP_S)
        looks.found += [Look(**each) for each in json.loads(told)]


def crowded() -> float:
    """How many wall clock seconds a CPU second takes now."""
    wall, cpu = time.perf_counter(), time.process_time()
    while time.process_time() - cpu < WORK_S:
        pass
    return min(MOST_CROWDED, max(1.0, (time.perf_counter() - wall) / (time.process_time() - cpu)))


def look(port: int) -> Look:
    """Ask once."""
    before, began = crowded(), time.perf_counter()
    try:
        with socket.create_connection(("127.0.0.1", port), GIVEN_UP_S) as wire:
            wire.sendall(ASKED)
            well = wire.recv(4096).startswith(b"HTTP/1.1 200")
    except OSError:
        well = False
    took = time.perf_counter() - began
    return Look(took, max(before, crowded()), well)


@dataclass
class Weight:
    """What the server's workers weigh in megabytes (proportional: shared pages are counted by their share), by time."""

    workers: Sequence[psutil.Process]
    weighed: list[float] = field(default_factory=list)

    def weigh(self) -> float:
        """Now, all together."""
        self.weighed.append(sum(worker.memory_full_info().pss for worker in self.workers) / 1e6)
        return self.weighed[-1]

    @property
    def grown(self) -> float:
        """From the first weighing to the last."""
        return self.weighed[-1] - self.weighed[0]


def main(port: int) -> None:
    """Look until the input ends, then tell."""
    found: list[Look] = []
    while not select.select([sys.stdin], [], [], EVERY_S)[0]:
        found.append(look(port))
    json.dump([{"seconds": one.seconds, "crowded": one.crowded, "well": one.well} for one in found], sys.stdout)


if __name__ == "__main__":
    main(int(sys.argv[1]))
