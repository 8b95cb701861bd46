"""The clock: business time, which may run fast in a simulation, and real time, which never does.

It must not know who asks. The only module of ours that reads the machine's clock.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


class UnreadableClockError(ValueError):
    """ALO_CLOCK is not "<business ISO start>@<rate>@<real ISO anchor>", perhaps with jumps "@<from>/<to>" behind it,
    each later than the one before; times are aware, the rate is above 0."""


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
    """Business time began as `start` at the real time `anchor` and runs `rate` times as fast.

    `jumps`: stretches of business time that are left out, (from, to) in order; at `from` it is `to` at once.
    """

    start: datetime
    rate: float
    anchor: datetime
    jumps: tuple[tuple[datetime, datetime], ...] = ()
    fast = True

    def now(self) -> datetime:
        """Business time, aware UTC."""
        return self._at(self.real())

    def real(self) -> datetime:
        """Real time, aware UTC."""
        return datetime.now(UTC)

    def after(self, real: timedelta) -> datetime:
        """Business time when `real` has passed."""
        return self._at(self.real() + real)

    def _at(self, real: datetime) -> datetime:
        found = self.start + (real - self.anchor) * self.rate
        for since, until in self.jumps:
            if found >= since:
                found += until - since
        return found

    def __str__(self) -> str:
        left_out = (f"{since.isoformat()}/{until.isoformat()}" for since, until in self.jumps)
        return "@".join((self.start.isoformat(), f"{self.rate:g}", self.anchor.isoformat(), *left_out))


def clock_of(text: str) -> RealClock | FastClock:
    """The clock that ALO_CLOCK describes; the real one for "". Raises UnreadableClockError."""
    if not text:
        return RealClock()
    try:
        start, rate, anchor, *jumps = text.split("@")
        clock = FastClock(_utc(start), float(rate), _utc(anchor), tuple(_jump(each) for each in jumps))
    except ValueError as fault:
        raise UnreadableClockError(text) from fault
    moments = [clock.start, *(moment for jump in clock.jumps for moment in jump)]
    if not 0 < clock.rate < float("inf") or moments != sorted(moments):
        raise UnreadableClockError(text)
    return clock


def _jump(text: str) -> tuple[datetime, datetime]:
    since, until = text.split("/")
    return _utc(since), _utc(until)


def _utc(text: str) -> datetime:
    found = datetime.fromisoformat(text)
    if found.tzinfo is None:
        raise ValueError("a time without a zone")
    return found.astimezone(UTC)
