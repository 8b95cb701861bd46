"""Keeps the marks of each sender's last contact outside the database: in a file of this host and at the broker.

A restored database is behind both or one of them. It must not know what a mark means.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import logging
import threading
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from uuid import UUID

import redis

from runtime.broker_url import client_url

KEY = "alo:marks"
FILE = "marks.json"
_RAISE = """
for i = 1, #ARGV, 2 do
  local known = tonumber(redis.call('HGET', KEYS[1], ARGV[i]) or '0')
  if tonumber(ARGV[i + 1]) > known then redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1]) end
end
"""
_log = logging.getLogger("alo.marks")


class OutsideMarks:
    """The marks at the broker and in a directory; satisfies `services.ports.Marks`. Connects to nothing yet."""

    def __init__(self, broker_url: str, directory: Path) -> None:
        """`broker_url` as Celery takes it; "" for none. The file is made when something is noted."""
        self._broker_url = client_url(broker_url)
        self._file = directory / FILE
        self._lock = threading.Lock()

    def greatest(self) -> Mapping[UUID, int]:
        """See `services.ports.Marks`."""
        found = dict(self._in_file())
        for sender, mark in self._at_broker().items():
            found[sender] = max(mark, found.get(sender, 0))
        return {UUID(sender): mark for sender, mark in found.items()}

    def note(self, marks: Mapping[UUID, int]) -> None:
        """See `services.ports.Marks`."""
        if not marks:
            return
        written = self._write({str(sender): mark for sender, mark in marks.items()})
        if not (self._tell_broker(marks) or written):
            _log.error("what left is noted nowhere but in the database: an older one would not be found")

    @cached_property
    def _broker(self) -> redis.Redis | None:
        if not self._broker_url:
            return None
        with contextlib.suppress(ValueError):  # a broker of another kind
            return redis.Redis.from_url(self._broker_url, socket_connect_timeout=2, socket_timeout=2)
        return None

    def _at_broker(self) -> Mapping[str, int]:
        if self._broker is None:
            return {}
        try:
            found = self._broker.hgetall(KEY)
            return {_plain(sender): int(mark) for sender, mark in found.items()}
        except (redis.RedisError, ValueError):
            return {}

    def _tell_broker(self, marks: Mapping[UUID, int]) -> bool:
        if self._broker is None:
            return False
        try:
            self._broker.eval(_RAISE, 1, KEY, *(str(part) for pair in marks.items() for part in pair))
        except redis.RedisError:
            return False
        return True

    def _in_file(self) -> Mapping[str, int]:
        try:
            found: Mapping[str, int] = json.loads(self._file.read_text())
        except (OSError, ValueError):
            return {}
        return found

    def _write(self, marks: Mapping[str, int]) -> bool:
        """Whole or not at all, one process after the other."""
        try:
            with self._lock, self._file.with_suffix(".lock").open("a") as held:
                fcntl.flock(held, fcntl.LOCK_EX)
                known = dict(self._in_file())
                raised = {sender: mark for sender, mark in marks.items() if mark > known.get(sender, 0)}
                if raised:
                    draft = self._file.with_suffix(".new")
                    draft.write_text(json.dumps(known | raised))
                    draft.replace(self._file)
        except OSError:
            return False
        return True


def _plain(name: bytes | str) -> str:
    return name.decode() if isinstance(name, bytes) else name
