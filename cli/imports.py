"""`alo import`: a registry list into an office, what the online survey knows into a round, or an import taken back."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal
from uuid import UUID

import click

from characters.legacy import CONVERTIBLE
from cli.file_faults import exit_on_refused_file
from cli.session import Session
from files.reports import report_lines
from services.registry.identity import answers
from services.registry.imports import import_online, import_registry
from services.registry.undo import undo_import


@click.command("import")
@click.argument("path", metavar="[LIST]", required=False, type=click.Path(path_type=Path))
@click.option("--office", metavar="CODE", help="cơ quan có danh sách này (office the list belongs to)")
@click.option(
    "--online", metavar="FILE", type=click.Path(path_type=Path), help="tệp của khảo sát trực tuyến (online answers)"
)
@click.option("--round", "round_code", metavar="CODE", help="đợt khảo sát, cùng với --online (round)")
@click.option("--dry-run", is_flag=True, help="xem thử, không ghi gì (change nothing)")
@click.option("--numbers-checked", is_flag=True, help="đã kiểm tra các số; dùng lại số bị giữ (numbers were checked)")
@click.option("--convert", type=click.Choice(CONVERTIBLE), help="chuyển chữ từ bảng mã cũ sang Unicode (old encoding)")
@click.option("--undo", metavar="IMPORT", type=click.UUID, help="lấy lại một lần nhập khi chưa liên hệ ai (take back)")
@click.option("--same", multiple=True, metavar="CODE[=HELD]", help="dòng này là tổ chức đang có (it is the held one)")
@click.option("--new", multiple=True, metavar="CODE", help="dòng này là tổ chức mới (it is a new organisation)")
@click.option("--rest", type=click.Choice(["same", "new"]), help="trả lời cho mọi dòng còn lại (for all other rows)")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def command(
    session: Session,
    path: Path | None,
    office: str | None,
    online: Path | None,
    round_code: str | None,
    dry_run: bool,
    numbers_checked: bool,
    convert: str | None,
    undo: UUID | None,
    same: tuple[str, ...],
    new: tuple[str, ...],
    rest: Literal["same", "new"] | None,
    as_json: bool,
) -> None:
    """Nhập danh sách tổ chức, hoặc kết quả khảo sát trực tuyến (import a list, or online answers)."""
    if undo:
        _undo(session, undo, as_json)
        return
    said = answers(new, {row: held for row, _, held in (each.partition("=") for each in same)}, rest or "")
    with exit_on_refused_file(session, as_json):
        if path and office and not online and not round_code:
            given = office, path, session.actor, dry_run, numbers_checked, said, convert or ""
            report = import_registry(session.work, *given)
        elif online and round_code and not path and not office and not said:
            report = import_online(session.work, round_code, online, session.actor, dry_run, convert or "")
        else:
            session.fail("import.usage")
    if as_json:
        session.show(report.to_dict())
    else:
        for line in report_lines(report, session.words):
            click.echo(line)
    sys.exit(1 if report.useless else 0)


def _undo(session: Session, import_id: UUID, as_json: bool) -> None:
    undone = undo_import(session.work, import_id, session.actor)
    if as_json:
        session.show({"import_id": str(import_id), "removed": undone.removed, "restored": undone.restored})
        return
    session.say("import.undone", removed=undone.removed, restored=undone.restored)
