"""Resolves outbox rows in state unknown: the carrier is asked, or after a wait they are presumed sent.

Nothing in doubt is ever sent again on a guess. Every decision stands with its reason on the row, in the audit trail and
in the tallies. Real time decides when to ask; business time is only written down.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Connection

from carriers.errors import CarrierAwayError
from contact import elapsed
from contact.caps import ANSWERS_SOMEBODY
from contact.delivery import Receipt, State
from contact.sender import SenderRow
from services.delivery import outcomes
from services.unfit import isolation, set_aside
from services.work import Work
from store import audit
from store.campaign import campaigns
from store.messages import outbox, senders
from store.messages import unknown as unknown_rows
from store.messages.outbox import OutboxRow, RowWithPhone
from store.messages.unknown import UnresolvedRow

ASK_AFTER = timedelta(seconds=60)
"""Real time before the carrier is asked about a row in doubt: its own lists lag."""
ASK_AGAIN = timedelta(seconds=15)
"""Real time between the two lists that must both lack a row before it is taken for never sent."""
GIVE_UP_AFTER = timedelta(seconds=100)
"""Real time after which a row the carrier cannot be asked about is presumed sent; a later receipt still counts."""
REPLY_WORTH = timedelta(minutes=5)
"""Real time within which a reply that certainly never left is still worth sending."""

FOUND = "found_in_list"
ASK_FOR_S, ASK_AT_ONCE = 5.0, 8
"""Real seconds one run goes on asking, and how many rows are asked about at the same time."""


def ask_about_doubtful(work: Work) -> int:
    """Resolve rows that may or may not have left. Rows resolved."""
    real = work.clock.real()
    with work.database.transaction() as conn:
        rows = unknown_rows.waiting_since(conn, (State.UNKNOWN,), real - work.scaled(ASK_AGAIN))
        known = {s.id: s for s in senders.all_rows(conn)}
    due = [row for row in rows if elapsed.since(row.sent_real_at, real) > work.scaled(ASK_AFTER)]
    return ask_each(work, "doubts", due, known, lambda sender, row: _resolve(work, sender, row, real))


def ask_each(
    work: Work,
    loop: str,
    rows: Sequence[UnresolvedRow],
    known: dict[UUID, SenderRow],
    ask: Callable[[SenderRow, UnresolvedRow], bool],
) -> int:
    """How many of `rows` `ask` moved on, several at once and for a few seconds: the pulse waits behind this.

    A carrier that is away now keeps its rows waiting, not those of others. An unfit row is presumed sent.
    """
    until = time.monotonic() + ASK_FOR_S
    away: set[UUID] = set()
    end = set_aside.contact(work, State.PRESUMED)

    def one(row: UnresolvedRow) -> bool:
        if row.sender_id in away or time.monotonic() > until:
            return False
        try:
            return any(isolation.each(
                work, loop, [row], lambda row: ask(known[row.sender_id], row), key=lambda row: row.id,
                aside=lambda conn, row: end(conn, row.id),
            ).done)  # fmt: skip
        except CarrierAwayError:
            away.add(row.sender_id)
            return False

    with ThreadPoolExecutor(ASK_AT_ONCE, thread_name_prefix="ask") as pool:
        return sum(pool.map(one, rows))


def _resolve(work: Work, sender: SenderRow, row: UnresolvedRow, real: datetime) -> bool:
    if sender.can_reconcile:
        return settle_by(work, row, look_up(work, sender, row))
    if elapsed.since(row.sent_real_at, real) <= work.scaled(GIVE_UP_AFTER):
        return False
    with work.database.transaction() as conn:
        held = _still_in_doubt(conn, row)
        return held is not None and _end(work, conn, held, State.PRESUMED, "presumed_sent")


def look_up(work: Work, sender: SenderRow, row: UnresolvedRow) -> Sequence[Receipt]:
    """Search the carrier's list for what could be this row. No connection is held meanwhile.

    Raises CarrierAwayError; ValueError for a row without number or words: it would seem never to have left.
    """
    with work.database.transaction() as conn:
        phone = outbox.lock_number(conn, row.id)
    if phone is None:
        return ()
    if phone.number is None or (row.medium == "text" and row.body is None):
        raise ValueError("nothing is known by which this row could be found in a list")
    number = work.vault.open(phone.number, "phones.number", phone.hash)
    behind = timedelta(seconds=5 + max(sender.clock_offset_s or 0, 0))
    since = row.sent_at - behind  # the carrier's clock shows business time, but for its offset
    if row.medium == "call":
        return work.carriers.call(sender).find(sender, number, since, row.ref)
    return work.carriers.text(sender).find(sender, number, _words(work, row), since)


def settle_by(work: Work, row: UnresolvedRow, found: Sequence[Receipt]) -> bool:
    """End the doubt about a row by the carrier's list, under the locks: taken, never taken, or two rows are alike."""
    with work.database.transaction() as conn:
        held = _still_in_doubt(conn, row)
        if held is None:
            return False
        sure, guessed = unknown_rows.carrier_ids(conn, held.phone_hash, FOUND)
        taken = sure | guessed
        free = [receipt for receipt in found if receipt.carrier_id not in taken]
        place = _place_among_twins(work, conn, held)
        if place < len(free):
            _note(work, conn, held, FOUND)
            return outcomes.merge_into(work, conn, held, free[place], "asked")
        if any(receipt.carrier_id not in sure for receipt in found):  # it may be this row's or its twin's
            return _end(work, conn, held, State.PRESUMED, "cannot_be_told_apart")
        if held.asked_at is None:
            outbox.change(conn, held.id, asked_at=work.clock.real())
            return False
        return _never_left(work, conn, held)


