"""What loops have set aside, for staff: shown by cause, and put back when its cause is mended.

Nothing personal is shown: what an item says stays sealed.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import Connection

from services.refusal import Refusal
from services.texts import unfit as unfit_texts
from services.unfit.isolation import LOOPS
from services.work import Work
from store import audit
from store.campaign import campaigns
from store.messages import unfit
from store.messages.unfit import LockedItem, UnfitItem


def kept_items(work: Work, loop: str | None = None) -> Sequence[UnfitItem]:
    """What is kept, oldest first, of one loop or of all. Raises Refusal for an unknown loop."""
    if loop is not None and loop not in LOOPS:
        raise Refusal("unfit.unknown_loop", loop=loop, known=", ".join(LOOPS))
    with work.database.transaction() as conn:
        return unfit.kept_items(conn, loop)


def put_back(work: Work, unfit_id: UUID, actor: str) -> bool:
    """Try the item once more: a text is taken in now, anything else by its loop on the next run.

    False when a text still cannot be taken in, and is kept. Raises Refusal: unknown.
    """
    with work.database.transaction() as conn:
        row = unfit.lock(conn, unfit_id)
        if row is None or not row.kept:
            raise Refusal("unfit.unknown", item=str(unfit_id))
        if row.loop == "ladder":
            _take_up(work, conn, row)
    if row.loop == unfit_texts.LOOP and not unfit_texts.again(work, _raw(work, row)):
        return False
    with work.database.transaction() as conn:
        unfit.forget(conn, unfit_id)
        audit.append(
            conn, at=work.clock.now(), actor=actor, action="unfit.put_back", subject=str(unfit_id),
            detail={"loop": row.loop, "code": row.code},
        )  # fmt: skip
    return True


def _raw(work: Work, row: LockedItem) -> str:
    if row.raw is None:
        raise LookupError("a text that was set aside has no sealed words")
    return work.vault.open(row.raw, "unfit.raw", row.loop, row.item)


def _take_up(work: Work, conn: Connection, row: LockedItem) -> None:
    campaign_id, interview_id = map(UUID, row.item.split(":"))
    campaigns.take_up(conn, campaign_id, interview_id, work.clock.now())
