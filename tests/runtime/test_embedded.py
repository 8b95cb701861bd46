"""Embedded servers: they start anywhere and as anybody, end with their parent, and keep what they hold."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest
import redis

from runtime import spawn
from runtime.embedded import TEST_SETTINGS, Postgres, ServerFailedError, Valkey
from tests.house.source import ROOT

PARENT = """
import sys, time
from pathlib import Path
from runtime.embedded import Postgres, Valkey, TEST_SETTINGS
postgres = Postgres(Path(sys.argv[1]) / "postgres", settings=TEST_SETTINGS); postgres.start()
valkey = Valkey(Path(sys.argv[1]) / "valkey"); valkey.start()
print(postgres.process.pid, valkey.process.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A server below a directory that bars everybody else, as a checkout in a private home does."""
    home = tmp_path_factory.mktemp("a-private-home-whose-name-is-too-long-for-a-unix-socket-" + "x" * 60)
    home.chmod(0o700)
    server = Postgres(home / "postgres", settings=TEST_SETTINGS)
    server.start()
    yield server
    server.stop()


def test_it_never_runs_as_root(postgres: Postgres) -> None:
    assert postgres.process is not None
    assert psutil.Process(postgres.process.pid).uids().real != 0


@pytest.mark.parametrize(
    "statement", ["SELECT %s::text::uuid", "SELECT %s::text::int", "SELECT set_config('timezone', %s, true)"]
)
def test_what_a_statement_failed_over_stays_out_of_the_log(postgres: Postgres, statement: str) -> None:
    """Messages of errors quote values: "invalid input syntax for type uuid: …"."""
    with psycopg.connect(postgres.url("alo_machine")) as connection, pytest.raises(psycopg.Error, match="Nguyen-Van-A"):
        connection.execute(statement, ["Nguyen-Van-A"])
    assert "Nguyen-Van-A" not in postgres.log.read_text()
    assert "ready to accept connections" in postgres.log.read_text()


def test_our_roles_are_no_superusers_and_passwords_are_private(postgres: Postgres) -> None:
    for role in ("alo_owner", "alo_machine", "alo_console"):
        with psycopg.connect(postgres.url(role)) as connection:
            row = connection.execute(
                "SELECT current_user, rolsuper, rolcreaterole, rolcreatedb, rolbypassrls FROM pg_roles"
                " WHERE rolname = current_user"
            ).fetchone()
        assert row == (role, False, False, False, False)
    assert stat.S_IMODE((postgres.home / "passwords.json").stat().st_mode) == 0o600


def test_a_wrong_password_is_refused(postgres: Postgres) -> None:
    url = postgres.url("alo_machine").replace("alo_machine:", "alo_machine:wrong")
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(url)


def test_it_speaks_utf8_and_utc(postgres: Postgres) -> None:
    with psycopg.connect(postgres.url("alo_machine")) as connection:
        shown = connection.execute(
            "SELECT current_setting('server_encoding'), current_setting('TimeZone'), lower('ĐẶNG')"
        ).fetchone()
    assert shown == ("UTF8", "UTC", "đặng")


def test_it_starts_again_on_what_it_held(postgres: Postgres) -> None:
    with psycopg.connect(postgres.url("alo_owner")) as connection:
        connection.execute("CREATE TABLE kept (a int)")
    url = postgres.url("alo_owner")
    postgres.stop()
    assert spawn.alive(postgres.pid_file) is None
    postgres.start()
    assert postgres.url("alo_owner") == url
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_a_start_that_was_killed_half_way_is_repeated(tmp_path: Path) -> None:
    draft = tmp_path / "postgres" / "data.new"
    draft.mkdir(parents=True)
    (draft / "PG_VERSION").write_text("18")
    server = Postgres(tmp_path / "postgres", settings=TEST_SETTINGS)
    server.start()
    server.stop()
    assert not draft.exists()


def test_servers_end_with_their_parent_even_when_it_is_killed(tmp_path: Path) -> None:
    argv = [sys.executable, "-c", PARENT, str(tmp_path)]
    parent = subprocess.Popen(argv, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    children = [psutil.Process(int(pid)) for pid in parent.stdout.readline().split()]
    assert len(children) == 2
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    _, left = psutil.wait_procs(children, timeout=15)
    assert left == []


def test_a_server_that_cannot_start_says_where_to_read_why(tmp_path: Path) -> None:
    server = Postgres(tmp_path / "postgres", settings={**TEST_SETTINGS, "shared_buffers": "nonsense"})
    with pytest.raises(ServerFailedError) as failed:
        server.start()
    assert "nonsense" in failed.value.log.read_text()


def test_valkey_keeps_what_was_queued_over_a_kill(tmp_path: Path) -> None:
    server = Valkey(tmp_path)
    server.start()
    with redis.Redis(unix_socket_path=str(server.socket)) as client:
        client.set("k", "v")
    time.sleep(1.1)  # its append-only file is synced each second
    assert server.process is not None
    server.process.kill()
    server.process.wait()
    server.start()
    with redis.Redis(unix_socket_path=str(server.socket)) as client:
        assert client.get("k") == b"v"
        assert client.config_get("maxmemory-policy") == {"maxmemory-policy": "noeviction"}
    assert stat.S_IMODE(server.socket.stat().st_mode) == 0o600
    server.stop()


def test_a_pid_file_of_a_process_long_gone_names_nobody(tmp_path: Path) -> None:
    file = tmp_path / "x.pid"
    assert spawn.alive(file) is None
    file.write_text(f"{os.getpid()} 1.0")
    assert spawn.alive(file) is None
    file.write_text(f"{os.getpid()} {psutil.Process().create_time()}")
    assert spawn.alive(file) is not None
