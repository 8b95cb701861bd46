"""Starts, watches and stops the processes of a running Alo: embedded servers, gateway, workers, beat.

It must not know what gateway or workers do: they are command lines. `alo up`, the demo and system tests use it.
"""

from __future__ import annotations

import errno
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

import structlog

from migrations.upgrade import TooNewError, upgrade
from runtime import spawn
from runtime.celery_client import HOUSEKEEPING, QUEUES
from runtime.container import machine_work, refuse_fast_clock, with_embedded
from runtime.embedded import Postgres, ServerFailedError, Valkey, installed
from runtime.first_senders import seed_senders
from runtime.settings import SecretStr, Settings
from services.keys import fingerprints as key_fingerprints
from services.refusal import Refusal

ROOT = Path(__file__).resolve().parent.parent
READY_TIMEOUT_S = 60.0
WAITING = 2048
"""Connections that wait at most while no gateway takes them."""
REST_S = 1.0
"""A part that ended by itself is started again, at most once in this many real seconds."""

_NO_PAGES: Mapping[str, str] = {"ALO_CONSOLE_DATABASE_URL": "", "ALO_SESSION_KEY": ""}
"""What parts that show no page do not get."""
_NO_ERASURE: Mapping[str, str] = {"ALO_ERASER_DATABASE_URL": ""}
"""What everything but housekeeping does not get."""

Server = Postgres | Valkey
AnyServer = TypeVar("AnyServer", Postgres, Valkey)

_log = structlog.get_logger("alo.processes")


@dataclass(frozen=True, slots=True)
class ProcessPart:
    """One process: its name (log and pid file carry it) and its command line; `environment` comes on top of all.

    `fds`: descriptors of ours that it gets.
    """

    name: str
    argv: Sequence[str]
    environment: Mapping[str, str]
    fds: Sequence[int] = ()


