"""The consent ledger: append-only, one row per thing a person said about being contacted or asked, with its evidence.

What the words meant is decided above; here they are kept, and their projection `phones.consent` with them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Insert, Update, bindparam, insert, select, update

from contact.campaign_states import LadderState
from contact.consent import ConsentEvent, ConsentState
from contact.delivery import State
from store import rows
from store.tables.campaigns import campaign_interviews, consent
from store.tables.outbox import outbox
from store.tables.registry import phones


@dataclass(frozen=True, slots=True)
class ConsentRow:
    """One thing that a person said about being contacted or asked; see `append`."""

    id: int
    phone_hash: bytes
    interview_id: UUID | None
    kind: ConsentEvent
    channel: str
    wording: str
    source_id: str
    evidence: bytes | None
    """Sealed."""
    at: datetime
    """Business time."""


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
    kind: ConsentEvent,
    becomes: ConsentState,
    channel: str,
    wording: str,
    source_id: str,
    evidence: bytes | None,
    at: datetime,
    interview_id: UUID | None = None,
) -> None:
    """Add one row and write what the phone's consent `becomes`, in one statement, under the phone's lock.

    `evidence` is sealed (the text or key). `wording` says
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


def _withdraw_queued() -> Update:
    gone = (
        update(outbox)
        .where(outbox.c.phone_hash == bindparam("of_phone"), outbox.c.state.in_((State.PLANNED, State.CLAIMED)))
        .values(
            state=str(State.WITHDRAWN),
            reason={"code": "opted_out"},
            ended_at=bindparam("gone_at"),
            lease_until=None,
        )
        .returning(outbox.c.campaign_id, outbox.c.interview_id)
        .cte("gone")
    )
    return (
        update(campaign_interviews)
        .where(
            campaign_interviews.c.campaign_id == gone.c.campaign_id,
            campaign_interviews.c.interview_id == gone.c.interview_id,
            campaign_interviews.c.state != LadderState.ENDED,
        )
        .values(state=LadderState.WAITING, next_at=bindparam("gone_at"))
    )


_WITHDRAW_QUEUED = _withdraw_queued()


def withdraw_queued(conn: Connection, phone_hash: bytes, at: datetime) -> None:
    """Take back whatever has not left for a phone that opted out; the ladders it came from decide anew from `at`.

    One statement; the caller holds the phone's lock.
    """
    conn.execute(_WITHDRAW_QUEUED, {"of_phone": phone_hash, "gone_at": at})


def history(conn: Connection, phone_hash: bytes) -> list[ConsentRow]:
    """The phone's ledger, oldest first."""
    columns = (consent.c[name] for name in rows.field_names(ConsentRow))
    return rows.fetch(
        conn, select(*columns).where(consent.c.phone_hash == phone_hash).order_by(consent.c.id), ConsentRow
    )
