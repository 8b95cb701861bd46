"""Storms with one protection taken away, and the checks of the witness that must see it."""

from __future__ import annotations

from collections.abc import Mapping

from tests.system.chaos.storm import FAULTS, Plan

SEEN_BY: Mapping[str, frozenset[str]] = {
    "ignore-turn": frozenset({"answers"}),
    "ignore-duplicate": frozenset({"answers"}),
    "skip-opt-out": frozenset({"opt_out"}),
    "skip-opt-out-check": frozenset({"opt_out"}),
    "no-skip-locked": frozenset({"twice"}),
    "no-unknown-state": frozenset({"twice", "left", "ladder"}),
    "no-lock-order": frozenset({"at_once", "caps"}),
}
MORE: Mapping[str, float] = {"duplicate": 0.3, "lost_answer": 0.3, "drop": 0.15}


def plan(fault: str, seed: int = 1) -> Plan:
    """No kills: the carrier's faults and the crowd are enough. Everybody at once, and senders that hurry."""
    return Plan(
        seed, 0, faults={**FAULTS, **MORE}, planted=fault, waves=3, wave_every_s=6, organisations=32, rate_per_s=12
    )
