"""Resolves texts and calls whose last receipt never came: the carrier is asked, and a call without end is hung up.

A receipt that was lost is made up for here. Real time decides when to ask.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from contact import elapsed
from contact.delivery import FINAL, Receipt, State
from contact.sender import SenderRow
from services.delivery import outcomes, unknown
from services.work import Work
from store import audit
from store.campaign import campaigns
from store.messages import outbox, senders
from store.messages import unknown as unknown_rows
from store.messages.unknown import UnresolvedRow

ASK_CALL_AFTER = timedelta(seconds=60)
"""Real time between two askings about a call that rings or talks."""
ASK_TEXT_AFTER = timedelta(seconds=90)
"""Real time after which a text without a final receipt is asked about; then after twice as long each time."""
TEXT_UNTIL = timedelta(days=2)
"""Real time after which a text will not be confirmed any more: carriers give up themselves."""
LONGEST_CALL = timedelta(minutes=20)
"""Real time after which a call is hung up, whatever goes on in it, so that its line is free again."""
LAST_WORD = timedelta(minutes=1)
"""Real time after hanging up in which the carrier may still say how the call ended."""


def ask_about_silent(work: Work) -> int:
    """Ask what became of texts and calls whose last receipt is missing, end endless calls. Rows moved on."""
    real = work.clock.real()
    with work.database.transaction() as conn:
        rows = unknown_rows.take_silent_calls(conn, real, work.scaled(ASK_CALL_AFTER))
        rows += unknown_rows.take_silent_texts(conn, real, work.scaled(ASK_TEXT_AFTER), TEXT_UNTIL)
        known = {s.id: s for s in senders.all_rows(conn)}
    return unknown.ask_each(work, "silence", rows, known, lambda sender, row: _catch_up(work, sender, row, real))


def _catch_up(work: Work, sender: SenderRow, row: UnresolvedRow, real: datetime) -> bool:
    endless = row.medium == "call" and elapsed.since(row.sent_real_at, real) > work.scaled(LONGEST_CALL)
    if not sender.can_reconcile:
        return endless and _close(work, row)
    if endless and row.carrier_id:
        work.carriers.call(sender).hang_up(sender, row.carrier_id)
    receipt = _ask(work, sender, row)
    if receipt is not None and receipt.state in FINAL:
        return _merge(work, row, receipt)
    if endless and elapsed.since(row.sent_real_at, real) > work.scaled(LONGEST_CALL + LAST_WORD):
        return _close(work, row)
    return receipt is not None and receipt.state != row.state and _merge(work, row, receipt)


def _ask(work: Work, sender: SenderRow, row: UnresolvedRow) -> Receipt | None:
    """What the carrier says of it now; where its id was lost with the answer to the hand-over, from its list."""
    if row.carrier_id:
        carrier = work.carriers.call(sender) if row.medium == "call" else work.carriers.text(sender)
        return carrier.fetch(sender, row.carrier_id)
    found = unknown.look_up(work, sender, row)
    with work.database.transaction() as conn:
        sure, guessed = unknown_rows.carrier_ids(conn, row.phone_hash, unknown.FOUND)
    return next((receipt for receipt in found if receipt.carrier_id not in sure | guessed), None)


def _merge(work: Work, row: UnresolvedRow, receipt: Receipt) -> bool:
    """As if the receipt had come; that it had to be fetched stands on the row."""
    with work.database.transaction() as conn:
        held = outbox.lock_with_phone(conn, row.id, receipt.carrier_id)
        if held is None or not outcomes.merge_into(work, conn, held, receipt, "asked"):
            return False
        outbox.change(conn, row.id, reason={**held.reason, "repaired": "receipt_fetched"})
        senders.tally(conn, row.sender_id, "repair", "receipt_fetched", work.clock.now())
    return True


def _close(work: Work, row: UnresolvedRow) -> bool:
    """The carrier does not say how it ended: a call that was answered counts as completed, another as made."""
    now, why = work.clock.now(), "endless_call"
    with work.database.transaction() as conn:
        held = outbox.lock_with_phone(conn, row.id)
        if held is None or held.state in FINAL:
            return False
        state = State.COMPLETED if held.state == State.ANSWERED else State.PRESUMED
        outbox.change(
            conn, row.id, state=state, ended_at=now, lease_until=None, reason={**held.reason, "repaired": why}
        )
        audit.append(
            conn, at=now, actor="machine:silence", action="outbox.repaired", subject=str(row.id),
            office_id=held.office_id, detail={"why": why},
        )  # fmt: skip
        senders.tally(conn, row.sender_id, "repair", why, now)
        if held.campaign_id and held.interview_id:
            campaigns.decide_again(conn, held.campaign_id, held.interview_id, now)
    return True
