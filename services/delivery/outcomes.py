"""Records delivery outcomes: the carrier's answer to the hand-over, and its receipts, merged in any order.

One transaction each, under the locks phone → row; the state machine itself is `contact.delivery.merge`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from carriers.errors import UNLISTED
from contact import tariff
from contact.abilities import RULED_OUT, proves
from contact.calendar import ZONE
from contact.delivery import (
    FINAL,
    RETRY_MINUTES,
    Accepted,
    ErrorKind,
    Receipt,
    Refused,
    SendResult,
    State,
    Unknown,
    clearer,
    is_machine,
    merge,
)
from contact.purpose import Purpose
from services.consent import abilities
from services.consent import ledger as consent
from services.follow_up import resumptions
from services.work import Work
from store import audit
from store.campaign import campaigns
from store.interview import calls
from store.messages import departing_page, outbox, receipts, senders
from store.messages.departing_page import AcceptedRow
from store.messages.outbox import OutboxRow, RowWithPhone

MAX_TRIES = 12
"""Technical tries of one row; with the deadline the end of retries."""
NOT_KNOWN_TO_HAVE_LEFT = (State.SENDING, State.UNKNOWN)
UNBOUND_FOR = timedelta(hours=6)
"""Business time after which a row without a deadline (a reply) is not tried again: nobody waits for it any more."""


def settle(work: Work, outbox_id: UUID, result: SendResult) -> None:
    """Write down what the carrier answered to a hand-over (docs/delivery.md)."""
    if isinstance(result, Accepted):
        settle_accepted(work, {outbox_id: result})
        return
    with work.database.transaction() as conn:
        row = outbox.lock_with_phone(conn, outbox_id)
        if row is None:
            return
        if isinstance(result, Refused):
            _refused(work, conn, row, result)
        else:
            _unknown(work, conn, row, result)


def settle_accepted(work: Work, taken: Mapping[UUID, Accepted]) -> None:
    """As `settle`, for a page of hand-overs the carrier took (row → its answer), in one transaction."""
    carrier_ids = {outbox_id: result.carrier_id for outbox_id, result in taken.items()}
    with work.database.transaction() as conn:
        rows = departing_page.lock_with_phones(conn, carrier_ids)
        for row in rows:
            _claim_carrier_id(work, conn, row)
        departing_page.accept(conn, [_accepted(row, taken[row.id], work.clock.now()) for row in rows])


def _accepted(row: AcceptedRow, result: Accepted, now: datetime) -> dict[str, Any]:
    return {
        "id": row.id,
        "campaign_id": row.campaign_id,
        "interview_id": row.interview_id,
        "state": merge(row.state, State.SENT, row.medium),
        "carrier_id": row.carrier_id or result.carrier_id,
        "segments": result.segments or row.segments,
        # a text need not be confirmed for the ladder to go on
        "decide_at": now if row.medium == "text" else None,
    }


def _unknown(work: Work, conn: Connection, row: RowWithPhone, result: Unknown) -> None:
    if row.state == State.SENDING:  # else a receipt was quicker
        outbox.change(conn, row.id, state=State.UNKNOWN, error_code=result.code, lease_until=None)
    senders.tally(conn, row.sender_id, str(ErrorKind.AMBIGUOUS), result.code, work.clock.now())


def _refused(work: Work, conn: Connection, row: RowWithPhone, result: Refused) -> None:
    now = work.clock.now()
    if row.state != State.SENDING:  # a receipt was quicker
        _explain(work, conn, row, result, now)
        return
    minutes = RETRY_MINUTES.get(result.kind)
    if result.kind == ErrorKind.CONFIGURATION:
        _pause_sender(work, conn, row, result.code)
    if minutes and _may_try_again(row, now):
        _try_again(conn, row, now + timedelta(minutes=minutes[min(row.tries, len(minutes) - 1)]), result)
    else:
        outbox.change(
            conn, row.id, state=State.FAILED, reserved_at=None, lease_until=None, ended_at=now,
            error_code=result.code, error_kind=str(result.kind),
        )  # fmt: skip
        _follow(work, conn, row, result.kind, result.code, now)
    listed = result.detail != UNLISTED
    senders.tally(conn, row.sender_id, str(result.kind), result.code, now, listed=listed)


def _explain(work: Work, conn: Connection, row: RowWithPhone, result: Refused, now: datetime) -> None:
    """A receipt that was quicker proves that it left, unless it says that it failed.

    Then the refusal knows why: Kannel reports what it cannot route by receipt too, and there without a cause.
    """
    if row.state == State.FAILED and result.kind not in RETRY_MINUTES:
        outbox.change(conn, row.id, reserved_at=None, error_code=result.code, error_kind=str(result.kind))
        _follow(work, conn, row, result.kind, result.code, now)


def _may_try_again(row: RowWithPhone, now: datetime) -> bool:
    until = row.deadline_at or row.created_at + UNBOUND_FOR
    return bool(now < until and row.tries + 1 < MAX_TRIES)


def _try_again(conn: Connection, row: RowWithPhone, due_at: datetime, result: Refused) -> None:
    """It certainly did not leave: the reservation is given back, no attempt is spent."""
    outbox.change(
        conn, row.id, state=State.PLANNED, due_at=due_at, reserved_at=None, lease_until=None,
        tries=row.tries + 1, error_code=result.code, error_kind=str(result.kind), sent_at=None, sent_real_at=None,
    )  # fmt: skip


def _pause_sender(work: Work, conn: Connection, row: RowWithPhone, code: str) -> None:
    senders.change(conn, row.sender_id, paused_reason=f"carrier:{code}")
    audit.append(
        conn, at=work.clock.now(), actor="machine:delivery", action="sender.paused",
        subject=str(row.sender_id), detail={"code": code},
    )  # fmt: skip


def record_receipt(work: Work, ref: str, receipt: Receipt, via: str = "callback") -> str:
    """Merge one receipt into the row `ref`; "merged", "repeated" or "unknown_ref". Any order, any number of times."""
    with work.database.transaction() as conn:
        row = outbox.lock_by_ref(conn, ref, receipt.carrier_id)
        if row is None:
            return "unknown_ref"
        merged = merge_into(work, conn, row, receipt, via)
    over = row.medium == "call" and receipt.state in FINAL
    if over and (receipt.state == State.COMPLETED or row.purpose == Purpose.CALL_BACK):
        resumptions.after(work, ref)
    return "merged" if merged else "repeated"


def merge_into(work: Work, conn: Connection, row: RowWithPhone, receipt: Receipt, via: str) -> bool:
    """Merge a receipt into a row the caller has locked (`outbox.lock_with_phone`); False when it was there already."""
    if not _append(work, conn, row, receipt, via):
        return False
    _claim_carrier_id(work, conn, row)
    _merge(work, conn, row, receipt)
    if receipt.error_code:
        listed = receipt.extra.get("code") != UNLISTED
        kind = str(receipt.error_kind or ErrorKind.LATER)
        senders.tally(conn, row.sender_id, kind, receipt.error_code, work.clock.now(), listed=listed)
    return True


def _claim_carrier_id(work: Work, conn: Connection, row: RowWithPhone | AcceptedRow) -> None:
    """The carrier says with our own reference whose its id is: a row that was taken for it (`held_by`) gives it up."""
    if row.held_by is None or row.carrier_id is not None:
        return
    other = outbox.lock(conn, row.held_by)
    if other is None or other.phone_hash != row.phone_hash:
        return
    why = "id_was_anothers"
    outbox.change(conn, other.id, carrier_id=None, state=State.PRESUMED, reason={**other.reason, "repaired": why})
    senders.tally(conn, row.sender_id, "repair", why, work.clock.now())


def _append(work: Work, conn: Connection, row: RowWithPhone, receipt: Receipt, via: str) -> bool:
    return receipts.add(
        conn,
        id=work.ids.new(),
        outbox_id=row.id,
        digest=_digest(receipt),
        raw_status=receipt.raw_status,
        state=str(receipt.state),
        error_code=receipt.error_code,
        detail=dict(receipt.extra),
        via=via,
        at=work.clock.now(),
    )


def _digest(receipt: Receipt) -> bytes:
    parts = (receipt.raw_status, receipt.sequence, receipt.error_code, receipt.at, receipt.answered_by)
    return hashlib.sha256("|".join(str(p) for p in parts).encode()).digest()


def _merge(work: Work, conn: Connection, row: RowWithPhone, receipt: Receipt) -> None:
    before = row.state
    state = merge(before, _seen(conn, row, receipt), row.medium)
    now = work.clock.now()
    duration = receipt.duration_s if receipt.duration_s is not None else row.duration_s
    ends = state in FINAL and before not in FINAL
    known = before == State.FAILED and bool(row.error_code)  # why it was refused says more than that it was
    receipts.apply(
        conn,
        row.id,
        state=str(state),
        carrier_id=row.carrier_id or receipt.carrier_id,
        answered_by=clearer(row.answered_by, receipt.answered_by),
        duration_s=duration,
        error_code=row.error_code if known else receipt.error_code or row.error_code,
        error_kind=str(row.error_kind if known else receipt.error_kind or row.error_kind),
        segments=receipt.segments or row.segments,
        lease_until=None,
        ended_at=now if ends else row.ended_at,
        cost=_cost(row, receipt, duration, now) if ends or state == State.DELIVERED else row.cost,
    )
    if row.unable is not None and state != before and proves(row.medium, state):
        why = "answered" if row.medium == "call" else "delivered"
        abilities.regain(work, conn, row.phone_hash, [row.medium], why, "contact", "machine:delivery")
    if ends:
        _follow(work, conn, row, receipt.error_kind, receipt.error_code, now)
    elif before in NOT_KNOWN_TO_HAVE_LEFT and state == State.SENT and row.medium == "text":
        # the answer to its hand-over never came: else the ladder would wait for a last receipt, perhaps for ever
        _go_on(conn, row, now)


def _seen(conn: Connection, row: RowWithPhone, receipt: Receipt) -> State:
    """What a receipt says of a call: its end is a machine's where one took it, unless somebody pressed a key in it."""
    ended = row.medium == "call" and receipt.state in (State.COMPLETED, State.MACHINE)
    if not ended or not is_machine(clearer(row.answered_by, receipt.answered_by)):
        return receipt.state
    return State.COMPLETED if calls.was_keyed(conn, row.ref) else State.MACHINE


