"""`alo doctor`: checks of the installation, its public address and its senders, each with how to mend what is wrong."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence

import click

from cli.doctor_checks import (
    PARTS,
)
from cli.doctor_checks import (
    local_checks as house,
)
from cli.doctor_checks import (
    public_url_checks as outside,
)
from cli.doctor_checks import (
    sender_checks as numbers,
)
from cli.doctor_checks import (
    sign_checks as signs,
)
from cli.doctor_checks.findings import DoctorFinding, Examination, fault, run_examinations
from cli.session import Session
from runtime import container
from runtime.settings import Settings

MARKS = {"well": "✓", "note": "·", "fault": "✗"}


@click.command("doctor")
@click.option(
    "--part", "parts", multiple=True, type=click.Choice(PARTS), help="Chỉ phần này, nhiều lần được (this part only)"
)
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def command(session: Session, parts: Sequence[str], as_json: bool) -> None:
    """Kiểm tra máy chủ, địa chỉ công khai, đầu số (check servers, public address, senders). Mã thoát 1: có lỗi."""
    found = []
    for finding in _findings(container.running_settings(session.settings), parts):
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


def _findings(settings: Settings, part_names: Sequence[str]) -> Iterator[DoctorFinding]:
    """The findings of the parts wanted, or of all. A part asked for by name is never passed over in silence."""
    if not part_names:
        parts = (*house.examinations(settings).values(), *signs.examinations(settings).values())
        yield from run_examinations((*parts, *outside.examinations(settings), *numbers.examinations(settings)))
        return
    examinations: dict[str, Examination] = {**house.examinations(settings), **signs.examinations(settings)}
    for part in part_names:
        found = list(examinations[part]())
        yield from found or [fault(part, "doctor.not_looked_at")]


def _line(session: Session, finding: DoctorFinding) -> str:
    subject = f" [{finding.subject}]" if finding.subject else ""
    part = session.words(f"doctor.part.{finding.part}")
    return f"{MARKS[finding.level]} {part}{subject}: {session.words(finding.code, **finding.params)}"


def _plain(session: Session, finding: DoctorFinding) -> dict[str, object]:
    return {
        "part": finding.part,
        "subject": finding.subject,
        "level": finding.level,
        "code": finding.code,
        "words": session.words(finding.code, **finding.params),
    }
