"""Transactions: all or nothing, the console's scope, and connections the server has closed."""

from __future__ import annotations

from uuid import UUID

import pytest
import sqlalchemy as sa

from store.tables.registry import offices
from store.unit_of_work import Database, OpenTransactionError, after_commit, refuse_open_transaction, savepoint

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


def count(database: Database) -> int:
    """Offices that are committed."""
    with database.transaction() as conn:
        return int(conn.scalar(sa.select(sa.func.count()).select_from(offices)) or 0)


def test_a_job_runs_once_its_rows_are_there_for_others(machine: Database, owner: Database) -> None:
    seen: list[object] = []

    def look(what: str) -> None:
        refuse_open_transaction()
        seen.append((what, count(owner)))

    with machine.transaction() as conn:
        conn.execute(sa.insert(offices).values(id=UUID(int=1), **OFFICE))
        after_commit(conn, look, "first")
        after_commit(conn, look, what="second")
        assert seen == []
    assert seen == [("first", 1), ("second", 1)]


def broken(database: Database, ran: list[str]) -> None:
    """Ask for a job in a transaction that fails."""
    with database.transaction() as conn:
        after_commit(conn, ran.append, "lost")
        raise ZeroDivisionError


def test_a_rollback_drops_its_jobs(machine: Database) -> None:
    ran: list[str] = []
    with pytest.raises(ZeroDivisionError):
        broken(machine, ran)
    with machine.transaction():
        pass
    assert ran == []


def test_a_part_that_is_taken_back_drops_only_its_own_jobs(machine: Database) -> None:
    ran: list[str] = []

    def broken_part(conn: sa.Connection) -> None:
        with savepoint(conn):
            after_commit(conn, ran.append, "within")
            raise ZeroDivisionError

    with machine.transaction() as conn:
        after_commit(conn, ran.append, "before")
        with pytest.raises(ZeroDivisionError):
            broken_part(conn)
        with savepoint(conn):
            after_commit(conn, ran.append, "kept")
    assert ran == ["before", "kept"]


def test_a_rehearsal_drops_its_jobs(machine: Database) -> None:
    ran: list[str] = []
    with machine.taken_back() as database, database.transaction() as conn:
        after_commit(conn, ran.append, "lost")
        with pytest.raises(OpenTransactionError):
            refuse_open_transaction()
    refuse_open_transaction()
    assert ran == []


def test_a_transaction_inside_another_asks_when_it_is_committed_itself(machine: Database, owner: Database) -> None:
    ran: list[str] = []

    def note(what: str) -> None:
        refuse_open_transaction()
        ran.append(what)

    with owner.transaction() as outer:
        after_commit(outer, note, "outer")
        with machine.transaction() as conn:
            after_commit(conn, note, "inner")
        assert ran == ["inner"]
    assert ran == ["inner", "outer"]


def test_what_should_wait_needs_a_transaction_that_is_open(machine: Database) -> None:
    with machine.transaction() as conn:
        pass
    with pytest.raises(OpenTransactionError):
        after_commit(conn, refuse_open_transaction)
    with pytest.raises(OpenTransactionError), machine.transaction():
        refuse_open_transaction()
    refuse_open_transaction()
