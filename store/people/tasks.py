"""The work list of staff: one open row per cause, whatever how often the cause repeats."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, func, select, update
from sqlalchemy.dialects.postgresql import insert

from contact.tasks import TaskKind, TaskState
from store import rows
from store.people.officers import looks_after
from store.tables.campaigns import tasks
from store.tables.interviews import interviews
from store.tables.registry import offices, organisations


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task as it is taken and done."""

    id: UUID
    office_id: UUID | None
    state: TaskState


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task of the work list, with its organisation and office where they are known."""

    id: UUID
    kind: TaskKind
    state: TaskState
    digest: bytes
    """Of its cause."""
    detail: bytes | None
    """Sealed: a number or a code."""
    claimed_by: str
    created_at: datetime
    done_at: datetime | None
    wanted_at: datetime | None
    """When the person wants to be rung, or by when a request is to be answered."""
    name: str | None
    registry_code: str | None
    office_code: str | None


def open_once(
    conn: Connection,
    *,
    task_id: UUID,
    kind: TaskKind,
    digest: bytes,
    detail: bytes | None,
    at: datetime,
    office_id: UUID | None = None,
    interview_id: UUID | None = None,
    wanted_at: datetime | None = None,
    again: bool = False,
) -> bool:
    """Open a task unless one with this `digest` (of its cause) is there; `detail` is sealed. True when it is new.

    One that is there takes over `wanted_at`, if any; `again`: one that is done is opened again.
    """
    row: dict[str, Any] = {
        "id": task_id,
        "office_id": office_id,
        "interview_id": interview_id,
        "kind": kind,
        "state": TaskState.OPEN,
        "digest": digest,
        "detail": detail,
        "claimed_by": "",
        "created_at": at,
        "done_at": None,
        "wanted_at": wanted_at,
    }
    statement, by = insert(tasks).values(row), [tasks.c.digest]
    if wanted_at is not None:
        statement = statement.on_conflict_do_update(index_elements=by, set_={"wanted_at": wanted_at})
    elif again:
        fresh = {name: row[name] for name in ("state", "claimed_by", "done_at", "wanted_at")}
        statement = statement.on_conflict_do_update(
            index_elements=by, set_=fresh, where=tasks.c.state == TaskState.DONE
        )
    else:
        statement = statement.on_conflict_do_nothing(index_elements=by)
    return bool(conn.scalar(statement.returning(tasks.c.id)) == task_id)


def settle(conn: Connection, digest: bytes, by: str, at: datetime) -> None:
    """The task of this cause is done without anybody's doing, unless somebody has taken it."""
    done = {"state": TaskState.DONE, "claimed_by": by, "done_at": at}
    conn.execute(update(tasks).where(tasks.c.digest == digest, tasks.c.state == TaskState.OPEN).values(done))


def open_many(conn: Connection, opened: Sequence[Mapping[str, Any]], at: datetime) -> None:
    """Open tasks without a detail (id, kind, digest, office_id, interview_id each), but those whose cause has one."""
    if opened:
        common = {"state": TaskState.OPEN, "detail": None, "claimed_by": "", "created_at": at, "done_at": None}
        statement = insert(tasks).on_conflict_do_nothing(index_elements=[tasks.c.digest])
        conn.execute(statement, [{**common, **row} for row in opened])


def untaken(conn: Connection) -> dict[str, int]:
    """How many tasks nobody has taken yet, by kind."""
    query = select(tasks.c.kind, func.count().label("n")).where(tasks.c.state == TaskState.OPEN).group_by(tasks.c.kind)
    return {row.kind: row.n for row in conn.execute(query)}


def in_states(
    conn: Connection,
    states: Sequence[TaskState],
    limit: int,
    office_code: str | None = None,
    officer: str | None = None,
    kind: str | None = None,
) -> Sequence[TaskLine]:
    """Tasks in these states, oldest first, with the organisation and the office where they are known.

    Those who wait for us come before ended ladders, which are many. `office_code`: only that office's;
    `officer`: only of the communes of the person with this address; `kind`: only tasks of it.
    """
    own = (tasks.c[name] for name in rows.field_names(TaskLine) if name in tasks.c)
    query = (
        select(*own, organisations.c.name, organisations.c.registry_code, offices.c.code.label("office_code"))
        .outerjoin(interviews, interviews.c.id == tasks.c.interview_id)
        .outerjoin(organisations, organisations.c.id == interviews.c.organisation_id)
        .outerjoin(offices, offices.c.id == tasks.c.office_id)
        .where(tasks.c.state.in_(states))
        .order_by(tasks.c.kind == TaskKind.LADDER_ENDED, tasks.c.created_at, tasks.c.id)
        .limit(limit)
    )
    if office_code is not None:
        query = query.where(offices.c.code == office_code)
    if officer is not None:
        query = query.where(looks_after(interviews.c.office_id, interviews.c.commune, [officer]))
    if kind is not None:
        query = query.where(tasks.c.kind == kind)
    return rows.fetch(conn, query, TaskLine)


def by_id(conn: Connection, task_id: UUID) -> TaskRow | None:
    """The task with this id, or None."""
    return rows.first(conn, select(tasks.c.id, tasks.c.office_id, tasks.c.state).where(tasks.c.id == task_id), TaskRow)


def move(conn: Connection, task_id: UUID, come_from: Sequence[TaskState], to: TaskState, **columns: Any) -> bool:
    """Change state if it is one of `come_from`, so that two members of staff cannot both take a task."""
    change = update(tasks).where(tasks.c.id == task_id, tasks.c.state.in_(come_from)).values(state=to, **columns)
    return conn.scalar(change.returning(tasks.c.id)) is not None


def by_kind(conn: Connection, states: Sequence[TaskState]) -> dict[str, int]:
    """Kind → tasks in these states; those who wait for us come before ended ladders."""
    query = select(tasks.c.kind, func.count().label("n")).where(tasks.c.state.in_(states)).group_by(tasks.c.kind)
    return {
        row.kind: row.n for row in conn.execute(query.order_by(tasks.c.kind == TaskKind.LADDER_ENDED, tasks.c.kind))
    }


def overdue(conn: Connection, kinds: Sequence[str], now: datetime) -> dict[str, int]:
    """Kind → tasks of it that are not done and were wanted before `now`."""
    late = (tasks.c.kind.in_(kinds), tasks.c.state != TaskState.DONE, tasks.c.wanted_at < now)
    found = conn.execute(select(tasks.c.kind, func.count().label("n")).where(*late).group_by(tasks.c.kind))
    return {row.kind: row.n for row in found}


def waiting(conn: Connection) -> int:
    """How many tasks are not done."""
    return conn.scalar(select(func.count()).select_from(tasks).where(tasks.c.state != TaskState.DONE)) or 0
