"""`alo person`: what is held about a number and its person, a copy of it as files, and what somebody asks for."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from cli import person_erasing
from cli.session import Session
from contact.calendar import local_day
from runtime.catalogue import ZONE, display_value
from services.follow_up.staff_requests import HOW, Told
from services.privacy import person_copy, person_requests
from services.refusal import Refusal

DAY = click.DateTime(formats=["%d/%m/%Y", "%Y-%m-%d"])
_ANSWERS = click.option("--answers", is_flag=True, help="kèm câu hỏi và câu trả lời (with what was asked and answered)")


@click.group("person")
def command() -> None:
    """Quyền của người có số điện thoại: xem, lấy bản sao, yêu cầu, xoá (people's rights)."""


@command.command("show")
@click.argument("number", metavar="PHONE")
@_ANSWERS
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def show(session: Session, number: str, answers: bool, as_json: bool) -> None:
    """Xem mọi điều đang giữ về một số và người dùng số (what is held)."""
    found = person_copy.taken(session.work, number, session.actor, answers=answers)
    if as_json:
        session.show(found)
        return
    for line in lines(session, found):
        click.echo(line)


@command.command("export")
@click.argument("number", metavar="PHONE")
@click.argument("path", metavar="FILE", type=click.Path(path_type=Path))
@_ANSWERS
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def export(session: Session, number: str, path: Path, answers: bool, as_json: bool) -> None:
    """Ghi bản sao cho người yêu cầu: FILE.json và FILE.txt (a copy for who asks, as JSON and as text)."""
    stem = path.with_suffix("") if path.suffix in (".json", ".txt") else path
    files = [stem.with_name(f"{stem.name}{ending}") for ending in (".json", ".txt")]
    taken = next((file for file in files if file.exists()), None)
    if taken is not None:
        raise Refusal("export.exists", file=str(taken))
    found = person_copy.taken(session.work, number, session.actor, answers=answers, purpose="person.exported")
    _write(files[0], json.dumps(found, ensure_ascii=False, indent=2, default=str) + "\n")
    _write(files[1], "\n".join(lines(session, found)) + "\n")
    if as_json:
        session.show({"files": [str(file) for file in files]})
        return
    for file in files:
        click.echo(str(file))


@command.command("request")
@click.argument("number", metavar="PHONE")
@click.option("--kind", type=click.Choice(person_requests.KINDS), required=True, help="yêu cầu gì (what is asked for)")
@click.option("--how", type=click.Choice(HOW), required=True, help="nói qua máy, gặp mặt hay bằng giấy (how)")
@click.option("--on", "day", type=DAY, default=None, help="ngày nói, dd/mm/yyyy; mặc định hôm nay (the day)")
@click.option("--words", required=True, help="ai nói, nói thế nào; được niêm phong (who said it, and how)")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def request(
    session: Session, number: str, kind: str, how: str, day: datetime | None, words: str, as_json: bool
) -> None:  # fmt: skip
    """Ghi yêu cầu của một người, với hạn trả lời (enter what somebody asks for; it is due by law)."""
    told = Told(how, _day(session, day), words)
    found = person_requests.enter(session.work, number, kind, told, session.actor)
    if as_json:
        session.show({"kind": kind, "answer_by": found.answer_by, "carry_out_by": found.carry_out_by, "new": found.new})
        return
    session.say("person.requested" if found.new else "person.requested_before", answer_by=found.answer_by)
    if found.carry_out_by is not None:
        session.say("person.carry_out", carry_out_by=found.carry_out_by)
    session.say(f"person.next.{kind}")


command.add_command(person_erasing.erase)
command.add_command(person_erasing.marks)
command.add_command(person_erasing.reapply)


def lines(session: Session, copy: Mapping[str, Any]) -> Iterator[str]:
    """The copy as a person reads it, in the session's language; subjects without anything are not named."""
    yield session.words("person.heading", number=copy["number"], at=copy["taken_at"])
    sections = {name: rows for name, rows in copy.items() if isinstance(rows, list) and rows}
    for name, rows in sections.items():
        yield ""
        yield f"{session.words(f'person.section.{name}')} ({len(rows)})"
        for row in rows:
            yield "- " + "; ".join(_fields(session, row))
    if not sections:
        yield session.words("person.nothing")


def _fields(session: Session, row: Mapping[str, Any]) -> Iterator[str]:
    for name, value in row.items():
        if value not in (None, "", [], {}):
            yield f"{session.words(f'person.field.{name}')}: {_value(session, value)}"


def _value(session: Session, value: Any) -> str:
    if isinstance(value, bool):
        return session.words("person.yes" if value else "person.no")
    if isinstance(value, Mapping):
        return ", ".join(f"{key} = {_value(session, one)}" for key, one in value.items())
    if isinstance(value, list):
        return " | ".join(_value(session, one) for one in value)
    return str(display_value(value))


def _write(path: Path, text: str) -> None:
    """A new file that only its owner may read."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as out:
        out.write(text)


def _day(session: Session, day: datetime | None) -> date:
    return local_day(session.work.clock.now()) if day is None else day.replace(tzinfo=ZONE).date()
