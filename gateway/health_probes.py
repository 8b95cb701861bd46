"""Probes behind `/readyz` and `/metrics`: database, broker, disk, build. Each part by itself.

A part that is away, refuses or hangs says so, and the rest is told all the same. It must not know a route.
"""

from __future__ import annotations

import platform
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from uuid import uuid4

from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from gateway.deadline import Deadline
from migrations.compatibility import fit
from runtime import container
from runtime.heartbeats import BrokerSigns, Heartbeats
from runtime.settings import Settings
from services.watching.metrics import Measure, measures
from services.work import Work
from store import readiness

DEADLINE_S = 5.0
"""Real seconds after which the database counts as away."""
_VERSIONS = Path(__file__).resolve().parent.parent / "migrations" / "versions"
_REFUSED = {
    "25006": "read_only",
    "42501": "no_rights",
    "53100": "disk_full",
    "53200": "out_of_memory",
    "55P03": "locked",
    "57014": "too_slow",
}
"""Why a row was not taken, by SQLSTATE."""
FITS = ("ok", "newer", "locked")
"""What a part may be for this code to work: `locked` passes by, and keeps no request from its own tables."""


def newest_migration() -> str:
    """The newest migration of this code: files are numbered, so no migration tool need be loaded to know."""
    return max(path.name.partition("_")[0] for path in _VERSIONS.glob("[0-9]*_*.py"))


@dataclass(frozen=True, slots=True)
class HealthProbes:
    """What is looked at: `work` over a database with short time-outs; `broker` says what it has seen, or None where it
    is away; `data_dir`: whose disk may fill. None: there is nothing of the kind to look at."""

    work: Work
    broker: Callable[[], BrokerSigns | None] | None = None
    data_dir: Path | None = None
    deadline: Deadline = field(default_factory=lambda: Deadline(DEADLINE_S))


def health_probes(settings: Settings) -> HealthProbes:
    """The probes of a real process, with a pool of their own for the database; nothing is connected yet."""
    url = settings.broker_url.get_secret_value()
    return HealthProbes(
        container.watching_work(settings),
        Heartbeats(url).read_signs if url else None,
        settings.alo_data_dir,
    )


@dataclass(frozen=True, slots=True)
class DatabaseReadiness:
    """How the database is, in words: `database` ok or away, `migrations` as `fit` says, `writing` ok or why not."""

    database: str
    migrations: str
    writing: str
    revision: str = ""


AWAY = DatabaseReadiness("away", "behind", "away")


def check_database(probes: HealthProbes, head: str) -> DatabaseReadiness:
    """Reach the database, read its revision, write a row and take it back; at most some seconds."""
    try:
        return probes.deadline.ask(lambda: _read_state(probes.work, head))
    except (SQLAlchemyError, TimeoutError):
        return AWAY


def _read_state(work: Work, head: str) -> DatabaseReadiness:
    """Raises SQLAlchemyError where nobody answers."""
    try:
        with work.database.transaction() as conn:
            at = readiness.revision(conn)
    except DBAPIError as error:
        if _sqlstate(error) != "42P01":
            raise
        at = readiness.Revision("", "")  # no migration ever ran
    return DatabaseReadiness("ok", fit(at.number, at.comment, head), _writing(work), at.number)


def _writing(work: Work) -> str:
    try:
        readiness.try_write(work.database, uuid4())
    except DBAPIError as error:
        return _REFUSED.get(_sqlstate(error), "failed")
    return "ok"


def _sqlstate(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or "")


def figures(probes: HealthProbes, head: str) -> list[Measure]:
    """Everything that can be told now; never raises for a part that is away."""
    return [*_database(probes, head), *_broker(probes), *_disk(probes), *_build()]


def _database(probes: HealthProbes, head: str) -> Iterator[Measure]:
    ready = check_database(probes, head)
    yield Measure("alo_database_up", {}, ready.database == "ok")
    yield Measure("alo_database_writable", {}, ready.writing in FITS)
    yield Measure("alo_schema_revision", {"of": "code"}, int(head))
    yield Measure("alo_schema_fits", {}, ready.migrations in FITS)
    if ready.database != "ok":
        return
    yield Measure("alo_schema_revision", {"of": "database"}, int(ready.revision or 0))
    questions = {"connections": _connections, "senders": measures}
    for part, question in questions.items():
        try:
            yield from probes.deadline.ask(partial(question, probes.work))
        except (SQLAlchemyError, TimeoutError):
            yield Measure("alo_figures_missing", {"part": part}, 1)


def _connections(work: Work) -> list[Measure]:
    with work.database.transaction() as conn:
        found = readiness.connections(conn)
    return [
        Measure("alo_database_connections", {}, found.open),
        Measure("alo_database_connections_most", {}, found.most),
    ]


def _broker(probes: HealthProbes) -> Iterator[Measure]:
    if probes.broker is None:
        return
    seen = probes.broker()
    yield Measure("alo_broker_up", {}, seen is not None)
    if seen is None:
        return
    yield Measure("alo_beat_last_seconds", {}, seen.beat_s)
    for queue, age in seen.task_s.items():
        yield Measure("alo_queue_last_task_seconds", {"queue": queue}, age)
    for queue, waiting in seen.waiting.items():
        yield Measure("alo_queue_messages", {"queue": queue}, waiting)


def _disk(probes: HealthProbes) -> Iterator[Measure]:
    if probes.data_dir is None:
        return
    try:
        found = shutil.disk_usage(probes.data_dir)
    except OSError:
        return
    yield Measure("alo_data_free_bytes", {}, found.free)
    yield Measure("alo_data_size_bytes", {}, found.total)


def _build() -> Iterator[Measure]:
    try:
        ours = version("alo")
    except PackageNotFoundError:
        ours = ""
    yield Measure("alo_build_info", {"version": ours, "python": platform.python_version()}, 1)
