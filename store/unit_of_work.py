"""The one place where a transaction begins and ends: a connection pool for one database role.

What must wait for a commit (a message to the workers, above all) is given to `after_commit`. It must not know any table
or use case, nor what such a job is; time is passed in by those who write rows.
"""

from __future__ import annotations

import select
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, ParamSpec
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DisconnectionError

P = ParamSpec("P")

PREPARE_AFTER = 1
"""Executions of a statement on a connection before it is prepared on the server."""

_TOUCH = {"keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 30_000}
"""Over TCP: a server whose host is gone is noticed within half a minute (real), not after hours. Sockets ignore it."""

_SCOPE = sa.text(
    "SELECT set_config('alo.office', :office, true), set_config('alo.national', :national, true),"
    " set_config('alo.member', :member, true)"
)


class OpenTransactionError(RuntimeError):
    """What should wait for a commit was asked for inside a transaction, or without one that it could wait for."""


@dataclass(slots=True, eq=False)
class _Transaction:
    """An open transaction and what waits for its commit."""

    connection: sa.Connection
    jobs: list[Callable[[], None]] = field(default_factory=list)


class _OfThread(threading.local):
    """The open transactions of this thread, the innermost last."""

    def __init__(self) -> None:
        self.open: list[_Transaction] = []


_of_thread = _OfThread()


def after_commit(conn: sa.Connection, job: Callable[P, None], *args: P.args, **kwargs: P.kwargs) -> None:
    """Call `job` with these arguments once the transaction of `conn` is committed; never when it is rolled back.

    A process that dies in between loses it. Raises OpenTransactionError unless `conn` is in a transaction of a Database
    that this thread opened.
    """
    _transaction_of(conn).jobs.append(partial(job, *args, **kwargs))


def refuse_open_transaction() -> None:
    """Raise OpenTransactionError while a transaction of this thread is open: a worker would not see its rows yet."""
    if _of_thread.open:
        raise OpenTransactionError("inside a transaction: use after_commit")


@contextmanager
def savepoint(conn: sa.Connection) -> Iterator[None]:
    """A part of the transaction of `conn`, taken back alone when the block raises: its rows, and its jobs."""
    jobs = _transaction_of(conn).jobs
    kept = len(jobs)
    try:
        with conn.begin_nested():
            yield
        kept = len(jobs)
    finally:
        del jobs[kept:]


def _transaction_of(conn: sa.Connection) -> _Transaction:
    for transaction in reversed(_of_thread.open):
        if transaction.connection is conn:
            return transaction
    raise OpenTransactionError("no transaction of a Database is open on this connection")


@contextmanager
def _opened(connection: sa.Connection) -> Iterator[list[Callable[[], None]]]:
    """Counts the transaction as open for the block. What waits for its commit."""
    there = _of_thread.open  # a generator may be ended by another thread: what was entered here is removed here
    transaction = _Transaction(connection)
    there.append(transaction)
    try:
        yield transaction.jobs
    finally:
        there.remove(transaction)


def _run(jobs: list[Callable[[], None]]) -> None:
    """Run what waited for a commit; another transaction that is still open around it has nothing to do with that."""
    around, _of_thread.open = _of_thread.open, []
    try:
        for job in jobs:
            job()
    finally:
        _of_thread.open = around


class Database:
    """A pool of connections to `url` as the role in it; every statement runs inside `transaction()`.

    `role_label` is what the server shows as application name. Connections must not cross a fork: `close` them before.
    """

    def __init__(
        self,
        url: str,
        *,
        role_label: str,
        pool_size: int = 4,
        statement_timeout_ms: int = 30_000,
        lock_timeout_ms: int = 10_000,
        idle_timeout_ms: int = 60_000,
        connect_timeout_s: int = 10,
        wait_s: float = 30.0,
    ) -> None:
        """Prepare the pool; nothing is connected yet. Time-outs are real milliseconds and the server's to enforce.

        `connect_timeout_s`: for a new connection; `wait_s`: for one of the pool that others hold.
        """
        options = (
            f"-c statement_timeout={statement_timeout_ms} -c lock_timeout={lock_timeout_ms}"
            f" -c idle_in_transaction_session_timeout={idle_timeout_ms} -c timezone=UTC"
        )
        self._engine = sa.create_engine(
            driver_url(url),
            pool_size=2 * pool_size,
            pool_timeout=wait_s,
            max_overflow=0,  # a connection above the pool's size would be made and thrown away each time
            pool_use_lifo=True,
            isolation_level="READ COMMITTED",
            hide_parameters=True,  # parameters are phones, names and texts: never in an error message
            connect_args={
                "options": options,
                "application_name": f"alo-{role_label}",
                "prepare_threshold": PREPARE_AFTER,
                "connect_timeout": connect_timeout_s,
                **_TOUCH,
            },
        )
        event.listen(self._engine, "checkout", _refuse_dead_connection)
        self._office = ""
        self._national = ""
        self._member = ""

    @contextmanager
    def transaction(self, *, office: UUID | None = None, national: bool = False) -> Iterator[sa.Connection]:
        """One transaction: committed when the block ends, rolled back when it raises; then its jobs (`after_commit`).

        `office` or `national` is what row-level security lets the console see, for this transaction only;
        without either, the scope this Database was given by `scoped` holds (none: the console sees no office's rows).
        """
        scope = (str(office), "") if office else ("", "yes") if national else (self._office, self._national)
        with self._engine.begin() as connection, _opened(connection) as jobs:
            if any(scope):
                connection.execute(_SCOPE, {"office": scope[0], "national": scope[1], "member": self._member})
            yield connection
        _run(jobs)

    def scoped(self, *, office: UUID | None = None, national: bool = False, member: UUID | None = None) -> Database:
        """The same pool, every transaction of which sees one office's rows, or all (`national`).

        `member`: the member of staff it acts for; the audit trail takes no other name from the console.
        """
        other = object.__new__(Database)
        other._engine = self._engine
        other._office = str(office) if office else ""
        other._national = "yes" if national and not office else ""
        other._member = str(member) if member else ""
        return other

    @contextmanager
    def taken_back(self) -> Iterator[Database]:
        """A Database whose transactions all lie within one that is rolled back at the end: nothing of them stays.

        Their jobs are dropped.
        """
        with self._engine.connect() as connection, connection.begin() as whole:
            yield _TakenBack(connection)
            whole.rollback()

    @property
    def engine(self) -> sa.Engine:
        """The engine underneath, for migrations and checks only; use cases take `transaction()`."""
        return self._engine

    def close(self) -> None:
        """Close every pooled connection."""
        self._engine.dispose()


class _TakenBack(Database):
    """Each transaction is a savepoint on one connection, which belongs to whoever will take everything back."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    @contextmanager
    def transaction(self, *, office: UUID | None = None, national: bool = False) -> Iterator[sa.Connection]:
        """As of any Database, but for a scope: a rehearsal is the machine's own, which sees every row."""
        with self._connection.begin_nested(), _opened(self._connection):
            yield self._connection


def driver_url(url: str) -> sa.URL:
    """`url` with the psycopg 3 driver named, whatever way the operator wrote it. Raises ArgumentError if unreadable."""
    return sa.make_url(url).set(drivername="postgresql+psycopg")


def _refuse_dead_connection(dbapi: Any, _record: Any, _proxy: Any) -> None:
    """Let the pool replace a connection the server has closed, without a round trip.

    An idle connection has nothing to read; one that has, holds the server's farewell or its end of file.
    """
    poll = select.poll()
    poll.register(dbapi.fileno(), select.POLLIN)
    if poll.poll(0):
        raise DisconnectionError("the server has closed this connection")
