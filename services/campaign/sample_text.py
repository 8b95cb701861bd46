"""Sends a sample of a campaign's text to the member's own phone, through the real sender.

It leaves through the outbox like any text, under the hours and caps of its phone; it belongs to no organisation.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection

from contact import settings as round_settings
from contact.sender import SenderRow
from services.campaign.next_step import plan_of
from services.campaign.preview import read, samples
from services.refusal import Refusal
from services.senders.test_message import Trial, mobile, own_phone, row_of
from services.work import Work
from sms.texting import Text
from store import audit
from store.campaign.campaigns import CampaignRow
from store.messages import outbox
from store.unit_of_work import after_commit


def send(work: Work, campaign_id: UUID, number: str, actor: str, reason: str = "", sight: Work | None = None) -> Trial:
    """Send the first sample text of a campaign to `number`, a mobile of one's own, written any usual way.

    `sight`: as who asks sees the database (`work`: everything); nobody else's text is a sample.
    Raises Refusal: unreadable number or no mobile, a number of somebody on a list, opted out, too many today, nobody
    to sample, no step or sender of texts.
    """
    to = mobile(number)
    now = work.clock.now()
    campaign, found, _ = read(sight or work, campaign_id, 1, 0)
    with work.database.transaction() as conn:
        sender, text = _sample(work, conn, campaign, [interview for interview, _ in found.contacted])
        phone_hash = own_phone(work, conn, to, now)
        due_at = round_settings.from_dict(campaign.settings).calendar.next_open("text", now)
        row = row_of(work, sender, phone_hash, text, now, due_at)
        outbox.insert_row(conn, **row)
        audit.append(
            conn, at=now, actor=actor, action="campaign.tested", subject=str(campaign_id),
            office_id=campaign.office_id, detail={"ref": row["ref"]} | ({"reason": reason} if reason else {}),
        )  # fmt: skip
        after_commit(conn, work.jobs.enqueue, "alo.dispatch", str(sender.id))
    return Trial(row["ref"], text.body, due_at)


def _sample(work: Work, conn: Connection, campaign: CampaignRow, contacted: Sequence[UUID]) -> tuple[SenderRow, Text]:
    plan = plan_of(conn, campaign)
    step = next((step for step in plan.ladder.steps if step.medium == "text"), None)
    sender = plan.sender_of(step) if step is not None else None
    if sender is None:
        raise Refusal("campaign.test_no_text")
    written = samples(work, conn, plan, contacted)
    if not written:
        raise Refusal("campaign.nobody")
    return sender, written[0]
