"""`alo round`: open a round over all active organisations, list rounds, show one, change its settings, close one."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

import click

from cli import round_office
from cli.masked_input import WORDS
from cli.session import Session
from contact import settings as round_settings
from contact.calendar import Day, day
from contact.ring_back import RING_IN
from contact.settings import RoundSettings
from runtime.catalogue import ZONE
from services.refusal import Refusal
from services.rounds import provinces as round_offices
from services.rounds import rounds

DAY = click.DateTime(formats=["%d/%m/%Y", "%Y-%m-%d"])


@click.group("round")
def command() -> None:
    """Đợt khảo sát (rounds)."""


for part in (round_office.deadline, round_office.lock, round_office.unlock, round_office.superseded):
    command.add_command(part)


@command.command("open")
@click.argument("code")
@click.option("--title", type=WORDS, required=True, help="tên đợt (title)")
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
        session.show([asdict(row) for row in rows])
        return
    for row in rows:
        session.say("round.line", **_round_params(session, asdict(row)))
    if not rows:
        session.say("round.none")


@command.command("show")
@click.argument("code")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def show_round(session: Session, code: str, as_json: bool) -> None:
    """Xem một đợt (show)."""
    found = rounds.show(session.work, code)
    if as_json:
        session.show(found.to_dict())
        return
    session.say("round.shown", **_round_params(session, found.to_dict()))
    for key, name in found.questionnaires.items():
        click.echo(f"  {key:10} → {name}")
    online = found.round.online_loaded_at
    session.say("round.online" if online else "round.no_online", at=online)
    session.say(f"round.rule.{found.round.rule_state}")
    for place in round_offices.differing(session.work, code):
        if place.closes_at:
            session.say("round.deadline_set", office=place.code, round=code, at=place.closes_at)
        if place.locked_at:
            session.say("round.office_locked_at", office=place.code, at=place.locked_at, by=place.locked_by)


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


@command.command("settings")
@click.argument("code")
@click.option(
    "--preset", type=click.Choice(["default", "decree"]), default=None, help="bộ thiết lập có sẵn (named set)"
)
@click.option(
    "--file", "path", type=click.Path(exists=True, dir_okay=False, path_type=Path), default=None,
    help="tệp JSON như lệnh này in ra (JSON as this command prints it)",
)  # fmt: skip
@click.option("--approval-above", type=click.IntRange(0), default=None, help="quá số này cần người thứ hai duyệt")
@click.option("--ring-in", type=click.Choice(RING_IN), default=None, help="khi có người gọi đến (who rings our number)")
@click.option(
    "--resume-after",
    "resume_after_s",
    type=click.IntRange(0),
    default=None,
    metavar="SECONDS",
    help="gọi nối lại cuộc gọi bị ngắt sau số giây này; 0: không (a dropped call is resumed once; 0: never)",
)
@click.option(
    "--transfer",
    multiple=True,
    metavar="07:30-11:30",
    help="giờ hành chính nối máy với cán bộ; 'off': không nối (office hours in which 0 puts callers through)",
)
@click.option("--reason", type=WORDS, default="", help="lý do, ghi vào nhật ký (why, for the audit trail)")
@click.pass_obj
def settings(
    session: Session, /, code: str, preset: str | None, path: Path | None, reason: str, **changes: Any
) -> None:
    """Xem hoặc đổi giờ, giới hạn, thang nhắc; áp dụng ngay cho phần chưa gửi (show or change the settings)."""
    now = round_settings.from_dict(rounds.show(session.work, code).round.settings)
    given = {name: value for name, value in changes.items() if value not in (None, ())}
    if preset is None and path is None and not given:
        session.show(now.to_dict())
        return
    if "transfer" in given:
        given["transfer"] = _office_hours(session, given["transfer"])
    new = replace(_settings_from(now, preset, path), **given)
    changed = rounds.change_settings(session.work, code, new, session.actor, reason)
    session.say("round.settings_changed", round=code, replanned=changed.replanned, retimed=changed.retimed)


def _office_hours(session: Session, windows: tuple[str, ...]) -> Day:
    try:
        return () if windows == ("off",) else day(*windows)
    except ValueError:
        session.fail("round.hours_unreadable", hours=" ".join(windows))


def _settings_from(now: RoundSettings, preset: str | None, path: Path | None) -> RoundSettings:
    """The file's settings, else the preset's, else those of now. Raises Refusal for a file of another shape."""
    if path is None:
        return round_settings.preset(preset) if preset else now
    try:
        return round_settings.from_dict(json.loads(path.read_text("utf-8")))
    except (UnicodeDecodeError, json.JSONDecodeError) as fault:
        raise Refusal("round.settings_no_json", file=path.name, line=getattr(fault, "lineno", 1)) from None
    except (KeyError, TypeError, ValueError) as fault:
        raise Refusal("round.settings_unreadable", fault=str(fault)) from None


def _round_params(session: Session, row: Mapping[str, Any]) -> dict[str, Any]:
    """The row as parameters of words: its code as `round`, its state in words."""
    rest = {name: value for name, value in row.items() if name != "code"}
    return {**rest, "round": row["code"], "state": session.words(f"round.state.{row['state']}")}


def _midnight(day: datetime) -> datetime:
    return datetime.combine(day, time.min, ZONE)


def _pair(session: Session, item: str) -> tuple[tuple[str, str], str]:
    """The kind and sector, and the questionnaire's code: (("QTD", "*"), "QTD") of "QTD/*=QTD"."""
    who, _, code = item.partition("=")
    kind, slash, sector = who.partition("/")
    if not (kind and slash and code):
        session.fail("round.mapping_unreadable", item=item)
    return (kind, sector), code
