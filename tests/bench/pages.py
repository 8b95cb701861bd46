"""The rows of the staff pages: a member of the national alliance looks at a whole country, 36,000 organisations.

The app answers in this process; what counts is its CPU and the database's, from request to last byte.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from gateway.console.app import build
from services.campaign import campaigns
from tests.bench import population
from tests.bench.bulk import answered
from tests.bench.house import House
from tests.bench.measuring import Row, Trees, percentile
from tests.console.visitor import Visitor, add_office, signed_in
from tests.survey.forms import long_form

ORGANISATIONS, SCORED = 36_000, 22
"""22 questions, answered by nine organisations in ten: 700,000 answers."""
MOST_MS = 300.0
AIM = 1 / 3


def rows(house: House, quick: bool, wanted: set[str]) -> Iterator[Row]:
    """The rows "console"."""
    count = ORGANISATIONS // 10 if quick else ORGANISATIONS
    with house.opened("bench_pages") as work:
        population.found(work, long_form(SCORED), count)
        campaign = campaigns.draft(work, "2026", "QB", "bench")
    stored = answered(house, "bench_pages", SCORED)
    house.tidy("bench_pages")
    visitor = _national(house)
    paths = {"round": "/rounds/2026", "campaign": f"/campaigns/{campaign}", "tasks": "/tasks", "lists": "/lists"}
    for name, path in paths.items():
        took = [_cost_ms(house, visitor, path) for _ in range(3 if quick else 7)][1:]
        note = f"{count} organisations, {stored} answers, slowest {percentile(took, 0.99):.0f} ms"
        yield Row(f"Page {name}: CPU beside the most allowed", "ms CPU", took, [MOST_MS] * len(took), 1.0, AIM, note)


def _national(house: House) -> Visitor:
    """Signed in, over the console's own role."""
    machine = house.work(house.url("bench_pages"), house.steady)
    console = house.work(house.postgres.url("alo_console", "bench_pages"), house.steady)
    uploads = Path(house.home) / "uploads"
    uploads.mkdir()
    app = build(console, machine, session_key="a session key of the bench", uploads=uploads)
    office = add_office(machine, "VCA", "national")
    return signed_in(app.test_client(), machine, "ha@vca.example", office, "national")


def _cost_ms(house: House, visitor: Visitor, path: str) -> float:
    """CPU milliseconds of one page. Raises RuntimeError when it is not a page."""

    def look() -> None:
        answer = visitor.get(path)
        if answer.status_code != 200 or "sign-in" in answer.request.path:
            raise RuntimeError(f"{path}: {answer.status_code}")

    return Trees(os.getpid()).spent(look) * 1000  # the servers are children of this process
