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
ERASER = "alo_eraser"

_READ = "SELECT"
_APPEND = "SELECT, INSERT"
_WRITE = "SELECT, INSERT, UPDATE"
_REPLACE = "SELECT, INSERT, UPDATE, DELETE"

MACHINE_GRANTS: Mapping[str, str] = {
    "answers": _REPLACE,  # a projection: answers that branching took away leave it
    "audit": _APPEND,
    "audit_chain": _READ,  # written by the trigger alone
    "call_turns": _WRITE,
    "calls": _WRITE,
    "campaign_interviews": _REPLACE,  # deleted only when nobody was contacted: `store.registry.deactivated`
    "campaigns": _WRITE,
    "carrier_erasures": "SELECT, UPDATE, DELETE",  # what the carrier has deleted is forgotten here too
    "consent": _APPEND,
    "erasures": "SELECT, UPDATE",  # lifted, when the person wants to be contacted again
    "imports": _WRITE,
    "inbound": _WRITE,
    "interview_events": _APPEND,
    "interviews": _REPLACE,  # deleted only when nobody was contacted: `store.registry.deactivated`
    "invitations": _WRITE,
    "key_fingerprints": _APPEND,
    "officer_communes": _REPLACE,
    "offices": _WRITE,
    "organisation_phones": _REPLACE,
    "organisations": _REPLACE,  # deleted only when nobody was contacted: `store.registry.deactivated`
    "outbox": _WRITE,
    "phone_abilities": _WRITE,
    "phone_readings": _WRITE,
    "phones": _WRITE,
    "prompted": _REPLACE,
    "questionnaires": _WRITE,
    "receipts": _APPEND,
    "recordings": _WRITE,
    "recovery_codes": _REPLACE,
    "round_offices": _WRITE,
    "round_questionnaires": _REPLACE,
    "rounds": _WRITE,
    "senders": _WRITE,
    "second_factors": _REPLACE,
    "staff": _WRITE,
    "staff_sessions": _REPLACE,  # a month after they ended they are taken out
    "tallies": _WRITE,
    "tasks": _WRITE,
    "unfit": _REPLACE,  # put back: taken out, and tried again
}
"""Webhooks, workers and the command line. Append-only: events, consent, audit, receipts."""

CONSOLE_UNSEEN = frozenset(
    {
        *("answers", "audit_chain", "call_turns", "carrier_erasures", "erasures", "interview_events", "prompted"),
        *("receipts", "recovery_codes", "second_factors", "staff_sessions"),
    }
)
"""Tables the console may not read: nobody in an office reads what an organisation answered, wrote or said, who wanted
to be forgotten, nor where a colleague is signed in."""

CONSOLE_GRANTS: Mapping[str, str] = {
    table: "" if table in CONSOLE_UNSEEN else _APPEND if table == "audit" else _READ for table in MACHINE_GRANTS
}
"""Staff pages read; the one thing they write is that somebody took a file. Commands run as the machine, on what the
console's role has found."""

CONSOLE_HIDDEN: Mapping[str, frozenset[str]] = {
    "consent": frozenset({"evidence"}),
    "inbound": frozenset({"number", "body", "reply"}),
    "interviews": frozenset({"state"}),
    "outbox": frozenset({"body"}),
    "phones": frozenset({"number"}),  # sealed, but shared by all offices: no page shows one, so none may read one
    "staff": frozenset({"password", "fs_uniquifier"}),  # signing in asks `alo_sign_in` for one person's
    "unfit": frozenset({"raw"}),
}
"""Columns the console may not read in tables it may read."""

ERASER_GRANTS: Mapping[str, tuple[str, ...]] = {
    "answers": (_READ, "UPDATE (value, at)"),
    "audit": (_READ, "INSERT", "UPDATE (detail, salt)"),  # lines past their time go by `alo_audit_cut`
    "audit_chain": (_READ,),
    "call_turns": (_READ, "DELETE"),
    "calls": (_READ, "UPDATE (interview_id)"),
    "campaign_interviews": (_READ, "DELETE"),
    "campaigns": (_READ, "UPDATE (title, holds)"),
    "carrier_erasures": (_READ, "INSERT"),
    "consent": (_READ, "UPDATE (evidence, interview_id)"),
    "erasures": (_READ, "INSERT", "UPDATE (erased_at, lifted_at)"),
    "imports": (_READ, "UPDATE (report)"),
    "inbound": (_READ, "UPDATE (number, body, reply, answered_as, interview_id)"),
    "interview_events": (_READ, "UPDATE (input, effects, source_id, at)"),
    "interviews": (
        _READ,
        "UPDATE (state, organisation_id, code, commune, begun_at, ended_at, online_at, appointment_at)",
    ),
    "officer_communes": (_READ,),
    "offices": (_READ,),
    "organisation_phones": (_READ, "DELETE"),
    "organisations": (_READ, "UPDATE (leader, email, position, digest)"),
    "outbox": (_READ, "UPDATE (body, interview_id)"),
    "phone_abilities": (_READ, "DELETE"),
    "phone_readings": (_READ, "DELETE"),
    "phones": (_READ, "UPDATE (number, flags)"),
    "prompted": (_READ, "DELETE"),
    "questionnaires": (_READ,),
    "receipts": (_READ, "UPDATE (detail)"),
    "round_offices": (_READ,),
    "rounds": (_READ, "UPDATE (title)"),
    "senders": (_READ, "UPDATE (paused_reason)"),
    "staff": ("SELECT (id, phone)", "UPDATE (phone)"),
    "tasks": (_READ, "UPDATE (state, detail, claimed_by, done_at, interview_id)"),
    "unfit": (_READ, "DELETE"),
}
"""The only role that may take away what was said, also where everybody else may only append: used by the command
line and housekeeping, and by nothing that a carrier or a member of staff can reach."""

