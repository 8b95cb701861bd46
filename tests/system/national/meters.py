"""CPU and memory of the running parts, by part, and how many turns and receipts there were; no statement of ours."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import psutil
import psycopg

from tests.bench.measuring import Trees

PLACES = {
    "gateway": ("run/gateway.pid",),
    "workers": ("run/worker-contact.pid", "run/worker-housekeeping.pid", "run/beat.pid"),
    "database": ("postgres/postgres.pid",),
    "broker": ("valkey/valkey.pid",),
    "simulator": ("run/simulator.pid",),
}
"""Part → the pid files of its root processes below the data directory."""
MEASURED = ("gateway", "workers", "database", "broker")
"""What is ours; the simulator is not counted."""
_COUNTS = """SELECT relname, n_tup_ins FROM pg_stat_user_tables
WHERE relname IN ('interview_events', 'receipts', 'outbox', 'inbound', 'call_turns')"""


@dataclass(frozen=True)
class Reading:
    """One look: real seconds, CPU seconds and memory (MB, shared pages once) by part, rows ever inserted by table."""

    at: float
    cpu_s: Mapping[str, float]
    memory_mb: Mapping[str, float]
    rows: Mapping[str, int]

    @property
    def turns(self) -> int:
        """Events of interviews: every input that was taken."""
        return self.rows.get("interview_events", 0)


class Meters:
    """Reads the parts of the system in a data directory; `url` is the database's, as a role that may see statistics."""

    def __init__(self, home: Path, url: str) -> None:
        """The parts run already."""
        pids = {part: [_pid(home / place) for place in places] for part, places in PLACES.items()}
        self._trees = {part: Trees(*found) for part, found in pids.items()}
        self._connection = psycopg.connect(url, autocommit=True)

    def cpu_s(self, *parts: str) -> float:
        """CPU seconds so far of these parts together."""
        return sum(self._trees[part].cpu_s() for part in parts)

    def read(self) -> Reading:
        """Everything now; a process that ends meanwhile is left out."""
        memory = {}
        for part, tree in self._trees.items():
            with suppress(psutil.NoSuchProcess):
                memory[part] = tree.memory_mb()
        cpu = {part: tree.cpu_s() for part, tree in self._trees.items()}
        rows: dict[str, int] = dict(self._connection.execute(_COUNTS).fetchall())
        return Reading(time.monotonic(), cpu, memory, rows)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Let go of the database."""
        self._connection.close()


def spent(begin: Reading, end: Reading) -> dict[str, float]:
    """CPU seconds by part between two readings."""
    return {part: end.cpu_s[part] - begin.cpu_s[part] for part in end.cpu_s}


def growth(readings: list[Reading], part: str) -> tuple[float, float]:
    """A part's memory in MB: median of the second quarter of the run and of its last one. Flat is within 10 %."""
    values = [reading.memory_mb[part] for reading in readings if part in reading.memory_mb]
    quarter = max(1, len(values) // 4)
    early, late = sorted(values[quarter : 2 * quarter] or values), sorted(values[-quarter:])
    return early[len(early) // 2], late[len(late) // 2]


def _pid(place: Path) -> int:
    return int(place.read_text().split()[0])
