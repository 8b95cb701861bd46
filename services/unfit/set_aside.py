"""What an unfit contact, interview or number is taken out of a loop's way by: ended or paused, and said why.

Plain statements that read nothing of what is unfit. Works inside the transaction that keeps the item.
"""

from __future__ import annotations

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import Connection

from contact.campaign_states import CampaignState
from contact.delivery import FINAL, ErrorKind, State
from services.work import Work
from store import audit
from store.campaign import campaigns
from store.messages import outbox, senders

UNFIT = "unfit"


def contact(work: Work, to: State) -> Callable[[Connection, UUID], None]:
    """Ends the contact with this id in state `to`; its ladder goes on.

    One that failed counts as refused for its words: the same is not tried again, and its attempt is spent.
    """

    def end(conn: Connection, outbox_id: UUID) -> None:
        row, now = outbox.lock(conn, outbox_id), work.clock.now()
        if row is None or row.state in FINAL:
            return
        kind = str(ErrorKind.CONTENT) if to is State.FAILED else row.error_kind
        reserved = None if to is State.FAILED else row.reserved_at
        ended_at = now if to in FINAL else None
        outbox.change(
            conn, outbox_id, state=to, lease_until=None, ended_at=ended_at, error_code=UNFIT, error_kind=kind,
            reserved_at=reserved,
        )  # fmt: skip
        if row.campaign_id and row.interview_id and to in FINAL:
            campaigns.decide_again(conn, row.campaign_id, row.interview_id, now)

    return end


def sender(work: Work) -> Callable[[Connection, UUID], None]:
    """Takes the number with this id out of use, until somebody has mended it (`alo sender resume`)."""

    def pause(conn: Connection, sender_id: UUID) -> None:
        senders.change(conn, sender_id, paused_reason=UNFIT)
        audit.append(
            conn, at=work.clock.now(), actor="machine:isolation", action="sender.paused", subject=str(sender_id),
            detail={"code": UNFIT},
        )  # fmt: skip

    return pause


def campaign(work: Work) -> Callable[[Connection, UUID], None]:
    """Pauses the campaign with this id, until somebody has mended it (`alo campaign resume`)."""

    def pause(conn: Connection, campaign_id: UUID) -> None:
        campaigns.move(conn, campaign_id, (CampaignState.RUNNING, CampaignState.PLANNING), CampaignState.PAUSED)
        audit.append(
            conn, at=work.clock.now(), actor="machine:isolation", action="campaign.paused", subject=str(campaign_id),
            detail={"reason": UNFIT},
        )  # fmt: skip

    return pause


def step(campaign_id: UUID) -> Callable[[Connection, UUID], None]:
    """Ends the ladder of the interview with this id in the campaign."""

    def end(conn: Connection, interview_id: UUID) -> None:
        campaigns.end_for(conn, campaign_id, interview_id, {"code": "ladder.unfit"})

    return end
