"""What a national run keeps beside its data, so that one that was stopped anywhere goes on where it was.

It must not know how a country is run; a file written anew at every look, in the run's own directory.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Self
from uuid import UUID

from tests.system.national.meters import Reading, spent
from tests.system.national.reference import Cost

FILE = "course.json"


@dataclass
class Course:
    """A prepared country, where its day is (business time), and what it has cost in all legs together."""

    organisations: int
    seed: int
    ports: tuple[int, int]
    """The gateway's and the network's: callbacks under way carry them."""
    rate: float
    at: datetime
    by_hand: dict[str, list[Cost]]
    took_s: dict[str, float]
    campaign: UUID | None = None
    """Once it is launched."""
    legs: int = 0
    seconds: float = 0.0
    turns: int = 0
    cpu_s: dict[str, float] = field(default_factory=dict)

    def add(self, begin: Reading, end: Reading) -> None:
        """What was done between two readings."""
        self.seconds += end.at - begin.at
        self.turns += end.turns - begin.turns
        for part, value in spent(begin, end).items():
            self.cpu_s[part] = self.cpu_s.get(part, 0.0) + value

    def write(self, home: Path) -> None:
        """Keep it; a kill in the middle leaves what was kept before."""
        fresh = home / f"{FILE}.new"
        fresh.write_text(json.dumps(asdict(self), default=str))
        fresh.replace(home / FILE)

    @classmethod
    def read(cls, home: Path) -> Self:
        """What was kept. Raises FileNotFoundError."""
        kept: dict[str, Any] = json.loads((home / FILE).read_text())
        by_hand = {manner: [Cost(**cost) for cost in costs] for manner, costs in kept.pop("by_hand").items()}
        at, ports, campaign = datetime.fromisoformat(kept.pop("at")), tuple(kept.pop("ports")), kept.pop("campaign")
        return cls(**kept, ports=ports, at=at, by_hand=by_hand, campaign=UUID(campaign) if campaign else None)
