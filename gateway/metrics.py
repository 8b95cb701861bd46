"""What the HTTP door counts: refusals by reason, failures, and what became of what carriers brought. Labels are codes.

It must never get a label from a request's content: a phone number would become a time series.
"""

from __future__ import annotations

import os

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

REFUSED = Counter("alo_webhook_refused", "Requests refused before anything was done", ("door", "reason"))
FAILED = Counter("alo_webhook_failed", "Requests that ended in an error of ours", ("door", "error"))
DONE = Counter("alo_webhook_done", "Requests carried out, by outcome of the use case", ("door", "outcome"))
TURN_SECONDS = Histogram(
    "alo_webhook_seconds",
    "Time spent on one request, guard included (real seconds)",
    ("door",),
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


def exposition() -> bytes:
    """Prometheus text of this process, or of all workers where the server shares a directory between them."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    shared = CollectorRegistry()
    MultiProcessCollector(shared)  # type: ignore[no-untyped-call]  # prometheus_client leaves it unannotated
    return generate_latest(shared)
