"""What carriers report of texts and calls, and what a report changes in the outbox; most requests are such.

Which state follows is decided in `contact.delivery`. It must not know a carrier.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import Connection, bindparam, update
from sqlalchemy.dialects.postgresql import insert

from store.prepared import Prepared
from store.tables.outbox import outbox, receipts

_ADD = Prepared(
    insert(receipts)
    .values({column.name: bindparam(column.name, type_=column.type) for column in receipts.c})
    .on_conflict_do_nothing(index_elements=[receipts.c.outbox_id, receipts.c.digest])
    .returning(receipts.c.id)
)


def add(conn: Connection, **columns: Any) -> bool:
    """Append a receipt, all its columns named; False when the same one was already there."""
    return _ADD.first(conn, columns) is not None


_REPORTED = (
    "state", "carrier_id", "answered_by", "duration_s", "error_code", "error_kind", "segments", "lease_until",
    "ended_at", "cost",
)  # fmt: skip
"""Columns that a receipt may change."""
_APPLY = Prepared(
    update(outbox)
    .where(outbox.c.id == bindparam("of_row"))
    .values({name: bindparam(f"new_{name}", type_=outbox.c[name].type) for name in _REPORTED})
)


def apply(conn: Connection, outbox_id: UUID, **columns: Any) -> None:
    """Set the columns that a receipt may change, all of `_REPORTED`, of one row the caller has locked."""
    _APPLY.do(conn, {"of_row": outbox_id} | {f"new_{name}": columns[name] for name in _REPORTED})
