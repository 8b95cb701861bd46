"""Texts on their way in, each by itself: one that cannot be taken in is kept as it came, and can be taken in later.

Whoever brought it hears that we have it: a carrier that is told otherwise brings it again for ever, or gives it up.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import datetime
from uuid import UUID

from contact.delivery import InboundText
from contact.sender import SenderRow
from services.texts import receive as inbound
from services.texts.receive import TextReply
from services.unfit import isolation
from services.unfit.isolation import Round
from services.work import Work
from store.messages import senders

LOOP = "texts"
KEPT = "unfit"
"""Outcome of a text that is kept."""


def receive(work: Work, sender: SenderRow, text: InboundText) -> TextReply:
    """Take in a text that a webhook brought. Raises what shall bring it back: it may go well then."""
    taken = _each(work, sender, [text], lambda one: inbound.receive_text(work, sender, one), fresh=True)
    if taken.waiting:
        raise taken.waiting[0]
    return taken.done[0] if taken.done else TextReply(None, None, KEPT)


def take_in_listed(work: Work, sender: SenderRow, texts: Sequence[InboundText]) -> Round[TextReply]:
    """Take in texts that were found in the carrier's list; those kept before are passed over."""
    return _each(work, sender, texts, lambda one: inbound.receive_text(work, sender, one, via="sweep"), fresh=False)


def _each(
    work: Work,
    sender: SenderRow,
    texts: Sequence[InboundText],
    take: Callable[[InboundText], TextReply],
    *,
    fresh: bool,
) -> Round[TextReply]:
    return isolation.each(
        work, LOOP, texts, take, key=lambda text: f"{sender.id}:{text.carrier_id}", raw=lambda text: _raw(sender, text),
        fresh=fresh,
    )  # fmt: skip


def _raw(sender: SenderRow, text: InboundText) -> str:
    """The text as it came, in ASCII: whatever stands in it can be kept and read again."""
    said = {name: getattr(text, name) for name in InboundText.__dataclass_fields__}
    return json.dumps({"sender": str(sender.id), **said}, default=datetime.isoformat)


def again(work: Work, raw: str) -> bool:
    """Take in a text that was kept, as if the carrier listed it now; False when that still cannot be."""
    kept = json.loads(raw)
    sender_id = UUID(kept.pop("sender"))
    at = datetime.fromisoformat(kept["at"]) if kept["at"] else None
    text = InboundText(**{**kept, "at": at})
    with work.database.transaction() as conn:
        sender = senders.by_id(conn, sender_id)
    if sender is None:
        return False
    taken = _each(work, sender, [text], lambda one: inbound.receive_text(work, sender, one, via="sweep"), fresh=True)
    return bool(taken.done)
