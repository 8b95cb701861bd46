"""Rehearses a text and a call before a server forks, in a transaction that is rolled back.

What that loads, compiles and settles in Python is then shared by the server's workers instead of copied by each. Nobody
is written to or called, and nothing of it stays; it must never keep a server from starting.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import structlog

from contact.calendar import Medium
from contact.delivery import InboundText, Receipt, State
from contact.purpose import Purpose
from contact.sender import SenderRow
from services.calls import dialogue as calls
from services.delivery import outcomes
from services.texts import receive as inbound
from services.work import Work
from store.messages import outbox, senders
from store.people import phones
from store.people.phones import AskedPhone

TURNS = 12
"""Until Python has rewritten, for speed, the functions that every turn runs."""

_log = structlog.get_logger("alo.warm_up")


def warm_up(work: Work) -> bool:
    """Go through it with somebody who is asked and has said nothing yet, if there is one; whether all of it went well.

    It holds that phone's locks meanwhile (a fraction of a second). Raises nothing.
    """
    try:
        work.recordings.refresh()
        for rehearse in (_rehearse_texts, _rehearse_keys):
            with work.database.taken_back() as database:
                _rehearse(replace(work, database=database), rehearse)
    except Exception as error:  # a server that starts cold is better than none
        _log.warning("not_warmed_up", error=type(error).__name__)
        return False
    return True


def _rehearse(work: Work, rehearse: Callable[[Work, Mapping[Medium, SenderRow], AskedPhone], None]) -> None:
    with work.database.transaction() as conn:
        ours = {sender.medium: sender for sender in senders.all_rows(conn)}
        phone = phones.somebody_asked(conn)
    if phone is not None:
        rehearse(work, ours, phone)


def _rehearse_texts(work: Work, ours: Mapping[Medium, SenderRow], phone: AskedPhone) -> None:
    if "text" not in ours:
        return
    number = work.vault.open(phone.number, "phones.number", phone.hash)
    for turn, body in enumerate(("alo", *"12" * (TURNS // 2))):  # the same figure twice at once would not be an answer
        text = InboundText(f"warm-up-{turn}", number, ours["text"].address, body)
        reply = inbound.receive_text(work, ours["text"], text)
        if reply.ref:
            outcomes.record_receipt(work, reply.ref, Receipt(None, State.DELIVERED, "delivered"))


def _rehearse_keys(work: Work, ours: Mapping[Medium, SenderRow], phone: AskedPhone) -> None:
    if "call" not in ours:
        return
    ref, now = work.ids.public(), work.clock.now()
    with work.database.transaction() as conn:
        outbox.insert_row(
            conn, id=work.ids.new(), ref=ref, medium="call", purpose=Purpose.CALL, sender_id=ours["call"].id,
            phone_hash=phone.hash, interview_id=phone.interview_id, state=State.SENT, due_at=now, created_at=now,
        )  # fmt: skip
    calls.first(work, ref, "warm-up", "human")
    for turn in range(1, TURNS):
        calls.pressed(work, ref, turn, "1")
