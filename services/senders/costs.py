"""Prices of a sender as dated entries, and what a month should have cost by them.

It must not know what a carrier charged: whoever asks it lays that beside.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal

from contact import tariff
from contact.calendar import Medium, local
from contact.sender import SenderRow
from contact.tariff import Price, Tariff
from services.refusal import Refusal
from services.work import Work
from store import audit
from store.messages import costs, senders


@dataclass(frozen=True, slots=True)
class Expected:
    """A sender's month: `units` segments or started minutes; `amount` None where no price was valid on a day."""

    sender: SenderRow
    n: int
    units: int
    amount: Decimal | None
    currency: str
    sample: bool


def month(text: str) -> tuple[datetime, datetime]:
    """The first moment of a local month written 2026-11, and the first after it, in UTC. Raises Refusal."""
    try:
        first = date.fromisoformat(f"{text}-01")
    except ValueError:
        raise Refusal("sender.bad_month", given=text) from None
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return local(first, datetime.min.time()), local(after, datetime.min.time())


def expected(work: Work, since: datetime, until: datetime) -> list[Expected]:
    """What each sender's contacts in [since, until) should have cost by its tariff, by name."""
    with work.database.transaction() as conn:
        days = costs.by_day(conn, since, until)
        rows = [(row, tariff.from_dict(senders.tariff(conn, row.id))) for row in senders.all_rows(conn)]
    found = []
    for row, table in rows:
        mine = [(day.day, int(day.units), day.n) for day in days if day.sender_id == row.id]
        parts = [_amount(table, row.medium, units, day) for day, units, _ in mine]
        known = [part for part in parts if part is not None]
        amount = sum(known, Decimal(0)) if len(known) == len(parts) else None
        n, units = sum(n for _, _, n in mine), sum(units for _, units, _ in mine)
        found.append(Expected(row, n, units, amount, table.currency, table.sample))
    return found


def _amount(table: Tariff, medium: Medium, units: int, on: date) -> Decimal | None:
    try:
        return table.price(medium, on) * units
    except LookupError:
        return None


def prices(work: Work, name: str) -> Tariff:
    """The tariff of a sender. Raises Refusal for an unknown one."""
    with work.database.transaction() as conn:
        row = senders.by_name(conn, name)
        if row is None:
            raise Refusal("sender.unknown", name=name)
        return tariff.from_dict(senders.tariff(conn, row.id))


def set_price(work: Work, name: str, since: date, amount: Decimal, currency: str, actor: str) -> Tariff:
    """Enter a contract's price per segment or started minute from `since` on. Raises Refusal.

    The first one takes the place of the sample prices; one of the same day is replaced.
    """
    if amount < 0:
        raise Refusal("sender.bad_price")
    before = prices(work, name)
    with work.database.transaction() as conn:
        row = senders.by_name(conn, name)
        if row is None:
            raise Refusal("sender.unknown", name=name)
        kept = () if before.sample else tuple(price for price in before.prices if price.since != since)
        if kept and before.currency != currency:
            raise Refusal("sender.other_currency", currency=before.currency)
        entered = Price(row.medium, since, amount)
        table = replace(before, prices=(*kept, entered), currency=currency, sample=False)
        senders.change(conn, row.id, tariff=table.to_dict())
        detail = {"since": since.isoformat(), "amount": str(amount), "currency": currency}
        audit.append(conn, at=work.clock.now(), actor=actor, action="sender.price", subject=name, detail=detail)
    return table
