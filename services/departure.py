"""The moment of sending: one claimed row is cleared under the locks phone → interview → row, written, marked `sending`.

Nothing is sent here. What may leave is decided in `services.clearance`.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from contact import settings as round_settings
from contact.caps import EXEMPT, Caps, Counts
from contact.delivery import State
from contact.sender import SenderRow
from contact.settings import RoundSettings
from services import texts
from services.clearance import Facts, Go, Hold, Retime, Withdraw, clear
from services.planted import is_planted, linger
from services.work import Work
from sms import encoding
from sms.texting import Text
from store import campaigns as campaign_rows
from store import contacts, outbox
from store import interviews as interview_rows
from store.prepared import Row

ON_ITS_WAY = timedelta(seconds=1)
"""Real time from clearing to the carrier, generously: a minute and more on a clock that runs fast."""
SENDING_LEASE = timedelta(seconds=45)
"""Real time; longer than any carrier may keep us waiting (`carriers.timeouts`)."""


@dataclass(frozen=True, slots=True)
class Order:
    """One contact cleared to leave."""

    outbox_id: UUID
    ref: str
    number: str
    body: str


def prepare(work: Work, sender: SenderRow, outbox_id: UUID) -> Order | None:
    """Clear one claimed row, write its text and mark it `sending`; None when it does not leave now."""
    with work.database.transaction() as conn:
        phone = outbox.lock_phone(conn, outbox_id, locking=not is_planted("no-lock-order"))
        if phone is None:
            return None
        interview = interview_rows.lock(conn, phone["interview_id"]) if phone["interview_id"] else None
        row = outbox.lock_to_leave(conn, outbox_id)
        if row is None or not _is_ours(row):
            return None
        now = work.clock.now()
        verdict = _verdict(work, conn, row, phone, interview, now)
        if not isinstance(verdict, Go):
            _put_off(conn, row, verdict, now)
            return None
        linger("no-lock-order")
        body = _body(work, conn, sender, row, interview)
        outbox.change(conn, outbox_id, **_leaving(work, sender, verdict, now), **_sealed(work, body))
        return Order(outbox_id, row["ref"], work.vault.open(phone["number"]), "" if body is None else body.body)


def _is_ours(row: Row) -> bool:
    if is_planted("no-skip-locked"):
        return bool(row["state"] != State.WITHDRAWN)
    return bool(row["state"] == State.CLAIMED)


def _verdict(
    work: Work, conn: Connection, row: Row, phone: Row, interview: Row | None, now: datetime
) -> Go | Withdraw | Retime | Hold:
    settings = _settings(row["settings"])
    facts = Facts(
        medium=row["medium"],
        purpose=row["purpose"],
        consent=phone["consent"],
        interview_status=interview["status"] if interview else "",
        campaign_state=row["campaign_state"] or "",
        round_open=_round_open(row, interview, now),
        counts=_counts(conn, row, settings.caps, now),
        on_hold=_on_hold(row),
        deadline_at=row["deadline_at"],
        arrives_at=work.clock.after(ON_ITS_WAY),
    )
    return clear(facts, now, settings.calendar_at(row["office_code"] or ""), settings.caps)


def _round_open(row: Row, interview: Row | None, now: datetime) -> bool:
    """Whether the row's round still runs where its organisation is: provinces have deadlines of their own."""
    if interview is not None and (interview["locked"] or now >= interview["deadline_at"]):
        return False
    return row["round_state"] is None or bool(row["round_state"] == "open" and now < row["closes_at"])


@lru_cache(maxsize=32)
def _settings(document: str | None) -> RoundSettings:
    """The settings of a round; of a contact without one the usual."""
    return round_settings.default() if document is None else round_settings.from_dict(json.loads(document))


def _on_hold(row: Row) -> bool:
    parts = (f"office:{row['office_id']}", f"sender:{row['sender_id']}", f"medium:{row['medium']}")
    return any(part in (row["holds"] or ()) for part in parts)


def _counts(conn: Connection, row: Row, caps: Caps, now: datetime) -> Counts:
    phone, interview, purpose = row["phone_hash"], row["interview_id"], row["purpose"]
    found = contacts.counts(conn, phone, interview, caps.since(now), now)
    if purpose not in EXEMPT:
        return Counts(**found)
    dropped = contacts.dropped_at(conn, phone, interview) if purpose == "resumption" else None
    since = {
        "resumption": dropped,
        "opt_out_confirmation": contacts.stopped_at(conn, phone) if purpose == "opt_out_confirmation" else None,
    }.get(purpose, caps.since(now))
    return Counts(
        **found,
        same_purpose=contacts.same_purpose(conn, purpose, phone, interview, since),
        since_drop_s=None if dropped is None else int((now - dropped).total_seconds()),
    )


def _body(
    work: Work, conn: Connection, sender: SenderRow, row: Row, interview: Row | None
) -> Text | None:
    """What a text says: a reply was written when it was decided on, a campaign's text is written now."""
    if sender.medium == "call":
        return None
    if row["body"] is not None and row["purpose"] in EXEMPT:
        written = work.vault.open(row["body"])
        measure = encoding.measure(written)
        return Text(written, measure.encoding, measure.segments)
    return texts.write(work, conn, sender, row, interview)


def _leaving(work: Work, sender: SenderRow, verdict: Go, now: datetime) -> dict[str, Any]:
    real = work.clock.real()
    return {
        "state": State.SENDING,
        "sender_id": sender.id,
        "lease_until": real + work.patience(SENDING_LEASE),
        "reserved_at": now if verdict.counted else None,
        "sent_at": now,
        "sent_real_at": real,
        "asked_at": None,
    }


def _sealed(work: Work, body: Text | None) -> dict[str, Any]:
    return {} if body is None else {"body": work.vault.seal(body.body), "segments": body.segments}


def _put_off(conn: Connection, row: Row, verdict: Withdraw | Retime | Hold, now: datetime) -> None:
    """The row does not leave now: withdrawn with its reason, re-timed, or simply returned."""
    if isinstance(verdict, Withdraw):
        outbox.change(
            conn, row["id"], state=State.WITHDRAWN, reason={"code": verdict.code, **verdict.params},
            ended_at=now, lease_until=None,
        )  # fmt: skip
        if row["campaign_id"]:
            campaign_rows.decide_again(conn, row["campaign_id"], row["interview_id"], now)
    elif isinstance(verdict, Retime):
        outbox.change(
            conn, row["id"], state=State.PLANNED, due_at=verdict.at, lease_until=None,
            reason={**row["reason"], "retimed": verdict.code},
        )  # fmt: skip
    else:
        outbox.change(conn, row["id"], state=State.PLANNED, lease_until=None)
