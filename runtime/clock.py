"""The clock: business time, which may run fast in a simulation, and real time, which never does.

It must not know who asks. The only module of ours that reads the machine's clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


class UnreadableClockError(ValueError):
    """ALO_CLOCK is not "<business ISO start>@<rate>@<real ISO anchor>" with aware times and a rate above 0."""


class RealClock:
    """Business time is real time."""

    fast = False

    def now(self) -> datetime:
        """Business time, aware UTC."""
        return datetime.now(UTC)

    def real(self) -> datetime:
        """Real time, aware UTC."""
        return datetime.now(UTC)

    def after(self, real: timedelta) -> datetime:
        """Business time when `real` has passed."""
        return datetime.now(UTC) + real


@dataclass(frozen=True, slots=True)
class FastClock:
    """Business time began as `start` at the real time `anchor` and runs `rate` times as fast."""

    start: datetime
    rate: float
    anchor: datetime
    fast = True

    def now(self) -> datetime:
        """Business time, aware UTC."""
        return self.start + (self.real() - self.anchor) * self.rate

    def real(self) -> datetime:
        """Real time, aware UTC."""
        return datetime.now(UTC)

    def after(self, real: timedelta) -> datetime:
        """Business time when `real` has passed."""
        return self.now() + real * self.rate

    def __str__(self) -> str:
        return f"{self.start.isoformat()}@{self.rate:g}@{self.anchor.isoformat()}"


def clock_of(text: str) -> RealClock | FastClock:
    """The clock that ALO_CLOCK describes; the real one for "". Raises UnreadableClockError."""
    if not text:
        return RealClock()
    try:
        start, rate, anchor = text.split("@")
        clock = FastClock(_utc(start), float(rate), _utc(anchor))
    except ValueError as fault:
        raise UnreadableClockError(text) from fault
    if not 0 < clock.rate < float("inf"):
        raise UnreadableClockError(text)
    return clock


def _utc(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a time without a zone")
    return found.astimezone(UTC)
