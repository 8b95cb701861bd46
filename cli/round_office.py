"""`alo round deadline | lock | unlock | superseded`: one province within a round, and answers that do not hold."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, time, timedelta

import click

from cli.masked_input import WORDS
from cli.session import Session
from runtime.catalogue import ZONE
from services.interview import overridden_answers as answers
from services.rounds import provinces as round_offices

DAY = click.DateTime(formats=["%d/%m/%Y", "%Y-%m-%d"])
_WHY = click.option("--reason", type=WORDS, required=True, help="lý do, ghi vào nhật ký (why, for the audit trail)")


@click.command("deadline")
@click.argument("code")
@click.option("--office", required=True, metavar="CODE", help="mã cơ quan (office)")
@click.option("--closes", type=DAY, default=None, help="ngày cuối dd/mm/yyyy; bỏ trống: theo đợt (last day)")
@click.option("--reason", type=WORDS, default="", help="lý do, ghi vào nhật ký (why, for the audit trail)")
@click.pass_obj
def deadline(session: Session, code: str, office: str, closes: datetime | None, reason: str) -> None:
    """Đặt hạn riêng của một tỉnh, hoặc bỏ (a province's own last day)."""
    # The last day is part of the round, as it is for the round itself.
    ends = datetime.combine(closes, time.min, ZONE) + timedelta(days=1) if closes else None
    round_offices.set_deadline(session.work, code, office, ends, session.actor, reason)
    session.say("round.deadline_set" if ends else "round.deadline_taken", office=office, round=code, at=ends)


@click.command("lock")
@click.argument("code")
@click.option("--office", required=True, metavar="CODE", help="mã cơ quan (office)")
@_WHY
@click.pass_obj
def lock(session: Session, code: str, office: str, reason: str) -> None:
    """Khoá một tỉnh: không liên hệ, không nhận câu trả lời (lock a province)."""
    round_offices.lock_office(session.work, code, office, session.actor, reason)
    session.say("round.was_locked", office=office, round=code)


@click.command("unlock")
@click.argument("code")
@click.option("--office", required=True, metavar="CODE", help="mã cơ quan (office)")
@_WHY
@click.pass_obj
def unlock(session: Session, code: str, office: str, reason: str) -> None:
    """Mở khoá một tỉnh, chỉ cấp trung ương (unlock; whoever runs this acts for the national alliance)."""
    round_offices.unlock_office(session.work, code, office, session.actor, reason, national=True)
    session.say("round.was_unlocked", office=office, round=code)


@click.command("superseded")
@click.argument("code")
@click.option("--office", default=None, metavar="CODE", help="mã cơ quan; bỏ trống: tất cả (office)")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def superseded(session: Session, code: str, office: str | None, as_json: bool) -> None:
    """Câu trả lời bị thay hoặc đến sau, không kèm nội dung (answers that do not hold, without what was said)."""
    found = answers.superseded(session.work, code, office)
    if as_json:
        session.show([asdict(line) for line in found])
        return
    for line in found:
        channels = {name: session.words(f"score.channel.{getattr(line, name)}") for name in ("lost", "kept")}
        shown = {"organisation": line.registry_code, "question": line.question, "day": line.day}
        session.say("round.superseded", **shown, **channels)
    session.say("round.superseded_count", count=len(found))
