"""A sample of a campaign's text, sent to oneself through the real sender before anybody else gets it.

It leaves through the outbox like any text, under the hours and caps of its phone; it belongs to no organisation.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, RowMapping

from contact import phone
from contact import settings as round_settings
from contact.calendar import day_start
from contact.delivery import State
from contact.sender import SenderRow
from services.advance import plan_of
from services.faults import Refusal
from services.preview import samples, seen
from services.texts import TEST
from services.work import Work
from sms.texting import Text
from store import audience, audit, campaigns, outbox, phones

A_DAY = 2
"""Test texts to one phone in a day."""
A_DAY_IN_ALL = 20
"""Test texts of the whole house in a day."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What was handed to the outbox, and when it may leave (business time)."""

    ref: str
    body: str
    due_at: datetime


def send(work: Work, campaign_id: UUID, number: str, actor: str, reason: str = "", sight: Work | None = None) -> Trial:
    """Send the first sample text of a campaign to `number`, a mobile of one's own, written any usual way.

    `sight`: as who asks sees the database (`work`: everything); nobody else's text is a sample.
    Raises Refusal: unreadable number or no mobile, a number of somebody on a list, opted out, too many today, nobody
    to sample, no step or sender of texts.
    """
    to = mobile(number)
    now = work.clock.now()
    campaign, found, _ = seen(sight or work, campaign_id, 1, 0)
    with work.database.transaction() as conn:
        sender, text = _sample(work, conn, campaign, [interview for interview, _ in found.contacted])
        phone_hash = own_phone(work, conn, to, now)
        due_at = round_settings.from_dict(campaign["settings"]).calendar.next_open("text", now)
        row = row_of(work, sender, phone_hash, text, now, due_at)
        outbox.insert_row(conn, **row)
        audit.append(
            conn, at=now, actor=actor, action="campaign.tested", subject=str(campaign_id),
            office_id=campaign["office_id"], detail={"ref": row["ref"]} | ({"reason": reason} if reason else {}),
        )  # fmt: skip
    work.jobs.enqueue("alo.dispatch", str(sender.id))
    return Trial(row["ref"], text.body, due_at)


def mobile(number: str) -> str:
    """The one mobile number that was written, in E.164. Raises Refusal."""
    found = phone.read_cell(number)
    if len(found) != 1 or found[0].e164 is None or found[0].kind != "mobile":
        raise Refusal("campaign.test_number")
    return found[0].e164


def _sample(work: Work, conn: Connection, campaign: RowMapping, contacted: Sequence[UUID]) -> tuple[SenderRow, Text]:
    plan = plan_of(conn, campaign)
    step = next((step for step in plan.ladder.steps if step.medium == "text"), None)
    sender = plan.sender_of(step) if step is not None else None
    if sender is None:
        raise Refusal("campaign.test_no_text")
    written = samples(work, conn, plan, contacted)
    if not written:
        raise Refusal("campaign.nobody")
    return sender, written[0]


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
    if held is None or held["consent"] in audience.SILENCED:
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
        "purpose": TEST,
        "sender_id": sender.id,
        "phone_hash": phone_hash,
        "state": State.PLANNED,
        "reason": {"code": "campaign.test"},
        "body": work.vault.seal(text.body, "outbox.body", outbox_id),
        "segments": text.segments,
        "due_at": due_at,
        "created_at": now,
    }
