"""The work list of staff: one open row per cause, whatever how often the cause repeats."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection
from sqlalchemy.dialects.postgresql import insert

from store.tables.campaigns import tasks


def open_once(
    conn: Connection,
    *,
    task_id: UUID,
    kind: str,
    digest: bytes,
    detail: bytes | None,
    at: datetime,
    office_id: UUID | None = None,
    interview_id: UUID | None = None,
) -> bool:
    """Open a task unless one with this `digest` (of its cause) is there; `detail` is sealed. True when it is new."""
    row: dict[str, Any] = {
        "id": task_id,
        "office_id": office_id,
        "interview_id": interview_id,
        "kind": kind,
        "state": "open",
        "digest": digest,
        "detail": detail,
        "claimed_by": "",
        "created_at": at,
        "done_at": None,
    }
    statement = insert(tasks).values(row).on_conflict_do_nothing(index_elements=[tasks.c.digest])
    return conn.execute(statement.returning(tasks.c.id)).first() is not None
