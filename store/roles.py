"""What each database role may do, as data: grants by table and column, and row-level security by office.

Applied after every migration, so that this file is the whole truth. It must not know who connects as which role.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import sqlalchemy as sa

from store.tables import metadata

OWNER = "alo_owner"
MACHINE = "alo_machine"
CONSOLE = "alo_console"

_READ = "SELECT"
_APPEND = "SELECT, INSERT"
_WRITE = "SELECT, INSERT, UPDATE"
_REPLACE = "SELECT, INSERT, UPDATE, DELETE"

MACHINE_GRANTS: Mapping[str, str] = {
    "answers": _REPLACE,  # a projection: answers that branching took away leave it
    "audit": _APPEND,
    "call_turns": _WRITE,
    "calls": _WRITE,
    "campaign_interviews": _REPLACE,  # deleted only when nobody was contacted: `store.frame_exits`
    "campaigns": _WRITE,
    "consent": _APPEND,
    "imports": _WRITE,
    "inbound": _WRITE,
    "interview_events": _APPEND,
    "interviews": _REPLACE,  # deleted only when nobody was contacted: `store.frame_exits`
    "invitations": _WRITE,
    "officer_communes": _REPLACE,
    "offices": _WRITE,
    "organisation_phones": _REPLACE,
    "organisations": _REPLACE,  # deleted only when nobody was contacted: `store.frame_exits`
    "outbox": _WRITE,
    "phones": _WRITE,
    "prompted": _REPLACE,
    "questionnaires": _WRITE,
    "receipts": _APPEND,
    "recordings": _WRITE,
    "round_offices": _WRITE,
    "round_questionnaires": _REPLACE,
    "rounds": _WRITE,
    "senders": _WRITE,
    "staff": _WRITE,
    "tallies": _WRITE,
    "tasks": _WRITE,
    "unfit": _REPLACE,  # put back: taken out, and tried again
}
"""Webhooks, workers and the command line. Append-only: events, consent, audit, receipts."""

CONSOLE_GRANTS: Mapping[str, str] = {
    "answers": "",
    "audit": _APPEND,
    "call_turns": "",
    "calls": _READ,
    "campaign_interviews": _WRITE,
    "campaigns": _WRITE,
    "consent": _READ,
    "imports": _WRITE,
    "inbound": _READ,
    "interview_events": "",
    "interviews": _READ,
    "invitations": _WRITE,
    "officer_communes": _READ,
    "offices": _READ,
    "organisation_phones": _REPLACE,
    "organisations": _WRITE,
    "outbox": f"{_READ}, UPDATE",
    "phones": _APPEND,  # new numbers of a list; what became of consent is the machine's to write
    "prompted": "",
    "questionnaires": _READ,
    "receipts": "",
    "recordings": _READ,
    "round_offices": _READ,
    "round_questionnaires": _READ,
    "rounds": _READ,
    "senders": _READ,
    "staff": _WRITE,
    "tallies": _READ,
    "tasks": _WRITE,
    "unfit": _READ,
}
"""Staff pages. Nobody in an office reads what an organisation answered, wrote or said."""

CONSOLE_HIDDEN: Mapping[str, frozenset[str]] = {
    "consent": frozenset({"evidence"}),
    "inbound": frozenset({"number", "body", "reply"}),
    "interviews": frozenset({"state"}),
    "outbox": frozenset({"body"}),
    "phones": frozenset({"number"}),  # sealed, but shared by all offices: no page shows one, so none may read one
    "unfit": frozenset({"raw"}),
}
"""Columns the console may neither read nor change in tables it may read; new rows it writes whole."""

_NATIONAL = "(SELECT current_setting('alo.national', true)) = 'yes'"
_OWN = "office_id = (SELECT NULLIF(current_setting('alo.office', true), '')::uuid)"

OFFICE_BOUND: Mapping[str, str] = {
    "audit": _OWN,
    "calls": "interview_id IN (SELECT id FROM interviews)",
    "campaign_interviews": "campaign_id IN (SELECT id FROM campaigns)",
    "campaigns": _OWN,
    "consent": "interview_id IN (SELECT id FROM interviews)",
    "imports": _OWN,
    "inbound": "interview_id IN (SELECT id FROM interviews)",
    "interviews": _OWN,
    "officer_communes": _OWN,
    "organisation_phones": "organisation_id IN (SELECT id FROM organisations)",
    "organisations": _OWN,
    "outbox": _OWN,
    "round_offices": _OWN,
    "staff": _OWN,
    "tasks": _OWN,
}
"""Which rows an office sees; the national alliance sees all. A sub-select goes through the policy of its own table.

Without a scope set for the transaction nothing is seen. Signing in looks staff up in national scope.
"""

SHARED = frozenset(
    {
        *("invitations", "offices", "phones", "questionnaires", "recordings", "round_questionnaires", "rounds"),
        *("senders", "tallies", "unfit"),
    }
)
"""Tables that belong to no office: a phone may serve two organisations, and numbers in it are sealed."""


def statements() -> Iterator[str]:
    """The SQL that brings any state of grants and policies to what stands above."""
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC, {MACHINE}, {CONSOLE}"
    yield f"GRANT USAGE ON SCHEMA public TO {MACHINE}, {CONSOLE}"
    yield f"GRANT SELECT ON alembic_version TO {MACHINE}, {CONSOLE}"
    for table, rights in MACHINE_GRANTS.items():
        yield f"GRANT {rights} ON {table} TO {MACHINE}"
    for table, rights in CONSOLE_GRANTS.items():
        if rights:
            yield f"GRANT {_narrowed(table, rights)} ON {table} TO {CONSOLE}"
    for table, rule in OFFICE_BOUND.items():
        yield from _policies(table, rule)


def apply(conn: sa.Connection) -> None:
    """Bring grants and policies up to date, as the owner, in the migration's own transaction."""
    for statement in statements():
        conn.exec_driver_sql(statement)


def _narrowed(table: str, rights: str) -> str:
    """`rights` without the hidden columns: SELECT and UPDATE by column, INSERT whole."""
    hidden = CONSOLE_HIDDEN.get(table)
    if not hidden:
        return rights
    columns = ", ".join(column.name for column in metadata.tables[table].columns if column.name not in hidden)
    return ", ".join(right if right == "INSERT" else f"{right} ({columns})" for right in rights.split(", "))


def _policies(table: str, rule: str) -> Iterator[str]:
    seen = f"{_NATIONAL} OR {rule}"
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    yield f"DROP POLICY IF EXISTS machine_all ON {table}"
    yield f"CREATE POLICY machine_all ON {table} TO {MACHINE} USING (true) WITH CHECK (true)"
    yield f"DROP POLICY IF EXISTS console_office ON {table}"
    yield f"CREATE POLICY console_office ON {table} TO {CONSOLE} USING ({seen}) WITH CHECK ({seen})"
