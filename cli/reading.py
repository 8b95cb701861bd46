"""`alo reading`: numbers of lists that can be read in two ways, and what staff choose for them."""

from __future__ import annotations

from dataclasses import asdict

import click

from cli.session import Session
from contact.phone import display_number
from services.registry import readings


@click.group("reading")
def command() -> None:
    """Số đọc được hai cách: di động, hay cố định cũ (numbers that can be read in two ways)."""


@command.command("choose")
@click.argument("number")
@click.argument("kind", type=click.Choice(readings.KINDS))
@click.option("--office", required=True, metavar="CODE", help="cơ quan có danh sách (office the list belongs to)")
@click.pass_obj
def choose(session: Session, number: str, kind: str, office: str) -> None:
    """Chọn cách đọc một số; các lần nhập sau sẽ nhớ (choose once, later imports remember it)."""
    doubt = readings.choose(session.work, office, number, kind, session.actor)
    number_chosen = doubt.mobile if kind == "mobile" else doubt.landline
    session.say("reading.chosen", digits=f"0{doubt.digits}", number=display_number(number_chosen))


@command.command("list")
@click.option("--office", required=True, metavar="CODE", help="cơ quan (office)")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def list_readings(session: Session, office: str, as_json: bool) -> None:
    """Những lựa chọn đã ghi (what was chosen, by whom and when)."""
    choices = readings.listed(session.work, office)
    if as_json:
        session.show([asdict(choice) for choice in choices])
    elif not choices:
        session.say("reading.none")
    else:
        for choice in choices:
            kind = session.words(f"reading.kind.{choice.kind}")
            session.say("reading.line", digits=f"0{choice.digits}", kind=kind, actor=choice.actor, at=choice.chosen_at)
