"""Organisations that stopped working leave the open rounds, unless somebody contacted them already; each with a reason.

It must not know lists; the caller holds the imports (`registry.hold_imports`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from files.faults import FileFault
from store import audit
from store.registry import deactivated as frame_exits
from store.registry import rounds
from store.registry.deactivated import InactiveInterview

REASON = {"code": "organisation_inactive"}


@dataclass(frozen=True, slots=True)
class Exits:
    """Interviews taken out of frames, and a notice for each inactive organisation that is or was in one."""

    left: int
    notices: tuple[FileFault, ...]


def leave_frames(conn: Connection, office_id: UUID, actor: str, now: datetime) -> Exits:
    """Take the office's inactive organisations out of the open rounds; those contacted already stay and count."""
    found = frame_exits.inactive_in_frames(conn, office_id)
    going = [row for row in found if not row.touched]
    if going:
        rounds.lock_phones_of(conn, {row.organisation_id for row in going})
    left = frame_exits.take_out(conn, [row.id for row in going], REASON, now)
    for row in going:
        audit.append(
            conn,
            at=now,
            actor=actor,
            action="round.leave",
            subject=str(row.organisation_id),
            office_id=office_id,
            detail={"round": row.round, "registry_code": row.registry_code, **REASON},
        )
    return Exits(left, tuple(_notices(found)))


def _notices(found: Sequence[InactiveInterview]) -> Iterator[FileFault]:
    for row in found:
        code = "list.stays_in_frame" if row.touched else "list.left_frame"
        yield FileFault(code, {"round": row.round}, value=row.name, suggestion=f"{code}.mend", weight="notice")
