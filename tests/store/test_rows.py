"""Rows as dataclasses: by position, with members of StrEnums, refused where columns and fields differ."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import pytest
import sqlalchemy as sa

from store import rows
from store.prepared import Prepared
from store.unit_of_work import Database


class Colour(StrEnum):
    RED = "red"


@dataclass(frozen=True, slots=True)
class Painted:
    id: int
    colour: Colour | None


ROWS = sa.select(sa.column("id"), sa.column("colour")).select_from(
    sa.values(sa.column("id", sa.Integer), sa.column("colour", sa.String), name="v").data([(1, "red"), (2, None)])
)


def test_rows_become_dataclasses_by_position(database: Database) -> None:
    expected = [Painted(1, Colour.RED), Painted(2, None)]
    with database.transaction() as conn:
        assert rows.fetch(conn, ROWS, Painted) == expected == Prepared(ROWS, Painted).all(conn, {})
        assert rows.first(conn, ROWS, Painted) == expected[0] == Prepared(ROWS, Painted).first(conn, {})
        assert rows.first(conn, ROWS.where(sa.false()), Painted) is None
        assert type(rows.fetch(conn, ROWS, Painted)[0].colour) is Colour


@pytest.mark.parametrize("columns", [("colour", "id"), ("id",), ("id", "colour", "more")], ids=str)
def test_other_columns_are_refused(database: Database, columns: tuple[str, ...]) -> None:
    statement = sa.select(*(sa.literal("red").label(name) for name in columns))
    with pytest.raises(rows.ColumnMismatchError, match="Painted"):
        Prepared(statement, Painted)
    with database.transaction() as conn, pytest.raises(rows.ColumnMismatchError, match="Painted"):
        rows.fetch(conn, statement, Painted)


def test_a_value_that_is_no_member_is_refused(database: Database) -> None:
    with database.transaction() as conn, pytest.raises(ValueError, match="blue"):
        rows.fetch(conn, sa.select(sa.literal(1).label("id"), sa.literal("blue").label("colour")), Painted)
