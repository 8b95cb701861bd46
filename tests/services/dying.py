"""A process that dies at a chosen moment, before one of its statements; the next one lives longer.

The first statement of a transaction is the moment after the commit before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from store.unit_of_work import Database

EACH = range(1, 2_000)
"""Every moment, the first one first."""


class Killed(BaseException):
    """What `kill -9` is to a process: nothing of ours catches it, and the server takes back what was not committed."""


class Moments:
    """Counts statements on some databases, and dies at the wanted one."""

    def __init__(self, *databases: Database) -> None:
        """Nothing is counted outside `until`."""
        self._databases = databases
        self._left = 0
        self.seen = 0

    @contextmanager
    def until(self, moment: int) -> Iterator[None]:
        """Die at this moment (1: the first); `seen` says how many came when nobody died."""
        self._left, self.seen = moment, 0
        engines = [database.engine for database in self._databases]
        for engine in engines:
            sa.event.listen(engine, "before_cursor_execute", self._statement)
        try:
            yield
        finally:
            for engine in engines:
                sa.event.remove(engine, "before_cursor_execute", self._statement)

    def _statement(self, *_args: Any) -> None:
        self.seen += 1
        self._left -= 1
        if self._left == 0:
            raise Killed


def stuttering(moments: Moments, act: Callable[[], object], check: Callable[[], None], moments_at: range = EACH) -> int:
    """Begin `act` again and again, killed at one of the moments after the other, until it comes to its end; `check`
    what is there after each death. How often it died."""
    for deaths, moment in enumerate(moments_at):
        try:
            with moments.until(moment):
                act()
        except Killed:
            check()
        else:
            return deaths
    raise AssertionError("it never came to its end")
