"""Records opt-outs, opt-ins and consent in the ledger, updates the phone's consent, and acts on it.

Every function works inside the caller's transaction, under the phone's lock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Connection

from contact.consent import ConsentEvent, ConsentState, after
from services.work import Work
from store.people import consent as ledger
from store.people import phones


@dataclass(frozen=True, slots=True)
class Said:
    """One thing said: on which channel, under which carrier id, when (business time), and the words or key of it."""

    channel: str
    source_id: str
    evidence: str
    at: datetime
    interview_id: UUID | None = None
    wording: str = ""


def note(
    work: Work, conn: Connection, phone_hash: bytes, consent: ConsentState, kind: ConsentEvent, said: Said
) -> ConsentState:
    """Add `kind` to the ledger of a phone whose consent is `consent` now; what it is afterwards."""
    becomes = after(consent, kind)
    ledger.append(
        conn,
        phone_hash=phone_hash,
        kind=kind,
        becomes=becomes,
        channel=said.channel,
        wording=said.wording,
        source_id=said.source_id,
        evidence=work.vault.seal(said.evidence, "consent.evidence", phone_hash, said.source_id)
        if said.evidence
        else None,
        at=said.at,
        interview_id=said.interview_id,
    )
    return becomes


def stop(work: Work, conn: Connection, phone_hash: bytes, consent: ConsentState, said: Said) -> bool:
    """End every contact: ledger, phone, and whatever is queued for it. True unless it had been stopped before."""
    note(work, conn, phone_hash, consent, ConsentEvent.STOPPED, said)
    ledger.withdraw_queued(conn, phone_hash, said.at)
    return consent is not ConsentState.STOPPED


def carrier_stop(work: Work, conn: Connection, phone_hash: bytes, *, source_id: str, code: str) -> None:
    """The carrier refused or undid a contact because the person opted out with it: same ledger, same effect.

    The caller holds the phone's lock; locking it again here changes nothing and reads its consent.
    """
    phone = phones.lock(conn, phone_hash)
    if phone is not None:
        said = Said(channel="carrier", source_id=source_id, evidence=code, at=work.clock.now())
        stop(work, conn, phone_hash, phone.consent, said)
