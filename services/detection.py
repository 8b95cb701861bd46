"""Machines that take our calls: told apart beside the call, hung up on, no contact. A person never waits for it.

Whoever has pressed a key is a person, whatever the carrier makes of them. It must not know how a carrier listens.
"""

from __future__ import annotations

from uuid import UUID

from contact.delivery import FINAL, Detection, State, is_machine
from services.planted import is_planted
from services.work import Work
from store import calls, outbox, senders


def record(work: Work, ref: str, found: Detection) -> str:
    """Keep who took the call `ref`: "machine" (it is hung up on soon), "person", or a word why nothing changes.

    "repeated", "late" (it is over, or a key was pressed), "unknown_ref" (no such call, or not under this carrier id).
    """
    with work.database.transaction() as conn:
        row = outbox.lock_by_ref(conn, ref, found.carrier_id)
        if row is None or row["medium"] != "call" or row["carrier_id"] not in (None, found.carrier_id):
            return "unknown_ref"
        if row["answered_by"]:
            return "repeated"
        machine = is_machine(found.answered_by)
        if row["state"] in FINAL or (machine and _is_person(calls.was_keyed(conn, ref))):
            return "late"
        known = row["carrier_id"] or (found.carrier_id if row["held_by"] is None else None)
        outbox.change(conn, row["id"], answered_by=found.answered_by, carrier_id=known)
        if not machine:
            return "person"
        calls.give_up(conn, ref, work.clock.now())
    work.jobs.enqueue("alo.hang_up", str(row["id"]))
    return "machine"


def hang_up(work: Work, outbox_id: UUID) -> bool:
    """End a running call that a machine took; False when there is nothing to end any more.

    Losing this is harmless: the call's next turn ends it, and the opening is shorter than a message.
    """
    with work.database.transaction() as conn:
        row = outbox.lock_with_phone(conn, outbox_id)
        if row is None or row["carrier_id"] is None or State(row["state"]) in FINAL:
            return False
        if not is_machine(row["answered_by"]) or _is_person(calls.was_keyed(conn, row["ref"])):
            return False
        sender = senders.by_id(conn, row["sender_id"])
    if sender is None:  # the row refers to it: it cannot be gone
        return False
    work.carriers.call(sender).hang_up(sender, row["carrier_id"])
    return True


def _is_person(keyed: bool) -> bool:
    return keyed and not is_planted("machines-press-keys")
