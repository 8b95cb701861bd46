"""Undoes an import of a list while nobody has been contacted: what it added goes, what it changed is restored.

Afterwards it refuses in words. It must not know how a list is read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from contact.mentions import REMOVED
from files.reports import Difference, report_from_json
from services.refusal import Refusal
from services.registry.deactivated import leave_frames
from services.registry.differences import phones_before, restored
from services.rounds import rounds as frames
from services.work import Work
from store import audit
from store.registry import deactivated as frame_exits
from store.registry import imports, rounds
from store.registry import organisations as registry
from store.registry.imports import ImportRow
from store.registry.organisations import Link

REASON = {"code": "import_undone"}


@dataclass(frozen=True, slots=True)
class Undone:
    """An import that was taken back: organisations removed and restored."""

    import_id: UUID
    removed: int
    restored: int


def undo_import(work: Work, import_id: UUID, actor: str) -> Undone:
    """Take back import `import_id`, in one transaction and audited.

    Raises Refusal: unknown, no list, undone already, not its office's newest, or somebody was contacted meanwhile.
    """
    now = work.clock.now()
    with work.database.transaction() as conn:
        registry.hold_imports(conn)
        row, sealed = _undoable(conn, import_id)
        told = work.vault.open(sealed, "imports.report", import_id)
        if REMOVED in told:
            raise Refusal("import.person_erased")
        report = report_from_json(told)
        touched = registry.of_import(conn, import_id)
        changed = [found for found in report.differences if found.registry_code in touched]
        kept = {found.registry_code for found in changed}
        added = [held for code, held in touched.items() if code not in kept]
        _remove(conn, added, list(touched.values()), now)
        _restore(work, conn, touched, changed, row, now)
        frames.extend_frame(work, conn, office_id=row.office_id)
        leave_frames(conn, row.office_id, actor, now)
        undone = Undone(import_id, len(added), len(changed))
        counts = {"removed": undone.removed, "restored": undone.restored}
        registry.mark_undone(conn, import_id, {**row.counts, "undone": 1})
        where: dict[str, Any] = {"office_id": row.office_id, "detail": counts}
        audit.append(conn, at=now, actor=actor, action="registry.undo", subject=str(import_id), **where)
    return undone


def _undoable(conn: Connection, import_id: UUID) -> tuple[ImportRow, bytes]:
    """The import and its sealed report, if it is one that can be taken back at all. Raises Refusal."""
    row = imports.by_id(conn, import_id)
    if row is None or row.kind != "registry" or row.report is None:
        raise Refusal("import.unknown", id=str(import_id)[:8])
    if row.counts.get("undone"):
        raise Refusal("import.undone_before")
    for later in registry.last_imports(conn, row.office_id, 1000):
        if later.id == import_id:
            return row, row.report
        counts = later.counts
        if later.kind == "registry" and not counts.get("undone") and counts["added"] + counts["changed"]:
            raise Refusal("import.not_newest", at=later.created_at)
    return row, row.report


def _remove(conn: Connection, added: Sequence[UUID], everybody: Sequence[UUID], now: datetime) -> None:
    """Take what the import added out of frames and lists. Raises Refusal when anybody it touched was contacted."""
    rounds.lock_phones_of(conn, everybody)
    held = frame_exits.interviews_of(conn, everybody)
    contacted = sum(interview.touched for interview in held)
    going = [interview.id for interview in held if interview.organisation_id in set(added)]
    if contacted or frame_exits.take_out(conn, going, REASON, now) < len(going):
        raise Refusal("import.contacted", count=max(1, contacted))
    frame_exits.delete_organisations(conn, added)


def _restore(
    work: Work,
    conn: Connection,
    ids: dict[str, UUID],
    changed: Sequence[Difference],
    row: ImportRow,
    now: datetime,
) -> None:
    links: list[Link] = []
    relinked: list[UUID] = []
    for found in changed:
        organisation = ids[found.registry_code]
        registry.put_back(conn, organisation, {**restored(work, organisation, found), "updated_at": now})
        phones = phones_before(found)
        if phones is not None:
            relinked.append(organisation)
            links += [Link(organisation, work.vault.lookup(number), rank) for rank, number in enumerate(phones)]
    if relinked:
        registry.set_phones(conn, relinked, links)
