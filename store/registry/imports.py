"""Past imports of lists, as the staff pages show them. Reports stay sealed here.

It must not know how an import is made (`services.registry.imports`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping, Select, select

from store.tables.registry import imports, offices


def _rows() -> Select[Any]:
    return select(imports, offices.c.code.label("office_code")).join(offices, offices.c.id == imports.c.office_id)


def recent(conn: Connection, limit: int = 20) -> Sequence[RowMapping]:
    """The newest imports that this connection may see."""
    newest = _rows().order_by(imports.c.created_at.desc(), imports.c.id.desc()).limit(limit)
    return conn.execute(newest).mappings().all()


def by_id(conn: Connection, import_id: UUID) -> RowMapping | None:
    """One import, or None."""
    return conn.execute(_rows().where(imports.c.id == import_id)).mappings().first()


def newest_of_file(conn: Connection, office_code: str, sha256: str) -> UUID | None:
    """The newest import of this very file into an office, or None."""
    query = _rows().where(offices.c.code == office_code, imports.c.file_sha256 == sha256)
    row = conn.execute(query.order_by(imports.c.created_at.desc(), imports.c.id.desc()).limit(1)).mappings().first()
    return UUID(str(row["id"])) if row else None
