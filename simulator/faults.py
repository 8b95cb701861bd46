"""What may go wrong on purpose: named switches with a probability each, off by default, drawn from a seed.

A draw depends on (seed, fault, what it is about) only, so neither threads nor other faults change it.
"""

from __future__ import annotations

import hashlib
import threading
from typing import Any

FAULTS = {
    "duplicate": "a callback or an inbound text comes a second time, under a new idempotency token",
    "lost_answer": "the answer to a callback or inbound text is lost: it comes again under the same token",
    "delay": "a receipt comes late, by delay_s scaled seconds",
    "reorder": "a receipt is held until those after it have passed",
    "lose": "a receipt never comes",
    "lose_inbound": "an inbound text never comes by webhook; the list shows it",
    "forge": "a receipt comes once more with a false status and a false signature",
    "throttle": "a create is refused with 429 before anything happens",
    "error_after_accept": "a create is accepted and then answered with 500",
    "truncate": "a create is accepted and its 201 is cut in the middle",
    "drop": "a create is accepted and the connection closed without an answer",
    "slow": "a create is accepted and answered after slow_s real seconds",
}


def chance(*key: object) -> float:
    """A number in [0, 1) that depends on `key` alone."""
    digest = hashlib.blake2b("\x1f".join(map(str, key)).encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64


class Faults:
    """The switches as they stand; set over HTTP, read by everyone."""

    def __init__(self, seed: int = 0) -> None:
        self._lock = threading.Lock()
        self._odds: dict[str, float] = {}
        self.seed, self.delay_s, self.slow_s = seed, 120.0, 5.0

    def set(self, wanted: dict[str, Any]) -> None:
        """Take {"seed": n, "delay_s": s, "slow_s": s, "<fault>": probability}; ValueError names what is unknown."""
        odds = {name: float(value) for name, value in wanted.items() if name in FAULTS}
        unknown = set(wanted) - set(odds) - {"seed", "delay_s", "slow_s"}
        if unknown or any(not 0 <= value <= 1 for value in odds.values()):
            raise ValueError(f"unknown fault or a probability outside 0..1: {sorted(unknown or odds)}")
        with self._lock:
            self._odds = {**self._odds, **odds}
            self.seed = int(wanted.get("seed", self.seed))
            self.delay_s = float(wanted.get("delay_s", self.delay_s))
            self.slow_s = float(wanted.get("slow_s", self.slow_s))

    def strikes(self, fault: str, *about: object) -> bool:
        """Whether `fault` happens to what `about` names."""
        odds = self._odds.get(fault, 0.0)
        return odds > 0 and chance(self.seed, fault, *about) < odds

    def settings(self) -> dict[str, Any]:
        """The switches as they stand, all of them."""
        odds = {name: self._odds.get(name, 0.0) for name in FAULTS}
        return {"seed": self.seed, "delay_s": self.delay_s, "slow_s": self.slow_s, **odds}
