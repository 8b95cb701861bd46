"""`python -m tests.bench`: times our work beside plain references on the same servers, prints and writes the table.

Ends with 1 when a must is missed, or a row could not be taken. `--only ROW` (several times), `--quick`: fewer rounds,
smaller numbers.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import sys
import time
import traceback
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path

from tests.bench import bulk, engine, exporting, memory, pacing, pages, signs, turns, village
from tests.bench.house import House, house
from tests.bench.measuring import Row

START = datetime(2026, 11, 18, 2, 0, tzinfo=UTC)
"""A Wednesday, 09:00 in Viet Nam."""
RATE = 900

Group = Callable[[House, bool, set[str]], Iterator[Row]]
GROUPS: dict[tuple[str, ...], Group] = {
    ("text", "key", "r1", "memory-web"): turns.rows,
    ("engine",): engine.rows,
    ("planning", "dispatch", "scoring", "import"): bulk.rows,
    ("export-csv", "export-xlsx"): exporting.rows,
    ("memory-worker", "broker"): memory.rows,
    ("console",): pages.rows,
    ("pacing",): pacing.rows,
    ("village",): village.rows,
    ("mark", "sign", "metrics"): signs.rows,
}
"""Names of rows → what measures them."""


def main() -> int:
    """Measure, print, write; the exit status."""
    names = [name for group in GROUPS for name in group]
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", action="append", choices=names, help="this row (may be given again)")
    parser.add_argument("--quick", action="store_true", help="smaller numbers and three rounds")
    parser.add_argument("--json", type=Path, default=Path("bench.json"), help="where the table goes as JSON")
    given = parser.parse_args()
    began = time.monotonic()
    found = list(measure(set(given.only or names), given.quick))
    seconds = round(time.monotonic() - began)
    given.json.write_text(json.dumps(document(found, given.quick, seconds), ensure_ascii=False, indent=1) + "\n")
    missed = [row for row in found if row.verdict == "missed"]
    print(f"\n{len(found)} rows in {seconds} s, {len(missed)} missed; {given.json}")
    return 1 if missed else 0


def measure(wanted: set[str], quick: bool) -> Iterator[Row]:
    """Each group's rows, printed as they come."""
    print(f"{'':56} {'ours':>14} {'reference':>14}   ratio (range)        must    aim")
    clock = f"{START.isoformat()}@{RATE}@{datetime.now(UTC).isoformat()}"
    with house(clock) as servers:
        for names, rows in GROUPS.items():
            if ours := wanted & set(names):
                for row in taken(rows(servers, quick, wanted), sorted(ours)):
                    print(line(row), flush=True)
                    yield row


def taken(rows: Iterator[Row], names: Sequence[str]) -> Iterator[Row]:
    """The rows of the group `names`; an error, or fewer rows than were wanted, is a must missed: the others go on."""
    count = 0
    try:
        for count, row in enumerate(rows, 1):  # noqa: B007  counted for those who fail later
            yield row
    except Exception as error:
        traceback.print_exc()
        yield not_taken(names, f"{type(error).__name__}: {error}")
    else:
        if count < len(names):
            yield not_taken(names, f"{count} rows of {len(names)}")


def not_taken(names: Sequence[str], why: str) -> Row:
    """A row of what could not be measured."""
    return Row(f"Not taken: {', '.join(names)}", "", [1], [1], None, faults=(why,))


def line(row: Row) -> str:
    """One line of the table."""
    low, high = row.ratios
    ratio = f"{row.ratio:.2f} ({low:.2f}–{high:.2f})"
    limits = " ".join(f"{limit:>6}" if limit else "     –" for limit in (row.must, row.aim))
    said = "; ".join(part for part in (row.verdict, row.note, *row.faults) if part)
    sides = f"{_spread(row.ours, row.unit):>14} {_spread(row.reference, row.unit):>14}"
    return f"{row.name:56} {sides}   {ratio:18} {limits}  {said}"


def _spread(values: object, unit: str) -> str:
    assert isinstance(values, list)
    middle = statistics.median(values)
    return f"{middle:.{0 if middle >= 100 else 2 if middle < 10 else 1}f} {unit}"


def document(found: list[Row], quick: bool, seconds: int) -> dict[str, object]:
    """The table as JSON, with what machine it was."""
    machine = {"cores": os.cpu_count(), "python": platform.python_version(), "system": platform.platform()}
    at = datetime.now(UTC).isoformat(timespec="seconds")
    return {"at": at, "quick": quick, "seconds": seconds, "machine": machine, "rows": [row.to_dict() for row in found]}


if __name__ == "__main__":
    sys.exit(main())
