"""Rows as frozen values with named, typed fields: the columns of a statement, by position, become one dataclass.

A statement whose columns are not the fields of its dataclass, in the same order, is refused: at import for prepared
statements, at its first run for others. It must not know a table or a use case.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import fields
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, CursorResult, Executable

R = TypeVar("R")
Params = Mapping[str, Any] | Sequence[Mapping[str, Any]] | None


class ColumnMismatchError(TypeError):
    """The columns of a statement are not the fields of the dataclass its rows should become."""


def first(conn: Connection, statement: Executable, row_class: type[R], params: Params = None) -> R | None:
    """Run it; its first row as `row_class`, or None. Raises ColumnMismatchError, sqlalchemy.exc.DBAPIError."""
    result = conn.execute(statement, params)
    make = _checked(result, row_class)
    row = result.first()
    return None if row is None else make(row)


def one(conn: Connection, statement: Executable, row_class: type[R], params: Params = None) -> R:
    """Run it; its only row. Raises NoResultFound or MultipleResultsFound, and as `first`."""
    result = conn.execute(statement, params)
    return _checked(result, row_class)(result.one())


def fetch(conn: Connection, statement: Executable, row_class: type[R], params: Params = None) -> list[R]:
    """Run it; every row as `row_class`. Raises as `first`."""
    return list(stream(conn, statement, row_class, params))


def stream(conn: Connection, statement: Executable, row_class: type[R], params: Params = None) -> Iterator[R]:
    """Run it now; its rows one by one as they are asked for. Raises as `first`."""
    result = conn.execute(statement, params)
    return map(_checked(result, row_class), result)


def maker(row_class: type[R]) -> Callable[[Sequence[Any]], R]:
    """What makes a `row_class` of the values of one row; texts of StrEnum fields become members (ValueError: none)."""
    return cast("Callable[[Sequence[Any]], R]", _maker(cast(Hashable, row_class)))


@cache
def _maker(row_class: Any) -> Callable[[Sequence[Any]], Any]:
    hints = typing.get_type_hints(row_class)
    enums = [(at, found) for at, name in enumerate(field_names(row_class)) if (found := _enum(hints[name]))]
    if not enums:
        return lambda values: row_class(*values)

    def make(values: Sequence[Any]) -> Any:
        changed = list(values)
        for at, enum in enums:
            if changed[at] is not None:
                changed[at] = enum(changed[at])
        return row_class(*changed)

    return make


@cache
def field_names(row_class: Any) -> tuple[str, ...]:
    """The fields of a row's dataclass, in order."""
    return tuple(field.name for field in fields(row_class))


def check_columns(columns: Sequence[str], row_class: type[Any]) -> None:
    """Raises ColumnMismatchError unless `columns` are the fields of `row_class`, in order."""
    expected = field_names(cast(Hashable, row_class))
    if tuple(columns) != expected:
        missing, beyond = sorted(set(expected) - set(columns)), sorted(set(columns) - set(expected))
        said = f"missing {missing}, not asked for {beyond}" if missing or beyond else f"in another order: {columns}"
        raise ColumnMismatchError(f"columns are not the fields of {row_class.__qualname__}: {said}")


def _checked(result: CursorResult[Any], row_class: type[R]) -> Callable[[Sequence[Any]], R]:
    check_columns(list(result.keys()), row_class)
    return maker(row_class)


def _enum(hint: Any) -> type[StrEnum] | None:
    """The StrEnum a field holds, also where it may be None."""
    choices = typing.get_args(hint) if isinstance(hint, types.UnionType) else (hint,)
    found = [each for each in choices if isinstance(each, type) and issubclass(each, StrEnum)]
    return found[0] if found else None
