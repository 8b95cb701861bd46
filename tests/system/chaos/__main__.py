"""The long form: storm after storm until every kind has been killed so often; stopped anywhere, it goes on.

`--planted FAULT` plays one storm with a protection taken away, which must not pass.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from runtime import observability
from tests.system.chaos import figures, planted, storm
from tests.system.chaos.kills import KINDS
from tests.system.chaos.storm import Plan

A_STORM = 10
"""Kills of each kind in one storm."""
NOTHING = "nothing"
"""The hunt's crowd with nothing taken away."""


INTERRUPTED = 130


def main() -> int:
    """Storms until there are enough kills of each kind; exit code 1 when one found a violation, 130 by Ctrl-C."""
    given = _arguments()
    observability.configure("ERROR")
    if given.planted:
        return _planted(given)
    done: list[dict[str, Any]] = json.loads(given.resume.read_text()) if given.resume.exists() else []
    try:
        _rage(given, done)
    except KeyboardInterrupt:
        print(f"interrupted: the storm under way is not counted; --resume {given.resume} goes on with its seed")
        _conclude(done)
        return INTERRUPTED
    return _conclude(done)


def _rage(given: argparse.Namespace, done: list[dict[str, Any]]) -> None:
    """Storm after storm, each noted in the file of `given` as soon as it is over."""
    seed, most = max([given.seed - 1, *(entry["seed"] for entry in done)]), len(done) + given.storms
    while (missing := given.kills - min(_total(done)[kind] for kind in KINDS)) > 0:
        if given.storms and len(done) == most:
            return
        seed += 1
        done.append(_one(seed, min(A_STORM, missing), given.home))
        _write(given.resume, json.dumps(done, indent=1))


def _write(path: Path, text: str) -> None:
    """Whole or not at all, whenever somebody is interrupted."""
    new = path.with_suffix(".new")
    new.write_text(text)
    new.replace(path)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.system.chaos", description=__doc__)
    parser.add_argument("--kills", type=int, default=100, help="of each kind, in all storms together")
    parser.add_argument("--seed", type=int, default=1, help="of the first storm; each further one takes the next")
    parser.add_argument("--storms", type=int, default=0, help="at most so many in this run; 0: as many as it takes")
    parser.add_argument("--resume", type=Path, default=Path("build/chaos.json"), help="what is done already")
    parser.add_argument("--home", type=Path, default=Path(tempfile.gettempdir()) / "alo-chaos")
    faults = [NOTHING, *sorted(planted.HUNTS)]
    parser.add_argument("--planted", choices=faults, default="", help="a protection to take away")
    parsed = parser.parse_args()
    parsed.resume.parent.mkdir(parents=True, exist_ok=True)
    return parsed


def _one(seed: int, kills: int, home: Path) -> dict[str, Any]:
    report = storm.run(home / "storm", Plan(seed, kills))
    calm = storm.run(home / "calm", storm.calm(report))
    report.violations["figures"] = figures.differences(report.answers, calm.answers, report.forms, report.sheets)
    print(storm.told(report), flush=True)
    if not report.passed:
        _keep(home, seed)
    return {
        "seed": seed,
        "kills": report.kills,
        "in_flight": report.in_flight,
        "violations": {check: lines for check, lines in report.violations.items() if lines},
        "counts": report.counts,
        "seconds": report.seconds,
    }


def _keep(home: Path, seed: int) -> None:
    """Journal, logs and database of a storm that found something, and of its calm twin: the next seed begins anew."""
    for weather in ("storm", "calm"):
        kept = home / f"{weather}-{seed}"
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(home / weather, kept, ignore=_sockets)
    print(f"kept in {home}/storm-{seed}", flush=True)


def _sockets(folder: str, names: list[str]) -> list[str]:
    return [name for name in names if (Path(folder) / name).is_socket()]


def _planted(given: argparse.Namespace) -> int:
    """One hunt: 0 when the witness saw what is planted, or saw nothing where nothing is; else 1."""
    fault = given.planted.replace(NOTHING, "")
    report = planted.hunt(given.home / "planted", fault, given.seed)
    print(storm.told(report))
    print(f"{given.planted}: {'not seen' if report.passed else 'seen'}")
    return int(report.passed == bool(fault))


def _total(done: list[dict[str, Any]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for entry in done:
        total.update(entry["kills"])
    return total


def _conclude(done: list[dict[str, Any]]) -> int:
    seeds = [entry["seed"] for entry in done]
    bad = [entry["seed"] for entry in done if entry["violations"]]
    print(f"storms with seeds {seeds}; kills {dict(_total(done))}; violated in seeds {bad or 'none'}")
    return int(bool(bad))


if __name__ == "__main__":
    sys.exit(main())
