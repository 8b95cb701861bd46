"""Heartbeats kept at the broker: when beat last published, when a task of each queue last ended, messages waiting.

Beat and workers live by the broker, so their signs stand where their work passes through; its own clock stamps and ages
them, whatever the hosts' clocks say. A sign that cannot be written is left out: it never stops or delays the work.
It must not know what a task does, nor how old is too old.
"""

from __future__ import annotations

import contextlib
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import redis

from runtime.broker_url import client_url
from runtime.celery_client import QUEUES

KEY = "alo:heartbeats"
BEAT = "beat"
NOT_SOONER_S, REST_S = 1.0, 5.0
"""Real seconds between two signs of one kind from one process; and its rest when one could not be written."""
TIMEOUT_S = 1.0
_NOTE = "redis.call('HSET', KEYS[1], ARGV[1], redis.call('TIME')[1])"


@dataclass(frozen=True, slots=True)
class BrokerSigns:
    """What the broker says. Ages are real seconds; infinite: never seen. `waiting`: messages nobody has taken yet."""

    beat_s: float
    task_s: Mapping[str, float]
    waiting: Mapping[str, int]


class Heartbeats:
    """The signs at one broker. Connects to nothing yet."""

    def __init__(self, broker_url: str) -> None:
        """`broker_url` as Celery takes it; "" for none."""
        self._url = client_url(broker_url)
        self._next: dict[str, float] = {}

    def note_beat(self) -> bool:
        """Beat has put a message on a queue. Whether that was written down now."""
        return self._note(BEAT)

    def note_task(self, queue: str) -> bool:
        """A task of `queue` has ended, well or not. Whether that was written down now."""
        return self._note(f"queue:{queue}")

    def read_signs(self, queues: Sequence[str] = QUEUES) -> BrokerSigns | None:
        """All signs; None where the broker is away."""
        try:
            with self._client.pipeline(transaction=False) as asked:
                asked.time()
                asked.hgetall(KEY)
                for queue in queues:
                    asked.llen(queue)
                (now, _), signs, *waiting = asked.execute()
        except (redis.RedisError, OSError, ValueError):
            return None
        ages = {_plain(name): max(0.0, float(now - int(at))) for name, at in signs.items()}
        return BrokerSigns(
            ages.get(BEAT, float("inf")),
            {queue: ages.get(f"queue:{queue}", float("inf")) for queue in queues},
            dict(zip(queues, waiting, strict=True)),
        )

    def _note(self, name: str) -> bool:
        now = time.monotonic()
        if not self._url or now < self._next.get(name, 0.0):
            return False
        self._next[name] = now + NOT_SOONER_S
        with contextlib.suppress(redis.RedisError, OSError, ValueError):
            self._client.eval(_NOTE, 1, KEY, name)
            return True
        self._next[name] = time.monotonic() + REST_S
        return False

    @cached_property
    def _client(self) -> redis.Redis:
        """Raises ValueError for a broker of another kind."""
        return redis.Redis.from_url(self._url, socket_connect_timeout=TIMEOUT_S, socket_timeout=TIMEOUT_S)


def _plain(name: bytes | str) -> str:
    return name.decode() if isinstance(name, bytes) else name
