"""`alo doctor`: is everything there that Alo needs, does it fit together, and do carriers reach us? How to mend it."""

from __future__ import annotations

import sys

import click

from runtime import container
from runtime.cli.session import Session
from runtime.examination import house, numbers, outside
from runtime.examination.findings import Finding, gathered

MARKS = {"well": "✓", "note": "·", "fault": "✗"}


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def command(session: Session, as_json: bool) -> None:
    """Kiểm tra máy chủ, địa chỉ công khai, đầu số (check servers, public address, senders). Mã thoát 1: có lỗi."""
    settings = container.running_settings(session.settings)
    parts = (*house.examinations(settings), *outside.examinations(settings), *numbers.examinations(settings))
    found = []
    for finding in gathered(parts):
        found.append(finding)
        if not as_json:
            click.echo(_line(session, finding))
    faults = sum(finding.level == "fault" for finding in found)
    if as_json:
        session.show({"faults": faults, "findings": [_plain(session, finding) for finding in found]})
        sys.exit(1 if faults else 0)
    if faults:
        session.fail("doctor.faults", count=faults)
    session.say("doctor.no_faults")


def _line(session: Session, finding: Finding) -> str:
    subject = f" [{finding.subject}]" if finding.subject else ""
    part = session.words(f"doctor.part.{finding.part}")
    return f"{MARKS[finding.level]} {part}{subject}: {session.words(finding.code, **finding.params)}"


def _plain(session: Session, finding: Finding) -> dict[str, object]:
    return {
        "part": finding.part,
        "subject": finding.subject,
        "level": finding.level,
        "code": finding.code,
        "words": session.words(finding.code, **finding.params),
    }
