"""The bench's own servers and processes: embedded PostgreSQL and Valkey as they run for real, gunicorn, children.

It must not know what is measured.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

from carriers.twilio.twiml import TwimlRenderer
from migrations.upgrade import upgrade
from runtime import spawn
from runtime.clock import clock_of
from runtime.embedded import Postgres, Valkey, ensure_database
from runtime.identifiers import RandomIds
from services.work import Work
from store.unit_of_work import Database
from store.vault import Vault
from tests.bench.measuring import Trees
from tests.bench.population import ACCOUNT
from tests.doubles import FakeCarriers, RecordingJobs

ROOT = Path(__file__).resolve().parents[2]
TOKEN = "a token for the bench"
LOOKUP_KEY = b"look-up key of the bench: 32 b.."
SEALING_KEY = bytes(range(32))
TEMPLATE = "bench_template"
AS_INSTALLED = (sys.executable, "-m", "tests.bench.installed")
"""Before a module and its arguments: run it as users have it."""
WEB = ("--worker-class", "gthread", "--workers", "2", "--threads", "4", "--keep-alive", "30")


@dataclass
class House:
    """Running servers; whatever is started through it ends with it."""

    home: Path
    postgres: Postgres
    valkey: Valkey
    stack: ExitStack
    clock: str

    @property
    def postgres_pid(self) -> int:
        """The server's root process."""
        assert self.postgres.process is not None
        return self.postgres.process.pid

    def database(self, name: str, template: str = TEMPLATE) -> str:
        """A new database like `template`; the URL of the machine's role for it."""
        with self.as_superuser("postgres") as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
            ensure_database(connection, name, owner="alo_owner", template=template)
        return self.url(name)

    def url(self, name: str) -> str:
        """The machine's URL of the database `name`."""
        return self.postgres.url("alo_machine", name)

    @contextmanager
    def opened(self, name: str, *, new: bool = True) -> Iterator[Work]:
        """A Work by the steady clock on the database `name`; no connection is left, so that it can be copied."""
        work = self.work(self.database(name) if new else self.url(name), self.steady)
        yield work
        work.database.close()

    @property
    def steady(self) -> str:
        """ALO_CLOCK for work that must not run into the night: business time begins as ever and goes at real speed."""
        start, _, anchor = self.clock.split("@")
        return f"{start}@1@{anchor}"

    def as_superuser(self, name: str) -> psycopg.Connection:
        """A connection that may do anything in the database `name`; every statement is its own transaction."""
        return psycopg.connect(self.postgres.url("postgres", name), autocommit=True)

    def tidy(self, name: str) -> None:
        """Statistics and visibility as autovacuum would leave them, so that it finds nothing to do meanwhile."""
        with self.as_superuser(name) as connection:
            connection.execute("VACUUM ANALYZE")
            connection.execute("CHECKPOINT")

    def work(self, url: str, clock: str = "") -> Work:
        """What the bench itself prepares with."""
        database = Database(url, role_label="bench", pool_size=2, statement_timeout_ms=300_000)
        self.stack.callback(database.close)
        vault = Vault({"k1": SEALING_KEY}, LOOKUP_KEY, 1)
        time_, jobs, carriers = clock_of(clock or self.clock), RecordingJobs(), FakeCarriers()
        return Work(database, time_, RandomIds(), jobs, vault, carriers, TwimlRenderer("https://alo.example"))

    def settings(self, url: str, **more: str) -> dict[str, str]:
        """The environment of a process of ours at the database `url`."""
        return {
            **os.environ,
            "DATABASE_URL": url,
            "DATABASE_OWNER_URL": self.postgres.url("alo_owner", url.partition("?")[0].rpartition("/")[2]),
            "BROKER_URL": self.valkey.broker_url,
            "ALO_DATA_DIR": str(self.home),
            "ALO_SECRET_KEYS": f"k1:{_base64(SEALING_KEY)}",
            "ALO_LOOKUP_KEY": f"1:{_base64(LOOKUP_KEY)}",
            "ALO_SESSION_KEY": "bench",
            "ALO_CLOCK": self.clock,
            "ALO_LOG_LEVEL": "WARNING",
            "TWILIO_ACCOUNT_SID": ACCOUNT,
            "TWILIO_AUTH_TOKEN": TOKEN,
            **more,
        }

    def start(self, name: str, argv: list[str], environment: Mapping[str, str]) -> int:
        """Start a process that ends with the house; its id. Its output is `name`.log."""
        child = spawn.start(
            argv, log=self.home / f"{name}.log", pid_file=self.home / f"{name}.pid", environment=environment, cwd=ROOT
        )
        self.stack.callback(spawn.stop, child)
        return child.pid

    def pid_of(self, name: str) -> int:
        """The process that was started as `name`."""
        return int((self.home / f"{name}.pid").read_text().split()[0])

    def gateway(self, url: str, port: int) -> int:
        """Our webhooks on `port`, as they are served for real; the root process."""
        shared = self.home / f"metrics-{port}"
        shared.mkdir()
        base = f"http://127.0.0.1:{port}"
        environment = self.settings(url, ALO_PORT=str(port), PUBLIC_BASE_URL=base, ALO_SERVE="webhooks")
        argv = [*AS_INSTALLED, "gunicorn", "-c", "python:runtime.web_server", "gateway.wsgi:app"]
        pid = self.start("gateway", argv, {**environment, "PROMETHEUS_MULTIPROC_DIR": str(shared)})
        await_answer(f"{base}/healthz", self.home / "gateway.log")
        return pid

    def references(self, url: str, port: int, sender: str) -> int:
        """R1 and R6 on `port`, by the same server with as many processes and threads; the root process."""
        base = f"http://127.0.0.1:{port}"
        given = {"BENCH_DATABASE_URL": url, "BENCH_TOKEN": TOKEN, "BENCH_BASE": base, "BENCH_SENDER": sender}
        environment = {**os.environ, **given, "BENCH_LOOKUP_KEY": LOOKUP_KEY.hex()}
        argv = [*AS_INSTALLED, "gunicorn", *WEB, "--no-control-socket", "-b", f"127.0.0.1:{port}"]
        pid = self.start("references", [*argv, "tests.bench.references:app()"], environment)
        await_answer(f"{base}/", self.home / "references.log")
        return pid

    def task(self, name: str, environment: Mapping[str, str], *arguments: str) -> Done:
        """Run one of `tests.bench.tasks` in a process of its own; only its work is measured, not its start."""
        argv = [sys.executable, "-m", "tests.bench.tasks", name, *arguments]
        child = subprocess.Popen(
            argv, cwd=ROOT, env=dict(environment), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert child.stdin is not None
        assert child.stdout is not None
        self.stack.callback(child.kill)
        if child.stdout.readline() != "ready\n":
            raise RuntimeError(f"{name} did not start")
        trees, own = Trees(child.pid, self.postgres_pid), Trees(child.pid)
        before, own_before, began = trees.cpu_s(), own.cpu_s(), time.monotonic()
        child.stdin.write("go\n")
        child.stdin.flush()
        said = json.loads(child.stdout.readline() or "null")
        done = Done(said, trees.cpu_s() - before, time.monotonic() - began, own.cpu_s() - own_before)
        child.stdin.close()
        if child.wait(30) != 0 or said is None:
            raise RuntimeError(f"{name} failed")
        return done


@dataclass(frozen=True)
class Done:
    """What a task said (`units`, `peak_mb` and its own), what it took together with the database, and alone."""

    said: dict[str, Any]
    cpu_s: float
    seconds: float
    own_cpu_s: float = 0.0


@contextmanager
def house(clock: str) -> Iterator[House]:
    """Servers with their real settings: what is committed is on the disk. `clock`: ALO_CLOCK of every process."""
    home = Path(tempfile.mkdtemp(prefix="alo-bench-"))
    home.chmod(0o711)
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, home, ignore_errors=True)
        postgres, valkey = Postgres(home / "postgres"), Valkey(home / "valkey")
        for server in (postgres, valkey):
            server.start()
            stack.callback(server.stop)
        with psycopg.connect(postgres.url("postgres", "postgres"), autocommit=True) as connection:
            ensure_database(connection, TEMPLATE, owner="alo_owner")
        upgrade(postgres.url("alo_owner", TEMPLATE))
        yield House(home, postgres, valkey, stack, clock)


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def await_answer(url: str, log: Path) -> None:
    """Wait until a server says anything at `url`. Raises RuntimeError with its log after 30 s."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url, timeout=5).close()
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise RuntimeError(log.read_text())


def _base64(key: bytes) -> str:
    return base64.b64encode(key).decode()
