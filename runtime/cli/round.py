"""`alo round`: open a round over all active organisations, list rounds, show one, close one."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any

import click

from runtime.catalogue import ZONE
from runtime.cli.session import Session
from services import rounds

DAY = click.DateTime(formats=["%d/%m/%Y", "%Y-%m-%d"])


@click.group("round")
def command() -> None:
    """Đợt khảo sát (rounds)."""


@command.command("open")
@click.argument("code")
@click.option("--title", required=True, help="tên đợt (title)")
@click.option("--year", required=True, help="năm được đo (year measured)")
@click.option("--legal-basis", default="", help="căn cứ (legal basis)")
@click.option("--opens", type=DAY, default=None, help="ngày mở dd/mm/yyyy (opening day; today unless given)")
@click.option("--closes", type=DAY, required=True, help="ngày cuối dd/mm/yyyy (last day)")
@click.option(
    "--questionnaire",
    "mapping",
    multiple=True,
    metavar="KIND/SECTOR=CODE",
    help="vd. QTD/*=QTD (which questionnaire each kind gets; the newest of HTX-NN, HTX-PNN, QTD unless given)",
)
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def open_round(
    session: Session,
    code: str,
    title: str,
    year: str,
    legal_basis: str,
    opens: datetime | None,
    closes: datetime,
    mapping: tuple[str, ...],
    as_json: bool,
) -> None:
    """Mở một đợt khảo sát (open)."""
    work = session.work
    chosen = dict(_pair(session, item) for item in mapping) or rounds.SAMPLE_MAPPING
    opened = rounds.open_round(
        work,
        code,
        title,
        year,
        legal_basis,
        _midnight(opens) if opens else work.clock.now(),
        _midnight(closes) + timedelta(days=1),  # the last day is part of the round
        rounds.newest_questionnaires(work, chosen),
        session.actor,
    )
    if as_json:
        session.show({"id": opened.id, "code": opened.code, "organisations": opened.organisations})
        return
    session.say("round.opened", round=opened.code, organisations=opened.organisations)


@command.command("list")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def list_rounds(session: Session, as_json: bool) -> None:
    """Liệt kê các đợt (list)."""
    rows = rounds.all_rounds(session.work)
    if as_json:
        session.show(rows)
        return
    for row in rows:
        session.say("round.line", **_shown(session, row))
    if not rows:
        session.say("round.none")


@command.command("show")
@click.argument("code")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def show_round(session: Session, code: str, as_json: bool) -> None:
    """Xem một đợt (show)."""
    row = rounds.show(session.work, code)
    if as_json:
        session.show(row)
        return
    session.say("round.shown", **_shown(session, row))
    for key, name in row["questionnaires"].items():
        click.echo(f"  {key:10} → {name}")
    online = row["online_loaded_at"]
    session.say("round.online" if online else "round.no_online", at=online)
    session.say(f"round.rule.{row['rule_state']}")


@command.command("close")
@click.argument("code")
@click.option("--yes", is_flag=True, help="không hỏi lại (do not ask)")
@click.pass_obj
def close_round(session: Session, code: str, yes: bool) -> None:
    """Đóng một đợt (close)."""
    if not yes:
        click.confirm(session.words("round.confirm_close", round=code), abort=True)
    rounds.close_round(session.work, code, session.actor)
    session.say("round.was_closed", round=code)


def _shown(session: Session, row: Mapping[str, Any]) -> dict[str, Any]:
    """The row as parameters of words: its code as `round`, its state in words."""
    rest = {name: value for name, value in row.items() if name != "code"}
    return {**rest, "round": row["code"], "state": session.words(f"round.state.{row['state']}")}


def _midnight(day: datetime) -> datetime:
    return datetime.combine(day, time.min, ZONE)


def _pair(session: Session, item: str) -> tuple[tuple[str, str], str]:
    """ "QTD/*=QTD" → (("QTD", "*"), "QTD")."""
    who, _, code = item.partition("=")
    kind, slash, sector = who.partition("/")
    if not (kind and slash and code):
        session.fail("round.mapping_unreadable", item=item)
    return (kind, sector), code
