"""Our numbers at carriers: added once, shown without secrets, taken out of use and back.

Credentials are a reference by name; the secret itself is never seen here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from contact import tariff
from contact.address import read_address
from contact.masking import mask_numbers
from contact.pacing import budget_from_dict
from contact.sender import SenderRow
from services.refusal import Refusal
from services.work import Work
from store import audit
from store.messages import continuity, senders
from store.messages.senders import Tally

_ADDRESS = re.compile(r"\+[1-9][0-9]{6,14}|[0-9]{3,8}|[A-Za-z0-9_.-][A-Za-z0-9_. -]{2,10}")
"""A number as +84…, a short code, or a brand name of 3 to 11 letters."""


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
    detects_machines: bool = True


def add(work: Work, new: NewSender, actor: str) -> None:
    """Add a sender with the sample tariff. Raises Refusal: name or address taken, an address nobody could write to.

    After a restore it is held like the others: it may be one that the backup did not know yet.
    """
    new = replace(new, address=read_address(new.address).text)
    _check(new, work.carriers.names())
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
            **continuity.hold_of_new(conn, real),
        )
        audit.append(conn, at=now, actor=actor, action="sender.added", subject=new.name)


def _check(new: NewSender, known: Sequence[str]) -> None:
    """Raises Refusal for what no carrier could use: it would be found out at the first contact only.

    `known`: names of groups of settings that hold a carrier's secrets; a sender carries the name only.
    """
    if not _ADDRESS.fullmatch(new.address) or (new.medium == "call" and not new.address.startswith("+")):
        raise Refusal("sender.address_unfit", address=new.address)
    if not re.match(r"https?://[^/\s]+", new.api_base_url):
        raise Refusal("sender.url_unfit", url=new.api_base_url)
    if new.credentials not in known:
        raise Refusal("sender.credentials_unknown", name=new.credentials, known=", ".join(known))
    if not new.rate_per_s > 0 or new.lines < 0:
        raise Refusal("sender.bad_pace")


def _same_number(new: NewSender, row: SenderRow) -> bool:
    return (new.carrier, new.medium, new.address) == (row.carrier, row.medium, read_address(row.address).text)


@dataclass(frozen=True, slots=True)
class Seeded:
    """Names of senders by what `seed` did with them."""

    added: tuple[str, ...]
    kept: tuple[str, ...]
    """There already, as wanted."""
    other: tuple[str, ...]
    """There already with another address, account or API; they stay as they are."""


def seed(work: Work, wanted: Sequence[NewSender], actor: str) -> Seeded:
    """Add those of `wanted` that are not there yet (by name); the rows that are there stay as they are.

    Raises Refusal for one that nobody could use.
    """
    with work.database.transaction() as conn:
        there = {row.name: row for row in senders.all_rows(conn)}
    missing = [new for new in wanted if new.name not in there]
    for new in missing:
        add(work, new, actor)
    known = [new for new in wanted if new.name in there]
    other = [new.name for new in known if not _same_line(new, there[new.name])]
    kept = [new.name for new in known if new.name not in other]
    return Seeded(tuple(new.name for new in missing), tuple(kept), tuple(other))


def _same_line(new: NewSender, row: SenderRow) -> bool:
    line = (new.account, new.api_base_url, new.credentials)
    return _same_number(replace(new, address=read_address(new.address).text), row) and line == (
        row.account, row.api_base_url, row.credentials
    )  # fmt: skip


def listed(work: Work) -> list[SenderRow]:
    """Every sender, by name."""
    with work.database.transaction() as conn:
        return senders.all_rows(conn)


def pause(work: Work, name: str, reason: str, actor: str) -> None:
    """Take a sender out of use; `reason` is kept and shown. Raises Refusal for an unknown one."""
    _set_reason(work, name, reason, actor, "sender.paused")


def resume(work: Work, name: str, actor: str) -> None:
    """Use a sender again, with the weight that was set for it. Raises Refusal for an unknown one."""
    row = _set_reason(work, name, "", actor, "sender.resumed")
    with work.database.transaction() as conn:
        base = senders.base_weights(conn)[row.id]
        senders.change(conn, row.id, weight=base, weight_at=None)


def weigh(work: Work, name: str, weight: int, reason: str, actor: str) -> None:
    """Set a sender's weight: what planning prefers, and where it drifts back to after errors. Raises Refusal."""
    with work.database.transaction() as conn:
        row = _known(conn, name)
        senders.change(conn, row.id, weight=weight, base_weight=weight, weight_at=None)
        detail = {"from": row.weight, "to": weight, "why": reason}
        audit.append(conn, at=work.clock.now(), actor=actor, action="sender.weight", subject=name, detail=detail)


