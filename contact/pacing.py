"""Rate limiting of a sender: slots of real time a gap apart, how late a contact may still leave, and budgets.

Pure: the next free slot, counts and times are passed in. It must not know where they are kept or who takes a slot.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from contact.elapsed import TOLERANCE

_KEPT_BACK = 0.9
_IDLE_SHARE = 0.75
_AHEAD = 200
"""Slots that may be taken before their time: a batch, and one more for each contact under way."""


@dataclass(frozen=True, slots=True)
class Pace:
    """`rate` contacts a real second, and `burst` more in any one second. Raises ValueError unless both are positive.

    Every slot stands at least a gap after the one before, and a contact leaves at its slot or less than
    `burst` gaps later: so any window of one second holds at most rate + burst contacts, whoever sends them.
    """

    rate: float
    burst: int

    def __post_init__(self) -> None:
        if self.rate <= 0 or self.burst < 1:
            raise ValueError(f"no pace: {self.rate} a second, burst {self.burst}")

    @property
    def gap(self) -> timedelta:
        """Between two slots."""
        return timedelta(seconds=1 / self.rate)

    @property
    def patience(self) -> timedelta:
        """How long after its slot a contact may still leave; a tenth of what `burst` allows is kept back."""
        return self.gap * self.burst * _KEPT_BACK

    def free(self, slot: datetime, now: datetime) -> datetime:
        """The next free slot, where `slot` is what the sender's row says: now where that lies further ahead than slots
        are ever taken, as the clock was set back since."""
        return slot if slot <= now + TOLERANCE + self.gap * _AHEAD else now

    def slots(self, free: datetime, now: datetime, until: datetime, most: int) -> list[datetime]:
        """The slots from the next free one to `until` (included), at most so many; after idleness some lie in the past.

        What was not used while idle, or lost in a stall, comes back up to a share of `patience`.
        """
        first = max(free, now - self.patience * _IDLE_SHARE)
        gap = self.gap
        count = int((until - first) / gap) + 1 if until >= first else 0
        return [first + gap * place for place in range(min(count, most))]


@dataclass(frozen=True, slots=True)
class Usage:
    """What a sender has used in the running business hour and day: contacts, and VND as far as known or estimated."""

    contacts_hour: int = 0
    contacts_day: int = 0
    vnd_hour: Decimal = Decimal(0)
    vnd_day: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Budget:
    """Ceilings of one sender, in contacts we start and in VND, in an hour (the last 60 minutes) and a local day."""

    contacts_an_hour: int | None = None
    contacts_a_day: int | None = None
    vnd_an_hour: int | None = None
    vnd_a_day: int | None = None

    @property
    def set(self) -> bool:
        """Whether there is any ceiling."""
        return any(getattr(self, f.name) is not None for f in fields(self))

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types, ceilings that are set only."""
        return {name: value for name, value in asdict(self).items() if value is not None}

    def room(self, spent: Usage, price: Decimal) -> int:
        """How many more contacts of about `price` VND may start now. Only asked when a ceiling is set."""
        found = [
            ceiling - used
            for ceiling, used in (
                (self.contacts_an_hour, spent.contacts_hour),
                (self.contacts_a_day, spent.contacts_day),
            )
            if ceiling is not None
        ]
        found += [
            int((ceiling - used) // price)
            for ceiling, used in ((self.vnd_an_hour, spent.vnd_hour), (self.vnd_a_day, spent.vnd_day))
            if ceiling is not None and price > 0
        ]
        return max(0, min(found, default=0))


def budget_from_dict(data: Mapping[str, Any]) -> Budget:
    """The budget that `Budget.to_dict` wrote. Raises ValueError for unknown names or negative ceilings."""
    unknown = set(data) - {f.name for f in fields(Budget)}
    if unknown or any(value is not None and value < 0 for value in data.values()):
        raise ValueError(f"no budget: {dict(data)}")
    return Budget(**data)
