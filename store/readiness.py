"""Readiness of the database: the revision of its schema, and whether it takes what a turn writes.

Statements only. It must not know which code fits which schema, nor who asks.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Connection

from store.unit_of_work import Database

_REVISION = sa.text(
    "SELECT version_num, coalesce(obj_description('alembic_version'::regclass, 'pg_class'), '') AS comment"
    " FROM alembic_version"
)
_APPENDED = ("inbound", "interview_events", "outbox", "receipts", "calls", "call_turns")
_CHANGED = (("interviews", "id"), ("outbox", "id"), ("phones", "hash"))
_TRIAL = sa.text(
    "WITH "
    + ", ".join(
        [
            *(f"i{n} AS (INSERT INTO {t} SELECT * FROM {t} WHERE false)" for n, t in enumerate(_APPENDED)),
            *(f"u{n} AS (UPDATE {t} SET {c} = {c} WHERE false)" for n, (t, c) in enumerate(_CHANGED)),
        ]
    )
    + " INSERT INTO unfit (id, loop, item, kept, code, place, tries, first_at, last_at)"
    " VALUES (:id, 'readiness', :item, false, '', '', 0, 'epoch', 'epoch')"
)
"""Every right that a turn needs, asked without touching a row, and one row that is really written: on its way it meets
whatever refuses all writing. Its key is its own, so it waits for nobody."""

_LITTLE_MEMORY = sa.text("SELECT set_config('work_mem', '64kB', true)")
_SPILL = sa.text("SELECT count(*) FROM unnest(array_fill(repeat('x', 8000), ARRAY[64])) AS row")
"""Half a megabyte that does not fit into that memory: the server writes it to a temporary file beside the tables and
drops it. Pages that have room take a row also when the disk is full; this does not fit then. It leaves no WAL."""


@dataclass(frozen=True, slots=True)
class Revision:
    """Where a schema stands ("": before the first migration), and the comment that says which code it is fit for."""

    number: str
    comment: str


def revision(conn: Connection) -> Revision:
    """The schema's revision. Raises ProgrammingError where no migration ever ran."""
    found = conn.execute(_REVISION).first()
    return Revision("", "") if found is None else Revision(str(found.version_num), str(found.comment))


def try_write(database: Database, row_id: UUID) -> None:
    """Write one row and take it back, and half a megabyte beside the tables. Raises sqlalchemy.exc.DBAPIError when the
    database does not take it."""
    with database.taken_back() as whole, whole.transaction() as conn:
        conn.execute(_TRIAL, {"id": row_id, "item": str(row_id)})
        conn.execute(_LITTLE_MEMORY)
        conn.execute(_SPILL)


@dataclass(frozen=True, slots=True)
class Connections:
    """How many clients the server has now, ours and others', and how many it takes at most."""

    open: int
    most: int


_CONNECTIONS = sa.text(
    "SELECT (SELECT count(*) FROM pg_stat_activity WHERE datname IS NOT NULL OR backend_type = 'client backend') AS n,"
    " current_setting('max_connections')::int AS most"
)


def connections(conn: Connection) -> Connections:
    """The server's connections."""
    found = conn.execute(_CONNECTIONS).one()
    return Connections(found.n, found.most)
