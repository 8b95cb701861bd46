"""Runs a health probe with a time-out, also where the server asked has stopped answering.

A server that is halted, not dead, keeps its connections open and says nothing; no time-out of its own ends that. It
must not know what is asked.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

Answer = TypeVar("Answer")
AT_ONCE = 2
"""Questions that may be out at once; while so many hang, no further thread is spent on them."""
TURN_S = 1.0
"""Real seconds others wait for their turn: questions that are answered take a fraction of one."""


class Deadline:
    """Asks in a thread of its own and waits so long, in real seconds."""

    def __init__(self, seconds: float) -> None:
        """Nothing is started yet."""
        self._seconds = seconds
        self._free = threading.BoundedSemaphore(AT_ONCE)

    def ask(self, question: Callable[[], Answer]) -> Answer:
        """The answer. Raises TimeoutError, and whatever the question raises."""
        if not self._free.acquire(timeout=min(self._seconds, TURN_S)):
            raise TimeoutError
        told: list[Answer] = []
        failed: list[BaseException] = []

        def run() -> None:
            try:
                told.append(question())
            except Exception as error:
                failed.append(error)
            finally:
                self._free.release()

        asking = threading.Thread(target=run, daemon=True)
        asking.start()
        asking.join(self._seconds)
        if failed:
            raise failed[0]
        if not told:
            raise TimeoutError
        return told[0]
