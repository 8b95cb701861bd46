"""Kill -9 at moments when a part has work in its hands: what is looked at right before, and who is killed.

A kill that would hit an idle part is not made; the storm waits for the next busy moment.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import psutil
import redis

from runtime.celery_client import QUEUES
from tests.system.chaos.stage import Stage

IN_HAND = "SELECT count(*) AS n FROM outbox WHERE state IN ('claimed', 'sending')"
UNDER_WAY = """
SELECT count(*) AS n FROM outbox
WHERE state IN ('claimed', 'sending', 'handed', 'sent', 'ringing', 'answered', 'unknown')
"""
TRANSACTIONS = """
SELECT count(*) AS n FROM pg_stat_activity
WHERE usename = 'alo_machine' AND xact_start IS NOT NULL AND state <> 'idle'
"""


@dataclass(frozen=True)
class Target:
    """Somebody busy: how much work is in flight, of what kind, and how to kill them."""

    doing: str
    in_flight: int
    kill: Callable[[], None]


Look = Callable[[Stage, int], Target | None]
"""A kind of kill: the busy target of the `nth` kill of this kind, or None at an idle moment."""


def _gateway(stage: Stage, nth: int) -> Target | None:
    """A worker with a request on its line; every third time the master above it."""
    port = stage.settings.alo_port
    with contextlib.suppress(psutil.Error, KeyError):
        master = psutil.Process(stage.team.pid("gateway"))
        for child in master.children():
            lines = [c for c in child.net_connections("tcp") if c.status == psutil.CONN_ESTABLISHED]
            if requests := sum(line.laddr.port == port for line in lines):
                victim = master.pid if nth % 3 == 2 else child.pid
                return Target("requests in this worker", requests, partial(_kill, victim))
    return None


def _celery(stage: Stage, nth: int) -> Target | None:
    """The pool's processes, the main process, or all of them at once, while rows are claimed or on their way out."""
    with contextlib.suppress(psutil.Error, KeyError):
        main = psutil.Process(stage.team.pid("worker-contact"))
        victims = [[c.pid for c in main.children()], [main.pid], [c.pid for c in main.children()] + [main.pid]][nth % 3]
        held = _count(stage, IN_HAND)
        return Target("rows claimed or sending", held, lambda: _kill(*victims)) if held else None
    return None


def _beat(stage: Stage, _nth: int) -> Target | None:
    return _under_way(stage, "beat")


def _simulator(stage: Stage, _nth: int) -> Target | None:
    return _under_way(stage, "simulator")


def _under_way(stage: Stage, part: str) -> Target | None:
    """A part that has a hand in everything: texts and calls are under way."""
    with contextlib.suppress(KeyError):
        victim = stage.team.pid(part)
        rows = _count(stage, UNDER_WAY)
        return Target("texts and calls under way", rows, lambda: _kill(victim)) if rows and _lives(victim) else None
    return None


def _valkey(stage: Stage, _nth: int) -> Target | None:
    """With messages waiting or unacknowledged; its append-only file stays."""
    held, process = _messages(stage), stage.valkey.process
    return Target("messages", held, lambda: _kill(process.pid)) if held and process is not None else None


def _valkey_wiped(stage: Stage, nth: int) -> Target | None:
    """The same, and its data are gone."""
    found = _valkey(stage, nth)

    def kill() -> None:
        assert found is not None
        found.kill()
        shutil.rmtree(stage.valkey.home / "appendonlydir", ignore_errors=True)

    return Target(found.doing, found.in_flight, kill) if found else None


def _messages(stage: Stage) -> int:
    try:
        with redis.Redis(unix_socket_path=str(stage.valkey.socket), socket_timeout=1) as client:
            return sum(int(client.llen(queue)) for queue in QUEUES) + int(client.hlen("unacked"))
    except redis.RedisError:
        return 0


def _postgres(stage: Stage, _nth: int) -> Target | None:
    """With transactions of ours open."""
    process, held = stage.postgres.process, _count(stage, TRANSACTIONS)
    return Target("transactions", held, lambda: _kill(process.pid)) if held and process is not None else None


def _count(stage: Stage, query: str) -> int:
    return sum(row["n"] for row in stage.rows(query))


def _lives(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


def _kill(*pids: int) -> None:
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


KINDS: dict[str, Look] = {
    "gateway": _gateway,
    "celery": _celery,
    "beat": _beat,
    "valkey": _valkey,
    "valkey-wiped": _valkey_wiped,
    "postgres": _postgres,
    "simulator": _simulator,
}
"""What is killed: seven kinds; gateway and Celery take turns between children and masters."""
