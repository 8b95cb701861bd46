"""Fixtures: a fast simulator, a customer, and both joined over the customer's number."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from simulator.clock import SimulatedClock
from tests.simulator import parts


@pytest.fixture
def we() -> Iterator[parts.Customer]:
    """The customer."""
    with parts.customer() as customer:
        yield customer


@pytest.fixture
def sim(tmp_path: Path, we: parts.Customer) -> Iterator[parts.Sim]:
    """A simulator at 1200 times the pace, with our number announced at the customer."""
    clock = SimulatedClock.parse(parts.FAST.format(anchor=datetime.now(UTC).isoformat()))
    with parts.simulator(tmp_path / "journal.jsonl", clock) as running:
        number = {"number": parts.OUR_NUMBER, "sms_url": we.base + "/sms", "voice_url": we.base + "/voice"}
        running.post("/numbers", number)
        yield running