def pace(
    work: Work,
    name: str,
    actor: str,
    *,
    rate_per_s: Decimal | None = None,
    burst: int | None = None,
    lines: int | None = None,
    budget: Mapping[str, int | None] | None = None,
) -> None:
    """Change how fast a sender goes and what it may spend (`contact.pacing.Budget`), for whatever has not left.

    What is None stays, in `budget` too; a ceiling below 0 is lifted. Raises Refusal.
    """
    given = {"rate_per_s": rate_per_s, "burst": burst, "lines": lines}
    changes: dict[str, Any] = {column: value for column, value in given.items() if value is not None}
    if changes.get("rate_per_s", 1) <= 0 or changes.get("burst", 1) < 1 or changes.get("lines", 0) < 0:
        raise Refusal("sender.bad_pace")
    with work.database.transaction() as conn:
        row = _known(conn, name)
        if budget is not None:
            ceilings = {**senders.budget(conn, row.id), **{k: v for k, v in budget.items() if v is not None}}
            changes["budget"] = budget_from_dict({k: v for k, v in ceilings.items() if v >= 0}).to_dict()
        if changes:
            senders.change(conn, row.id, **changes)
        detail = {column: str(value) for column, value in changes.items()}
        audit.append(conn, at=work.clock.now(), actor=actor, action="sender.pace", subject=name, detail=detail)


def detect_machines(work: Work, name: str, on: bool, actor: str) -> None:
    """Have the carrier listen, in calls of this sender that begin from now on, who answers; or not. Raises Refusal."""
    with work.database.transaction() as conn:
        row = _known(conn, name)
        if row.medium != "call":
            raise Refusal("sender.not_calls", name=name)
        senders.change(conn, row.id, detects_machines=on)
        detail = {"machines": on}
        audit.append(conn, at=work.clock.now(), actor=actor, action="sender.detection", subject=name, detail=detail)


@dataclass(frozen=True, slots=True)
class Condition:
    """How a sender does beside its row: the weight set for it, its budget, its last error (None: none)."""

    base_weight: int
    budget: Mapping[str, int]
    last_error: Tally | None
    repairs: int


def conditions(work: Work) -> dict[str, Condition]:
    """The condition of every sender, by name."""
    with work.database.transaction() as conn:
        rows, weights, tallies = senders.all_rows(conn), senders.base_weights(conn), senders.all_tallies(conn)
        return {
            row.name: Condition(
                weights[row.id],
                senders.budget(conn, row.id),
                next((tally for tally in tallies if tally.sender == row.name and tally.what != "repair"), None),
                sum(tally.n for tally in tallies if tally.sender == row.name and tally.what == "repair"),
            )
            for row in rows
        }


def _set_reason(work: Work, name: str, reason: str, actor: str, action: str) -> SenderRow:
    with work.database.transaction() as conn:
        row = _known(conn, name)
        senders.change(conn, row.id, paused_reason=mask_numbers(reason).text)
        audit.append(conn, at=work.clock.now(), actor=actor, action=action, subject=name, detail={"reason": reason})
        return row


def _known(conn: Connection, name: str) -> SenderRow:
    row = senders.by_name(conn, name)
    if row is None:
        raise Refusal("sender.unknown", name=name)
    return row
