"""The rows of what Celery weighs: a worker beside a bare one, and the broker while a whole country is planned.

It must not know what tasks do.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator

from celery import Celery
from redis import Redis

from tests.bench.bulk import launched, national
from tests.bench.house import AS_INSTALLED, House
from tests.bench.measuring import Row, Trees

TASKS = 20
READY_S, WORK_S, PLANNED_S = 60.0, 5.0, 3600.0
BROKER_MB = 25.0


def rows(house: House, quick: bool, wanted: set[str]) -> Iterator[Row]:
    """The rows "memory-worker" and "broker"."""
    if "memory-worker" in wanted:
        yield _worker(house)
    if "broker" in wanted:
        yield _broker(house, quick)


def _worker(house: House) -> Row:
    url = house.database("bench_worker")
    broker = house.valkey.broker_url
    own = _weight(house, "workers.app", "housekeeping", "alo.sweep_leases", house.settings(url))
    environment = {**os.environ, "BENCH_BROKER_URL": broker}
    bare = _weight(house, "tests.bench.bare_celery", "bare", "bare.nothing", environment)
    return Row("Memory: Celery worker / bare Celery", "MB", [own], [bare], 2.5, 2.0)


def _broker(house: House, quick: bool) -> Row:
    """The most the broker grows by while a worker plans a campaign; messages name pages, never people."""
    campaign, _ = launched(house, "bench_broker", national(quick))
    valkey = Redis(unix_socket_path=str(house.valkey.socket))
    before = valkey.info("memory")["used_memory"]
    environment = house.settings(house.url("bench_broker"), ALO_CLOCK=house.steady)
    client = _started(house, "workers.app", "contact", environment)
    client.send_task("alo.plan_campaign", [campaign], queue="contact")
    most = messages = 0
    deadline = time.monotonic() + PLANNED_S
    while _unplanned(house, "bench_broker"):
        if time.monotonic() > deadline:
            raise RuntimeError((house.home / "worker-contact.log").read_text())
        most = max(most, valkey.info("memory")["used_memory"] - before)
        messages = max(messages, valkey.llen("contact"))
        time.sleep(0.05)
    note = f"at most {messages} messages waiting: one asks for the next page, however many people there are"
    return Row("Broker while a country is planned / most allowed", "MB", [most / 1e6], [BROKER_MB], 1.0, None, note)


def _unplanned(house: House, database: str) -> bool:
    with house.as_superuser(database) as connection:
        left = "SELECT (SELECT count(*) FROM interviews) > (SELECT count(*) FROM outbox)"
        return bool(connection.execute(left).fetchone()[0])


def _weight(house: House, app: str, queue: str, task: str, environment: dict[str, str]) -> float:
    """Megabytes of a worker of one process (and its parent) that has worked."""
    client = _started(house, app, queue, environment)
    for _ in range(TASKS):
        client.send_task(task, queue=queue)
    time.sleep(WORK_S)
    return Trees(house.pid_of(f"worker-{queue}")).memory_mb()


def _started(house: House, app: str, queue: str, environment: dict[str, str]) -> Celery:
    """A worker of one process for `queue`, ready; a client of the same broker."""
    name = f"{queue}@bench"
    argv = [*AS_INSTALLED, "celery", "-A", app, "worker", "-l", "WARNING", "-Q", queue, "-c", "1", "-n", name]
    house.start(f"worker-{queue}", argv, environment)
    client = Celery(broker=house.valkey.broker_url, set_as_current=False)
    deadline = time.monotonic() + READY_S
    while not client.control.ping([name], timeout=0.5):
        if time.monotonic() > deadline:
            raise RuntimeError((house.home / f"worker-{queue}.log").read_text())
    return client
