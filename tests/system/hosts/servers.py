"""Debian's own PostgreSQL and Redis over TCP, for hosts that share them; a cluster of their own, thrown away."""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import subprocess
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import redis

from runtime import spawn
from runtime.embedded import DATABASE, LOGIN_ROLES, ensure_database, ensure_role

BINARIES = Path("/usr/lib/postgresql")
START_TIMEOUT_S = 60.0
SETTINGS = {"fsync": "off", "timezone": "UTC", "max_connections": "120", "log_min_messages": "log"}


@dataclass(frozen=True)
class Shared:
    """Where the servers are. `database`: URL by role; `admin`: the superuser's."""

    database: dict[str, str]
    admin: str
    broker: str


@contextmanager
def debian(home: Path, address: str) -> Iterator[Shared]:
    """Both servers at `address` with our roles and an empty database of ours, while the block runs."""
    with ExitStack() as stack:
        password = secrets.token_hex(12)
        admin = _postgres(home, address, password, stack)
        passwords = {role: secrets.token_hex(12) for role in LOGIN_ROLES}
        with psycopg.connect(admin, autocommit=True) as connection:
            for role, word in passwords.items():
                ensure_role(connection, role, word)
            ensure_database(connection, DATABASE, owner="alo_owner")
        database = {role: f"postgresql://{role}:{word}@{address}:5432/{DATABASE}" for role, word in passwords.items()}
        yield Shared(database, admin, _redis(home, address, stack))


def version(shared: Shared) -> tuple[int, str]:
    """PostgreSQL's major version, and Redis' version."""
    with psycopg.connect(shared.admin) as connection, redis.Redis.from_url(shared.broker) as client:
        return connection.info.server_version // 10_000, str(client.info("server")["redis_version"])


def _postgres(home: Path, address: str, password: str, stack: ExitStack) -> str:
    """Start PostgreSQL; the superuser's URL."""
    programs = max(BINARIES.glob("*/bin/initdb"), key=lambda place: int(place.parts[-3])).parent
    entry = pwd.getpwnam("postgres")
    account = spawn.Account(entry.pw_uid, entry.pw_gid)
    place = home / "debian-postgres"
    place.mkdir(mode=0o700)
    word = place / "password"
    word.write_text(password)
    for path in (place, word):
        os.chown(path, account.uid, account.gid)
    make: list[str | Path] = [
        programs / "initdb",
        "-D",
        place / "data",
        "-U",
        "postgres",
        f"--pwfile={word}",
        "--auth=scram-sha-256",
    ]
    make += ["--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
    subprocess.run(spawn.as_account(make, account, [place]), check=True, capture_output=True, cwd="/")
    with (place / "data" / "pg_hba.conf").open("a") as rules:
        rules.write(f"host all all {address}/24 scram-sha-256\n")
    options = [part for name, value in SETTINGS.items() for part in ("-c", f"{name}={value}")]
    child = spawn.start(
        [programs / "postgres", "-D", place / "data", "-h", address, "-k", place, *options],
        log=home / "logs" / "postgres.log", pid_file=home / "run" / "postgres.pid", account=account, needs=[place],
        cwd=Path("/"),
    )  # fmt: skip
    stack.callback(spawn.stop, child)
    url = f"postgresql://postgres:{password}@{address}:5432/postgres"
    _wait(lambda: psycopg.connect(url, connect_timeout=2).close())
    return url


def _redis(home: Path, address: str, stack: ExitStack) -> str:
    """Start Redis; its URL."""
    password = secrets.token_hex(12)
    url = f"redis://:{password}@{address}:6379/0"
    argv: list[str | Path] = [
        "redis-server",
        "--bind",
        address,
        "--port",
        "6379",
        "--requirepass",
        password,
        "--save",
        "",
        "--dir",
        home,
    ]
    argv += ["--appendonly", "yes", "--maxmemory-policy", "noeviction", "--daemonize", "no"]
    child = spawn.start(argv, log=home / "logs" / "redis.log", pid_file=home / "run" / "redis.pid", cwd=home)
    stack.callback(spawn.stop, child)

    def look() -> None:
        with redis.Redis.from_url(url) as client:
            client.ping()

    _wait(look)
    return url


def _wait(look: object) -> None:
    """Until `look` raises nothing. Raises TimeoutError."""
    assert callable(look)
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline:
        with contextlib.suppress(psycopg.OperationalError, redis.RedisError):
            look()
            return
        time.sleep(0.1)
    raise TimeoutError("a server of Debian's did not start")
