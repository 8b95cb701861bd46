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

LIMIT_S = 180.0
"""Real seconds until a hunt gives up; the checks of a hunt are usually violated within half a minute of its launch."""
CALM_S = 45.0
"""Real seconds in which nothing must be seen where nothing is planted."""
ERRING: Mapping[str, float] = {"duplicate": 0.3, "lost_answer": 0.3, "drop": 0.15}
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


HUNTS: Mapping[str, Hunt] = {
    "ignore-turn": Hunt(frozenset({"answers"}), personas=TALKATIVE),
    "ignore-duplicate": Hunt(frozenset({"answers"})),
    "skip-opt-out": Hunt(frozenset({"opt_out"}), personas={"opts_out": 1, "quick": 1}),
    "skip-opt-out-check": Hunt(frozenset({"opt_out"}), personas={"opts_out": 1, "quick": 1}),
    "no-skip-locked": Hunt(frozenset({"twice"})),
    "no-unknown-state": Hunt(frozenset({"twice", "left", "ladder"})),
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
        lines=wanted.lines, faults={**FAULTS, **ERRING}, planted=fault, waves=3, wave_every_s=6,
        rules=people.HURRIED, personas=wanted.personas,
    )  # fmt: skip
    say(f"seed {seed}: without a protection: {fault or 'none'}")
    with staged(home, seed, planted=fault) as stage:
        return Storm(stage, plan, say).hunt(wanted.seen_by, LIMIT_S if fault else CALM_S)
