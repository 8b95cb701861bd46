"""Tasks for staff: one per cause, with what they need to know sealed in it."""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from contact.tasks import TaskKind
from services.work import Work
from store.people import tasks as rows


def digest(cause: str) -> bytes:
    """What makes a task of one cause the same task."""
    return hashlib.sha256(cause.encode()).digest()


def open_task(
    work: Work,
    conn: Connection,
    *,
    kind: TaskKind,
    cause: str,
    detail: str = "",
    office_id: UUID | None = None,
    interview_id: UUID | None = None,
    wanted_at: datetime | None = None,
    again: bool = False,
) -> bool:
    """Open a task unless this `cause` has one; True when it is new.

    `wanted_at`: when the person wants to be rung; `again`: a task that is done is opened again.
    """
    return rows.open_once(
        conn,
        task_id=work.ids.new(),
        kind=kind,
        digest=digest(cause),
        detail=work.vault.seal(detail, "tasks.detail", digest(cause)) if detail else None,
        at=work.clock.now(),
        office_id=office_id,
        interview_id=interview_id,
        wanted_at=wanted_at,
        again=again,
    )


def settle(work: Work, conn: Connection, cause: str, by: str) -> None:
    """What the task of this `cause` was for has come about by itself; `by`: the actor that is shown."""
    rows.settle(conn, digest(cause), by, work.clock.now())
