"""How long each kind of personal data is kept, in days, as a document of a round's settings.

The defaults are samples until a lawyer has set them (docs/privacy.md). It must not know where anything is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Any


@dataclass(frozen=True, slots=True)
class Retention:
    """Days; 0: kept until somebody changes it. All defaults are our own samples.

    `texts`: words of texts both ways, from the text, and what tasks say, from when they were done. `scripts`: what
    calls read out, from the call. `reports`: what imports quoted, from the import. `people`: leaders' names and
    numbers, from the last list that had them. `answers`: until answers are parted from their organisation, from the end
    of a round whose figures are released. `trail`: the audit trail, from the line.
    """

    texts: int = 180
    scripts: int = 30
    reports: int = 365
    people: int = 730
    answers: int = 365
    trail: int = 3650

    def __post_init__(self) -> None:
        for name, days in asdict(self).items():
            if not isinstance(days, int) or isinstance(days, bool) or days < 0:
                raise ValueError(f"{name}: {days!r} is no number of days")

    def to_dict(self) -> dict[str, int]:
        """Plain JSON types; `from_dict` gives back the same."""
        return asdict(self)

    def ends(self, kind: str, now: datetime) -> datetime | None:
        """Before when what is of this kind is past its time; None: nothing is."""
        days = getattr(self, kind)
        try:
            return now - timedelta(days=days) if days else None
        except OverflowError:  # more days than the calendar has
            return None


def from_dict(data: Mapping[str, Any]) -> Retention:
    """What `Retention.to_dict` wrote; what it lacks is as by default. Raises ValueError for anything else."""
    known = {each.name for each in fields(Retention)}
    if not set(data) <= known:
        raise ValueError(f"retention knows {', '.join(sorted(known))}")
    return Retention(**data)


def longest(of: Iterable[Retention]) -> Retention:
    """For what belongs to no round: the longest time that any round says, for ever where one says so."""
    rounds = list(of) or [Retention()]
    names = [each.name for each in fields(Retention)]
    return Retention(**{name: _longest([getattr(one, name) for one in rounds]) for name in names})


def _longest(days: list[int]) -> int:
    return 0 if 0 in days else max(days)
