"""One piece of bulk work in a process of its own: made ready, said so, done when told, and its figures as JSON.

Called by the bench as `python -m tests.bench.tasks NAME ARGUMENT…`; the environment is that of a process of ours.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from runtime.settings import Settings

Task = Callable[[], int]
"""Does the work; units done."""


def plan(campaign: str) -> Task:
    """Enter the audience and decide everybody's first step."""
    from runtime.container import machine_work
    from services.campaign import planning

    work = machine_work()
    return lambda: planning.plan(work, UUID(campaign))


def bare_plan(campaign: str) -> Task:
    """See `tests.bench.bare_work`."""
    from tests.bench import bare_work

    return lambda: bare_work.plan(_url(), UUID(campaign))


def dispatch(sender: str) -> Task:
    """Send what is due, every check under the locks, to a carrier that takes everything at once.

    Modules are imported before, the holidays' too; connections are opened while it is measured, as the bare side's is.
    """
    from runtime.container import machine_work
    from services.sending import clear
    from services.sending import dispatcher as use_case
    from tests.bench.stub_carrier import StubCarrier
    from tests.doubles import FakeCarriers

    work = replace(machine_work(), carriers=FakeCarriers(texts=StubCarrier()))
    clear.make_ready(work)
    return lambda: use_case.dispatch(work, UUID(sender), 600.0)


def bare_dispatch() -> Task:
    """See `tests.bench.bare_work`."""
    from tests.bench import bare_work

    return lambda: bare_work.dispatch(_url())


def score(answers: str) -> Task:
    """The index with every breakdown of so many `answers`."""
    from runtime.container import machine_work
    from services.results import scores

    work = machine_work()

    def act() -> int:
        scores.score(work, "2026", "vca-index")
        return int(answers)

    return act


def bare_score(answers: str) -> Task:
    """See `tests.bench.bare_work`."""
    from tests.bench import bare_work

    def act() -> int:
        bare_work.score(_url())
        return int(answers)

    return act


def import_list(path: str) -> Task:
    """Bring a list in with every check and its report. Rows."""
    from runtime.container import machine_work
    from services.registry import imports

    work = machine_work()
    return lambda: imports.import_registry(work, "QB", Path(path), "bench").counts["added"]


def bare_import(path: str) -> Task:
    """See `tests.bench.bare_work`."""
    from tests.bench import bare_work

    owner = Settings().database_owner_url.get_secret_value()  # the machine may not make temporary tables
    return lambda: bare_work.import_list(owner, path)


def export(kind: str, place: str, answers: str) -> Task:
    """Completed forms with so many `answers` into a file."""
    from runtime.catalogue import words
    from runtime.container import machine_work
    from services.results import exports

    work = machine_work()
    order = exports.ExportOrder("2026", "forms", kind, _fresh(place, f"ours.{kind}"), "bench", "bench")

    def act() -> int:
        exports.export(work, order, lambda code, **params: words(code, "vi", **params))
        return int(answers)

    return act


def bare_csv(place: str, answers: str) -> Task:
    """See `tests.bench.bare_work`."""
    from tests.bench import bare_work

    path = _fresh(place, "bare.csv")

    def act() -> int:
        bare_work.copy_answers(_url(), path)
        return int(answers)

    return act


def bare_xlsx(place: str, answers: str) -> Task:
    """See `tests.bench.bare_work`."""
    from tests.bench import bare_work

    path = _fresh(place, "bare.xlsx")

    def act() -> int:
        bare_work.write_answers(path, int(answers))
        return int(answers)

    return act


def _fresh(place: str, name: str) -> Path:
    """A path of this name where no file is."""
    for old in Path(place).glob(f"{Path(name).stem}.*"):
        old.unlink()
    return Path(place) / name


def _url() -> str:
    return Settings().database_url.get_secret_value()


def _peak_mb() -> float:
    """The largest resident memory of this process; `getrusage` would tell that of the process it was forked from."""
    status = Path("/proc/self/status").read_text()
    return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) * 1024 / 1e6


def main(name: str, *arguments: str) -> None:
    """Prepare, wait for a line, work, say what was done and the largest memory of the process."""
    act: Task = globals()[name](*arguments)
    print("ready", flush=True)
    sys.stdin.readline()
    units = act()
    print(json.dumps({"units": units, "peak_mb": _peak_mb()}), flush=True)
    sys.stdin.readline()


if __name__ == "__main__":
    main(*sys.argv[1:])
