"""The row of the worker's memory: ours and a bare Celery worker, one process each, after some tasks."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator

from celery import Celery

from tests.bench.house import House
from tests.bench.measuring import Row, Trees

TASKS = 20
READY_S, WORK_S = 60.0, 5.0


def rows(house: House, quick: bool, wanted: set[str]) -> Iterator[Row]:
    """The row "memory-worker"."""
    url = house.database("bench_worker")
    broker = house.valkey.broker_url
    own = _weight(house, "workers.app", "housekeeping", "alo.sweep_leases", house.settings(url))
    environment = {**os.environ, "BENCH_BROKER_URL": broker}
    bare = _weight(house, "tests.bench.bare_celery", "bare", "bare.nothing", environment)
    yield Row("Memory: Celery worker / bare Celery", "MB", [own], [bare], 2.5, 2.0)


def _weight(house: House, app: str, queue: str, task: str, environment: dict[str, str]) -> float:
    """Megabytes of a worker of one process (and its parent) that has worked."""
    name = f"{queue}@bench"
    argv = [sys.executable, "-m", "celery", "-A", app, "worker", "-l", "WARNING", "-Q", queue, "-c", "1", "-n", name]
    pid = house.start(f"worker-{queue}", argv, environment)
    client = Celery(broker=house.valkey.broker_url, set_as_current=False)
    deadline = time.monotonic() + READY_S
    while not client.control.ping([name], timeout=0.5):
        if time.monotonic() > deadline:
            raise RuntimeError((house.home / f"worker-{queue}.log").read_text())
    for _ in range(TASKS):
        client.send_task(task, queue=queue)
    time.sleep(WORK_S)
    return Trees(pid).memory_mb()
