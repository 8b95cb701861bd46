"""Dispatch: due rows of one sender are claimed in small batches, checked once more under the locks, and handed over.

No connection is held while a carrier is spoken to. What became of a hand-over is settled in `services.delivery`.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping

from contact import settings as round_settings
from contact.caps import EXEMPT, Counts
from contact.delivery import SendResult, State
from contact.sender import SenderRow
from contact.settings import RoundSettings
from services import delivery, texts
from services.clearance import Facts, Go, Hold, Retime, Withdraw, clear
from services.work import Work
from sms import encoding
from sms.texting import Text
from store import campaigns as campaign_rows
from store import interviews as interview_rows
from store import outbox, senders

CLAIM_LEASE = timedelta(seconds=60)
SENDING_LEASE = timedelta(seconds=90)
"""Real time; longer than any carrier may keep us waiting (`carriers.timeouts`)."""
BATCH_SECONDS = 2
"""A batch is no more than the rate spends in about this many real seconds, so that a pause holds within 5 s."""


@dataclass(frozen=True, slots=True)
class Order:
    """One contact cleared to leave."""

    outbox_id: UUID
    ref: str
    number: str
    body: str


def dispatch(work: Work, sender_id: UUID, budget_s: float = 5.0) -> int:
    """Send what is due for one sender for up to `budget_s` real seconds. Rows handed to the carrier."""
    until = time.monotonic() + budget_s
    sent = 0
    while time.monotonic() < until:
        sender, batch, wait_s = claim_batch(work, sender_id)
        if sender is None or (not batch and wait_s is None):
            break
        for outbox_id in batch:
            sent += send(work, sender, outbox_id)
        if wait_s is not None:
            time.sleep(min(wait_s, max(0.0, until - time.monotonic())))
    return sent


def claim_batch(work: Work, sender_id: UUID) -> tuple[SenderRow | None, list[UUID], float | None]:
    """Claim a batch within the sender's rate and lines; seconds until the next slot when the rate is the limit."""
    real = work.clock.real()
    with work.database.transaction() as conn:
        sender = senders.by_id(conn, sender_id)
        if sender is None or sender.paused_reason:
            return None, [], None
        room = _room(conn, sender)
        tokens = senders.spend(conn, sender_id, room, real)
        lease = real + work.patience(CLAIM_LEASE)
        batch = outbox.claim(conn, sender_id, tokens, work.clock.now(), lease) if tokens else []
        senders.give_back(conn, sender_id, tokens - len(batch))
        limited = room > 0 and len(batch) == tokens
        more = limited and sender_id in outbox.due_senders(conn, work.clock.now())
    return sender, batch, (1 / float(sender.rate_per_s) if more else None)


def _room(conn: Connection, sender: SenderRow) -> int:
    batch = max(1, min(sender.burst, int(sender.rate_per_s * BATCH_SECONDS)))
    if sender.medium != "call":
        return batch
    busy = senders.live_lines(conn, sender.id, outbox.ON_A_LINE)
    return max(0, min(batch, sender.lines - busy))


def send(work: Work, sender: SenderRow, outbox_id: UUID) -> bool:
    """Clear one claimed row, hand it to the carrier and settle what the carrier said. True if it was handed over."""
    order = _prepare(work, sender, outbox_id)
    if order is None:
        return False
    delivery.settle(work, order.outbox_id, _hand_over(work, sender, order))
    return True


def _hand_over(work: Work, sender: SenderRow, order: Order) -> SendResult:
    if sender.medium == "call":
        return work.carriers.call(sender).place(sender, order.number, order.ref)
    return work.carriers.text(sender).send(sender, order.number, order.body, order.ref)


def _prepare(work: Work, sender: SenderRow, outbox_id: UUID) -> Order | None:
    """One transaction under the locks phone → interview → row: clear it, write its text, mark it `sending`."""
    with work.database.transaction() as conn:
        target = outbox.target(conn, outbox_id)
        if target is None:
            return None
        phone = outbox.lock_phone(conn, target["phone_hash"])
        interview = interview_rows.lock(conn, target["interview_id"]) if target["interview_id"] else None
        row = outbox.lock(conn, outbox_id)
        if phone is None or row is None or row["state"] != State.CLAIMED:
            return None
        campaign = campaign_rows.by_id(conn, row["campaign_id"]) if row["campaign_id"] else None
        settings = round_settings.from_dict(campaign["settings"]) if campaign else round_settings.default()
        now = work.clock.now()
        facts = _facts(conn, row, phone, interview, campaign, now, settings)
        verdict = clear(facts, now, settings.calendar, settings.caps)
        if not isinstance(verdict, Go):
            _put_off(conn, row, verdict, now)
            return None
        body = _body(work, conn, sender, row, interview)
        outbox.change(conn, outbox_id, **_leaving(work, verdict, now), **_sealed(work, body))
        return Order(outbox_id, row["ref"], work.vault.open(phone["number"]), "" if body is None else body.body)


def _body(
    work: Work, conn: Connection, sender: SenderRow, row: RowMapping, interview: RowMapping | None
) -> Text | None:
    """What a text says: a reply was written when it was decided on, a campaign's text is written now."""
    if sender.medium == "call":
        return None
    if row["body"] is not None and row["purpose"] in EXEMPT:
        written = work.vault.open(row["body"])
        measure = encoding.measure(written)
        return Text(written, measure.encoding, measure.segments)
    return texts.write(work, conn, sender, row, interview)


def _leaving(work: Work, verdict: Go, now: datetime) -> dict[str, Any]:
    real = work.clock.real()
    return {
        "state": State.SENDING,
        "lease_until": real + work.patience(SENDING_LEASE),
        "reserved_at": now if verdict.counted else None,
        "sent_at": now,
        "sent_real_at": real,
    }


def _sealed(work: Work, body: Text | None) -> dict[str, Any]:
    return {} if body is None else {"body": work.vault.seal(body.body), "segments": body.segments}


def _facts(
    conn: Connection,
    row: RowMapping,
    phone: RowMapping,
    interview: RowMapping | None,
    campaign: RowMapping | None,
    now: datetime,
    settings: RoundSettings,
) -> Facts:
    counts = outbox.contact_counts(conn, row["phone_hash"], row["interview_id"], settings.caps.since(now))
    return Facts(
        medium=row["medium"],
        purpose=row["purpose"],
        consent=phone["consent"],
        interview_status=interview["status"] if interview else "",
        campaign_state=campaign["state"] if campaign else "",
        round_open=campaign is None or (campaign["round_state"] == "open" and now < campaign["closes_at"]),
        counts=Counts(**counts),
        exempt=row["purpose"] in EXEMPT,
    )


def _put_off(conn: Connection, row: RowMapping, verdict: Withdraw | Retime | Hold, now: datetime) -> None:
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
