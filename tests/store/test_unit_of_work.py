"""Transactions: all or nothing, the console's scope, and connections the server has closed."""

from __future__ import annotations

from uuid import UUID

import pytest
import sqlalchemy as sa

from store.tables.registry import offices
from store.unit_of_work import Database

OFFICE = {"code": "01", "name": "n", "level": "province", "area_scheme": "s", "area_code": "01", "contact_number": ""}


def test_a_block_that_raises_leaves_nothing(machine: Database) -> None:
    def broken() -> None:
        with machine.transaction() as conn:
            conn.execute(sa.insert(offices).values(id=UUID(int=1), **OFFICE))
            raise RuntimeError("stop")

    with pytest.raises(RuntimeError):
        broken()
    with machine.transaction() as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(offices)) == 0


def test_the_scope_ends_with_its_transaction(machine: Database) -> None:
    seen = sa.text("SELECT current_setting('alo.office', true), current_setting('alo.national', true)")
    with machine.transaction(office=UUID(int=7)) as conn:
        assert conn.execute(seen).one() == (str(UUID(int=7)), "")
    with machine.scoped(national=True).transaction() as conn:
        assert conn.execute(seen).one() == ("", "yes")
    with machine.transaction() as conn:
        assert set(conn.execute(seen).one()) <= {"", None}


def test_the_roles_are_the_real_ones(machine: Database, console: Database, owner: Database) -> None:
    for name, database in (("alo_machine", machine), ("alo_console", console), ("alo_owner", owner)):
        with database.transaction() as conn:
            user, isolation = conn.execute(
                sa.text("SELECT session_user, current_setting('transaction_isolation')")
            ).one()
            high = conn.scalar(sa.text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user"))
        assert (user, isolation, high) == (name, "read committed", False)


def test_a_connection_the_server_closed_is_replaced_unseen(machine: Database, servers: dict[str, str]) -> None:
    with machine.transaction() as conn:
        pid = conn.scalar(sa.text("SELECT pg_backend_pid()"))
    with sa.create_engine(servers["admin"].replace("postgresql://", "postgresql+psycopg://")).connect() as admin:
        admin.execute(sa.text("SELECT pg_terminate_backend(:pid, 60000)"), {"pid": pid})
    with machine.transaction() as conn:
        assert conn.scalar(sa.text("SELECT pg_backend_pid()")) != pid


def test_errors_do_not_quote_parameters(machine: Database) -> None:
    with pytest.raises(sa.exc.DBAPIError) as caught, machine.transaction() as conn:
        conn.execute(sa.text("SELECT 1 / (CASE WHEN :name = '' THEN 1 ELSE 0 END)"), {"name": "Nguyễn Thị Bí Mật"})
    assert "Bí Mật" not in str(caught.value)
