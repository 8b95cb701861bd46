"""What a national run is asked for and what it finds, with its closing lines."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from tests.system.national.course import Course
from tests.system.national.meters import MEASURED, Reading
from tests.system.national.reference import Cost

MINUTE = 60
DAY_S = 15 * 60 * MINUTE
"""Business seconds a campaign takes: it begins at 06:00 and every ladder is done before 22:00."""
RELEASE_S = 13 * 60 * MINUTE
"""Business seconds in which texts leave, the first ones and the reminders: the longer, the less there is at once."""
TEXTS_EACH = 1.4
TURNS_EACH = 19
LOAD = 0.12
"""What share of the turns a second that the control office got served is asked of the machine in the middle of the day:
two receipts a text, dispatch and the simulated network take as much again each, and half of the machine is to be idle.
A crowd that is served late answers late: a real second is a minute of its time at 60 times real time."""
FASTEST = 90.0


@dataclass(frozen=True)
class Plan:
    """What is asked for. `rate` 0: as fast as the size allows; `limit_s`: real seconds until this leg ends; `resume`:
    the run in `home` goes on."""

    organisations: int
    seed: int
    rate: float
    limit_s: float
    home: Path
    resume: bool = False

    def clock_rate(self, turns_per_s: float) -> float:
        """Business seconds a real second, on a machine that serves so many turns."""
        fits = DAY_S * LOAD * turns_per_s / (self.organisations * TURNS_EACH)
        return self.rate or round(min(FASTEST, fits), 1)

    def contacts_per_s(self, rate: float) -> Decimal:
        """Each sender's pace (contacts a real second)."""
        return Decimal(max(1, round(TEXTS_EACH * self.organisations * rate / RELEASE_S)))


@dataclass
class Figures:
    """Everything found."""

    plan: Plan
    finished: bool = False
    legs: int = 1
    rate: float = 0.0
    by_hand: dict[str, list[Cost]] = field(default_factory=dict)
    """Manner → what it cost before the country and after it."""
    seconds: float = 0.0
    turns: int = 0
    requests: dict[str, int] = field(default_factory=dict)
    cpu_s: dict[str, float] = field(default_factory=dict)
    memory: dict[str, tuple[float, float]] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)
    contacts: dict[str, int] = field(default_factory=dict)
    pages_ms: dict[str, float] = field(default_factory=dict)
    took_s: dict[str, float] = field(default_factory=dict)
    violations: dict[str, list[str]] = field(default_factory=dict)
    readings: list[Reading] = field(default_factory=list)

    def take(self, course: Course) -> None:
        """What all legs together cost."""
        self.legs, self.rate, self.by_hand, self.took_s = course.legs, course.rate, course.by_hand, course.took_s
        self.seconds, self.turns, self.cpu_s = course.seconds, course.turns, course.cpu_s

    @property
    def passed(self) -> bool:
        """Whether everything was done and no check found a violation."""
        return bool(self.violations) and not any(self.violations.values())

    def by_hand_s(self, manner: str) -> float:
        """CPU seconds that as many texts, keys and receipts cost by hand, between before and after: what else the
        machine does changes meanwhile."""
        before, after = self.by_hand[manner]
        return before.between(after).of(*(self.requests.get(kind, 0) for kind in ("text", "key", "receipt")))

    def ratio(self, manner: str) -> float:
        """CPU of gateway and database (the workers' statements included) to that of the same requests by hand."""
        return (self.cpu_s["gateway"] + self.cpu_s["database"]) / self.by_hand_s(manner)


def tell(figures: Figures) -> Iterator[str]:
    """The closing lines."""
    if not figures.finished:
        yield f"STOPPED after {figures.turns:,} turns in {figures.seconds:.0f} s; it goes on with --resume"
        return
    own, turns = {part: figures.cpu_s[part] for part in MEASURED}, max(1, figures.turns)
    yield f"\n{figures.plan.organisations:,} organisations, seed {figures.plan.seed}"
    yield f"legs: {figures.legs}, the last at {figures.rate:g} times real time"
    yield f"{figures.turns:,} turns in {figures.seconds:.0f} s: {figures.turns / figures.seconds:.0f} a second"
    yield f"requests: {figures.requests}; contacts: {figures.contacts}"
    yield "CPU a turn (µs): " + ", ".join(f"{part} {value / turns * 1e6:.0f}" for part, value in own.items())
    for manner, costs in figures.by_hand.items():
        for when, cost in zip(("before", "after"), costs, strict=True):
            yield f"by hand {when}, {manner} (µs): text {cost.text:.0f}, key {cost.key:.0f}, receipt {cost.receipt:.0f}"
        yield f"gateway + database to the same requests by hand, {manner}: {figures.ratio(manner):.2f}"
    for part, (early, late) in figures.memory.items():
        grown = late / early - 1
        yield f"memory {part}: {early:.0f} → {late:.0f} MB ({grown:+.0%}{', flat' if grown <= 0.1 else ', GROWS'})"
    yield f"staff pages' figures (ms): {figures.pages_ms}; took (s): {figures.took_s}"
    for name, lines in figures.violations.items():
        yield f"{name}: {len(lines)}"
        yield from (f"    {line}" for line in lines[:10])
    yield "PASSED" if figures.passed else "FAILED"
