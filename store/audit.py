"""The audit trail: who did what to what, append-only.

It must not hold phones, names or texts: subjects are ids and codes, details are codes and counts.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from contact import masking
from store.audit_reading import document, told_at
from store.tables.registry import offices
from store.tables.staff import audit, staff

SALT_BYTES = 16
"""Random bytes in each line's digest: gone when a line is scrubbed, so that nobody finds what stood there by trying."""
TYPED = frozenset({"reason", "why", "title"})
"""Names of details that staff type: no phone number in them gets here, whatever the caller did."""
_INSERT = sa.insert(audit)


def append(
    conn: sa.Connection,
    *,
    at: datetime,
    actor: str,
    action: str,
    subject: str,
    office_id: UUID | None = None,
    detail: Mapping[str, Any] | None = None,
) -> None:
    """Write one line. `actor` is "cli:<os user>", "staff:<id>" or "machine:<task>"; `at` is business time."""
    conn.execute(
        _INSERT,
        {
            "at": at,
            "actor": actor,
            "office_id": office_id,
            "action": action,
            "subject": subject,
            "detail": {name: _legible(name, value) for name, value in (detail or {}).items()},
            "salt": os.urandom(SALT_BYTES),
        },
    )


def _legible(name: str, value: Any) -> Any:
    return masking.mask_numbers(value).text if name in TYPED and isinstance(value, str) else value


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One line of the trail. `who` is the member's name where the actor is one; `office` a code, "" for none.

    `position` in the chain, and the chain's value there in hexadecimal ("" and None: a line that was never chained).
    """

    number: int
    at: datetime
    actor: str
    who: str
    office: str
    action: str
    subject: str
    detail: Mapping[str, Any]
    position: int | None
    chain: str


@dataclass(frozen=True, slots=True)
class AuditFilter:
    """Which lines: from `since` on and before `until` (aware); of an actor, an action or its beginning, and so on."""

    since: datetime | None = None
    until: datetime | None = None
    actor: str = ""
    action: str = ""
    subject: str = ""
    office: str = ""


def lines(conn: sa.Connection, wanted: AuditFilter, most: int | None = None) -> Iterator[AuditLine]:
    """The lines in the order they were written; with `most` the newest ones only."""
    if most is None:
        yield from map(_line, conn.execute(_lines(wanted).order_by(audit.c.id)).mappings())
        return
    newest = conn.execute(_lines(wanted).order_by(audit.c.id.desc()).limit(most)).mappings().all()
    yield from map(_line, reversed(newest))


def _line(row: sa.RowMapping) -> AuditLine:
    return AuditLine(**{**row, "detail": document(row["detail"])})


def _lines(wanted: AuditFilter) -> sa.Select[Any]:
    member = sa.func.coalesce(sa.func.nullif(staff.c.name, ""), staff.c.email, "").label("who")
    office = sa.func.coalesce(offices.c.code, "").label("office")
    columns = (
        audit.c.id.label("number"),
        told_at().label("at"),
        audit.c.actor,
        member,
        office,
        audit.c.action,
        audit.c.subject,
    )
    chain = sa.func.coalesce(sa.func.encode(audit.c.chain, "hex"), "").label("chain")
    query = sa.select(*columns, sa.cast(audit.c.detail, sa.Text).label("detail"), audit.c.position, chain).outerjoin(
        offices, offices.c.id == audit.c.office_id
    )
    query = query.outerjoin(staff, audit.c.actor == sa.literal("staff:") + sa.cast(staff.c.id, sa.Text))
    return query.where(*_conditions(wanted))


def _conditions(wanted: AuditFilter) -> Iterator[sa.ColumnElement[bool]]:
    if wanted.since is not None:
        yield audit.c.at >= wanted.since
    if wanted.until is not None:
        yield audit.c.at < wanted.until
    if wanted.actor:
        yield sa.or_(audit.c.actor == wanted.actor, staff.c.email == wanted.actor)
    if wanted.action:
        yield audit.c.action.startswith(wanted.action, autoescape=True)
    if wanted.subject:
        yield audit.c.subject == wanted.subject
    if wanted.office:
        yield offices.c.code == wanted.office
