"""Statements that run often (a turn, a contact that leaves): compiled once per process, run by the driver in
SQLAlchemy's transaction.

SQLAlchemy's own way of executing costs as much again as the driver. It must not know a table or a use case.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Generic, NoReturn, TypeVar, cast, overload

import psycopg
from psycopg.rows import RowFactory, tuple_row
from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql.psycopg import dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.expression import ClauseElement
from sqlalchemy.sql.selectable import ReturnsRows

from store.rows import check_columns, maker

R = TypeVar("R")
_DIALECT = dialect()  # type: ignore[no-untyped-call]  # left unannotated there


class Prepared(Generic[R]):
    """One statement. Values are named as its bind parameters are; rows come as `row_class`, by position."""

    @overload
    def __init__(self: Prepared[None], statement: ClauseElement) -> None: ...

    @overload
    def __init__(self, statement: ClauseElement, row_class: type[R]) -> None: ...

    def __init__(self, statement: ClauseElement, row_class: type[Any] | None = None) -> None:
        """Compile `statement`; its constants are kept, everything else is given with each run.

        Without `row_class` it is run for what it writes (`do`). Raises ColumnMismatchError when its columns are others.
        """
        compiled = cast(SQLCompiler, statement.compile(dialect=_DIALECT))
        kinds = {name: bind.type.dialect_impl(_DIALECT) for bind, name in compiled.bind_names.items()}
        found = {name: kind.bind_processor(_DIALECT) for name, kind in kinds.items()}
        self.sql = str(compiled)
        """As the driver takes it."""
        self._writers = {name: write for name, write in found.items() if write is not None}
        constants = {name: bind.value for bind, name in compiled.bind_names.items() if not bind.required}
        self._constants = self._written(constants)
        self._rows: RowFactory[R] = cast("RowFactory[R]", tuple_row)
        if row_class is not None:
            if isinstance(statement, ReturnsRows):
                check_columns(list(statement.exported_columns.keys()), row_class)
            make = maker(row_class)
            self._rows = lambda _cursor: make

    def first(self, conn: Connection, given: Mapping[str, Any]) -> R | None:
        """Run it; the first row, or None. Raises sqlalchemy.exc.DBAPIError."""
        try:
            return self._run(conn, given).fetchone()
        except psycopg.Error as error:
            self._fail(conn, error)

    def all(self, conn: Connection, given: Mapping[str, Any]) -> list[R]:
        """Run it; every row. Raises sqlalchemy.exc.DBAPIError."""
        try:
            return self._run(conn, given).fetchall()
        except psycopg.Error as error:
            self._fail(conn, error)

    def do(self, conn: Connection, given: Mapping[str, Any]) -> None:
        """Run it for what it writes. Raises sqlalchemy.exc.DBAPIError."""
        try:
            self._run(conn, given)
        except psycopg.Error as error:
            self._fail(conn, error)

    def _run(self, conn: Connection, given: Mapping[str, Any]) -> psycopg.Cursor[R]:
        return _driver(conn).cursor(row_factory=self._rows).execute(self.sql, self._constants | self._written(given))

    def _written(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The values as the driver takes them: SQLAlchemy wraps JSON by the column's type."""
        values = dict(given)
        for name in self._writers.keys() & values.keys():
            values[name] = self._writers[name](values[name])
        return values

    def _fail(self, conn: Connection, error: psycopg.Error) -> NoReturn:
        """As SQLAlchemy would: a connection that is gone leaves the pool; values never stand in the message."""
        if _driver(conn).closed:
            conn.invalidate(error)
        known = DBAPIError.instance(self.sql, None, error, psycopg.Error, hide_parameters=True, dialect=_DIALECT)
        raise known from error


def _driver(conn: Connection) -> psycopg.Connection[Any]:
    return cast("psycopg.Connection[Any]", conn.connection.driver_connection)
