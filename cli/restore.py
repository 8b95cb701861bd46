"""`alo restore`: put a backup back, hold everything by hand, replay what a carrier logged since."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from pathlib import Path

import click

from carriers.kannel import access_log as kannel_log
from cli import person_erasing, usage
from cli.backup import running_database
from cli.sender import report_held_senders
from cli.session import Session
from contact.calendar import ZONE
from contact.elapsed import TOLERANCE
from runtime.backups import restore
from services import continuity
from services.recovery import after_restore as recovery
from services.senders import senders


@click.group("restore", cls=usage.FirstIsSubject, subject="from")
def command() -> None:
    """Khôi phục dữ liệu và những việc sau đó (restore FILE, and what comes after)."""


@command.command("from", hidden=True)
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--key", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="khoá riêng (private key)")
@click.option("--replace", is_flag=True, help="xoá dữ liệu đang có (delete what the database holds)")
@click.option("--confirm", "typed", help="tên cơ sở dữ liệu (its name), with --replace")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def from_file(session: Session, file: Path, key: Path | None, replace: bool, typed: str | None, as_json: bool) -> None:
    """Khôi phục một bản sao lưu (put a backup back); rồi giữ lại mọi thứ cho tới khi đọc xong nhà mạng."""
    private = key or Path(click.prompt(session.words("restore.which_key"), type=str))

    def step(code: str) -> None:
        if not as_json:
            session.say(code)

    with running_database(session.settings) as settings:
        url = settings.database_owner_url.get_secret_value()
        empty, name = restore.is_empty(url)
        if not empty and not replace:
            session.fail("restore.not_empty", name=name)
        found, dump, opener = restore.check(settings, file, private, step)
        if not empty and (typed or click.prompt(session.words("restore.type_name", name=name))) != name:
            session.fail("restore.not_confirmed", name=name)
        restore.put_back(settings, found, dump, opener, step, session.actor)
        person_erasing.after_restore(session, settings.alo_data_dir)
    since = found.at - continuity.MARGIN
    if as_json:
        session.show({"restored": found.to_dict(), "held_since": since})
        return
    session.say("restore.done", at=found.at, since=since)


@command.command("hold")
@click.option("--since", required=True, help="2026-11-18T09:00+07:00")
@click.pass_obj
def hold(session: Session, since: str) -> None:
    """Giữ lại mọi thứ cho tới khi đọc xong nhà mạng (hold everything until carriers were read)."""
    at = _parse_moment(session, since)
    continuity.hold(session.work, at, "by_hand", session.actor)
    session.say("restore.held", since=at)


@command.command("replay-log")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--sender", "name", required=True, help="đầu số (our number)")
@click.option("--gmt", is_flag=True, help="access-log-time = gmt")
@click.option("--complete", is_flag=True, help="nhật ký đủ, cho gửi tiếp (the log is complete: let the sender go)")
@click.pass_obj
def replay_log(session: Session, file: Path, name: str, gmt: bool, complete: bool) -> None:
    """Đọc nhật ký truy cập của Kannel từ lúc sao lưu (replay Kannel's access log since the backup)."""
    zone: tzinfo = UTC if gmt else ZONE
    ours = next((row.address for row in senders.listed(session.work) if row.name == name), "")
    with file.open(encoding="utf-8", errors="surrogateescape") as lines:
        log = kannel_log.read(lines, ours, zone)
    if not (log.heard or log.left):
        session.fail("restore.log_empty", file=file.name, name=name)
    _refuse_of_another_time(session, name, log, complete)
    made = recovery.replay(session.work, name, log.heard, log.left, session.actor)
    counts = {kind: made.contacts[kind] for kind in ("tied", "entered", "known")}
    session.say("restore.replayed", texts=made.texts, foreign=log.foreign, **counts)
    if complete and not made.waiting:
        recovery.release(session.work, name, session.actor, all_read=True)
    report_held_senders(session)


def _refuse_of_another_time(session: Session, name: str, log: kannel_log.Log, complete: bool) -> None:
    """Fail for a log that ends in the future, or that is called complete and does not reach back to the backup."""
    now, last = session.work.clock.now(), log.last
    if last is not None and last > now + TOLERANCE:
        session.fail("restore.log_ahead", last=last)
    since = next((one.since for one in continuity.unread(session.work) if one.sender == name), None)
    if since is None or not complete or last is None or log.first is None:
        return
    if last < since:
        session.fail("restore.log_too_old", last=last, since=since)
    if log.first > since + continuity.MARGIN:
        session.fail("restore.log_too_young", first=log.first, since=since)


def _parse_moment(session: Session, text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        session.fail("restore.bad_since", since=text)
    return at if at.tzinfo else at.replace(tzinfo=ZONE)
