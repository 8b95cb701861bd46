"""The work list of staff: what waits for a person, taken by one and done. Opening tasks is `services.tasks`.

It must not know what a task's cause was; its sealed detail is a phone number or a code, never an answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from characters import codes
from contact.tasks import TaskKind, TaskState
from services import lookups
from services.privacy import person_requests
from services.refusal import Refusal
from services.work import Work
from store import audit
from store.people import staff
from store.people import tasks as rows
from store.people.tasks import TaskLine

STATES = tuple(TaskState)
WAITING = (TaskState.OPEN, TaskState.CLAIMED)
MOST = 500
"""Tasks listed at once."""


@dataclass(frozen=True, slots=True)
class Task:
    """One line of the work list. `organisation` and `office_code` are "" where none is known."""

    id: UUID
    kind: TaskKind
    state: TaskState
    organisation: str
    registry_code: str
    office_code: str
    detail: str
    """The number that called or wrote, or the carrier's code for a wrong number; never an answer."""
    claimed_by: str
    """Actor: "staff:<id>" or "cli:<os user>"; "" while open."""
    created_at: datetime
    done_at: datetime | None
    wanted_at: datetime | None = None
    """When the person wants to be rung, or by when a request is to be answered; None: as soon as may be."""
    overdue: bool = False
    """A person's request whose day has passed."""


def list_tasks(
    work: Work,
    *,
    done: bool = False,
    limit: int = MOST,
    office_code: str | None = None,
    officer: str | None = None,
    kind: str | None = None,
) -> list[Task]:
    """What waits, oldest first; with `done` also what is done, of one office, officer's communes or kind if named.

    As far as the database role and scope may see. Raises Refusal for an unknown office or officer.
    """
    states = STATES if done else WAITING
    now = work.clock.now()
    with work.database.transaction() as conn:
        office_code = lookups.office(conn, office_code).code if office_code is not None else None
        officer = codes.email(officer) if officer is not None else None
        if officer is not None and staff.by_email(conn, officer) is None:
            raise Refusal("staff.unknown", email=officer)
        found = rows.in_states(conn, states, limit, office_code, officer, kind)
    return [
        Task(
            id=row.id,
            kind=row.kind,
            state=row.state,
            organisation=row.name or "",
            registry_code=row.registry_code or "",
            office_code=row.office_code or "",
            detail=work.vault.open(row.detail, "tasks.detail", row.digest) if row.detail else "",
            claimed_by=row.claimed_by,
            created_at=row.created_at,
            done_at=row.done_at,
            wanted_at=row.wanted_at,
            overdue=_overdue(row, now),
        )
        for row in found
    ]


def _overdue(row: TaskLine, now: datetime) -> bool:
    late = row.wanted_at is not None and row.wanted_at < now
    return late and row.state != TaskState.DONE and row.kind in person_requests.DUE


def counts(work: Work, *, done: bool = False) -> dict[str, int]:
    """Kind → how many wait, with `done` also what is done, as far as the database role and scope may see."""
    with work.database.transaction() as conn:
        return rows.by_kind(conn, STATES if done else WAITING)


def claim(work: Work, task_id: UUID, actor: str) -> None:
    """Take an open task. Raises Refusal: unknown, or somebody has it already."""
    _move(work, task_id, actor, [TaskState.OPEN], TaskState.CLAIMED, "task.claimed")


def complete(work: Work, task_id: UUID, actor: str) -> None:
    """Close a task, whoever had claimed it. Raises Refusal: unknown, or done already."""
    _move(work, task_id, actor, WAITING, TaskState.DONE, "task.done")


def _move(work: Work, task_id: UUID, actor: str, come_from: Sequence[TaskState], to: TaskState, action: str) -> None:
    now = work.clock.now()
    ended = now if to == TaskState.DONE else None
    with work.database.transaction() as conn:
        task = rows.by_id(conn, task_id)
        if task is None:
            raise Refusal("task.unknown", task=str(task_id))
        if not rows.move(conn, task_id, come_from, to, claimed_by=actor, done_at=ended):
            raise Refusal("task.done_already" if task.state == TaskState.DONE else "task.taken")
        audit.append(conn, at=now, actor=actor, action=action, subject=str(task_id), office_id=task.office_id)
