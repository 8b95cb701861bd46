"""`alo audit`: list the audit trail, export it as a file, and verify its hash chain."""

from __future__ import annotations

import sys
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click

from cli.session import Session
from runtime.catalogue import ZONE, display_value
from services import audit_chain, audit_trail
from services.audit_chain import Verified
from services.refusal import Refusal
from store.audit import AuditFilter, AuditLine
from store.audit_chain import GENESIS, End

MOST_TOLD = 20
"""Findings that are told one by one."""


class _HeadParam(click.ParamType[End]):
    """What `alo audit head` printed: position and chain value."""

    name = "POSITION:HASH"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> End:
        """The head that was typed. Raises Refusal when it is none."""
        position, _, chain = str(value).strip().partition(":")
        try:
            noted = End(int(position), bytes.fromhex(chain))
        except ValueError:
            raise Refusal("audit.no_head", written=str(value)) from None
        if noted.position < 0 or len(noted.chain) != len(GENESIS.chain):
            raise Refusal("audit.no_head", written=str(value))
        return noted


DAY = click.DateTime(formats=["%d/%m/%Y", "%Y-%m-%d"])


@click.group("audit", invoke_without_command=True)
@click.option("--since", type=DAY, default=None, help="từ ngày dd/mm/yyyy (from this day)")
@click.option("--until", type=DAY, default=None, help="đến hết ngày dd/mm/yyyy (to the end of this day)")
@click.option("--actor", default="", help="ai: email, cli:…, machine:… (who)")
@click.option("--action", default="", help="việc, hoặc phần đầu, vd. campaign. (what, or its beginning)")
@click.option("--subject", default="", help="đối tượng: mã hoặc id (to what)")
@click.option("--office", default="", metavar="CODE", help="mã cơ quan (office)")
@click.option("--most", type=click.IntRange(1, 100_000), default=audit_trail.MOST, show_default=True)
@click.option(
    "-o", "--out", type=click.Path(path_type=Path), default=None, help="tệp CSV mới, mọi dòng (all, as a file)"
)
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_context
def command(context: click.Context, /, most: int, out: Path | None, as_json: bool, **given: Any) -> None:
    """Nhật ký: ai làm gì, khi nào (the audit trail)."""
    if context.invoked_subcommand is None:
        _print_or_export(context.obj, most, out, as_json, **given)


def _print_or_export(session: Session, most: int, out: Path | None, as_json: bool, **given: Any) -> None:
    filters = AuditFilter(**{**given, "since": _begins(given["since"]), "until": _begins(given["until"], after=1)})
    if out is not None:
        count = audit_trail.export(session.work, filters, out, session.actor)
        session.show({"file": str(out), "lines": count}) if as_json else session.say(
            "audit.taken", count=count, file=out
        )
        return
    lines = audit_trail.listed(session.work, filters, most)
    if as_json:
        session.show([asdict(line) for line in lines])
        return
    for line in lines:
        click.echo(_line(session, line))
    if not lines:
        session.say("audit.nothing")


@command.command("verify")
@click.option("--head", "noted", type=_HeadParam(), default=None, help="đầu chuỗi đã ghi lại (a head noted earlier)")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def verify(session: Session, noted: End | None, as_json: bool) -> None:
    """Nhật ký có còn nguyên không (is the trail as it was written). Mã thoát 1: không."""
    found = audit_chain.verify(session.work, noted)
    if as_json:
        session.show(_document(session, found))
        sys.exit(1 if found.findings else 0)
    for finding in found.findings[:MOST_TOLD]:
        click.echo(f"✗ {session.words(finding.words, **finding.params)}")
    if len(found.findings) > MOST_TOLD:
        session.say("audit.more_findings", count=len(found.findings) - MOST_TOLD)
    if found.noted_before_cut:
        session.say("audit.noted_before_cut", position=found.cut.position)
    if found.findings:
        session.fail("audit.not_whole", count=len(found.findings))
    session.say("audit.whole", lines=found.lines, scrubbed=found.scrubbed, cut=found.cut.position)
    click.echo(_head_text(found.head))


@command.command("head")
@click.pass_obj
def head(session: Session) -> None:
    """Đầu chuỗi hiện nay, để ghi lại ở nơi khác (the chain's head, to be noted elsewhere)."""
    click.echo(_head_text(audit_chain.head(session.work)))


def _head_text(head: End) -> str:
    return f"{head.position}:{head.chain.hex()}"


def _document(session: Session, verified: Verified) -> dict[str, Any]:
    return {
        "lines": verified.lines,
        "scrubbed": verified.scrubbed,
        "head": _head_text(verified.head),
        "cut": verified.cut.position,
        "findings": [
            {**asdict(finding), "words": session.words(finding.words, **finding.params)}
            for finding in verified.findings
        ],
    }


def _begins(day: datetime | None, after: int = 0) -> datetime | None:
    """The beginning of a Vietnamese day, or of one some days after."""
    return None if day is None else day.replace(tzinfo=ZONE) + timedelta(days=after)


def _line(session: Session, line: AuditLine) -> str:
    code = f"audit.{line.action}"
    said = session.words(code)
    what = line.action if said == code else f"{said} ({line.action})"
    detail = " ".join(f"{name}={value}" for name, value in line.detail.items() if value not in ("", None, {}, []))
    place = f"[{line.office}]" if line.office else ""
    return " ".join(p for p in (display_value(line.at), line.who or line.actor, place, what, line.subject, detail) if p)
