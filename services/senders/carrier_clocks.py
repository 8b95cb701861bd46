"""Learns how far each link's clock is from ours, from the stamps on its latest texts; kept on the sender's row.

It must not know how a text is bound: `contact.clocks` says when one was sent.
"""

from __future__ import annotations

from datetime import timedelta

from contact import clocks
from contact.sender import SenderRow
from services.unfit import isolation
from services.work import Work
from store.messages import carrier_clocks, senders

LOOK_BACK, LATEST = timedelta(days=1), 20
"""Business time and number of texts a link's clock is learned from."""


def learn(work: Work) -> int:
    """Look at the stamps of every link that receives texts. Links whose offset is another now."""
    with work.database.transaction() as conn:
        links = [row for row in senders.all_rows(conn) if row.medium == "text" and row.can_receive]
    learned = isolation.each(work, "clocks", links, lambda link: _learn(work, link), key=lambda link: link.id)
    return sum(learned.done)


def _learn(work: Work, link: SenderRow) -> bool:
    with work.database.transaction() as conn:
        transits = carrier_clocks.transits(conn, link.id, work.clock.now() - LOOK_BACK, LATEST)
        offset = clocks.offset_of(transits, link.clock_offset_s)
        if offset == link.clock_offset_s:
            return False
        senders.change(conn, link.id, clock_offset_s=offset)
    return True
