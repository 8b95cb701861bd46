"""Words for errors with which a process or command ends: code and parameters, and an exit without a traceback.

It must not know commands or servers.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa

from runtime.catalogue import words
from runtime.clock import UnreadableClockError
from runtime.keys import NoKeysError, UnfitKeysError
from services.refusal import Refusal

NOT_CONFIGURED = 78
"""Exit code for what only an operator can mend (EX_CONFIG of sysexits.h)."""
_NOT_THERE = ("42P01", "42703")
"""SQLSTATEs of a table or a column that the schema does not have."""


def words_for(error: Exception) -> tuple[str, Mapping[str, Any]]:
    """Code and parameters for what a command may end with. Raises `error` again when it is a fault of ours."""
    match error:
        case Refusal():
            return error.code, error.params
        case UnreadableClockError():
            return "cli.bad_settings", {"names": "ALO_CLOCK"}
        case NoKeysError():
            return "keys.none", {"names": error, "file": error.file}
        case UnfitKeysError():
            return "usage.bad_keys", {"detail": error}
        case sa.exc.OperationalError():
            return "cli.no_database", {}
        case sa.exc.ProgrammingError() if getattr(error.orig, "sqlstate", "") in _NOT_THERE:
            return "cli.not_migrated", {}
        case sa.exc.ArgumentError():
            return "usage.bad_address", {}
    raise error


@contextmanager
def exit_on_refusal(lang: str) -> Iterator[None]:
    """Print a refusal in one paragraph and exit with NOT_CONFIGURED, for processes that must not start."""
    try:
        yield
    except (Refusal, UnreadableClockError, UnfitKeysError) as error:
        code, params = words_for(error)
        print(words(code, lang, **params), file=sys.stderr, flush=True)
        sys.exit(NOT_CONFIGURED)
