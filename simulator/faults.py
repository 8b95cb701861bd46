"""What may go wrong on purpose: named switches with a probability each, off by default, drawn from a seed.

A draw depends on (seed, fault, kind, subject, nth) only, so neither threads nor other faults change it, and a second
run with the same seed meets the same faults.
"""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from typing import Any

FAULTS = {
    "duplicate": "a webhook comes again under a new token; both answers to an inbound text are carried out",
    "lost_answer": "the answer to a webhook is lost: it comes again under the same token and only that answer counts",
    "delay": "a receipt comes late, by delay_s scaled seconds",
    "reorder": "a receipt is held until those after it have passed",
    "lose": "a receipt never comes",
    "forge": "a receipt comes once more with a false status and a false signature",
    "lose_inbound": "an inbound text never comes by webhook; the list shows it",
    "delay_inbound": "an inbound text is announced late, by delay_s scaled seconds",
    "forge_inbound": "before an inbound text another one comes that nobody wrote, with a false signature",
    "forge_voice": "before a voice request another one comes with a key that nobody pressed and a false signature",
    "throttle": "a create is refused with 429 before anything happens",
    "error_after_accept": "a create is accepted and then answered with 500",
    "truncate": "a create is accepted and its 201 is cut in the middle",
    "drop": "a create is accepted and the connection closed without an answer",
    "slow": "a create is accepted and answered after slow_s real seconds",
}
KINDS = frozenset({"text", "call", "amd", "recording", "inbound", "voice", "message"})
"""What faults strike: receipts of texts, calls, detection and recordings; the two webhooks; creates (message, call)."""


def chance(*key: object) -> float:
    """A number in [0, 1) that depends on `key` alone."""
    digest = hashlib.blake2b("\x1f".join(map(str, key)).encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64


class Faults:
    """The switches as they stand; set over HTTP, read by everyone."""

    def __init__(self, seed: int = 0) -> None:
        self._lock = threading.Lock()
        self._odds: dict[str, float | dict[str, float]] = {}
        self._tries: Counter[tuple[str, ...]] = Counter()
        self.seed, self.delay_s, self.slow_s = seed, 120.0, 5.0

    def set(self, wanted: dict[str, Any]) -> None:
        """Take {"seed": n, "delay_s": s, "slow_s": s, "<fault>": odds}; odds: a probability, or {kind: probability}.

        ValueError names what is unknown.
        """
        odds = {name: _odds(value) for name, value in wanted.items() if name in FAULTS}
        unknown = set(wanted) - set(odds) - {"seed", "delay_s", "slow_s"}
        if unknown:
            raise ValueError(f"unknown faults: {sorted(unknown)}")
        with self._lock:
            self._odds = {**self._odds, **odds}
            self.seed = int(wanted.get("seed", self.seed))
            self.delay_s = float(wanted.get("delay_s", self.delay_s))
            self.slow_s = float(wanted.get("slow_s", self.slow_s))
            self._tries.clear()

    def strikes(self, fault: str, kind: str, *about: object) -> bool:
        """Whether `fault` happens to this one of its kind; `about` ends with its place among those of its subject."""
        odds = self._odds.get(fault, 0.0)
        odds = odds.get(kind, 0.0) if isinstance(odds, dict) else odds
        return odds > 0 and chance(self.seed, fault, kind, *about) < odds

    def strikes_try(self, fault: str, kind: str, *about: str) -> bool:
        """The same for what leaves no record: each try of the same subject draws anew, in an order the seed repeats."""
        if not self._odds.get(fault):
            return False
        with self._lock:
            self._tries[fault, kind, *about] += 1
            nth = self._tries[fault, kind, *about]
        return self.strikes(fault, kind, *about, nth)

    def settings(self) -> dict[str, Any]:
        """The switches as they stand, all of them."""
        odds = {name: self._odds.get(name, 0.0) for name in FAULTS}
        return {"seed": self.seed, "delay_s": self.delay_s, "slow_s": self.slow_s, **odds}


def _odds(value: Any) -> float | dict[str, float]:
    """A probability, or one for each kind it names. Raises ValueError."""
    odds = {str(kind): float(one) for kind, one in value.items()} if isinstance(value, dict) else float(value)
    named = odds if isinstance(odds, dict) else {"text": odds}
    if not set(named) <= KINDS or any(not 0 <= one <= 1 for one in named.values()):
        raise ValueError(f"a probability outside 0..1 or an unknown kind: {value!r}")
    return odds
