"""Prometheus metrics of the gateway: refusals by reason, failures, outcomes of webhooks. Labels are codes.

It must never get a label from a request's content: a phone number would become a time series.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import groupby

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector
from sqlalchemy import event

from services.watching.metrics import Measure
from store.unit_of_work import Database

REFUSED = Counter("alo_webhook_refused", "Requests refused before anything was done", ("door", "reason"))
FAILED = Counter("alo_webhook_failed", "Requests that ended in an error of ours", ("door", "error"))
COMPLETED = Counter("alo_webhook_done", "Requests carried out, by outcome of the use case", ("door", "outcome"))
TURN_SECONDS = Histogram(
    "alo_webhook_seconds",
    "Time spent on one request, guard included (real seconds)",
    ("door",),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)

POOL_IN_USE = Gauge(
    "alo_database_pool_in_use",
    "Connections that requests hold now, of all processes",
    ("role",),
    multiprocess_mode="livesum",
)
POOL_SIZE = Gauge(
    "alo_database_pool_size", "Connections the pools may hold, of all processes", ("role",), multiprocess_mode="livesum"
)


def count_connections(database: Database, role: str) -> Database:
    """`database`, whose pool is counted under `role` from now on: two additions a transaction."""
    in_use, size = POOL_IN_USE.labels(role), POOL_SIZE.labels(role)
    engine = database.engine
    most: int = engine.pool.size()  # type: ignore[attr-defined]  # a QueuePool
    event.listen(engine, "checkout", lambda *_held: in_use.inc())
    event.listen(engine, "checkin", lambda *_given: in_use.dec())
    event.listen(engine, "connect", lambda *_made: size.set(most))
    event.listen(engine, "engine_disposed", lambda _engine: size.set(0))  # before a fork: it was never this process's
    return database


def exposition(measures: Iterable[Measure] = ()) -> bytes:
    """Prometheus text of this process, or of all workers where the server shares a directory between them.

    `measures` are what the database counts: the same whichever process is asked.
    """
    counted = CollectorRegistry(auto_describe=False)
    counted.register(_MeasureCollector(measures))
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY) + generate_latest(counted)
    shared = CollectorRegistry()
    MultiProcessCollector(shared)  # type: ignore[no-untyped-call]  # prometheus_client leaves it unannotated
    return generate_latest(shared) + generate_latest(counted)


class _MeasureCollector(Collector):
    """Measures as families of one name each."""

    def __init__(self, measures: Iterable[Measure]) -> None:
        self._measures = sorted(measures, key=lambda measure: measure.name)

    def collect(self) -> Iterator[Metric]:
        for name, group in groupby(self._measures, key=lambda measure: measure.name):
            found = list(group)
            kind = CounterMetricFamily if found[0].total else GaugeMetricFamily
            family = kind(name, DESCRIPTIONS.get(name, name), labels=list(found[0].labels))
            for measure in found:
                family.add_metric(list(measure.labels.values()), measure.value)
            yield family


DESCRIPTIONS = {
    "alo_beat_last_seconds": "Real seconds since beat last put a message on a queue; +Inf: never seen",
    "alo_broker_up": "1: the broker answers",
    "alo_build_info": "Which Alo and which Python runs; always 1",
    "alo_data_free_bytes": "Free bytes where ALO_DATA_DIR of this gateway lies",
    "alo_data_size_bytes": "Size of that file system",
    "alo_database_connections": "Clients the database server has now",
    "alo_database_connections_most": "Clients it takes at most",
    "alo_database_up": "1: the database answers",
    "alo_database_writable": "1: the database takes what a turn writes (one row is tried and taken back)",
    "alo_figures_missing": "1: these figures could not be read this time",
    "alo_held_after_restore": "1: nothing leaves by any sender before carriers were read",
    "alo_outbox_oldest_due_seconds": "Business seconds since the oldest row that may leave was due, by sender",
    "alo_outbox_stalled_seconds": "How long it has waited while slot, line and budget were free, by sender",
    "alo_queue_last_task_seconds": "Real seconds since a task of the queue last ended; +Inf: never seen",
    "alo_queue_messages": "Messages on the queue that no worker has taken",
    "alo_schema_fits": "1: this code fits the schema",
    "alo_schema_revision": "Newest migration of the database, and of this code",
    "alo_sender_unread_after_restore": "1: this sender's carrier must be read before anything leaves",
    "alo_staff_tasks": "Tasks that no member of staff has taken yet, by kind",
    "alo_outbox_rows": "Texts and calls that are not over, by state",
    "alo_sender_weight": "What planning prefers now",
    "alo_sender_base_weight": "The weight that was set",
    "alo_sender_paused": "1: out of use",
    "alo_carrier_errors": "Errors of carriers by code; listed=no: a code that stands in no table",
    "alo_unfit_items": "Items set aside because they cannot be processed, by loop and kind of fault",
    "alo_link_clock_offset_seconds": "Our clock minus the link's, as its texts show it",
    "alo_retention_rows": "Rows taken away because their time was over, by kind",
    "alo_repairs": "What sweeps and reconciliation repaired, by cause",
}
