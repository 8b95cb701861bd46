"""Past imports of lists, as the staff pages show them. Reports stay sealed here.

It must not know how an import is made (`services.registry.imports`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Select, select

from store import rows
from store.tables.registry import imports, offices


@dataclass(frozen=True, slots=True)
class ImportRow:
    """An import of a list into an office."""

    id: UUID
    office_id: UUID
    kind: str
    """registry or online."""
    counts: Mapping[str, int]
    """What it did: added, changed, refused …"""
    report: bytes | None
    """Sealed: it quotes cells."""
    created_at: datetime
    office_code: str


def _imports() -> Select[Any]:
    own = (imports.c[name] for name in rows.field_names(ImportRow) if name in imports.c)
    return select(*own, offices.c.code.label("office_code")).join(offices, offices.c.id == imports.c.office_id)


def recent(conn: Connection, limit: int = 20) -> Sequence[ImportRow]:
    """The newest imports that this connection may see."""
    newest = _imports().order_by(imports.c.created_at.desc(), imports.c.id.desc()).limit(limit)
    return rows.fetch(conn, newest, ImportRow)


def by_id(conn: Connection, import_id: UUID) -> ImportRow | None:
    """One import, or None."""
    return rows.first(conn, _imports().where(imports.c.id == import_id), ImportRow)


def newest_of_file(conn: Connection, office_code: str, sha256: str) -> UUID | None:
    """The newest import of this very file into an office, or None."""
    query = _imports().where(offices.c.code == office_code, imports.c.file_sha256 == sha256)
    newest = query.order_by(imports.c.created_at.desc(), imports.c.id.desc()).limit(1)
    found = rows.first(conn, newest, ImportRow)
    return found.id if found is not None else None
