"""Statements compiled once: values by their columns' types, errors without values, dead connections replaced."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from store.prepared import Prepared
from store.unit_of_work import Database


@dataclass(frozen=True, slots=True)
class Said:
    json: Any
    id: UUID
    names: list[str]
    constant: Any


SAID = Prepared(
    sa.select(
        sa.bindparam("json", type_=JSONB).label("json"),
        sa.bindparam("id", type_=sa.Uuid).label("id"),
        sa.bindparam("names", type_=ARRAY(sa.Text)).label("names"),
        sa.literal({"constant": 1}, JSONB).label("constant"),
    ),
    Said,
)
NAME = sa.bindparam("name", type_=sa.Text)
FAILING = Prepared(sa.text("SELECT 1 / (CASE WHEN :name = '' THEN 1 ELSE 0 END)").bindparams(NAME))
"""Fails for every name but the empty one."""


def test_values_are_written_by_their_types_and_constants_are_kept(machine: Database) -> None:
    given = {"json": {"a": [1, None]}, "id": UUID(int=3), "names": ["x", "y"]}
    with machine.transaction() as conn:
        assert SAID.first(conn, given) == Said(**given, constant={"constant": 1})
        assert SAID.all(conn, given | {"json": None, "names": []})[0].names == []
        assert given["json"] == {"a": [1, None]}


def test_a_statement_belongs_to_the_transaction_it_runs_in(machine: Database) -> None:
    scope = Prepared(sa.select(sa.func.set_config("alo.office", sa.bindparam("office", type_=sa.Text), sa.true())))
    with machine.transaction() as conn:
        scope.do(conn, {"office": "here"})
        assert conn.scalar(sa.text("SELECT current_setting('alo.office', true)")) == "here"
    with machine.transaction() as conn:
        assert conn.scalar(sa.text("SELECT current_setting('alo.office', true)")) in ("", None)


def test_errors_are_sqlalchemys_and_do_not_quote_values(machine: Database) -> None:
    with pytest.raises(sa.exc.DBAPIError) as caught, machine.transaction() as conn:
        FAILING.first(conn, {"name": "Nguyễn Thị Bí Mật"})
    assert type(caught.value.orig).__name__ == "DivisionByZero"
    assert "Bí Mật" not in str(caught.value)


def test_a_connection_lost_under_way_does_not_come_back_from_the_pool(
    machine: Database, servers: dict[str, str]
) -> None:
    admin = sa.create_engine(servers["admin"].replace("postgresql://", "postgresql+psycopg://"))

    def cut_off() -> None:
        with machine.transaction() as conn:
            with admin.connect() as other:
                ended = sa.text("SELECT pg_terminate_backend(:pid, 5000)")
                other.execute(ended, {"pid": conn.scalar(sa.text("SELECT pg_backend_pid()"))})
            FAILING.first(conn, {"name": ""})

    for _ in range(3):
        with pytest.raises(sa.exc.DBAPIError):
            cut_off()
        with machine.transaction() as conn:
            assert FAILING.first(conn, {"name": ""}) is not None
    admin.dispose()
