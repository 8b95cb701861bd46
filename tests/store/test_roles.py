"""What each role may and may not do, proved as that role against a real server."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from store import rights, roles
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
        kept_by_trigger = name == "audit_chain"  # the head of the two lines
        assert conn.scalar(sa.select(sa.func.count()).select_from(metadata.tables[name])) == 2 + kept_by_trigger


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


def test_what_design_asks_to_hide_is_hidden() -> None:
    assert {"answers", "interview_events", "call_turns"} <= {n for n, r in roles.CONSOLE_GRANTS.items() if not r}
    assert "state" in roles.CONSOLE_HIDDEN["interviews"]
    assert {"body", "reply"} <= roles.CONSOLE_HIDDEN["inbound"]
    assert "body" in roles.CONSOLE_HIDDEN["outbox"]
    assert "number" in roles.CONSOLE_HIDDEN["phones"]


@pytest.mark.parametrize("name", sorted(metadata.tables))
def test_the_console_writes_nothing(two_offices: None, console: Database, name: str) -> None:
    """Not itself into another office, not a contact's time, not an invitation; its one line is the audit trail's."""
    table = metadata.tables[name]
    column = next(c for c in table.columns if c.identity is None and c.name not in roles.CONSOLE_HIDDEN.get(name, ()))
    assert sqlstate(console, sa.update(table).values({column: column}), national=True) == DENIED
    assert sqlstate(console, sa.delete(table), national=True) == DENIED
    if name != "audit":
        assert sqlstate(console, sa.insert(table).values(**row(table, HERE)), national=True) == DENIED


def test_the_console_writes_the_audit_trail_as_its_member(two_offices: None, console: Database) -> None:
    member = UUID(int=7)
    line = row(metadata.tables["audit"], HERE)
    here = console.scoped(office=HERE, member=member)
    outcomes = {f"staff:{member}": "", f"staff:{HERE}": DENIED, "cli:root": DENIED, "staff:": DENIED}
    for actor, outcome in outcomes.items():
        assert sqlstate(here, sa.insert(metadata.tables["audit"]).values(**line | {"actor": actor})) == outcome
    nobody = sa.insert(metadata.tables["audit"]).values(**line | {"actor": "staff:"})
    assert sqlstate(console.scoped(office=HERE), nobody) == DENIED


def test_secrets_of_one_person_are_had_by_address_or_mark(two_offices: None, console: Database) -> None:
    with console.scoped(national=True).transaction() as conn:
        assert conn.execute(sa.text("SELECT * FROM alo_sign_in(NULL)")).all() == []
        assert len(conn.execute(sa.text("SELECT * FROM alo_sign_in('x1')")).all()) == 1


@pytest.mark.parametrize("statement", ["CREATE TABLE t (a int)", "ALTER TABLE offices ADD a int", "SET ROLE alo_owner"])
def test_only_the_owner_changes_the_schema(machine: Database, console: Database, statement: str) -> None:
    assert sqlstate(machine, sa.text(statement)) == DENIED
    assert sqlstate(console, sa.text(statement), national=True) == DENIED


def test_roles_applied_again_change_nothing(two_offices: None, owner: Database, console: Database) -> None:
    with owner.transaction() as conn:
        conn.execute(sa.text("GRANT SELECT ON answers TO alo_console"))
        roles.apply(conn)
    assert sqlstate(console, sa.text("SELECT 1 FROM answers"), national=True) == DENIED


@pytest.mark.parametrize(
    ("planted", "told"),
    [
        ("GRANT UPDATE ON outbox TO alo_console", "+ alo_console UPDATE outbox"),
        ("GRANT SELECT (password) ON staff TO alo_console", "+ alo_console SELECT staff.password"),
        ("GRANT SELECT ON answers TO PUBLIC", "+ alo_console SELECT answers"),
        ("REVOKE SELECT ON calls FROM alo_console", "- alo_console SELECT calls"),
        ("ALTER TABLE calls DISABLE ROW LEVEL SECURITY", "- policy calls:console_office"),
        ("CREATE POLICY more ON calls TO alo_console USING (true)", "+ policy calls:more"),
        ("DROP POLICY console_office ON outbox", "- policy outbox:console_office"),
    ],
)
def test_a_right_that_somebody_changed_is_found(owner: Database, machine: Database, planted: str, told: str) -> None:
    with machine.transaction() as conn:
        assert rights.differences(conn) == []
    try:
        with owner.transaction() as conn:
            conn.exec_driver_sql(planted)
        with machine.transaction() as conn:
            assert told in rights.differences(conn)
    finally:
        with owner.transaction() as conn:
            conn.exec_driver_sql("DROP POLICY IF EXISTS more ON calls")
            roles.apply(conn)
    with machine.transaction() as conn:
        assert rights.differences(conn) == []


WIDER = "USING (true OR (SELECT current_setting('alo.national', true)) = 'yes')"


@pytest.mark.parametrize(
    ("planted", "told"),
    [
        ("ALTER POLICY machine_all ON calls TO PUBLIC", "~ policy calls:machine_all"),
        ("ALTER POLICY eraser_all ON staff TO alo_eraser, alo_console", "~ policy staff:eraser_all"),
        (f"ALTER POLICY console_office ON tasks {WIDER}", "~ policy tasks:console_office"),
        ("ALTER POLICY machine_all ON calls WITH CHECK (false)", "~ policy calls:machine_all"),
        ("GRANT EXECUTE ON FUNCTION alo_audit_cut TO alo_console", "+ alo_console EXECUTE alo_audit_cut"),
        ("GRANT EXECUTE ON FUNCTION alo_audit_cut TO PUBLIC", "+ alo_machine EXECUTE alo_audit_cut"),
        ("REVOKE EXECUTE ON FUNCTION alo_sign_in FROM alo_console", "- alo_console EXECUTE alo_sign_in"),
        ("GRANT alo_owner TO alo_console WITH INHERIT FALSE", "+ alo_console member of alo_owner"),
        ("GRANT CREATE ON SCHEMA public TO alo_machine", "+ alo_machine CREATE in schema"),
        ("GRANT UPDATE ON SEQUENCE audit_id_seq TO alo_console", "+ alo_console UPDATE audit_id_seq"),
        ("ALTER ROLE alo_machine BYPASSRLS", "+ alo_machine BYPASSRLS"),
        ("ALTER TABLE audit DISABLE TRIGGER console_own_name", "- trigger audit:console_own_name"),
        ("ALTER TABLE audit DISABLE TRIGGER chained", "- trigger audit:chained"),
    ],
)
def test_a_way_around_rights_is_found(
    servers: dict[str, str], url_of: Callable[[str], str], planted: str, told: str
) -> None:
    """Planted by an administrator and taken back: roles belong to the whole server."""
    database = sa.make_url(url_of("alo_owner")).database
    admin = sa.create_engine(sa.make_url(servers["admin"]).set(drivername="postgresql+psycopg", database=database))
    with admin.connect() as conn:
        conn.exec_driver_sql(planted)
        assert told in rights.differences(conn)
        conn.rollback()
        assert rights.differences(conn) == []
    admin.dispose()


ERASES = {
    (table, verb): columns.split(", ") if columns else None
    for table, rights_ in roles.ERASER_GRANTS.items()
    for verb, _, columns in (right.rstrip(")").partition(" (") for right in rights_)
}


@pytest.mark.parametrize("name", sorted(metadata.tables))
def test_the_eraser_takes_away_what_it_must_and_no_more(two_offices: None, eraser: Database, name: str) -> None:
    table = metadata.tables[name]
    may = {
        column.name: sqlstate(eraser, sa.update(table).values({column.name: column})) == ""
        for column in table.columns
        if column.identity is None
    }
    changes = ERASES.get((name, "UPDATE")) or []
    assert {column for column, allowed in may.items() if allowed} == set(changes)
    deletes = sqlstate(eraser, sa.delete(table).where(sa.false()))
    assert deletes == ("" if (name, "DELETE") in ERASES else DENIED)
    adds = sqlstate(eraser, sa.insert(table).from_select(list(may), sa.select(*(table.c[c] for c in may)).limit(0)))
    assert adds == ("" if (name, "INSERT") in ERASES else DENIED)


def test_the_eraser_sees_no_secrets_of_staff(two_offices: None, eraser: Database) -> None:
    assert sqlstate(eraser, sa.text("SELECT password FROM staff")) == DENIED
    assert sqlstate(eraser, sa.text("SELECT id, phone FROM staff")) == ""
    assert sqlstate(eraser, sa.text("SELECT * FROM invitations")) == DENIED


def test_a_server_without_the_eraser_still_migrates(owner: Database) -> None:
    with owner.transaction() as conn:
        conn.exec_driver_sql(roles._where_there("alo_nobody", "GRANT SELECT ON answers TO alo_nobody"))
