"""What the database really grants our roles, held against `store.roles`: tables, columns, policies, functions,
memberships and the triggers that guard."""

from __future__ import annotations

import re
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
    MAY_CALL,
    OFFICE_BOUND,
    TRIGGERS,
    rule_of,
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
    " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'v', 'm', 'p', 'f', 'S')"
    " AND has_table_privilege(r.role, c.oid, p.granted)"
)
_HELD_BY_COLUMN = sa.text(
    "SELECT r.role, c.relname || '.' || a.attname AS name, p.granted FROM unnest(CAST(:roles AS text[])) AS r(role)"
    " CROSS JOIN unnest(CAST(:rights AS text[])) AS p(granted) CROSS JOIN pg_class c"
    " JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"
    " WHERE n.nspname = 'public' AND c.relkind IN ('r', 'v', 'm', 'p', 'f') AND NOT a.attisdropped"
    " AND has_column_privilege(r.role, c.oid, a.attnum, p.granted)"
    " AND NOT has_table_privilege(r.role, c.oid, p.granted)"
)
_POLICIES = sa.text(
    "SELECT c.relname || ':' || p.polname FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid WHERE c.relrowsecurity"
)
_RULES = sa.text(
    "SELECT tablename AS name, policyname AS policy, permissive, cmd, roles::text[] AS roles, qual, with_check"
    " FROM pg_policies WHERE schemaname = 'public'"
)
_CALLABLE = sa.text(
    "SELECT r.role || ' EXECUTE ' || p.proname FROM unnest(CAST(:roles AS text[])) AS r(role) CROSS JOIN pg_proc p"
    " WHERE p.pronamespace = 'public'::regnamespace AND p.prosecdef AND p.prorettype <> 'trigger'::regtype"
    " AND has_function_privilege(r.role, p.oid, 'EXECUTE')"
)
_STANDING = sa.text(
    "SELECT m.member::regrole || ' member of ' || m.roleid::regrole FROM pg_auth_members m"
    " JOIN pg_roles r ON r.oid = m.member WHERE r.rolname = ANY(CAST(:roles AS text[]))"
    " UNION ALL SELECT r.role || ' CREATE in schema' FROM unnest(CAST(:roles AS text[])) AS r(role)"
    " WHERE has_schema_privilege(r.role, 'public', 'CREATE')"
    " UNION ALL SELECT r.rolname || ' ' || a.name FROM pg_roles r CROSS JOIN LATERAL (VALUES ('SUPERUSER', r.rolsuper),"
    " ('CREATEROLE', r.rolcreaterole), ('BYPASSRLS', r.rolbypassrls), ('REPLICATION', r.rolreplication))"
    " AS a(name, given) WHERE a.given AND r.rolname = ANY(CAST(:roles AS text[]))"
)
_TRIGGERS = sa.text(
    "SELECT c.relname || ':' || t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid"
    " WHERE NOT t.tgisinternal AND t.tgenabled IN ('O', 'A') AND c.relnamespace = 'public'::regnamespace"
)
_AS_WRITTEN = re.compile(r"::text|as \"?(?:current_setting|nullif)\"?|[a-z_]+\.(?=id\b)|[\s()]")
"""What the server adds to a rule when it tells it."""


def differences(conn: sa.Connection) -> list[str]:
    """What differs, as a person reads it: "+ alo_console UPDATE outbox", "- policy calls:console_office"; none: []."""
    there = set(conn.scalars(_THERE, {"roles": list(_ROLES)}))
    if there != set(_ROLES):
        return [f"- role {role}" for role in _ROLES if role not in there]
    held = set(_held(conn, _HELD, _RIGHTS)) | set(_held(conn, _HELD_BY_COLUMN, _BY_COLUMN))
    held |= {f"policy {name}" for name in conn.scalars(_POLICIES)}
    held |= {f"trigger {name}" for name in conn.scalars(_TRIGGERS)}
    for query in (_CALLABLE, _STANDING):
        held |= set(conn.scalars(query, {"roles": list(_ROLES)}))
    wanted = set(_wanted())
    strange = sorted(f"~ policy {name}" for name in _strange_policies(conn))
    too_much, missing = sorted(held - wanted), sorted(wanted - held)
    return [*(f"+ {line}" for line in too_much), *(f"- {line}" for line in missing), *strange]


def _held(conn: sa.Connection, query: sa.TextClause, rights: Sequence[str]) -> Iterator[str]:
    for row in conn.execute(query, {"roles": list(_ROLES), "rights": list(rights)}).mappings():
        yield f"{row['role']} {row['granted']} {row['name']}"


def _strange_policies(conn: sa.Connection) -> Iterator[str]:
    """Policies by our names that are for others, or let them at other rows."""
    for row in conn.execute(_RULES).mappings():
        name = f"{row['name']}:{row['policy']}"
        if f"policy {name}" not in set(_policies()):
            continue  # one too many: told as such
        role, rule = rule_of(row["policy"], row["name"])
        told = {_plain(str(text)) for text in (row["qual"], row["with_check"])}
        if (row["permissive"], row["cmd"], row["roles"], told) != ("PERMISSIVE", "ALL", [role], {_plain(rule)}):
            yield name


def _plain(rule: str) -> str:
    return _AS_WRITTEN.sub("", rule.lower())


def _policies() -> Iterator[str]:
    for table in OFFICE_BOUND:
        yield from (f"policy {table}:{policy}" for policy in ("machine_all", "console_office", "eraser_all"))


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
    yield from _policies()
    yield from (f"trigger {name}" for name in TRIGGERS)
    for role, functions in MAY_CALL.items():
        yield from (f"{role} EXECUTE {function}" for function in functions)
