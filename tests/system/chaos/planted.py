"""Storms with one protection taken away, and the checks of the witness that must see it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from tests.system.chaos.stage import staged
from tests.system.chaos.storm import FAULTS, Plan, Report, Storm

SEEN_BY: Mapping[str, frozenset[str]] = {
    "ignore-turn": frozenset({"answers"}),
    "ignore-duplicate": frozenset({"answers"}),
    "skip-opt-out": frozenset({"opt_out"}),
    "skip-opt-out-check": frozenset({"opt_out"}),
    "no-skip-locked": frozenset({"twice"}),
    "no-unknown-state": frozenset({"twice", "left", "ladder"}),
    "no-lock-order": frozenset({"at_once", "caps"}),
}
EVERY = frozenset().union(*SEEN_BY.values())
MORE: Mapping[str, float] = {"duplicate": 0.3, "lost_answer": 0.3, "drop": 0.15}


LIMIT_S = 240.0
NEEDS_CROWD = ("no-lock-order",)
CROWDED = Plan(0, 0, organisations=40, pairs=20, rate_per_s=150, lines=100)
"""Every phone is two organisations', and both are rung within milliseconds."""


def hunt(home: Path, fault: str, seed: int = 1, say: Callable[[str], None] = print) -> Report:
    """A storm without the protection that `fault` takes away, until the witness sees it: nobody is killed, everybody is
    contacted at once by senders that hurry, and the carrier errs often."""
    crowd = CROWDED if fault in NEEDS_CROWD else Plan(seed, 0, organisations=32, pairs=4, rate_per_s=12)
    plan = replace(crowd, seed=seed, faults={**FAULTS, **MORE}, planted=fault, waves=3, wave_every_s=6)
    say(f"seed {seed}: without a protection: {fault}")
    with staged(home, seed, planted=fault) as stage:
        return Storm(stage, plan, say).hunt(SEEN_BY.get(fault, EVERY), LIMIT_S)
