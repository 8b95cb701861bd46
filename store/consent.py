"""The consent ledger: append-only, one row per thing a person said about being contacted or asked, with its evidence.

What the words meant is decided above; here they are kept, and their projection `phones.consent` with them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Insert, RowMapping, bindparam, insert, select, update

from store.tables.campaigns import consent
from store.tables.registry import phones

_COLUMNS = ("phone_hash", "interview_id", "kind", "channel", "wording", "source_id", "evidence", "at")


def _append() -> Insert:
    becomes = (
        update(phones)
        .where(phones.c.hash == bindparam("new_phone_hash"))
        .values(consent=bindparam("becomes"))
        .cte("projected")
    )
    row = {name: bindparam(f"new_{name}", type_=consent.c[name].type) for name in _COLUMNS}
    return insert(consent).values(row).add_cte(becomes)


_APPEND = _append()


def append(
    conn: Connection,
    *,
    phone_hash: bytes,
    kind: str,
    becomes: str,
    channel: str,
    wording: str,
    source_id: str,
    evidence: bytes | None,
    at: datetime,
    interview_id: UUID | None = None,
) -> None:
    """Add one row and write what the phone's consent `becomes`, in one statement, under the phone's lock.

    `kind`: given, refused, stopped, started, held or released. `evidence` is sealed (the text or key). `wording` says
    what the person had been told: sha256 of the questionnaire and language, or "".
    """
    given: dict[str, Any] = {
        "new_phone_hash": phone_hash,
        "new_interview_id": interview_id,
        "new_kind": kind,
        "becomes": becomes,
        "new_channel": channel,
        "new_wording": wording,
        "new_source_id": source_id,
        "new_evidence": evidence,
        "new_at": at,
    }
    conn.execute(_APPEND, given)


def history(conn: Connection, phone_hash: bytes) -> list[RowMapping]:
    """The phone's ledger, oldest first."""
    query = select(consent).where(consent.c.phone_hash == phone_hash).order_by(consent.c.id)
    return list(conn.execute(query).mappings())
