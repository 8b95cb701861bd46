"""The migrations give exactly the tables of `store.tables`, are numbered, and no clock of the server is asked."""

from __future__ import annotations

import re
from pathlib import Path

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from migrations import upgrade
from store.tables import metadata
from store.unit_of_work import Database
from tests.cases import assert_none

ROOT = Path(__file__).parents[2]
VERSIONS = sorted((ROOT / "migrations" / "versions").glob("*.py"))
SERVER_CLOCK = re.compile(
    r"\bnow\(\)|func\.now\b|CURRENT_(TIMESTAMP|DATE|TIME)\b|\b(clock|statement|transaction)_timestamp\b|LOCALTIME"
    r"|server_default|\bDEFAULT\b|\bgen_random_uuid\b|['\"]now['\"]"
)


def test_schema_equals_models(owner: Database) -> None:
    with owner.transaction() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_partial_and_unique_indexes_equal_the_models(owner: Database) -> None:
    """Alembic does not compare the conditions of partial indexes."""
    with owner.transaction() as conn:
        found = {
            index["name"]: (bool(index["unique"]), "where" in index["def"].lower())
            for index in conn.execute(
                sa.text(
                    "SELECT c.relname AS name, i.indisunique AS unique, pg_get_indexdef(i.indexrelid) AS def"
                    " FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid"
                    " JOIN pg_namespace n ON n.oid = c.relnamespace"
                    " WHERE n.nspname = 'public'"
                )
            ).mappings()
        }
    for table in metadata.tables.values():
        for index in table.indexes:
            partial = index.dialect_options["postgresql"]["where"] is not None
            assert found[index.name] == (bool(index.unique), partial), index.name


def test_migrations_are_numbered_without_gaps() -> None:
    numbers = [path.name[:4] for path in VERSIONS]
    assert numbers == [f"{n:04d}" for n in range(1, len(VERSIONS) + 1)]
    for path in VERSIONS:
        number = int(path.name[:4])
        text = path.read_text()
        assert f'revision = "{number:04d}"' in text
        assert f"down_revision = {None if number == 1 else repr(f'{number - 1:04d}')}".replace("'", '"') in text


def test_database_stands_at_the_newest_migration(owner: Database) -> None:
    with owner.transaction() as conn:
        assert upgrade.current(conn) == upgrade.head() == VERSIONS[-1].name[:4]


def test_upgrading_again_changes_nothing(owner_url: str, owner: Database) -> None:
    upgrade.upgrade(owner_url)
    with owner.transaction() as conn:
        assert upgrade.current(conn) == upgrade.head()


def test_no_server_clock_and_no_server_defaults() -> None:
    paths = [*sorted((ROOT / "store").rglob("*.py")), *VERSIONS]
    assert len(paths) > len(VERSIONS)
    found = []
    for path in paths:
        code = [line.split("#")[0] for line in path.read_text("utf-8").splitlines()]
        found += [
            f"{path.relative_to(ROOT)}:{at}: {line}" for at, line in enumerate(code, 1) if SERVER_CLOCK.search(line)
        ]
    assert_none(found)


def test_the_search_for_server_clocks_finds_them() -> None:
    for planted in ("func.now()", "DEFAULT CURRENT_TIMESTAMP", "server_default=x", "clock_timestamp()", "now()"):
        assert SERVER_CLOCK.search(planted)
