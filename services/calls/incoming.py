"""Incoming calls: rejected and returned at no cost to the caller, or answered where the round says so.

A ring is kept, so the same request again gets the same document. It must not know a carrier's request or TwiML.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from contact.address import read_address
from contact.consent import ConsentEvent, ConsentState
from contact.sender import SenderRow
from contact.tasks import TaskKind
from ivr.script import Reject, Script
from services.calls.dialogue import (
    CHANNEL,
    CallTurn,
    Speech,
    closing,
    keep,
    open_interviews,
    render,
    stored,
    take,
)
from services.consent import abilities
from services.consent import callers as numbers
from services.consent import ledger as consent
from services.follow_up import call_backs
from services.follow_up import respondent_requests as wishes
from services.interview import next_interview
from services.interview.events import Opening
from services.work import Work
from store.interview import calls as rows
from store.interview.interviews import HeldInterview
from store.people import phones

REFUSED = Speech(Script((Reject(),)))
_NEVER = datetime.min.replace(tzinfo=UTC)


def rang_in(work: Work, sender: SenderRow, from_number: str, carrier_id: str) -> str:
    """The document for somebody who rings our number `sender`: refused for a call back, or their interview goes on.

    A number that nobody rings back (withheld, foreign, 1900) hears that, and is promised nothing; one that is shown and
    cannot be read is told to staff.
    """
    caller = read_address(from_number)
    number = caller.text
    work.recordings.refresh()
    with work.database.transaction() as conn:
        phone = numbers.lock(work, conn, number)
        if phone is None:
            if caller.kind not in ("withheld", "code"):
                numbers.tell_of_unreadable(work, conn, from_number, stop=False)
            return render(work, closing("unknown_caller"), "")
        if "call" in phone.unable:  # who rings can be rung
            abilities.regain(work, conn, phone.hash, ["call"], "rang_us", "contact", "machine:ring_in")
        known = rows.by_carrier_id(conn, sender.id, carrier_id)
        if known is not None:
            return stored(work, conn, known, 0)
        held = open_interviews(work, conn, phone)
        row = _meant(held)
        now = work.clock.now()
        line = CallTurn(work, conn, phone, work.ids.new(), work.ids.public(), 0, now, sender.simulated, rang_in=True)
        rows.add(
            conn,
            id=line.call_id,
            ref=line.ref,
            direction="in",
            outbox_id=None,
            sender_id=sender.id,
            phone_hash=phone.hash,
            interview_id=row.id if row else None,
            carrier_id=carrier_id,
            began_at=line.now,
        )
        return keep(line, _greet(line, sender, row, len(held), number))


def _meant(held: Sequence[HeldInterview]) -> HeldInterview | None:
    """Which of the phone's interviews somebody who rings in means: the open one begun last, else any that is open."""
    waiting = [row for row in held if row.status in next_interview.WAITING]
    last = max(waiting, key=lambda row: row.begun_at or _NEVER, default=None)
    return last or next(iter(held), None)


def _greet(line: CallTurn, sender: SenderRow, row: HeldInterview | None, served: int, number: str) -> Speech:
    """What becomes of the ring; `row` is the interview it is about, `served` how many the phone serves."""
    if row is not None and row.ring_in == "answer":
        if line.phone.consent is ConsentState.STOPPED:
            return closing("opted_out")
        return take(line, row, Opening(CHANNEL, f"{line.ref}:0"), shared=served > 1)
    if line.phone.consent is ConsentState.HELD:  # whoever rings does not mean that we shall be silent
        said = consent.Said(CHANNEL, line.ref, "", line.now, row.id if row else None)
        consent.note(line.work, line.conn, line.phone.hash, ConsentState.HELD, ConsentEvent.RELEASED, said)
    if line.phone.consent is not ConsentState.STOPPED:
        _ring_back(line, sender, row, number)
    return REFUSED


def _ring_back(line: CallTurn, sender: SenderRow, row: HeldInterview | None, number: str) -> None:
    """Plan the call back; whom nothing is asked of, and strangers, staff see to: nobody else is ever rung back."""
    phone_hash = line.phone.hash
    given_up = row is not None and phones.is_given_up(line.conn, row.organisation_id, phone_hash)
    if row is not None and row.status in next_interview.WAITING and not given_up:
        call_backs.plan(line.work, line.conn, row, phone_hash, sender.id, "rang_us")
    elif row is not None:
        wishes.tell_of_person(line.work, line.conn, row)
    else:
        is_known = phones.is_listed(line.conn, phone_hash)
        kind = TaskKind.PERSON_WANTED if is_known else TaskKind.UNKNOWN_NUMBER
        numbers.tell_staff(line.work, line.conn, kind, phone_hash, number)
