"""Pace of dispatcher processes at 1, 10 and 100 a second, the carrier answering at once or after 300 ms, or one dying.

`python -m tests.bench.pacing [--seconds 60] [--rate 10]`, or as rows of `make bench`: the rate wanted beside the rate
seen, so that the ratio is what is missing. More than rate + burst in a second, or than rate × time + burst in all, is a
fault, whatever the ratio.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

from services.work import Work
from store.messages import senders
from tests.bench.house import House, house
from tests.bench.measuring import Row
from tests.services.crowd import add_campaign, add_crowd
from tests.services.pace import Pace, measure, work_of
from tests.services.world import build

START = "2026-11-18T02:00:00+00:00"
RATES = (1, 10, 100)
LATENCIES = (0.0, 0.3)
SECONDS = 60.0
MUST, AIM = 1 / 0.97, 1 / 0.99
KILLED_AFTER = 0.25
"""Share of the time after which one of two dispatchers is killed."""


def rows(servers: House, quick: bool, wanted: set[str]) -> Iterator[Row]:
    """The rows "pacing"; `quick`: a sixth of the time."""
    if "pacing" in wanted:
        yield from pace_rows(servers, SECONDS / 6 if quick else SECONDS, RATES)


def pace_rows(servers: House, seconds: float, rates: Sequence[int]) -> Iterator[Row]:
    """A row for each rate and latency, and one in which a dispatcher dies."""
    for rate in rates:
        for latency_s in LATENCIES:
            yield _row(servers, rate, latency_s, seconds)
    yield _row(servers, rates[-1], LATENCIES[-1], seconds, killed=True)


def _row(servers: House, rate: int, latency_s: float, seconds: float, killed: bool = False) -> Row:
    burst = max(1, rate // 10)
    name = f"pace_{rate}_{int(latency_s * 1000)}_{int(killed)}"
    url = servers.database(name)
    place = Path(servers.home) / name
    place.mkdir()
    anchor = datetime.now(UTC)
    work = work_of(url, anchor)
    sender = _prepare(work, rate, burst, int(rate * (seconds + 3)) + burst + 5)
    servers.tidy(name)
    seen = measure(
        url, sender, place, latency_s=latency_s, seconds=seconds + 2, anchor=anchor,
        kill_after_s=seconds * KILLED_AFTER if killed else None,
    ).between(0, seconds)  # fmt: skip
    work.database.close()
    title = f"Pace {rate}/s, carrier {int(latency_s * 1000)} ms, 2 dispatchers{', one dies' if killed else ''}"
    note = f"{100 * seen.rate / rate:.1f} %, fullest second {seen.fullest_second}, burst {burst}"
    return Row(title, "/s", [float(rate)], [seen.rate], MUST, AIM, note, _faults(seen, rate, burst))


def _faults(seen: Pace, rate: int, burst: int) -> tuple[str, ...]:
    faults = []
    if seen.fullest_second > rate + burst:
        faults.append(f"{seen.fullest_second} in one second, {rate + burst} allowed")
    if seen.above(rate, burst):
        faults.append("above the rate")
    return tuple(faults)


def _prepare(work: Work, rate: int, burst: int, size: int) -> UUID:
    """A running campaign of `size` texts that are due, and its sender."""
    world = build(work)
    campaign = add_campaign(world, "pace")
    for start in range(0, size, 1000):
        add_crowd(world, min(1000, size - start), [(campaign, world.office_id)], start=start)
    with work.database.transaction() as conn:
        slot = work.clock.real()
        senders.change(conn, world.text.id, rate_per_s=Decimal(rate), burst=burst, slot_at=slot)
    return world.text.id


def main() -> int:
    """Measure and print; 1 when a must is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--rate", type=int, action="append", help="this rate only (may be given again)")
    given = parser.parse_args()
    missed = 0
    with house(f"{START}@1@{datetime.now(UTC).isoformat()}") as servers:
        for row in pace_rows(servers, given.seconds, given.rate or RATES):
            print(f"{row.name:56} {row.note}  {row.verdict} {'; '.join(row.faults)}", flush=True)
            missed += row.verdict == "missed"
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
