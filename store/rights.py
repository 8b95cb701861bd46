"""What the database really grants our roles, held against `store.roles`: every table, column and policy."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import sqlalchemy as sa

from store.roles import (
    CONSOLE,
    CONSOLE_GRANTS,
    CONSOLE_HIDDEN,
    ERASER,
    ERASER_GRANTS,
    MACHINE,
    MACHINE_GRANTS,
    OFFICE_BOUND,
    shown,
)

_ROLES = (MACHINE, CONSOLE, ERASER)
_THERE = sa.text("SELECT rolname FROM pg_roles WHERE rolname = ANY(CAST(:roles AS text[]))")
_RIGHTS = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
_BY_COLUMN = ("SELECT", "INSERT", "UPDATE")
_HELD = sa.text(
    "SELECT r.role, c.relname AS name, p.granted FROM unnest(CAST(:roles AS text[])) AS r(role)"
    " CROSS JOIN unnest(CAST(:rights AS text[])) AS p(granted) CROSS JOIN pg_class c"
    " JOIN pg_namespace n ON n.oid = c.relnamespace"
    " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'v', 'm', 'p')"
    " AND has_table_privilege(r.role, c.oid, p.granted)"
)
_HELD_BY_COLUMN = sa.text(
    "SELECT r.role, c.relname || '.' || a.attname AS name, p.granted FROM unnest(CAST(:roles AS text[])) AS r(role)"
    " CROSS JOIN unnest(CAST(:rights AS text[])) AS p(granted) CROSS JOIN pg_class c"
    " JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"
    " WHERE n.nspname = 'public' AND c.relkind = 'r' AND NOT a.attisdropped"
    " AND has_column_privilege(r.role, c.oid, a.attnum, p.granted)"
    " AND NOT has_table_privilege(r.role, c.oid, p.granted)"
)
_POLICIES = sa.text(
    "SELECT c.relname || ':' || p.polname FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE c.relrowsecurity"
)
_STRANGE_POLICIES = sa.text(
    "SELECT tablename || ':' || policyname FROM pg_policies WHERE policyname = 'console_office'"
    " AND (qual IS DISTINCT FROM with_check OR qual NOT LIKE '%alo.national%' OR roles <> ARRAY[:console]::name[])"
)


def differences(conn: sa.Connection) -> list[str]:
    """What differs, as a person reads it: "+ alo_console UPDATE outbox", "- policy calls:console_office"; none: []."""
    there = set(conn.scalars(_THERE, {"roles": list(_ROLES)}))
    if there != set(_ROLES):
        return [f"- role {role}" for role in _ROLES if role not in there]
    held = set(_held(conn, _HELD, _RIGHTS)) | set(_held(conn, _HELD_BY_COLUMN, _BY_COLUMN))
    held |= {f"policy {name}" for name in conn.scalars(_POLICIES)}
    wanted = set(_wanted())
    strange = [f"~ policy {name}" for name in conn.scalars(_STRANGE_POLICIES, {"console": CONSOLE})]
    too_much, missing = sorted(held - wanted), sorted(wanted - held)
    return [*(f"+ {line}" for line in too_much), *(f"- {line}" for line in missing), *strange]


def _held(conn: sa.Connection, query: sa.TextClause, rights: Sequence[str]) -> Iterator[str]:
    for row in conn.execute(query, {"roles": list(_ROLES), "rights": list(rights)}).mappings():
        yield f"{row['role']} {row['granted']} {row['name']}"


def _wanted() -> Iterator[str]:
    for role, grants in ((MACHINE, MACHINE_GRANTS), (CONSOLE, CONSOLE_GRANTS)):
        yield f"{role} SELECT alembic_version"
        for table, rights in grants.items():
            narrowed = role == CONSOLE and table in CONSOLE_HIDDEN
            places = [f"{table}.{column}" for column in shown(table)] if narrowed else [table]
            for right in filter(None, rights.split(", ")):
                yield from (f"{role} {right} {place}" for place in places)
    yield f"{ERASER} SELECT alembic_version"
    for table, given in ERASER_GRANTS.items():
        for right in given:
            verb, _, columns = right.rstrip(")").partition(" (")
            places = [f"{table}.{column}" for column in columns.split(", ")] if columns else [table]
            yield from (f"{ERASER} {verb} {place}" for place in places)
    for table in OFFICE_BOUND:
        yield from (f"policy {table}:{policy}" for policy in ("machine_all", "console_office", "eraser_all"))
