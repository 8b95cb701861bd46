"""`python -m tests.system.national`: a country is imported, reminded, and answers; then the figures and the verdict.

Ends with 1 when anything was lost, doubled or left undone. What was stopped (by its limit, Ctrl-C, a kill) goes on with
`--resume`: everything stands in its directory.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from runtime import observability
from tests.system.national.figures import Plan, tell
from tests.system.national.story import travel


def main() -> int:
    """Run and print; the exit status."""
    parser = argparse.ArgumentParser(prog="make national", description=__doc__)
    parser.add_argument("--organisations", type=int, default=36_000)
    parser.add_argument("--seed", type=int, default=61)
    pace = "business seconds a real second, from this leg on; 0: as before, or what the size allows"
    parser.add_argument("--rate", type=float, default=0, help=pace)
    parser.add_argument("--limit", type=float, default=7200, help="real seconds after which it stops, to go on later")
    parser.add_argument("--resume", action="store_true", help="go on with the run in HOME")
    parser.add_argument("--home", type=Path, default=Path("/tmp/alo-national"), help="emptied first")
    parser.add_argument("--json", type=Path, help="where the figures go as JSON")
    given = parser.parse_args()
    observability.configure("ERROR")
    plan = Plan(given.organisations, given.seed, given.rate, given.limit, given.home, given.resume)
    figures = travel(plan, lambda line: print(line, flush=True))
    for line in tell(figures):
        print(line)
    if given.json:
        given.json.write_text(json.dumps(asdict(figures), ensure_ascii=False, indent=1, default=str) + "\n")
    return 0 if figures.passed else 1


if __name__ == "__main__":
    sys.exit(main())
