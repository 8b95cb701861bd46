"""A test text or call by one sender to a phone of the operator's own, before anybody on a list is contacted by it.

It leaves through the outbox like everything else, under the hours and caps of its phone.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from contact import phone
from contact.calendar import day_start
from contact.delivery import State
from contact.purpose import Purpose
from contact.sender import SenderRow
from contact.settings import RoundSettings
from services.refusal import Refusal
from services.work import Work
from sms import encoding
from sms.texting import Text
from store import audit
from store.campaign import audience, campaigns
from store.messages import outbox, senders
from store.people import phones
from store.unit_of_work import after_commit

A_DAY = 2
"""Test texts to one phone in a day."""
A_DAY_IN_ALL = 20
"""Test texts of the whole house in a day."""


@dataclass(frozen=True, slots=True)
class Trial:
    """The test contact in the outbox, and when it may leave (business time)."""

    ref: str
    body: str
    due_at: datetime


def order(work: Work, name: str, number: str, words: str, actor: str) -> Trial:
    """Put the test in the outbox; `words` are what a text says. Raises Refusal as `mobile` and `own_phone` do."""
    to, now = mobile(number), work.clock.now()
    with work.database.transaction() as conn:
        sender = senders.by_name(conn, name)
        if sender is None:
            raise Refusal("sender.unknown", name=name)
        phone_hash = own_phone(work, conn, to, now)
        measured = encoding.measure(words)
        text = Text(words, measured.encoding, measured.segments)
        due_at = RoundSettings().calendar.next_open("call" if sender.medium == "call" else "text", now)
        row = row_of(work, sender, phone_hash, text, now, due_at)
        if sender.medium == "call":
            row |= {"medium": "call", "body": None, "segments": 0}
        outbox.insert_row(conn, **row)
        audit.append(conn, at=now, actor=actor, action="sender.tested", subject=name, detail={"ref": row["ref"]})
        after_commit(conn, work.jobs.enqueue, "alo.dispatch", str(sender.id))
    return Trial(row["ref"], words if sender.medium == "text" else "", due_at)


def outcome(work: Work, ref: str) -> tuple[State, str]:
    """The state of the test `ref` and the carrier's error code, "" without one. Raises Refusal for an unknown one."""
    with work.database.transaction() as conn:
        row = outbox.lock_by_ref(conn, ref, None)
    if row is None:
        raise Refusal("sender.test_unknown")
    return row.state, row.error_code


def mobile(number: str) -> str:
    """The one mobile number that was written, in E.164. Raises Refusal."""
    found = phone.read_cell(number)
    if len(found) != 1 or found[0].e164 is None or found[0].kind != "mobile":
        raise Refusal("campaign.test_number")
    return found[0].e164


def own_phone(work: Work, conn: Connection, number: str, now: datetime) -> bytes:
    """The phone's hash, its row made and locked. Raises Refusal when it may not be tested with."""
    phone_hash = work.vault.lookup(number)
    phones.add(
        conn, phone_hash=phone_hash, version=work.vault.lookup_version,
        number=work.vault.seal(number, "phones.number", phone_hash), kind="mobile", at=now,
    )  # fmt: skip
    held = phones.lock(conn, phone_hash)
    if phones.is_listed(conn, phone_hash):
        raise Refusal("campaign.test_listed")
    if held is None or held.consent in audience.SILENCED:
        raise Refusal("campaign.test_opted_out")
    to_phone, in_all = campaigns.tests_since(conn, phone_hash, day_start(now))
    if to_phone >= A_DAY or in_all >= A_DAY_IN_ALL:
        raise Refusal("campaign.test_too_many", a_day=A_DAY, in_all=A_DAY_IN_ALL)
    return phone_hash


def row_of(
    work: Work, sender: SenderRow, phone_hash: bytes, text: Text, now: datetime, due_at: datetime
) -> dict[str, Any]:
    """The outbox row of a test text."""
    outbox_id = work.ids.new()
    return {
        "id": outbox_id,
        "ref": work.ids.public(),
        "medium": "text",
        "purpose": Purpose.TEST,
        "sender_id": sender.id,
        "phone_hash": phone_hash,
        "state": State.PLANNED,
        "reason": {"code": "campaign.test"},
        "body": work.vault.seal(text.body, "outbox.body", outbox_id),
        "segments": text.segments,
        "due_at": due_at,
        "created_at": now,
    }
