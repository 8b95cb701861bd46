"""Short storms with one protection taken away, and the checks of the witness that must see it.

Nobody is killed: everybody is contacted at once by senders that hurry, rungs are minutes apart, the carrier errs often.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.system.chaos import people
from tests.system.chaos.stage import staged
from tests.system.chaos.storm import FAULTS, Plan, Report, Storm

LIMIT_S = 400.0
"""Real seconds until a hunt gives up; the checks of a hunt are usually violated within half a minute of its launch."""
MOST_WAVES = 24
"""Offices contacted until the fault is seen: each of them another occasion, so that no machine can miss them all."""
CALM_S, CALM_WAVES, CALM_CONTACTS = 45.0, 3, 120
"""Where nothing is planted, nothing must be seen in so many real seconds, nor in so many contacts."""
ERRING: Mapping[str, float] = {"duplicate": 0.3, "lost_answer": 0.3, "drop": 0.15}
DOUBTFUL: Mapping[str, float] = {**ERRING, "drop": 0.3, "error_after_accept": 0.2}
"""Half of what is handed over is in doubt."""
TALKATIVE = {"quick": 6, "wrong_keys": 1, "hangs_up": 1, "voice_only": 4}


@dataclass(frozen=True)
class Hunt:
    """Which checks may see the fault, and the crowd in which it shows soonest."""

    seen_by: frozenset[str]
    organisations: int = 32
    pairs: int = 4
    rate_per_s: float = 12
    lines: int = 24
    personas: Mapping[str, int] = field(default_factory=lambda: dict(people.PERSONAS))
    erring: Mapping[str, float] = field(default_factory=lambda: dict(ERRING))


HUNTS: Mapping[str, Hunt] = {
    "ignore-turn": Hunt(frozenset({"answers"}), personas=TALKATIVE),
    "ignore-duplicate": Hunt(frozenset({"answers"})),
    "skip-opt-out": Hunt(frozenset({"opt_out"}), personas={"opts_out": 1, "quick": 1}),
    "skip-opt-out-check": Hunt(frozenset({"opt_out"}), personas={"opts_out": 1, "quick": 1}),
    "no-skip-locked": Hunt(frozenset({"twice"})),
    "no-unknown-state": Hunt(frozenset({"twice", "left", "ladder"}), erring=DOUBTFUL),
    "no-lock-order": Hunt(frozenset({"at_once", "caps"}), organisations=40, pairs=20, rate_per_s=150, lines=100),
}
PROMISED = ("no-skip-locked", "no-unknown-state", "ignore-turn", "skip-opt-out-check", "no-lock-order")
"""The faults that the long tests hunt; `python -m tests.system.chaos --planted` hunts any."""
EVERY = Hunt(frozenset().union(*(hunt.seen_by for hunt in HUNTS.values())), pairs=12)
"""The crowd without any fault: everything is looked at."""


def hunt(home: Path, fault: str, seed: int = 1, say: Callable[[str], None] = print) -> Report:
    """A short storm without the protection that `fault` takes away ("": none) until the witness sees it."""
    wanted = HUNTS.get(fault, EVERY)
    plan = Plan(
        seed, 0, organisations=wanted.organisations, pairs=wanted.pairs, rate_per_s=wanted.rate_per_s,
        lines=wanted.lines, faults={**FAULTS, **wanted.erring}, planted=fault,
        waves=MOST_WAVES if fault else CALM_WAVES, wave_every_s=6, rules=people.HURRIED, personas=wanted.personas,
    )  # fmt: skip
    say(f"seed {seed}: without a protection: {fault or 'none'}")
    with staged(home, seed, planted=fault) as stage:
        storm = Storm(stage, plan, say)
        return storm.hunt(wanted.seen_by, LIMIT_S) if fault else storm.hunt(wanted.seen_by, LIMIT_S, calm)


def calm(report: Report) -> bool:
    """Whether a crowd in which nothing was seen has been looked at long enough."""
    return report.seconds >= CALM_S and report.waves == CALM_WAVES and report.counts["contacts"] >= CALM_CONTACTS
