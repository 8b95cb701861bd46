"""What each role may and may not do, proved as that role against a real server."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from store import roles
from store.tables import metadata
from store.unit_of_work import Database

NOW = datetime(2026, 11, 18, 2, tzinfo=UTC)
HERE, THERE = UUID(int=1), UUID(int=2)
APPEND_ONLY = ("interview_events", "consent", "audit", "receipts")
DENIED = "42501"


def filler(column: sa.Column[Any], office: UUID) -> Any:
    """A value that fits `column`; ids are the office's own, so that every reference points to its own row."""
    if column.name == "office_id" or isinstance(column.type, sa.Uuid):
        return office
    if column.name == "phone_hash" or (column.name == "hash" and column.table.name == "phones"):
        return office.bytes
    if isinstance(column.type, sa.LargeBinary):
        return office.bytes
    if isinstance(column.type, sa.ARRAY):
        return []
    if isinstance(column.type, sa.Boolean):
        return True
    if isinstance(column.type, sa.Integer | sa.Numeric):
        return office.int
    if isinstance(column.type, sa.DateTime):
        return NOW
    if isinstance(column.type, sa.Date):
        return NOW.date()
    return f"x{office.int}" if isinstance(column.type, sa.Text) else {}


def row(table: sa.Table, office: UUID) -> dict[str, Any]:
    """One row of `table` that belongs to `office`."""
    values = {column.name: filler(column, office) for column in table.columns if column.identity is None}
    if table.name == "recordings":  # the server checks that the digest is the audio's
        values["sha256"] = hashlib.sha256(values["audio"]).hexdigest()
    return values


@pytest.fixture
def two_offices(owner: Database) -> None:
    """One row of each table for each of two offices."""
    with owner.transaction() as conn:
        for office in (HERE, THERE):
            for table in metadata.sorted_tables:
                conn.execute(sa.insert(table).values(**row(table, office)))


def sqlstate(database: Database, statement: sa.Executable, **scope: Any) -> str:
    """The SQLSTATE that running `statement` ends with; "" when it is carried out."""
    try:
        with database.transaction(**scope) as conn:
            conn.execute(statement)
    except sa.exc.DBAPIError as error:
        return str(getattr(error.orig, "sqlstate", None))
    return ""


def test_every_table_has_its_grants_and_its_place() -> None:
    tables = set(metadata.tables)
    unseen = {name for name, rights in roles.CONSOLE_GRANTS.items() if not rights}
    assert set(roles.MACHINE_GRANTS) == set(roles.CONSOLE_GRANTS) == tables
    assert set(roles.OFFICE_BOUND) | roles.SHARED | unseen == tables
    assert not roles.SHARED & set(roles.OFFICE_BOUND)


@pytest.mark.parametrize("name", APPEND_ONLY)
def test_append_only_tables_stay_as_written(two_offices: None, machine: Database, name: str) -> None:
    table = metadata.tables[name]
    column = table.columns["at"]
    assert sqlstate(machine, sa.select(table)) == ""
    assert sqlstate(machine, sa.update(table).values({column: NOW})) == DENIED
    assert sqlstate(machine, sa.delete(table)) == DENIED
    assert sqlstate(machine, sa.text(f"TRUNCATE {name}")) == DENIED


@pytest.mark.parametrize("name", sorted(roles.MACHINE_GRANTS))
def test_the_machine_sees_every_office(two_offices: None, machine: Database, name: str) -> None:
    with machine.transaction() as conn:
        assert conn.scalar(sa.select(sa.func.count()).select_from(metadata.tables[name])) == 2


@pytest.mark.parametrize("name", sorted(roles.OFFICE_BOUND))
def test_the_console_sees_its_office_only(two_offices: None, console: Database, name: str) -> None:
    rows = sa.text(f"SELECT count(*) FROM {name}")
    seen = {}
    for scope, options in (("none", {}), ("own", {"office": HERE}), ("all", {"national": True})):
        with console.transaction(**options) as conn:
            seen[scope] = conn.scalar(rows)
    assert seen == {"none": 0, "own": 1, "all": 2}


