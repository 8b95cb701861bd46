"""What a sender and the account may do in a second, and how much may wait: real seconds, as the carrier's own.

It must not know texts or calls, only lanes by name and what passes through them.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NetworkLimits:
    """The account's limits; 0 means none."""

    cps: float = 0.0
    """Calls that are dialled in a second; more of them are accepted and wait."""
    concurrent_requests: int = 0
    """API requests at a time; more of them are refused with 429."""


class Lanes:
    """For each lane the moment (monotonic seconds) from which it is free again."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._free: dict[str, float] = {}

    def backlog(self, lane: str) -> float:
        """Seconds until what is already queued has passed."""
        with self._lock:
            return max(self._free.get(lane, 0.0) - time.monotonic(), 0.0)

    def reserve(self, lane: str, rate: float, units: float = 1.0) -> float:
        """Queue `units` behind what waits; the seconds until their turn. `rate` in units a second, 0: no limit."""
        if rate <= 0:
            return 0.0
        with self._lock:
            now = time.monotonic()
            turn = max(self._free.get(lane, 0.0), now)
            self._free[lane] = turn + units / rate
            return turn - now


class Gate:
    """Counts requests in progress."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._inside = 0

    def enter(self) -> int:
        """One more; how many there are now."""
        with self._lock:
            self._inside += 1
            return self._inside

    def leave(self) -> None:
        """One less."""
        with self._lock:
            self._inside -= 1

    @property
    def inside(self) -> int:
        """How many there are."""
        return self._inside
