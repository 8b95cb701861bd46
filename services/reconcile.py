"""Rows in doubt: what the carrier can be asked is asked; what cannot be asked is waited for and then presumed sent.

Nothing in doubt is ever sent again first. Real time decides when to ask; business time is only written down.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection, RowMapping

from carriers.errors import CarrierAwayError
from contact.delivery import Receipt, State
from contact.sender import SenderRow
from services import delivery
from services.work import Work
from store import audit, campaigns, outbox, senders

ASK_AFTER = timedelta(seconds=60)
"""Real time before the carrier is asked about a row in doubt: its own lists lag."""
GIVE_UP_AFTER = timedelta(minutes=10)
"""Real time after which a row the carrier cannot be asked about is presumed sent."""
STALE_CALL_AFTER = timedelta(minutes=5)
"""Real time after which a call without a final receipt is asked for: a callback was lost."""
STALE_TEXT_AFTER = timedelta(minutes=30)


def ask_about_doubtful(work: Work) -> int:
    """Resolve rows that may or may not have left. Rows resolved."""
    real = work.clock.real()
    with work.database.transaction() as conn:
        rows = outbox.waiting_since(conn, (State.UNKNOWN,), real - work.patience(ASK_AFTER))
        known = {s.id: s for s in senders.all_rows(conn)}
    return sum(_reachable(_resolve, work, known[row["sender_id"]], row, real) for row in rows)


def _reachable(ask: Callable[..., bool], *of: object) -> bool:
    """What `ask` gives; False when its carrier is away just now, so that the other carriers' rows are looked at."""
    try:
        return ask(*of)
    except CarrierAwayError:
        return False


def _resolve(work: Work, sender: SenderRow, row: RowMapping, real: datetime) -> bool:
    waited = real - row["sent_real_at"]
    if sender.can_reconcile:
        found = _ask(work, sender, row)
        if found:
            delivery.record_receipt(work, row["ref"], found, via="asked")
            return True
        return _never_left(work, row)
    return waited > work.patience(GIVE_UP_AFTER) and _presume(work, row)


def _ask(work: Work, sender: SenderRow, row: RowMapping) -> Receipt | None:
    """The one text or call of the carrier's list that can only be this row, or None."""
    with work.database.transaction() as conn:
        phone = outbox.lock_phone(conn, row["phone_hash"])
        taken = outbox.carrier_ids(conn, row["phone_hash"])
    if phone is None:
        return None
    number = work.vault.open(phone["number"])
    since = row["sent_at"] - timedelta(seconds=5)  # the carrier's clock shows business time
    if row["medium"] == "call":
        listed = work.carriers.call(sender).find(sender, number, since, row["ref"])
    else:
        listed = work.carriers.text(sender).find(sender, number, work.vault.open(row["body"]), since)
    return next((receipt for receipt in listed if receipt.carrier_id not in taken), None)


def _never_left(work: Work, row: RowMapping) -> bool:
    """The carrier lists nothing of it: a technical failure, the reservation is given back, no attempt is spent."""
    now = work.clock.now()
    with work.database.transaction() as conn:
        if not _still_in_doubt(conn, row):
            return False
        outbox.change(
            conn,
            row["id"],
            state=State.FAILED,
            reserved_at=None,
            error_code="not_listed",
            ended_at=now,
            lease_until=None,
        )
        _decided(conn, row, now, "not_listed")
    return True


def _presume(work: Work, row: RowMapping) -> bool:
    """It cannot be asked and no receipt came: counted as sent, never repeated."""
    now = work.clock.now()
    with work.database.transaction() as conn:
        if not _still_in_doubt(conn, row):
            return False
        outbox.change(conn, row["id"], state=State.PRESUMED, ended_at=now, lease_until=None)
        _decided(conn, row, now, "presumed_sent")
    return True


def _still_in_doubt(conn: Connection, row: RowMapping) -> bool:
    outbox.lock_phone(conn, row["phone_hash"])
    current = outbox.lock(conn, row["id"])
    return current is not None and current["state"] == State.UNKNOWN


def _decided(conn: Connection, row: RowMapping, now: datetime, why: str) -> None:
    audit.append(
        conn, at=now, actor="machine:reconcile", action="outbox.doubt_ended", subject=str(row["id"]),
        office_id=row["office_id"], detail={"why": why},
    )  # fmt: skip
    if row["campaign_id"]:
        campaigns.decide_again(conn, row["campaign_id"], row["interview_id"], now)


def ask_about_silent(work: Work) -> int:
    """Texts and calls the carrier took whose last receipt never came: ask what became of them. Rows moved on."""
    real = work.clock.real()
    with work.database.transaction() as conn:
        calls = (State.SENT, State.RINGING, State.ANSWERED)
        stale_calls = outbox.waiting_since(conn, calls, real - work.patience(STALE_CALL_AFTER))
        stale_texts = outbox.waiting_since(conn, (State.SENT,), real - work.patience(STALE_TEXT_AFTER))
        rows = [r for r in stale_calls if r["medium"] == "call"] + [r for r in stale_texts if r["medium"] == "text"]
        known = {s.id: s for s in senders.all_rows(conn)}
    return sum(_reachable(_catch_up, work, known[row["sender_id"]], row) for row in rows)


def _catch_up(work: Work, sender: SenderRow, row: RowMapping) -> bool:
    if not sender.can_reconcile:
        return False
    carrier = work.carriers.call(sender) if row["medium"] == "call" else work.carriers.text(sender)
    known = row["carrier_id"]  # none when the answer to the hand-over broke off
    receipt = carrier.fetch(sender, known) if known else _ask(work, sender, row)
    if receipt is None or receipt.state == row["state"]:
        return False
    return delivery.record_receipt(work, row["ref"], receipt, via="asked") == "merged"
