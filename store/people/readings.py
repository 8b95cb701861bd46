"""What staff chose for digits that are a mobile of today and a landline of before 2017. Digits come in sealed.

It must not know how a number is read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert as upsert

from contact.hints import PhoneKind
from store import rows
from store.tables.registry import phone_readings


@dataclass(frozen=True, slots=True)
class ReadingRow:
    """What an office chose for digits that can be read in two ways."""

    office_id: UUID
    digits_hash: bytes
    digits: bytes
    """Sealed, without the 0 before them."""
    kind: PhoneKind
    actor: str
    chosen_at: datetime
    """Business time."""


def chosen(conn: Connection, office_id: UUID | None = None) -> list[ReadingRow]:
    """The choices of an office, or of all offices that this connection may see; the newest first."""
    columns = (phone_readings.c[name] for name in rows.field_names(ReadingRow))
    query = select(*columns).order_by(phone_readings.c.chosen_at.desc(), phone_readings.c.digits_hash)
    if office_id is not None:
        query = query.where(phone_readings.c.office_id == office_id)
    return rows.fetch(conn, query, ReadingRow)


def choose(conn: Connection, values: Mapping[str, Any]) -> None:
    """Keep a choice; an earlier one for the same digits in the same office gives way."""
    given = upsert(phone_readings).values(dict(values))
    again = {name: given.excluded[name] for name in ("hash_version", "digits", "kind", "actor", "chosen_at")}
    conn.execute(given.on_conflict_do_update(index_elements=["office_id", "digits_hash"], set_=again))
