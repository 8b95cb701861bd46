"""What happens later: waits in scaled time, processes that yield their waits, a pool of threads.

It knows nothing of phones. A process is a generator of seconds, so a waiting call holds no thread.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from queue import Empty, SimpleQueue

from simulator.clock import SimulatedClock

Task = Callable[[], None]
_log = logging.getLogger(__name__)


class Scheduler:
    """Runs tasks when they are due; `pending` counts what is waiting or running."""

    def __init__(self, clock: SimulatedClock, workers: int = 48) -> None:
        self._clock = clock
        self._due: list[tuple[float, int, Task]] = []
        self._order = itertools.count()
        self._pending, self._failures, self._closed = 0, 0, False
        self._change = threading.Condition()
        self._ready: SimpleQueue[Task | None] = SimpleQueue()
        """What is due; None ends a thread. An executor would make a future of each task, which nobody asks for."""
        self._watcher = threading.Thread(target=self._watch, name="scheduler", daemon=True)
        self._hands = [threading.Thread(target=self._serve, name="network", daemon=True) for _ in range(workers)]
        for thread in (self._watcher, *self._hands):
            thread.start()

    def after(self, seconds: float, task: Task) -> None:
        """Run `task` after `seconds` of scaled time."""
        self.after_real(self._clock.wait(seconds), task)

    def after_real(self, seconds: float, task: Task) -> None:
        """Run `task` after `seconds` of real time."""
        with self._change:
            if self._closed:
                return
            self._pending += 1
            item = (time.monotonic() + seconds, next(self._order), task)
            heapq.heappush(self._due, item)
            if self._due[0] is item:
                self._change.notify()

    def run(self, process: Iterator[float]) -> None:
        """Carry on a process now and after each wait (scaled seconds) that it yields, until it ends."""
        self.after_real(0, lambda: self._step(process))

    @property
    def pending(self) -> int:
        """How many tasks wait or run; 0 means that nothing will happen by itself any more."""
        with self._change:
            return self._pending

    @property
    def failures(self) -> int:
        """How many tasks ended in an error of the simulator itself; anything but 0 is a bug here."""
        with self._change:
            return self._failures

    def close(self) -> None:
        """Drop what is not due yet and let running tasks end."""
        with self._change:
            self._closed = True
            self._due.clear()
            self._change.notify()
        self._watcher.join()
        with suppress(Empty):
            while True:
                self._ready.get_nowait()
        for _ in self._hands:
            self._ready.put(None)
        for thread in self._hands:
            thread.join()

    def _step(self, process: Iterator[float]) -> None:
        seconds = next(process, None)
        if seconds is not None:
            self.after(seconds, lambda: self._step(process))

    def _watch(self) -> None:
        while True:
            with self._change:
                while not self._closed and (not self._due or self._due[0][0] > time.monotonic()):
                    self._change.wait(self._due[0][0] - time.monotonic() if self._due else None)
                if self._closed:
                    return
                task = heapq.heappop(self._due)[2]
            self._ready.put(task)

    def _serve(self) -> None:
        while task := self._ready.get():
            self._do(task)

    def _do(self, task: Task) -> None:
        failed = True
        try:
            task()
            failed = False
        except Exception:
            _log.exception("a task of the simulated network failed")
        finally:
            with self._change:
                self._pending -= 1
                self._failures += failed


def slices(seconds: float, longest: float) -> Iterator[float]:
    """A wait cut into pieces of at most `longest`, at least one, for who must look up in between."""
    while seconds > longest:
        yield longest
        seconds -= longest
    yield seconds
