"""Rate-limit counters shared by all processes: kept in Valkey, in this process while Valkey is away.

A key's count decides how long the next one at it has to wait; nothing waits here. It must not know what is counted.
"""

from __future__ import annotations

import json
import threading
import time
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from typing import Any, Protocol, cast

import redis
import structlog
from redis.backoff import NoBackoff
from redis.retry import Retry

from runtime.broker_url import client_url

Waits = tuple[float, ...]
"""Seconds to wait after the first, the second … and every later count."""
LONGEST_S = 3600.0
"""No wait is longer: one that seems to be is of a clock that jumped."""
KEPT_S = 3600
"""A count is forgotten so long after the last one."""
ANSWER_S = 0.25
"""Valkey has so long to answer, and is left alone for a while when it did not."""
LEFT_ALONE_S = 5.0
MOST_KEYS = 20_000
_PREFIX = "alo:count:"
_log = structlog.get_logger("alo.gateway")

_RESERVE = """
local now, wait = tonumber(ARGV[1]), 0
for _, key in ipairs(KEYS) do
  local left = tonumber(redis.call('HGET', key, 'till') or '0') - now
  if left > wait and left <= tonumber(ARGV[2]) then wait = left end
end
if wait > 0 then return tostring(wait) end
for place, key in ipairs(KEYS) do
  local waits = cjson.decode(ARGV[3 + place])
  local count = redis.call('HINCRBY', key, 'count', 1)
  redis.call('HSET', key, 'till', tostring(now + waits[math.max(1, math.min(count, #waits))]))
  redis.call('EXPIRE', key, ARGV[3])
end
return '0'
"""
_GIVE_BACK = """
for _, key in ipairs(KEYS) do
  if redis.call('EXISTS', key) == 1 then
    redis.call('HINCRBY', key, 'count', -1)
    redis.call('HSET', key, 'till', '0')
  end
end
"""


class Counters(Protocol):
    """Where counts are kept; `now` is real time in seconds."""

    def reserve(self, keys: Mapping[str, Waits], now: float) -> float:
        """Count one at every key, unless one of them must wait: then nothing, and the seconds left."""

    def count(self, key: str, now: float) -> int:
        """How many were counted at `key`."""

    def give_back(self, keys: Iterable[str]) -> None:
        """Take one count back at every key, and its wait."""

    def forget(self, key: str) -> None:
        """Begin anew at `key`."""


class InProcess:
    """Counts of this process alone."""

    def __init__(self) -> None:
        """Nothing is counted."""
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[int, float, float]] = OrderedDict()
        """Key → count, end of its wait, time of the last count; the oldest first."""

    def reserve(self, keys: Mapping[str, Waits], now: float) -> float:
        """See `Counters`."""
        with self._lock:
            found = {key: self._current(key, now) for key in keys}
            lefts = [till - now for _, till in found.values() if 0 < till - now <= LONGEST_S]
            if lefts:
                return max(lefts)
            for key, waits in keys.items():
                count = found[key][0] + 1
                self._kept[key] = (count, now + waits[max(0, min(count, len(waits)) - 1)], now)
                self._kept.move_to_end(key)
            while len(self._kept) > MOST_KEYS:
                self._kept.popitem(last=False)
        return 0.0

    def count(self, key: str, now: float) -> int:
        """See `Counters`."""
        with self._lock:
            return self._current(key, now)[0]

    def give_back(self, keys: Iterable[str]) -> None:
        """See `Counters`."""
        with self._lock:
            for key in set(keys) & self._kept.keys():
                count, _, at = self._kept[key]
                self._kept[key] = (count - 1, 0.0, at)

    def forget(self, key: str) -> None:
        """See `Counters`."""
        with self._lock:
            self._kept.pop(key, None)

    def _current(self, key: str, now: float) -> tuple[int, float]:
        count, till, at = self._kept.get(key, (0, 0.0, now))
        return (count, till) if abs(now - at) < KEPT_S else (0, 0.0)


class Shared:
    """Counts in Valkey or Redis. While it is away those of this process hold."""

    def __init__(self, url: str) -> None:
        """`url` as Celery writes a broker's; nothing is connected yet."""
        self._server = redis.Redis.from_url(
            client_url(url),
            socket_timeout=ANSWER_S,
            socket_connect_timeout=ANSWER_S,
            retry=Retry(NoBackoff(), 0),
        )
        self._own = InProcess()
        self._alone_until = 0.0

    def reserve(self, keys: Mapping[str, Waits], now: float) -> float:
        """See `Counters`."""
        given = [now, LONGEST_S, KEPT_S, *(json.dumps(waits) for waits in keys.values())]
        answer = self._run("eval", _RESERVE, len(keys), *map(_PREFIX.__add__, keys), *given)
        return self._own.reserve(keys, now) if answer is None else float(answer)

    def count(self, key: str, now: float) -> int:
        """See `Counters`."""
        answer = self._run("hmget", _PREFIX + key, ["count"])
        return self._own.count(key, now) if answer is None else int(answer[0] or 0)

    def give_back(self, keys: Iterable[str]) -> None:
        """See `Counters`."""
        given = list(keys)
        self._own.give_back(given)
        self._run("eval", _GIVE_BACK, len(given), *map(_PREFIX.__add__, given))

    def forget(self, key: str) -> None:
        """See `Counters`."""
        self._own.forget(key)
        self._run("delete", _PREFIX + key)

    def _run(self, command: str, *given: Any) -> Any:
        """What the server answers; None while it is away."""
        if time.monotonic() < self._alone_until:
            return None
        try:
            return cast(Any, getattr(self._server, command)(*given))
        except (redis.RedisError, OSError) as fault:
            self._alone_until = time.monotonic() + LEFT_ALONE_S
            _log.warning("counters_away", error=type(fault).__name__)
            return None
