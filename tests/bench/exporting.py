"""The rows of files that leave: a million answers as CSV beside a plain COPY, as XLSX beside bare xlsxwriter."""

from __future__ import annotations

from collections.abc import Iterator

from tests.bench import population
from tests.bench.bulk import Sides, within
from tests.bench.house import House
from tests.bench.measuring import Row
from tests.survey.forms import long_form

FORMS, SCORED = 50_000, 20
"""A million answers."""
EXPORT_MB = 100
_FILLED = """
UPDATE interviews SET status = 'complete', channel = 'voice', ended_at = TIMESTAMPTZ '2026-11-18 02:00:00Z';
INSERT INTO answers (interview_id, question, value, points, channel, seq, at)
SELECT i.id, 'q' || q, (ARRAY['5', '3', '1', 'none'])[(hashtext(i.code || q) & 3) + 1], 5, 'voice', q,
  TIMESTAMPTZ '2026-11-18 02:00:00Z' FROM interviews i, generate_series(1, 20) q;
ANALYZE
"""


def rows(house: House, quick: bool, wanted: set[str]) -> Iterator[Row]:
    """The rows "export-csv" and "export-xlsx"."""
    with house.opened("bench_export") as work:
        population.found(work, long_form(SCORED), FORMS // 10 if quick else FORMS)
    with house.as_superuser("bench_export") as connection:
        for statement in _FILLED.split(";"):
            connection.execute(statement)
        answers = str(connection.execute("SELECT count(*) FROM answers").fetchone()[0])
    sides = (("csv", "Export, CSV / COPY", 2.0, 1.3), ("xlsx", "Export, XLSX / bare xlsxwriter", 1.3, 1.1))
    for kind, name, must, aim in sides:
        if f"export-{kind}" in wanted:
            pair = Sides(house, "bench_export", anew=False)
            own = ["export", kind, str(house.home), answers]
            row = pair.row(name, own, [f"bare_{kind}", str(house.home), answers], must=must, aim=aim)
            yield within(row, pair.peak_mb(), EXPORT_MB)
