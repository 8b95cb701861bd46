"""A carrier that remembers what it took and can list it, and a database that is put back to an earlier state."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from contact.delivery import Accepted, Departed, InboundText, Receipt, SendResult, State
from contact.sender import SenderRow
from services.texts import receive as inbound
from services.texts.receive import TextReply
from services.work import Work
from store.tables import metadata
from store.unit_of_work import Database
from tests.doubles import FakeCarrier, FakeCarriers, FakeClock, Sent
from tests.services.world import World


@dataclass
class Remembering(FakeCarrier):
    """Lists everything it took, by the clock."""

    clock: FakeClock = field(default_factory=FakeClock)
    state: State = State.DELIVERED
    by_others: dict[str | None, str] = field(default_factory=dict)
    """Carrier id → the sender that it left by, where that is not the usual one."""

    def list_departed(self, sender: SenderRow, since: datetime) -> Sequence[Departed]:
        usual = ("texts", "line")
        return [
            one
            for one in self.departed
            if one.at >= since and self.by_others.get(one.receipt.carrier_id, sender.name) == sender.name in usual
        ]

    def _take(self, prefix: str, one: Sent) -> SendResult:
        result = super()._take(prefix, one)
        if isinstance(result, Accepted):
            receipt = Receipt(result.carrier_id, self.state, str(self.state))
            self.by_others[result.carrier_id] = one.sender.name
            self.departed.append(Departed(one.to, self.clock.now(), receipt, one.body))
        return result


def remembering(work: Work, clock: FakeClock) -> tuple[Work, FakeCarriers]:
    """`work` with carriers that list."""
    carriers = FakeCarriers(Remembering(clock=clock), Remembering(clock=clock, state=State.NO_ANSWER))
    return replace(work, carriers=carriers), carriers


def writes(world: World, carriers: FakeCarriers, clock: FakeClock, body: str, number: str) -> TextReply:
    """Somebody writes; the carrier lists the text, and our reply in the response."""
    text = replace(world.text_from(body, number), at=clock.now())
    carriers.texts.inbound.append(text)
    reply = inbound.receive_text(world.work, world.text, text)
    if reply.body:
        receipt = Receipt(f"SM-reply-{text.carrier_id}", State.DELIVERED, "delivered")
        carriers.texts.departed.append(Departed(number, clock.now(), receipt, reply.body, in_reply=True))
    return reply


def lists_text(carriers: FakeCarriers, world: World, clock: FakeClock, body: str, number: str) -> InboundText:
    """A text that the carrier has and we never saw."""
    text = replace(world.text_from(body, number), at=clock.now())
    carriers.texts.inbound.append(text)
    return text


def snapshot(owner: Database) -> Callable[[], None]:
    """The whole database as it stands; what is given puts it back."""
    kept: list[tuple[sa.Table, list[dict[str, Any]]]] = []
    with owner.transaction() as conn:
        for table in metadata.sorted_tables:
            kept.append((table, [dict(row) for row in conn.execute(sa.select(table)).mappings()]))

    def back() -> None:
        with owner.transaction() as conn:
            for table in reversed(metadata.sorted_tables):
                conn.execute(sa.delete(table))
            for table, rows in kept:
                if rows:
                    conn.execute(sa.insert(table), [_plain(table, row) for row in rows])

    return back


def _plain(table: sa.Table, row: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in row.items() if not table.c[name].computed and not table.c[name].identity}
