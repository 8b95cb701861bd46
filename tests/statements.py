"""Counts the statements that reach the database, whichever way they go there; BEGIN and COMMIT are not among them.

It must not know what is counted.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import psycopg


@contextmanager
def noted() -> Iterator[list[str]]:
    """The statements this process runs until the block ends, in order: each goes through the driver's cursor."""
    seen: list[str] = []
    execute = psycopg.Cursor.execute

    def note(cursor: psycopg.Cursor[Any], query: str, *args: Any, **more: Any) -> psycopg.Cursor[Any]:
        seen.append(query)
        return execute(cursor, query, *args, **more)

    with patch.object(psycopg.Cursor, "execute", note):
        yield seen
