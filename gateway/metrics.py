"""What the HTTP door counts: refusals by reason, failures, and what became of what carriers brought. Labels are codes.

It must never get a label from a request's content: a phone number would become a time series.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from itertools import groupby

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from services.traffic import Measure

REFUSED = Counter("alo_webhook_refused", "Requests refused before anything was done", ("door", "reason"))
FAILED = Counter("alo_webhook_failed", "Requests that ended in an error of ours", ("door", "error"))
DONE = Counter("alo_webhook_done", "Requests carried out, by outcome of the use case", ("door", "outcome"))
TURN_SECONDS = Histogram(
    "alo_webhook_seconds",
    "Time spent on one request, guard included (real seconds)",
    ("door",),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


def exposition(measures: Iterable[Measure] = ()) -> bytes:
    """Prometheus text of this process, or of all workers where the server shares a directory between them.

    `measures` are what the database counts: the same whichever process is asked.
    """
    counted = CollectorRegistry(auto_describe=False)
    counted.register(_Counted(measures))
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY) + generate_latest(counted)
    shared = CollectorRegistry()
    MultiProcessCollector(shared)  # type: ignore[no-untyped-call]  # prometheus_client leaves it unannotated
    return generate_latest(shared) + generate_latest(counted)


class _Counted(Collector):
    """Measures as families of one name each."""

    def __init__(self, measures: Iterable[Measure]) -> None:
        self._measures = sorted(measures, key=lambda measure: measure.name)

    def collect(self) -> Iterator[Metric]:
        for name, group in groupby(self._measures, key=lambda measure: measure.name):
            found = list(group)
            kind = CounterMetricFamily if found[0].total else GaugeMetricFamily
            family = kind(name, SAID.get(name, name), labels=list(found[0].labels))
            for measure in found:
                family.add_metric(list(measure.labels.values()), measure.value)
            yield family


SAID = {
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
