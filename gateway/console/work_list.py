"""Pages of the staff's work list: tasks listed, claimed and closed."""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from flask import Blueprint, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue

from gateway.console.context import machine_work, member, render_page, run_command, say, scoped_work
from services.staff import area_officers as officers
from services.staff import work_list
from services.work import Work
from store.people import staff, tasks

routes = Blueprint("work", __name__, url_prefix="/tasks")


@routes.get("", endpoint="listed")
def list_tasks() -> ResponseReturnValue:
    """What waits, with ?done also what is done, with ?kind one kind only; and whom to ask where."""
    work, with_closed, kind = scoped_work(), "done" in request.args, request.args.get("kind") or None
    with work.database.transaction() as conn:
        names = staff.names(conn)
    counts = work_list.counts(work, done=with_closed)
    if kind not in (None, *counts):
        kind = None  # nothing of it is left
    found = work_list.list_tasks(work, done=with_closed, kind=kind)
    more = {"kind": kind, "counts": counts, "most": work_list.MOST, "officers": officers.list_officers(work)}
    return render_page("tasks.html", 200, tasks=found, names=names, done=with_closed, **more)


@routes.post("/<uuid:task_id>/claim")
def claim(task_id: UUID) -> ResponseReturnValue:
    """Take a task."""
    return _run_task_command(work_list.claim, task_id, say("task.now.claimed"))


@routes.post("/<uuid:task_id>/done", endpoint="done")
def close_task(task_id: UUID) -> ResponseReturnValue:
    """Close a task."""
    return _run_task_command(work_list.complete, task_id, say("task.now.done"))


def _run_task_command(command: Callable[[Work, UUID, str], None], task_id: UUID, success: str) -> ResponseReturnValue:
    with scoped_work().database.transaction() as conn:
        if tasks.by_id(conn, task_id) is None:
            abort(404)
    actor = member().actor
    run_command(lambda: command(machine_work(), task_id, actor), success)
    return redirect(url_for("work.listed", kind=request.args.get("kind") or None), 303)