@pytest.mark.parametrize("name", sorted(n for n, rights in roles.CONSOLE_GRANTS.items() if not rights))
def test_the_console_reads_no_answers(two_offices: None, console: Database, name: str) -> None:
    assert sqlstate(console, sa.text(f"SELECT 1 FROM {name}"), national=True) == DENIED


@pytest.mark.parametrize(("table", "column"), [(t, c) for t, cs in roles.CONSOLE_HIDDEN.items() for c in sorted(cs)])
def test_hidden_columns_are_hidden_from_the_console(
    two_offices: None, console: Database, table: str, column: str
) -> None:
    assert sqlstate(console, sa.text(f"SELECT {column} FROM {table}"), national=True) == DENIED
    assert sqlstate(console, sa.text(f"SELECT * FROM {table}"), national=True) == DENIED
    assert sqlstate(console, sa.text(f"UPDATE {table} SET {column} = {column}"), national=True) == DENIED


def test_what_design_asks_to_hide_is_hidden() -> None:
    assert {"answers", "interview_events", "call_turns"} <= {n for n, r in roles.CONSOLE_GRANTS.items() if not r}
    assert "state" in roles.CONSOLE_HIDDEN["interviews"]
    assert {"body", "reply"} <= roles.CONSOLE_HIDDEN["inbound"]
    assert "body" in roles.CONSOLE_HIDDEN["outbox"]
    assert "number" in roles.CONSOLE_HIDDEN["phones"]


def test_the_console_writes_in_its_office_only(two_offices: None, console: Database) -> None:
    campaigns = metadata.tables["campaigns"]
    mine = row(campaigns, HERE) | {"id": UUID(int=11)}
    assert sqlstate(console, sa.insert(campaigns).values(**mine), office=HERE) == ""
    foreign = row(campaigns, HERE) | {"id": UUID(int=12), "office_id": THERE}
    assert sqlstate(console, sa.insert(campaigns).values(**foreign), office=HERE) == DENIED
    with console.transaction(office=HERE) as conn:
        changed = conn.execute(sa.update(campaigns).where(campaigns.c.id == THERE).values(state="stopped"))
        assert changed.rowcount == 0
    moved = sa.update(campaigns).where(campaigns.c.id == HERE).values(office_id=THERE)
    assert sqlstate(console, moved, office=HERE) == DENIED


def test_an_office_enters_a_phone_another_office_has(two_offices: None, console: Database) -> None:
    from sqlalchemy.dialects.postgresql import insert

    phones = metadata.tables["phones"]
    again = insert(phones).values(**row(phones, THERE)).on_conflict_do_nothing(index_elements=["hash"])
    assert sqlstate(console, again, office=HERE) == ""


def test_staff_pages_cannot_undo_an_opt_out(two_offices: None, console: Database) -> None:
    """The projection of the consent ledger is the machine's, whichever office a phone belongs to."""
    phones = metadata.tables["phones"]
    assert sqlstate(console, sa.update(phones).values(consent="unasked"), office=HERE) == DENIED
    assert sqlstate(console, sa.update(phones).values(consent="unasked"), national=True) == DENIED


@pytest.mark.parametrize("statement", ["CREATE TABLE t (a int)", "ALTER TABLE offices ADD a int", "SET ROLE alo_owner"])
def test_only_the_owner_changes_the_schema(machine: Database, console: Database, statement: str) -> None:
    assert sqlstate(machine, sa.text(statement)) == DENIED
    assert sqlstate(console, sa.text(statement), national=True) == DENIED


def test_roles_applied_again_change_nothing(two_offices: None, owner: Database, console: Database) -> None:
    with owner.transaction() as conn:
        conn.execute(sa.text("GRANT SELECT ON answers TO alo_console"))
        roles.apply(conn)
    assert sqlstate(console, sa.text("SELECT 1 FROM answers"), national=True) == DENIED
