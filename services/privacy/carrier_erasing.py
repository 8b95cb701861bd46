"""Deletes texts and calls of erased people at the carrier, each by itself, until the carrier has done it.

Works after the commit that noted them. It must not know whom they were about.
"""

from __future__ import annotations

from datetime import timedelta

from carriers.errors import CarrierAwayError
from services.unfit import isolation
from services.work import Work
from store.messages import senders
from store.privacy import erasures
from store.privacy.erasures import CarrierErasure

PAGE = 50
WAIT, LONGEST = timedelta(minutes=1), timedelta(hours=6)
"""Real time until a record is tried again, doubled each time, and the most of it."""


def delete_at_carriers(work: Work) -> int:
    """Ask carriers to delete what is due. Records they have deleted, or do not know any more."""
    with work.database.transaction() as conn:
        due = erasures.waiting_at_carriers(conn, work.clock.real(), PAGE)
    done = isolation.each(
        work, "erasing", due, lambda row: _delete(work, row), key=lambda row: row.id,
        aside=lambda conn, row: erasures.ask_again(conn, row.id, work.clock.real() + LONGEST),
    )  # fmt: skip
    return sum(done.done)


def _delete(work: Work, row: CarrierErasure) -> bool:
    """Whether the carrier has none of it any more; no connection is held while it is asked."""
    with work.database.transaction() as conn:
        sender = next(found for found in senders.all_rows(conn) if found.id == row.sender_id)
    carrier = work.carriers.text(sender) if row.medium == "text" else work.carriers.call(sender)
    try:
        gone = carrier.erase(sender, row.carrier_id)
    except CarrierAwayError:
        gone = False
    with work.database.transaction() as conn:
        if gone:
            erasures.deleted_at_carrier(conn, row.id)
        else:
            wait = min(WAIT * 2 ** min(row.tries, 12), LONGEST)
            erasures.ask_again(conn, row.id, work.clock.real() + work.scaled(wait))
    return gone
