"""A test text or call by one sender to a phone of the operator's own, before anybody on a list is contacted by it.

It leaves through the outbox like everything else, under the hours and caps of its phone.
"""

from __future__ import annotations

from contact.delivery import State
from contact.settings import RoundSettings
from services import trial
from services.faults import Refusal
from services.trial import Trial
from services.work import Work
from sms import encoding
from sms.texting import Text
from store import audit, outbox, senders


def order(work: Work, name: str, number: str, words: str, actor: str) -> Trial:
    """Put the test in the outbox; `words` are what a text says. Raises Refusal as `trial.send` does."""
    to, now = trial.mobile(number), work.clock.now()
    with work.database.transaction() as conn:
        sender = senders.by_name(conn, name)
        if sender is None:
            raise Refusal("sender.unknown", name=name)
        phone_hash = trial.own_phone(work, conn, to, now)
        measured = encoding.measure(words)
        text = Text(words, measured.encoding, measured.segments)
        due_at = RoundSettings().calendar.next_open("call" if sender.medium == "call" else "text", now)
        row = trial.row_of(work, sender, phone_hash, text, now, due_at)
        if sender.medium == "call":
            row |= {"medium": "call", "body": None, "segments": 0}
        outbox.insert_row(conn, **row)
        audit.append(conn, at=now, actor=actor, action="sender.tested", subject=name, detail={"ref": row["ref"]})
    work.jobs.enqueue("alo.dispatch", str(sender.id))
    return Trial(row["ref"], words if sender.medium == "text" else "", due_at)


def outcome(work: Work, ref: str) -> tuple[State, str]:
    """The state of the test `ref` and the carrier's error code, "" without one. Raises Refusal for an unknown one."""
    with work.database.transaction() as conn:
        row = outbox.lock_by_ref(conn, ref, None)
    if row is None:
        raise Refusal("sender.test_unknown")
    return State(row["state"]), str(row["error_code"])
