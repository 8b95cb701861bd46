"""What a text or a call costs: a dated price table as data, marked as a sample until the contract's prices are entered.

It must not know senders, carriers or what was really billed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from contact.calendar import Medium

_SECONDS_A_MINUTE = 60


@dataclass(frozen=True, slots=True)
class Price:
    """`amount` per segment of a text or per started minute of a call, from the local date `since` on."""

    medium: Medium
    since: date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Tariff:
    """The prices of one sender in one currency."""

    prices: tuple[Price, ...]
    currency: str = "VND"
    sample: bool = True

    def price(self, medium: Medium, on: date) -> Decimal:
        """The price per unit on the date `on`. Raises LookupError when none is known for that date."""
        valid = [p for p in self.prices if p.medium == medium and p.since <= on]
        if not valid:
            raise LookupError(f"no price of {medium} on {on}")
        return max(valid, key=lambda p: p.since).amount

    def cost(self, medium: Medium, quantity: int, on: date) -> Decimal:
        """The cost of `quantity` segments (text) or seconds (call, each started minute) on the date `on`."""
        units = quantity if medium == "text" else -(-quantity // _SECONDS_A_MINUTE)
        return self.price(medium, on) * units

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types; `from_dict` gives back an equal tariff."""
        return {
            "currency": self.currency,
            "sample": self.sample,
            "prices": [[p.medium, p.since.isoformat(), str(p.amount)] for p in self.prices],
        }


def from_dict(data: Mapping[str, Any]) -> Tariff:
    """The tariff that `Tariff.to_dict` wrote. Raises KeyError or ValueError on another shape."""
    prices = tuple(Price(m, date.fromisoformat(since), Decimal(amount)) for m, since, amount in data["prices"])
    return Tariff(prices, data["currency"], data["sample"])


SAMPLE = Tariff((Price("text", date(2026, 1, 1), Decimal(350)), Price("call", date(2026, 1, 1), Decimal(700))))
"""Made-up round prices in VND, to have something to show; marked as a sample."""
