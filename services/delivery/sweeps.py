"""Sweeps: what a dead worker held is freed or put in doubt, replies without a sign too, and missed texts are fetched.

Every sweep may run twice, at the same time, or die half-way.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from uuid import UUID

from carriers.errors import CarrierAwayError
from characters.cleaning import storable
from contact import elapsed
from contact.delivery import State
from contact.sender import SenderRow
from services import continuity
from services.texts import unfit as unfit_texts
from services.unfit import isolation, set_aside
from services.work import Work
from store.messages import carrier_clocks, outbox, senders
from store.messages import inbound as inbound_rows
from store.messages import unknown as unknown_rows
from store.messages.outbox import OutboxRow

HANDED_AFTER = timedelta(seconds=60)
"""Real time after which a reply given back in a webhook's response, without a sign, is in doubt."""
INBOUND_OVERLAP = timedelta(minutes=10)
"""Business time the inbound sweep looks back beyond the moment up to which it has taken everything."""
LATE_WEBHOOK = timedelta(minutes=1)
"""Real time in which a text's own webhook may yet come: its answer is the reply, a sweep's a text of its own."""


def free_leases(work: Work) -> int:
    """Claimed rows of dead workers go back, sending ones become unknown, handed replies too. Rows moved."""
    real = work.clock.real()
    with work.database.transaction() as conn:
        freed = Counter(unknown_rows.free_claims(conn, real, "claim_expired"))
        for sender_id, n in freed.items():
            senders.tally(conn, sender_id, "repair", "claim_expired", work.clock.now(), n=n)
        sending = unknown_rows.expired(conn, State.SENDING, real)
        handed = [r.id for r in unknown_rows.waiting_since(conn, (State.HANDED,), real - work.scaled(HANDED_AFTER))]
    aside = set_aside.contact(work, State.UNKNOWN)
    looked_at = isolation.each(work, "leases", [*sending, *handed], lambda row: _doubt(work, row), key=str, aside=aside)
    return freed.total() + sum(looked_at.done)


IN_DOUBT = State.UNKNOWN
"""What becomes of a row of which nobody knows whether the carrier has it: it is never sent again."""


def _doubt(work: Work, outbox_id: UUID) -> bool:
    real = work.clock.real()
    with work.database.transaction() as conn:
        row = outbox.lock_with_phone(conn, outbox_id)
        if row is None or not _is_overdue(work, row, real):
            return False
        why = "worker_lost" if row.state == State.SENDING else "reply_without_sign"
        reason = {**row.reason, "doubt": why}
        outbox.change(conn, outbox_id, state=IN_DOUBT, lease_until=None, error_code=why, reason=reason)
        senders.tally(conn, row.sender_id, "repair", why, work.clock.now())
    return True


def _is_overdue(work: Work, row: OutboxRow, real: datetime) -> bool:
    if row.state == State.SENDING:
        return row.lease_until is None or elapsed.is_over(row.lease_until, real)
    handed_at = row.sent_real_at
    return row.state == State.HANDED and (
        handed_at is not None and elapsed.since(handed_at, real) > work.scaled(HANDED_AFTER)
    )


def fetch_missed_texts(work: Work) -> int:
    """List what our numbers received and feed texts we have not seen through the same door. Texts newly taken in.

    A text younger than `LATE_WEBHOOK` is left to its webhook until the next run. In a database that is older than what
    left nothing is taken in here: an answer would come before the question it answers.
    """
    if continuity.watch(work):
        return 0
    with work.database.transaction() as conn:
        receiving = [s for s in senders.all_rows(conn) if s.medium == "text" and s.can_receive and s.can_reconcile]
    # a list that cannot be read is asked for again on the next run: nothing in it may be passed over
    read = isolation.each(work, "lists", receiving, lambda one: _fetch(work, one), key=lambda one: one.id, fresh=True)
    return sum(read.done)


def _fetch(work: Work, sender: SenderRow) -> int:
    until = work.clock.after(-work.scaled(LATE_WEBHOOK))  # carriers' clocks show business time
    offset = timedelta(seconds=sender.clock_offset_s or 0)
    with work.database.transaction() as conn:
        last = min(senders.swept_at(conn, sender.id) or until, until)  # the clock may have been set back
    try:
        since = last - INBOUND_OVERLAP - max(offset, timedelta(0))
        listed = list(work.carriers.text(sender).list_inbound(sender, since))
    except CarrierAwayError:
        return 0  # looked back from the same time on the next run
    due = [text for text in listed if text.at is None or text.at + offset <= until]
    with work.database.transaction() as conn:  # nearly all are: their webhooks came
        told = [text.carrier_id for text in due if storable(text.carrier_id) == text.carrier_id]
        known = inbound_rows.known(conn, sender.id, told)
    missed = [text for text in due if text.carrier_id not in known]
    taken = unfit_texts.take_in_listed(work, sender, missed)
    with work.database.transaction() as conn:
        carrier_clocks.note(conn, sender.id, {text.carrier_id: text.at for text in due if text.carrier_id in known})
        if not taken.waiting:  # else the same are listed again on the next run
            senders.change(conn, sender.id, inbound_swept_at=until)
    return sum(not reply.repeated for reply in taken.done)
