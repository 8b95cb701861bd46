"""`alo sender price`, `alo sender costs`: contract prices by date, and a month's expected beside the reported cost."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

import click

from carriers import registry
from carriers.descriptor import Bill, Bills
from carriers.errors import CarrierAwayError
from cli.session import Session
from runtime.container import credentials
from services.senders import costs as reckoning
from services.senders.costs import Expected


@click.command("price")
@click.argument("name")
@click.option("--since", type=click.DateTime(["%Y-%m-%d"]), help="từ ngày (from this day)")
@click.option("--amount", type=Decimal, help="mỗi đoạn tin hoặc phút (per segment or started minute)")
@click.option("--currency", default="VND", show_default=True)
@click.pass_obj
def price(session: Session, name: str, since: datetime | None, amount: Decimal | None, currency: str) -> None:
    """Xem bảng giá, hoặc nhập một giá theo hợp đồng (show the tariff, or enter a contract's price)."""
    if since is not None and amount is not None:
        table = reckoning.set_price(session.work, name, since.date(), amount, currency.upper(), session.actor)
    elif since is None and amount is None:
        table = reckoning.prices(session.work, name)
    else:
        session.fail("sender.price_incomplete")
    session.say("sender.price_sample" if table.sample else "sender.price_contract")
    for entry in sorted(table.prices, key=lambda entry: (entry.medium, entry.since)):
        click.echo(f"{entry.since.isoformat()}  {entry.medium:5} {entry.amount:>10} {table.currency}")


@click.command("costs")
@click.argument("month", metavar="YYYY-MM")
@click.option("--json", "as_json", is_flag=True, help="JSON")
@click.pass_obj
def costs(session: Session, month: str, as_json: bool) -> None:
    """Đối chiếu chi phí dự tính với giá nhà mạng báo (reckoned cost beside the carrier's own prices)."""
    since, until = reckoning.month(month)
    secrets = credentials(session.settings)
    bills = {name: one.bills(secrets) for name, one in registry.KNOWN.items() if one.bills is not None}
    rows = [
        _row(session, found, _bill(bills, found, since, until))
        for found in reckoning.expected(session.work, since, until)
    ]
    if as_json:
        session.show(rows)
        return
    for row in rows:
        click.echo(f"{row['sender']:20} {row['n']:>7} {row['units']:>8}  {row['expected']:>18}  {row['reported']}")
        click.echo(f"    {row['verdict']}")
    if any(row["sample"] for row in rows):
        session.say("sender.price_sample")


def _bill(bills: Mapping[str, Bills], expected: Expected, since: datetime, until: datetime) -> Bill | None:
    """What the carrier lists; None where it lists nothing or cannot be asked now."""
    asked = bills.get(expected.sender.carrier)
    if asked is None:
        return None
    try:
        return asked.bill(expected.sender, since, until)
    except CarrierAwayError:
        return None


def _row(session: Session, expected: Expected, bill: Bill | None) -> dict[str, Any]:
    amounts = bill.amounts if bill else {}
    return {
        "sender": expected.sender.name,
        "n": expected.n,
        "units": expected.units,
        "expected": "–" if expected.amount is None else f"{expected.amount} {expected.currency}",
        "sample": expected.sample,
        "listed": None if bill is None else bill.n,
        "priced": None if bill is None else bill.priced,
        "reported": ", ".join(f"{amount} {unit}" for unit, amount in amounts.items()) or "–",
        "verdict": _verdict(session, expected, bill),
    }


def _verdict(session: Session, expected: Expected, bill: Bill | None) -> str:
    if bill is None:
        return session.words("sender.costs_unasked")
    if bill.n != expected.n:
        return session.words("sender.costs_other_number", ours=expected.n, theirs=bill.n)
    if bill.priced < bill.n:
        return session.words("sender.costs_unpriced", n=bill.n - bill.priced)
    if expected.amount is None:
        return session.words("sender.costs_no_price")
    if bill.n and set(bill.amounts) != {expected.currency}:
        return session.words("sender.costs_other_currency", ours=expected.currency, theirs=", ".join(bill.amounts))
    gap = bill.amounts.get(expected.currency, Decimal(0)) - expected.amount
    if gap:
        return session.words("sender.costs_gap", gap=f"{gap:+} {expected.currency}")
    return session.words("sender.costs_same")
