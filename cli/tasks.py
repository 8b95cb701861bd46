"""`alo tasks`: the work list, of every office or of one: what waits for a person, taken and done."""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

import click

from cli.session import Session
from runtime.catalogue import display_value, load
from services.refusal import Refusal
from services.staff import work_list

KINDS = sorted(code.removeprefix("task.kind.") for code in load() if code.startswith("task.kind."))


@click.group("tasks")
def command() -> None:
    """Việc cần người xử lý (what waits for a person)."""


@command.command("list")
@click.option("--done", is_flag=True, help="cả việc đã xong (also what is done)")
@click.option("--office", default=None, help="chỉ một cơ quan (only this office)")
@click.option("--officer", default=None, metavar="EMAIL", help="phần của cán bộ này (this officer's communes)")
@click.option("--kind", type=click.Choice(KINDS), default=None, help="chỉ loại việc này (only tasks of this kind)")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def list_tasks(
    session: Session, done: bool, office: str | None, officer: str | None, kind: str | None, as_json: bool
) -> None:
    """Liệt kê việc (list)."""
    found = work_list.list_tasks(session.work, done=done, office_code=office, officer=officer, kind=kind)
    if as_json:
        session.show([asdict(task) for task in found])
        return
    for task in found:
        kind, state = session.words(f"task.kind.{task.kind}"), session.words(f"task.state.{task.state}")
        wanted = f"→ {display_value(task.wanted_at)}" if task.wanted_at else ""
        late = session.words("task.overdue") if task.overdue else ""
        about = " ".join(part for part in (late, kind, task.organisation, task.detail, wanted) if part)
        click.echo(f"{task.id}  {display_value(task.created_at)}  {state:12} {about}")
    if not found:
        session.say("task.none")


@command.command("claim")
@click.argument("task_id", metavar="TASK")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def claim(session: Session, task_id: str, as_json: bool) -> None:
    """Nhận một việc (take a task)."""
    work_list.claim(session.work, _id(task_id), session.actor)
    _report_state(session, task_id, "claimed", as_json)


@command.command("done")
@click.argument("task_id", metavar="TASK")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def close_task(session: Session, task_id: str, as_json: bool) -> None:
    """Báo đã xong (close a task)."""
    work_list.complete(session.work, _id(task_id), session.actor)
    _report_state(session, task_id, "done", as_json)


def _report_state(session: Session, task_id: str, state: str, as_json: bool) -> None:
    if as_json:
        session.show({"task": task_id, "state": state})
    else:
        session.say(f"task.now.{state}")


def _id(task_id: str) -> UUID:
    try:
        return UUID(task_id)
    except ValueError:
        raise Refusal("task.unknown", task=task_id) from None
