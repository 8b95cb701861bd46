"""Answering machine detection: a call that a machine took is hung up and is no contact. A person never waits for it.

Findings come in any order with the receipts of the call, and end the same. Whoever has pressed a key is a person,
whatever the carrier makes of them. It must not know how a carrier listens.
"""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection

from contact.delivery import FINAL, Detection, State, clearer, is_machine
from services.work import Work
from store.interview import calls
from store.messages import outbox, senders
from store.messages.outbox import OutboxRow
from store.unit_of_work import after_commit


def record(work: Work, ref: str, found: Detection) -> str:
    """Keep who took the call `ref`: "machine" (it is hung up on soon, if it runs), "person", or a word why nothing
    changes.

    "repeated", "late" (a key was pressed, or it was over without anybody), "unknown_ref" (no such call, or not under
    this carrier id).
    """
    with work.database.transaction() as conn:
        row = outbox.lock_by_ref(conn, ref, found.carrier_id)
        if row is None or row.medium != "call" or row.carrier_id not in (None, found.carrier_id):
            return "unknown_ref"
        if row.answered_by and clearer(row.answered_by, found.answered_by) == row.answered_by:
            return "repeated"
        machine = is_machine(found.answered_by)
        over = row.state in FINAL
        if (over and row.state != State.COMPLETED) or (machine and calls.was_keyed(conn, ref)):
            return "late"
        known = row.carrier_id or (found.carrier_id if row.held_by is None else None)
        outbox.change(conn, row.id, carrier_id=known)
        note(conn, row, found.answered_by)
        if not machine:
            return "person"
        calls.give_up(conn, ref, work.clock.now())
        if not over:
            after_commit(conn, work.jobs.enqueue, "alo.hang_up", str(row.id))
    return "machine"


def note(conn: Connection, row: OutboxRow, answered_by: str) -> None:
    """Keep who took the call of this outbox row, locked after its phone: one that is over already was a machine's then,
    of one that runs its last receipt will say so."""
    taken = row.state == State.COMPLETED and is_machine(answered_by)
    columns = {"state": State.MACHINE} if taken else {}
    outbox.change(conn, row.id, answered_by=clearer(row.answered_by, answered_by), **columns)


def hang_up(work: Work, outbox_id: UUID) -> bool:
    """End a running call that a machine took; False when there is nothing to end any more.

    Losing this is harmless: the call's next turn ends it, and the opening is shorter than a message.
    """
    with work.database.transaction() as conn:
        row = outbox.lock_with_phone(conn, outbox_id)
        if row is None or row.carrier_id is None or row.state in FINAL:
            return False
        if not is_machine(row.answered_by) or calls.was_keyed(conn, row.ref):
            return False
        sender = senders.by_id(conn, row.sender_id)
    if sender is None:  # the row refers to it: it cannot be gone
        return False
    work.carriers.call(sender).hang_up(sender, row.carrier_id)
    return True
