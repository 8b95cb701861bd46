"""Our numbers at carriers: added once, shown without secrets, taken out of use and back.

Credentials are a reference by name; the secret itself is never seen here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from contact import tariff
from contact.sender import SenderRow
from services.faults import Refusal
from services.work import Work
from store import audit, senders


@dataclass(frozen=True, slots=True)
class NewSender:
    """What is needed to use a number: `rate_per_s` contacts a real second, `lines` live calls at once (texts: 0)."""

    name: str
    carrier: str
    medium: str
    address: str
    credentials: str
    account: str
    api_base_url: str
    can_receive: bool
    can_reconcile: bool
    simulated: bool
    rate_per_s: Decimal = Decimal(1)
    burst: int = 1
    lines: int = 0
    weight: int = 100


def add(work: Work, new: NewSender, actor: str) -> None:
    """Add a sender with the sample tariff. Raises Refusal when its name or its address is taken."""
    now, real = work.clock.now(), work.clock.real()
    with work.database.transaction() as conn:
        if senders.by_name(conn, new.name):
            raise Refusal("sender.name_taken", name=new.name)
        if any(_same_number(new, row) for row in senders.all_rows(conn)):
            raise Refusal("sender.address_taken", address=new.address)
        senders.add(
            conn,
            id=work.ids.new(),
            **{name: getattr(new, name) for name in NewSender.__dataclass_fields__},
            tariff=tariff.SAMPLE.to_dict(),
            paused_reason="",
            slot_at=real,
            inbound_swept_at=None,
            created_at=now,
        )
        audit.append(conn, at=now, actor=actor, action="sender.added", subject=new.name)


def _same_number(new: NewSender, row: SenderRow) -> bool:
    return (new.carrier, new.medium, new.address) == (row.carrier, row.medium, row.address)


def seed(work: Work, wanted: Sequence[NewSender], actor: str) -> int:
    """Add those of `wanted` that are not there yet (by name); the rows that are there stay as they are. Rows added."""
    with work.database.transaction() as conn:
        there = {row.name for row in senders.all_rows(conn)}
    missing = [new for new in wanted if new.name not in there]
    for new in missing:
        add(work, new, actor)
    return len(missing)


def listed(work: Work) -> list[SenderRow]:
    """Every sender, by name."""
    with work.database.transaction() as conn:
        return senders.all_rows(conn)


def pause(work: Work, name: str, reason: str, actor: str) -> None:
    """Take a sender out of use; `reason` is kept and shown. Raises Refusal for an unknown one."""
    _set_reason(work, name, reason, actor, "sender.paused")


def resume(work: Work, name: str, actor: str) -> None:
    """Use a sender again. Raises Refusal for an unknown one."""
    _set_reason(work, name, "", actor, "sender.resumed")


def _set_reason(work: Work, name: str, reason: str, actor: str, action: str) -> None:
    with work.database.transaction() as conn:
        row = senders.by_name(conn, name)
        if row is None:
            raise Refusal("sender.unknown", name=name)
        senders.change(conn, row.id, paused_reason=reason)
        audit.append(conn, at=work.clock.now(), actor=actor, action=action, subject=name, detail={"reason": reason})