def _place_among_twins(work: Work, conn: Connection, row: OutboxRow) -> int:
    """Count the unknown rows with the same words to the same phone that were handed over before this one."""
    words = _words(work, row)
    alike = [twin.id for twin in unknown_rows.twins(conn, row) if _words(work, twin) == words]
    return alike.index(row.id)


def _words(work: Work, row: UnresolvedRow | OutboxRow) -> str:
    return "" if row.body is None else work.vault.open(row.body, "outbox.body", row.id)


def _never_left(work: Work, conn: Connection, row: OutboxRow) -> bool:
    """Two lists lack it: a technical failure, the reservation is given back, no attempt is spent.

    A reply that somebody still waits for leaves now; of everything else the ladder decides anew.
    """
    handed_at = row.sent_real_at
    young = handed_at is not None and elapsed.since(handed_at, work.clock.real()) < REPLY_WORTH
    if row.purpose in ANSWERS_SOMEBODY and row.body is not None and row.tries == 0 and young:
        outbox.change(
            conn, row.id, state=State.PLANNED, tries=1, due_at=work.clock.now(), lease_until=None,
            sent_at=None, sent_real_at=None, asked_at=None,
        )  # fmt: skip
        _note(work, conn, row, "not_listed")
        return True
    return _end(work, conn, row, State.FAILED, "not_listed", reserved_at=None)


def _end(work: Work, conn: Connection, row: OutboxRow, state: State, why: str, **columns: Any) -> bool:
    now = work.clock.now()
    outbox.change(conn, row.id, state=state, ended_at=now, lease_until=None, error_code=why, **columns)
    _note(work, conn, row, why)
    if row.campaign_id and row.interview_id:
        campaigns.decide_again(conn, row.campaign_id, row.interview_id, now)
    return True


def _still_in_doubt(conn: Connection, row: UnresolvedRow) -> RowWithPhone | None:
    current = outbox.lock_with_phone(conn, row.id)
    return current if current is not None and current.state == State.UNKNOWN else None


def _note(work: Work, conn: Connection, row: OutboxRow, why: str) -> None:
    """The decision with its reason: on the row, in the audit trail, in the tallies."""
    now = work.clock.now()
    outbox.change(conn, row.id, reason={**row.reason, "repaired": why})
    audit.append(
        conn, at=now, actor="machine:reconcile", action="outbox.doubt_ended", subject=str(row.id),
        office_id=row.office_id, detail={"why": why},
    )  # fmt: skip
    senders.tally(conn, row.sender_id, "repair", why, now)
