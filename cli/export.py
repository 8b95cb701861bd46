"""`alo export`: what leaves a round in files, each time with who, when and why in the audit trail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from cli.masked_input import WORDS
from cli.session import Session
from services.results import exports
from services.results import figures as figure_exports
from services.results.cards import export_cards

WHAT = ("forms", "status", "answers", "figures")
FORMATS = ("xlsx", "csv", "json", "flow-results", "cards")


@click.command("export")
@click.argument("round_code", metavar="ROUND")
@click.option(
    "--what", type=click.Choice(WHAT), help="phiếu | trạng thái | câu trả lời ẩn danh | số liệu (what; none for cards)"
)
@click.option("--format", "format_", type=click.Choice(FORMATS), default="xlsx", show_default=True)
@click.option("-o", "--out", type=click.Path(path_type=Path), required=True, help="tệp mới (new file or directory)")
@click.option("--reason", type=WORDS, default="", help="lý do, ghi vào nhật ký (why, for the audit trail)")
@click.option("--office", metavar="CODE", default=None, help="mã cơ quan; bỏ trống: tất cả (office; all when left out)")
@click.option("--logins", is_flag=True, help="kèm số điện thoại đăng nhập, chỉ cho phiếu (with numbers; forms only)")
@click.option("--officer", default="", help="tên cán bộ ghi trên thẻ (officer named on cards)")
@click.option("--officer-phone", default="", help="điện thoại của cán bộ đó (the officer's number)")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def command(session: Session, /, as_json: bool, **given: Any) -> None:
    """Xuất phiếu, trạng thái, câu trả lời ẩn danh hoặc số liệu ra tệp (write files that leave)."""
    cards = given["format_"] == "cards"
    if not cards and given["what"] is None:
        context = click.get_current_context()
        raise click.MissingParameter(ctx=context, param=next(p for p in context.command.params if p.name == "what"))
    ordered = exports.ExportOrder(
        given["round_code"], "cards" if cards else given["what"],
        given["format_"], given["out"], session.actor, given["reason"],
        given["office"], given["logins"],
    )  # fmt: skip
    if cards:
        made = export_cards(session.work, ordered, given["officer"], given["officer_phone"])
    else:
        export = figure_exports.export_figures if ordered.kind == "figures" else exports.export
        made = export(session.work, ordered, session.words)
    if as_json:
        session.show({"files": [str(path) for path in made.files], "rows": made.rows, "held_back": made.held_back})
        return
    for path in made.files:
        click.echo(str(path))
    session.say(f"export.done.{ordered.kind}", rows=made.rows)
    if made.held_back:
        session.say("export.held_back", count=made.held_back)