def _cost(row: RowWithPhone, receipt: Receipt, duration: int | None, now: datetime) -> Decimal | None:
    """The carrier's own price where it reports one, else the sender's tariff."""
    if receipt.price is not None:
        return receipt.price
    units = (receipt.segments or row.segments) if row.medium == "text" else (duration or 0)
    prices = tariff.from_dict(row.tariff)
    try:
        return prices.cost(row.medium, units, now.astimezone(ZONE).date())
    except LookupError:  # the tariff begins later: what it cost is not known
        return None


def _follow(work: Work, conn: Connection, row: RowWithPhone, kind: ErrorKind | None, code: str, now: datetime) -> None:
    """Apply an ending to the number's abilities, the consent ledger and the ladder."""
    if kind is not None and kind in RULED_OUT:
        abilities.rule_out(work, conn, row.phone_hash, kind, code, row.sent_at or row.created_at)
        if row.purpose == Purpose.CALL_BACK and row.interview_id:
            abilities.break_promise(work, conn, row.interview_id, row.office_id)
    if kind == ErrorKind.OPTED_OUT:
        consent.carrier_stop(work, conn, row.phone_hash, source_id=f"receipt:{row.ref}", code=code)
    _go_on(conn, row, now)


def _go_on(conn: Connection, row: OutboxRow, now: datetime) -> None:
    """Let the ladder that the row stands on go on, if it stands on one."""
    if row.campaign_id and row.interview_id:
        campaigns.decide_again(conn, row.campaign_id, row.interview_id, now)
