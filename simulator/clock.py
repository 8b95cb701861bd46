"""The network's own two times: business time, which may run fast, and the real time that time-outs use.

It must not know who asks; the three values are the same ones the product is started with.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

FLOOR_S = 0.002
"""No wait is shorter than this in real seconds, so that a fast clock does not make threads spin."""


@dataclass(frozen=True, slots=True)
class SimulatedClock:
    """Business time = start + (real - anchor) * rate, without the stretches in `jumps`, (from, to) in order; `scale`
    stretches every scaled wait once more."""

    start: datetime | None = None
    rate: float = 1.0
    anchor: datetime | None = None
    scale: float = 1.0
    jumps: tuple[tuple[datetime, datetime], ...] = ()

    @classmethod
    def parse(cls, text: str, scale: float = 1.0) -> SimulatedClock:
        """Read "<business ISO start>@<rate>@<real ISO anchor>", perhaps with jumps "@<from>/<to>"; "": the real clock.

        Raises ValueError on anything else.
        """
        if not text:
            return cls(scale=scale)
        start, rate, anchor, *jumps = text.split("@")
        begins, since = datetime.fromisoformat(start), datetime.fromisoformat(anchor)
        left_out = tuple(_jump(each) for each in jumps)
        times = (begins, since, *(moment for jump in left_out for moment in jump))
        if any(moment.tzinfo is None for moment in times) or float(rate) <= 0:
            raise ValueError("the clock needs two times with a zone and a rate above zero")
        return cls(begins, float(rate), since, scale, left_out)

    def real(self) -> datetime:
        """Real time, aware UTC."""
        return datetime.now(UTC)

    def now(self) -> datetime:
        """Business time, aware UTC."""
        if self.start is None or self.anchor is None:
            return self.real()
        gone = (self.real() - self.anchor).total_seconds()
        found = self.start + timedelta(seconds=gone * self.rate)
        for since, until in self.jumps:
            if found >= since:
                found += until - since
        return found.astimezone(UTC)

    def wait(self, seconds: float) -> float:
        """Real seconds that `seconds` of a person's or the network's time take here."""
        return max(FLOOR_S, seconds / self.rate * self.scale)

    def unwait(self, real_s: float) -> float:
        """The wait that takes `real_s` real seconds here."""
        return real_s * self.rate / self.scale


def _jump(text: str) -> tuple[datetime, datetime]:
    since, until = text.split("/")
    return datetime.fromisoformat(since), datetime.fromisoformat(until)


def rfc2822(at: datetime | None) -> str | None:
    """The date as the API writes it: "Sun, 25 Mar 2018 09:53:19 +0000"."""
    return None if at is None else format_datetime(at.astimezone(UTC))
