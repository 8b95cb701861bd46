"""Runs a use case in one transaction that a dry run rolls back.

It must not know what is done.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection

from services.work import Work

T = TypeVar("T")


class _TakenBackError(Exception):
    """Ends a rehearsal's transaction so that nothing of it stays."""


def carry_out(work: Work, dry_run: bool, act: Callable[[Connection], T]) -> T:
    """What `act` returns; its transaction is committed, or rolled back in a dry run."""
    results: list[T] = []
    try:
        with work.database.transaction() as conn:
            results.append(act(conn))
            if dry_run:
                raise _TakenBackError
    except _TakenBackError:
        pass
    return results[0]
