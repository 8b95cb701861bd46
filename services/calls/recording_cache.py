"""Caches in the process which sentences are recorded, so that no call waits for it, and their audio by name.

It must not know what the sentences say nor how recordings come in: webhooks load this and no reader of files.
"""

from __future__ import annotations

import threading
from datetime import datetime, timedelta

from services.ports import Clock
from services.work import Work
from store.interview import recordings
from store.unit_of_work import Database

FRESH = timedelta(seconds=30)
"""Real time for which a process goes by what it knows: a new recording is heard after it at the latest."""
NAME_DIGITS = 12
"""Digits of the audio's digest in its name: platforms keep what they fetched, so a better recording has another URL."""


class KnownRecordings:
    """Which sentences are recorded, as this process last read it. Satisfies `services.ports.Recordings`."""

    def __init__(self, database: Database, clock: Clock) -> None:
        """Nothing is read yet."""
        self._database = database
        self._clock = clock
        self._lock = threading.Lock()
        self._read_at: datetime | None = None
        self._names: dict[str, str] = {}

    def refresh(self) -> None:
        """Read again what is older than FRESH; call it outside a transaction."""
        with self._lock:
            real = self._clock.real()
            if self._read_at is None or not timedelta(0) <= real - self._read_at < FRESH:
                with self._database.transaction() as conn:
                    self._names = {id_: name_of(id_, digest) for id_, digest in recordings.current(conn).items()}
                self._read_at = real

    def find(self, prompt_id: str) -> str | None:
        """The name of the sentence's recording, None without one."""
        return self._names.get(prompt_id)


def name_of(prompt_id: str, digest: str) -> str:
    """The name under which any gateway serves this audio of this sentence."""
    return f"{prompt_id}-{digest[:NAME_DIGITS]}"


def audio(work: Work, name: str) -> bytes | None:
    """The recording of this name; None when there is none."""
    prompt_id, _, digest = name.partition("-")
    if len(digest) != NAME_DIGITS:
        return None
    with work.database.transaction() as conn:
        return recordings.audio(conn, prompt_id, digest)
