"""The audit trail: who did what to what, append-only.

It must not hold phones, names or texts: subjects are ids and codes, details are codes and counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from store.tables.staff import audit

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
            "detail": dict(detail or {}),
        },
    )
