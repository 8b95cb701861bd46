"""What every test may ask for: the database as each real role, a broker, and a Work with stand-ins at the ports.

One PostgreSQL and one Valkey serve a whole run (also under xdist) and start when the first test needs them; each xdist
worker has a database of its own, and a test begins with empty tables.
"""

from __future__ import annotations

import fcntl
import gc
import json
import logging
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck
from hypothesis import settings as examples

from runtime.embedded import ensure_database
from services.work import Work
from store.tables import metadata
from store.unit_of_work import Database
from store.vault import Vault
from tests import cases, kept_warm, order, read_once
from tests.conversations import golden
from tests.doubles import KEY, FakeCarriers, FakeClock, FakeIds, RecordingJobs
from tests.statements import noted

HOME = "ALO_TEST_HOME"
CONTROLLER = "ALO_TEST_CONTROLLER"
ROOT = Path(__file__).parent.parent

examples.register_profile("any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
examples.load_profile("any machine")  # what a property says holds however slow the machine is


def pytest_addoption(parser: pytest.Parser) -> None:
    """What a run may be told."""
    parser.addoption("--seed", type=int, default=1, help="seed of what tests/system/doors draws")
    parser.addoption("--update", action="store_true", help="write into golden conversations what is said now")
    parser.addoption("--case", default="", help="of tables of cases only those whose label has this text")


@pytest.fixture
def seed(request: pytest.FixtureRequest) -> int:
    """Of this run's random choices."""
    return int(request.config.getoption("--seed"))


def pytest_configure(config: pytest.Config) -> None:
    """The controller names the place where the run's servers will live, and what the run has read."""
    if not hasattr(config, "workerinput"):
        home = Path(tempfile.mkdtemp(prefix="alo-tests-"))
        home.chmod(0o711)
        os.environ[HOME], os.environ[CONTROLLER] = str(home), str(os.getpid())
    read_once.begin(Path(os.environ[HOME]))
    kept_warm.begin()
    cases.wanted = config.getoption("--case")
    if config.getoption("--update"):
        golden.refuse_where_nobody_looks(config, os.environ)
        golden.updates.wanted = True


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The longest first, unless the order is random."""
    if not order.random_seed(config):
        workers = getattr(config, "workerinput", {}).get("workercount", 1)
        items[:] = order.longest_first(items, workers)


def pytest_collection_finish(session: pytest.Session) -> None:
    """What was collected stays to the end: the search for garbage need not go through it again and again."""
    gc.collect()
    gc.freeze()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The seed of a random order; what `--update` changed, as a difference."""
    if seed := order.random_seed(terminalreporter.config):
        terminalreporter.write_line(
            f"in random order, again by --random-order-bucket=global --random-order-seed={seed}"
        )
    if golden.updates.wanted:
        terminalreporter.section("golden conversations")
        terminalreporter.write_line(golden.updates.write() or "nothing to change")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol() -> Iterator[None]:
    """A test that sets up the logging of a process, which is ours here, leaves it to the next one as it was."""
    root = logging.getLogger()
    level, handlers = root.level, list(root.handlers)
    try:
        return (yield)
    finally:
        root.setLevel(level)
        root.handlers[:] = handlers


def pytest_unconfigure(config: pytest.Config) -> None:
    """The controller ends the servers, if any test started them."""
    if hasattr(config, "workerinput") or HOME not in os.environ:
        return
    home = Path(os.environ.pop(HOME))
    keeper = home / "keeper.pid"
    if keeper.exists():
        os.kill(int(keeper.read_text()), signal.SIGTERM)
        deadline = time.monotonic() + 20
        while home.exists() and time.monotonic() < deadline:
            time.sleep(0.05)
    shutil.rmtree(home, ignore_errors=True)


@pytest.fixture(scope="session")
def servers() -> dict[str, str]:
    """URLs of the run's servers, by role ("{database}" is "_") and "broker"; started by the first who asks."""
    home = Path(os.environ[HOME])
    ready = home / "servers.json"
    with (home / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not ready.exists():
            _start_servers(home, ready)
    urls: dict[str, str] = json.loads(ready.read_text())
    return urls


def _start_servers(home: Path, ready: Path) -> None:
    log = home / "keeper.log"
    argv = [sys.executable, "-m", "tests.servers", str(home), os.environ[CONTROLLER]]
    with log.open("wb") as out:
        keeper = subprocess.Popen(argv, cwd=ROOT, stdout=out, stderr=out, start_new_session=True)
    (home / "keeper.pid").write_text(str(keeper.pid))
    while not ready.exists():
        if keeper.poll() is not None:
            pytest.fail(f"the test servers did not start: {log.read_text()}")
        time.sleep(0.05)


@pytest.fixture(scope="session")
def url_of(servers: dict[str, str], worker_id: str) -> Callable[[str], str]:
    """URL of this worker's own database for a role: "alo_owner", "alo_machine" or "alo_console"."""
    name = f"alo_test_{worker_id}"
    with psycopg.connect(servers["admin"], autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        ensure_database(connection, name, owner="alo_owner", template="alo_template")

    def url(role: str) -> str:
        return sa.make_url(servers[role]).set(database=name).render_as_string(hide_password=False)

    return url


@pytest.fixture(scope="session")
def worker_id(request: pytest.FixtureRequest) -> str:
    """xdist's name of this worker; "only" without xdist."""
    workerinput: dict[str, str] = getattr(request.config, "workerinput", {})
    return workerinput.get("workerid", "only")


@pytest.fixture(scope="session")
def _databases(url_of: Callable[[str], str]) -> Iterator[dict[str, Database]]:
    roles = ("owner", "machine", "console", "eraser")
    databases = {role: Database(url_of(f"alo_{role}"), role_label=f"test-{role}", pool_size=4) for role in roles}
    yield databases
    for database in databases.values():
        database.close()


EMPTY = ";".join(f"DELETE FROM {table.fullname}" for table in reversed(metadata.sorted_tables))
"""Children first, in one message: quicker than TRUNCATE, or a message a table, for the few rows of a test."""


@pytest.fixture
def _emptied(_databases: dict[str, Database]) -> dict[str, Database]:
    """Empty tables."""
    with _databases["owner"].transaction() as connection, connection.connection.cursor() as cursor:
        cursor.execute(EMPTY)
    return _databases


@pytest.fixture
def owner(_emptied: dict[str, Database]) -> Database:
    """The database as the role that migrates; it bypasses row-level security."""
    return _emptied["owner"]


@pytest.fixture
def machine(_emptied: dict[str, Database]) -> Database:
    """The database as webhooks, workers and the command line see it."""
    return _emptied["machine"]


@pytest.fixture
def console(_emptied: dict[str, Database]) -> Database:
    """The database as the staff pages see it; nothing without `scoped(...)` or `transaction(office=...)`."""
    return _emptied["console"]


@pytest.fixture
def eraser(_emptied: dict[str, Database]) -> Database:
    """The database as the one role that may take away what was said."""
    return _emptied["eraser"]


@pytest.fixture
def database(machine: Database) -> Database:
    """The usual one: the machine's."""
    return machine


@pytest.fixture
def database_url(url_of: Callable[[str], str], machine: Database) -> str:
    """URL of the machine's role, for processes of their own."""
    return url_of("alo_machine")


@pytest.fixture
def owner_url(url_of: Callable[[str], str], owner: Database) -> str:
    """URL of the owner's role."""
    return url_of("alo_owner")


@pytest.fixture
def console_url(url_of: Callable[[str], str], console: Database) -> str:
    """URL of the console's role."""
    return url_of("alo_console")


@pytest.fixture
def eraser_url(url_of: Callable[[str], str], eraser: Database) -> str:
    """URL of the eraser's role."""
    return url_of("alo_eraser")


@pytest.fixture(scope="session")
def broker_url(servers: dict[str, str]) -> str:
    """An embedded Valkey, as Celery's broker URL."""
    return servers["broker"]


@pytest.fixture
def statements() -> Iterator[list[str]]:
    """Every statement that reaches the database from now on, BEGIN and COMMIT not counted."""
    with noted() as seen:
        yield seen


@pytest.fixture
def clock() -> FakeClock:
    """Set and advanced by hand; starts on a working morning."""
    return FakeClock()


@pytest.fixture
def jobs() -> RecordingJobs:
    """What was enqueued."""
    return RecordingJobs()


@pytest.fixture
def carriers() -> FakeCarriers:
    """Carriers that take everything and note it."""
    return FakeCarriers()


@pytest.fixture(scope="session")
def vault() -> Vault:
    """A vault with keys known to everybody."""
    return Vault({"test": KEY}, KEY, 1)


@pytest.fixture
def work(machine: Database, clock: FakeClock, jobs: RecordingJobs, carriers: FakeCarriers, vault: Vault) -> Work:
    """What use cases work with: the real database as the machine role, stand-ins at the other ports."""
    from carriers.twilio.twiml import TwimlRenderer

    return Work(
        database=machine,
        clock=clock,
        ids=FakeIds(),
        jobs=jobs,
        vault=vault,
        carriers=carriers,
        voice=TwimlRenderer("https://alo.example"),
    )