class Crew:
    """The running parts. They share an environment; each writes its own log and pid file."""

    def __init__(self, data_dir: Path, environment: Mapping[str, str]) -> None:
        """`environment`: of every part, whole."""
        self.logs = data_dir.resolve() / "logs"
        self._run = data_dir.resolve() / "run"
        self._environment = dict(environment)
        self._parts: dict[str, ProcessPart] = {}
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._started: dict[str, float] = {}

    def start(self, part: ProcessPart) -> None:
        """Start one part."""
        self._parts[part.name] = part
        self._started[part.name] = time.monotonic()
        self._children[part.name] = spawn.start(
            part.argv,
            log=self.logs / f"{part.name}.log",
            pid_file=self._run / f"{part.name}.pid",
            environment={**self._environment, **part.environment},
            cwd=ROOT,
            fds=part.fds,
        )

    def revive(self) -> list[str]:
        """Start again what has ended by itself. The names of those parts."""
        ended = [name for name, child in self._children.items() if child.poll() is not None]
        due = [name for name in ended if time.monotonic() - self._started[name] >= REST_S]
        for name in due:
            _log.warning("part_ended", server=name, code=self._children[name].returncode)
            self.start(self._parts[name])
        return due

    def wait_ready(self, name: str, url: str, seconds: float = READY_TIMEOUT_S) -> None:
        """Wait until part `name` answers `url` with 200. Raises ServerFailedError when it ends or dawdles."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self._children[name].poll() is None:
            try:
                with urllib.request.urlopen(url, timeout=5):
                    return
            except OSError:
                time.sleep(0.1)
        raise ServerFailedError(name, self.logs / f"{name}.log")

    def pid(self, name: str) -> int:
        """The process id of a part. Raises KeyError."""
        return self._children[name].pid

    def stop(self) -> None:
        """End every part, the last started first; all are asked at once, so that their patience runs together."""
        children = list(reversed(self._children.items()))
        for _, child in children:
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
        for name, child in children:
            spawn.stop(child)
            (self._run / f"{name}.pid").unlink(missing_ok=True)
        self._children.clear()


def gateway(settings: Settings, door: socket.socket | None = None) -> ProcessPart:
    """The web server with webhooks and console; its processes share their counters in a directory of their own.

    `door`: the listening socket, where we keep it; else it opens one of its own.
    """
    shared = settings.alo_data_dir.resolve() / "run" / "metrics"
    shutil.rmtree(shared, ignore_errors=True)
    shared.mkdir(parents=True)
    fds = () if door is None else (door.fileno(),)
    kept = [part for fd in fds for part in ("-b", f"fd://{fd}")]
    argv = [sys.executable, "-m", "gunicorn", "-c", "python:runtime.web_server", *kept, "gateway.wsgi:app"]
    return ProcessPart("gateway", argv, {**_NO_ERASURE, "PROMETHEUS_MULTIPROC_DIR": str(shared)}, fds)


@contextmanager
def listening(settings: Settings) -> Iterator[socket.socket]:
    """The gateway's door, kept open here: who comes while a gateway is started anew waits, and is not refused.

    Raises Refusal where the port is taken.
    """
    family = socket.AF_INET6 if ":" in settings.alo_bind else socket.AF_INET
    try:
        door = socket.create_server((settings.alo_bind, settings.alo_port), family=family, backlog=WAITING)
    except OSError as fault:
        if fault.errno != errno.EADDRINUSE:
            raise
        raise Refusal("up.port_taken", port=settings.alo_port) from None
    with door:
        yield door


def workers(settings: Settings) -> list[ProcessPart]:
    """One worker a queue: sweeps never wait behind a dispatcher."""
    sizes = {QUEUES[0]: settings.alo_contact_workers}
    return [_worker(queue, sizes.get(queue, 1), settings.alo_log_level) for queue in QUEUES]


def beat(settings: Settings) -> ProcessPart:
    """The one that asks for sweeps; its memory is a file that may be lost."""
    schedule = settings.alo_data_dir.resolve() / "run" / "beat"
    return ProcessPart(
        "beat",
        [*_celery("beat", settings.alo_log_level), "-s", str(schedule), "--pidfile="],
        {**_NO_PAGES, **_NO_ERASURE},
    )


@contextmanager
def servers(
    settings: Settings, tuning: Mapping[str, str] | None = None, started: list[Server] | None = None
) -> Iterator[Settings]:
    """Embedded servers where none are given, and the schema brought up to date; gives settings with all URLs.

    `started` takes the servers that were started, for `revive`. Raises ServerFailedError, Refusal.
    """
    with ExitStack() as stack:

        def start(server: AnyServer) -> AnyServer:
            server.start()
            stack.callback(server.stop)
            if started is not None:
                started.append(server)
            return server

        found = settings
        home = settings.alo_data_dir
        if not ((settings.database_url.get_secret_value() and settings.broker_url.get_secret_value()) or installed()):
            raise Refusal("up.no_servers")
        if not settings.database_url.get_secret_value():
            postgres, valkey = start(Postgres(home / "postgres", settings=tuning)), Valkey(home / "valkey")
            if not settings.broker_url.get_secret_value():
                start(valkey)
            found = with_embedded(settings, postgres, valkey)
        elif not settings.broker_url.get_secret_value():
            valkey = start(Valkey(home / "valkey"))
            found = settings.with_values(broker_url=SecretStr(valkey.broker_url))
        try:
            upgrade(found.database_owner_url.get_secret_value())
        except TooNewError as newer:
            raise Refusal("doctor.schema_too_new", found=newer.found, wanted=newer.wanted) from None
        _prepare_database(found)
        yield found


def revive(started: Sequence[Server]) -> list[str]:
    """Start again the servers that ended by themselves. Their names; one that cannot start yet waits for the next look:
    what a killed PostgreSQL leaves behind lets go of its memory within seconds."""
    again = []
    for server in started:
        if server.process is None or server.process.poll() is not None:
            _log.warning("server_ended", server=server.name)
            with suppress(ServerFailedError):
                server.start()
                again.append(server.name)
    return again


def _prepare_database(settings: Settings) -> None:
    """The keys compared, the senders that the settings describe, then the one check that needs them. Raises Refusal."""
    work = machine_work(settings)
    try:
        key_fingerprints.admit(work)
        seed_senders(work, settings)
        refuse_fast_clock(work)
    finally:
        work.database.close()


@contextmanager
def crew(settings: Settings) -> Iterator[Crew]:
    """Gateway, workers and beat for complete `settings`; ready when the block begins, ended when it ends.

    Raises Refusal, ServerFailedError.
    """
    team = Crew(settings.alo_data_dir, environment(settings))
    with listening(settings) as door:
        try:
            for part in (gateway(settings, door), *workers(settings), beat(settings)):
                team.start(part)
            team.wait_ready("gateway", f"http://{settings.alo_bind}:{settings.alo_port}/readyz")
            yield team
        finally:
            team.stop()


def environment(settings: Settings) -> dict[str, str]:
    """The environment of a part: ours, with every setting as it was resolved, but for the owner's way in."""
    values = {name.upper(): _plain(value) for name, value in vars(settings).items()} | {"DATABASE_OWNER_URL": ""}
    return {**os.environ, **values, "ALO_DATA_DIR": str(settings.alo_data_dir.resolve()), "PYTHONUNBUFFERED": "1"}


def leftover_processes(data_dir: Path) -> dict[Path, str]:
    """Pid files of parts that still run, with the name of each part: what a killed start left, gateway first."""
    places = sorted((data_dir / "run").glob("*.pid"))
    places += [data_dir / "valkey" / "valkey.pid", data_dir / "postgres" / "postgres.pid"]
    return {place: place.stem for place in places if spawn.alive(place) is not None}


def _worker(queue: str, size: int, level: str) -> ProcessPart:
    options = ["-Q", queue, "-c", str(size), "-n", f"{queue}@%h", "--without-gossip", "--without-mingle"]
    kept = _NO_PAGES if queue == HOUSEKEEPING else {**_NO_PAGES, **_NO_ERASURE}
    return ProcessPart(f"worker-{queue}", [*_celery("worker", level), *options], kept)


def _celery(verb: str, level: str) -> list[str]:
    return [sys.executable, "-m", "celery", "-A", "workers.app", verb, "-l", level]


def _plain(value: object) -> str:
    revealed = getattr(value, "get_secret_value", None)
    return str(revealed() if revealed else value)
