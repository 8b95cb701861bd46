"""Debian's own PostgreSQL and Redis over TLS, for hosts that share them; a cluster of their own, thrown away.

Neither takes a connection in clear, and who connects checks the certificate: as docs/install.md says of servers on
another host.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import secrets
import shutil
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
        authority = _certificate(home, address)
        admin = _postgres(home, address, password, stack)
        passwords = {role: secrets.token_hex(12) for role in LOGIN_ROLES}
        with psycopg.connect(admin, autocommit=True) as connection:
            for role, word in passwords.items():
                ensure_role(connection, role, word)
            ensure_database(connection, DATABASE, owner="alo_owner")
        checked = f"sslmode=verify-full&sslrootcert={authority}"
        at = f"{address}:5432/{DATABASE}?{checked}"
        database = {role: f"postgresql://{role}:{word}@{at}" for role, word in passwords.items()}
        yield Shared(database, admin, _redis(home, address, authority, stack))


def _certificate(home: Path, address: str) -> Path:
    """An authority, and below `home`/tls a certificate of its for the address; the authority's own."""
    place = home / "tls"
    place.mkdir()
    make = "openssl req -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -batch"
    commands = (
        f"{make} -x509 -days 2 -subj '/CN=Hosts CA' -keyout ca.key -out ca.pem\n"
        f"{make} -subj /CN=servers -keyout server.key -out asked.pem\n"
        f"openssl x509 -req -days 2 -in asked.pem -CA ca.pem -CAkey ca.key -CAcreateserial -out server.pem"
        f" -extfile <(echo subjectAltName=IP:{address})"
    )
    subprocess.run(["bash", "-euc", commands], cwd=place, check=True, capture_output=True)
    return place / "ca.pem"


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
        rules.write(f"hostssl all all {address}/24 scram-sha-256\n")
    for name in ("server.pem", "server.key"):
        shutil.copy(home / "tls" / name, place / name)
        os.chown(place / name, account.uid, account.gid)
        (place / name).chmod(0o600)
    secured = {"ssl": "on", "ssl_cert_file": str(place / "server.pem"), "ssl_key_file": str(place / "server.key")}
    options = [part for name, value in {**SETTINGS, **secured}.items() for part in ("-c", f"{name}={value}")]
    child = spawn.start(
        [programs / "postgres", "-D", place / "data", "-h", address, "-k", place, *options],
        log=home / "logs" / "postgres.log", pid_file=home / "run" / "postgres.pid", account=account, needs=[place],
        cwd=Path("/"),
    )  # fmt: skip
    stack.callback(spawn.stop, child)
    url = f"postgresql://postgres:{password}@{address}:5432/postgres"
    _wait(lambda: psycopg.connect(url, connect_timeout=2).close())
    return url


def _redis(home: Path, address: str, authority: Path, stack: ExitStack) -> str:
    """Start Redis; its URL."""
    password, tls = secrets.token_hex(12), home / "tls"
    url = f"rediss://:{password}@{address}:6380/0?ssl_cert_reqs=required&ssl_ca_certs={authority}"
    argv: list[str | Path] = ["redis-server", "--bind", address, "--port", "0", "--requirepass", password]
    argv += ["--tls-port", "6380", "--tls-auth-clients", "no", "--tls-ca-cert-file", authority]
    argv += ["--tls-cert-file", tls / "server.pem", "--tls-key-file", tls / "server.key", "--save", "", "--dir", home]
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
