"""Lists the audit trail and exports it as a file; an export is a line of the trail itself.

It must not change a line: nothing can.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from files import tables
from services.refusal import Refusal
from services.work import Work
from store import audit
from store.audit import AuditFilter, AuditLine

MOST = 200
"""Lines shown unless more are asked for."""
HEADING = ("number", "at", "actor", "who", "office", "action", "subject", "detail", "position", "chain")


def listed(work: Work, wanted: AuditFilter, most: int = MOST) -> list[AuditLine]:
    """The newest `most` of the wanted lines, the oldest of them first."""
    with work.database.transaction() as conn:
        return list(audit.lines(conn, wanted, most))


def export(work: Work, wanted: AuditFilter, path: Path, actor: str) -> int:
    """Write all wanted lines to a new CSV file, and that they were taken into the trail. Lines written.

    Raises Refusal when the file is there already.
    """
    if path.exists():
        raise Refusal("export.exists", file=str(path))
    with work.database.transaction() as conn, tables.whole_file(path) as out:
        tables.csv_heading(out, HEADING)
        count = tables.csv_rows(out, _cells(audit.lines(conn, wanted)))
        detail = {"lines": count}
        audit.append(conn, at=work.clock.now(), actor=actor, action="audit.export", subject="audit", detail=detail)
    return count


def _cells(lines: Iterator[AuditLine]) -> Iterator[Sequence[str]]:
    for line in lines:
        detail = json.dumps(dict(line.detail), ensure_ascii=False, sort_keys=True, default=str)
        plain = (str(line.number), line.at.isoformat(), line.actor, line.who, line.office, line.action, line.subject)
        yield [tables.guard_formula(cell) for cell in (*plain, detail, str(line.position or ""), line.chain)]
