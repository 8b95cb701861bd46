"""`alo audit`: who did what to what, when; listed, or taken as a file."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import click

from runtime.catalogue import ZONE, shown
from runtime.cli.session import Session
from services import audit_trail
from store.audit import Line, Wanted

DAY = click.DateTime(formats=["%d/%m/%Y", "%Y-%m-%d"])


@click.command("audit")
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
@click.pass_obj
def command(session: Session, /, most: int, out: Path | None, as_json: bool, **given: Any) -> None:
    """Nhật ký: ai làm gì, khi nào (the audit trail)."""
    wanted = Wanted(**{**given, "since": _begins(given["since"]), "until": _begins(given["until"], after=1)})
    if out is not None:
        count = audit_trail.export(session.work, wanted, out, session.actor)
        session.show({"file": str(out), "lines": count}) if as_json else session.say(
            "audit.taken", count=count, file=out
        )
        return
    found = audit_trail.listed(session.work, wanted, most)
    if as_json:
        session.show([asdict(line) for line in found])
        return
    for line in found:
        click.echo(_line(session, line))
    if not found:
        session.say("audit.nothing")


def _begins(day: datetime | None, after: int = 0) -> datetime | None:
    """The beginning of a Vietnamese day, or of one some days after."""
    return None if day is None else day.replace(tzinfo=ZONE) + timedelta(days=after)


def _line(session: Session, line: Line) -> str:
    code = f"audit.{line.action}"
    said = session.words(code)
    what = line.action if said == code else f"{said} ({line.action})"
    detail = " ".join(f"{name}={value}" for name, value in line.detail.items() if value not in ("", None, {}, []))
    place = f"[{line.office}]" if line.office else ""
    return " ".join(p for p in (shown(line.at), line.who or line.actor, place, what, line.subject, detail) if p)