MAY_CALL: Mapping[str, frozenset[str]] = {
    MACHINE: frozenset({"alo_sign_in"}),
    CONSOLE: frozenset({"alo_sign_in"}),
    ERASER: frozenset({"alo_audit_cut"}),
}
"""Functions that work with the owner's rights."""

TRIGGERS = frozenset({"audit:chained", "audit:console_own_name"})
"""What a table does by itself, whoever writes it."""

_NATIONAL = "(SELECT current_setting('alo.national', true)) = 'yes'"
_OWN = "office_id = (SELECT NULLIF(current_setting('alo.office', true), '')::uuid)"

_SIGN_IN = f"""
DROP FUNCTION IF EXISTS alo_sign_in(TEXT, TEXT);
CREATE OR REPLACE FUNCTION alo_sign_in(address TEXT)
RETURNS TABLE (staff_id UUID, password TEXT)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
    SELECT s.id, s.password FROM public.staff s WHERE s.email = address
$$;
REVOKE ALL ON FUNCTION alo_sign_in(TEXT) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION alo_sign_in(TEXT) TO {MACHINE}, {CONSOLE};
"""
"""The password hash of the one person whose address is known already; a list of them is not to be had."""

_OWN_NAME = f"""
CREATE OR REPLACE FUNCTION alo_audit_own_name() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF NEW.actor IS DISTINCT FROM 'staff:' || NULLIF(current_setting('alo.member', true), '') THEN
        RAISE EXCEPTION 'the console writes as the member it acts for' USING ERRCODE = '42501';
    END IF;
    RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS console_own_name ON audit;
CREATE TRIGGER console_own_name BEFORE INSERT ON audit
    FOR EACH ROW WHEN (current_user = '{CONSOLE}') EXECUTE FUNCTION alo_audit_own_name();
"""
"""A page that could be made to write anything still writes under the name of who is signed in."""

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
    "phone_readings": _OWN,
    "round_offices": _OWN,
    "staff": _OWN,
    "tasks": _OWN,
}
"""Which rows an office sees; the national alliance sees all. A sub-select goes through the policy of its own table.

Without a scope set for the transaction nothing is seen. Signing in looks staff up in national scope.
"""

SHARED = frozenset(
    {
        *("invitations", "key_fingerprints", "offices", "phone_abilities", "phones", "questionnaires"),
        *("recordings", "round_questionnaires", "rounds", "senders", "tallies", "unfit"),
    }
)
"""Tables that belong to no office: a phone may serve two organisations, and numbers in it are sealed."""


def rule_of(policy: str, table: str) -> tuple[str, str]:
    """Whom one of our policies is for, and which rows it lets them see and write."""
    seen = f"{_NATIONAL} OR {OFFICE_BOUND[table]}"
    return {"machine_all": (MACHINE, "true"), "console_office": (CONSOLE, seen), "eraser_all": (ERASER, "true")}[policy]


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
    for table in OFFICE_BOUND:
        yield from _policies(table)
    # a function that is put back from a dump is everybody's again
    yield f"REVOKE ALL ON FUNCTION alo_audit_cut(TIMESTAMPTZ, INTEGER) FROM PUBLIC, {MACHINE}, {CONSOLE}"
    yield _SIGN_IN
    yield _OWN_NAME
    for statement in _of_eraser():
        yield _where_there(ERASER, statement)


def _of_eraser() -> Iterator[str]:
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {ERASER}"
    yield f"GRANT USAGE ON SCHEMA public TO {ERASER}"
    yield f"GRANT SELECT ON alembic_version TO {ERASER}"
    for table, rights in ERASER_GRANTS.items():
        yield f"GRANT {', '.join(rights)} ON {table} TO {ERASER}"
    yield f"GRANT EXECUTE ON FUNCTION alo_audit_cut(TIMESTAMPTZ, INTEGER) TO {ERASER}"
    for table in OFFICE_BOUND:
        yield f"DROP POLICY IF EXISTS eraser_all ON {table}"
        yield f"CREATE POLICY eraser_all ON {table} TO {ERASER} USING (true) WITH CHECK (true)"


def _where_there(role: str, statement: str) -> str:
    """`statement`, carried out only where the role exists: a server made before it gets it from its administrator."""
    quoted = statement.replace("'", "''")
    there = f"EXISTS (SELECT 1 FROM pg_roles WHERE rolname = '{role}')"
    return f"DO $$ BEGIN IF {there} THEN EXECUTE '{quoted}'; END IF; END $$"


def apply(conn: sa.Connection) -> None:
    """Bring grants and policies up to date, as the owner, in the migration's own transaction."""
    for statement in statements():
        conn.exec_driver_sql(statement)


def _narrowed(table: str, rights: str) -> str:
    """`rights` without the hidden columns: SELECT by column."""
    if table not in CONSOLE_HIDDEN:
        return rights
    return f"SELECT ({', '.join(shown(table))})"


def shown(table: str) -> list[str]:
    """The columns of a table that the console may read."""
    hidden = CONSOLE_HIDDEN.get(table, frozenset())
    return [column.name for column in metadata.tables[table].columns if column.name not in hidden]


def _policies(table: str) -> Iterator[str]:
    _, seen = rule_of("console_office", table)
    yield f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY"
    yield f"DROP POLICY IF EXISTS machine_all ON {table}"
    yield f"CREATE POLICY machine_all ON {table} TO {MACHINE} USING (true) WITH CHECK (true)"
    yield f"DROP POLICY IF EXISTS console_office ON {table}"
    yield f"CREATE POLICY console_office ON {table} TO {CONSOLE} USING ({seen}) WITH CHECK ({seen})"
