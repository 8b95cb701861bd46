"""What is measured and how it is judged: CPU seconds and memory of whole process trees, rounds, ratios, verdicts.

It must not know what runs in the processes.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import psutil

Side = Callable[[], float]
"""Does some work and says what one unit of it cost."""


@dataclass(frozen=True)
class Row:
    """One line of the table: what our side and the reference cost in each round, in `unit`, and how it is judged.

    `must` and `aim` are the largest ratios ours / reference (of medians); `must` None: only reported.
    """

    name: str
    unit: str
    ours: Sequence[float]
    reference: Sequence[float]
    must: float | None
    aim: float | None = None
    note: str = ""
    faults: tuple[str, ...] = ()
    """Musts missed besides the ratio, in words."""

    @property
    def ratio(self) -> float:
        """Median of ours to median of the reference's."""
        return statistics.median(self.ours) / statistics.median(self.reference)

    @property
    def ratios(self) -> tuple[float, float]:
        """The smallest and the largest ratio of one round."""
        pairs = [own / bare for own, bare in zip(self.ours, self.reference, strict=True)]
        return min(pairs), max(pairs)

    @property
    def verdict(self) -> str:
        """missed | kept | aim reached | reported."""
        if self.faults or (self.must is not None and self.ratio > self.must):
            return "missed"
        if self.must is None:
            return "reported"
        return "aim reached" if self.aim is not None and self.ratio <= self.aim else "kept"

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON types."""
        return {
            "name": self.name,
            "unit": self.unit,
            "ours": list(self.ours),
            "reference": list(self.reference),
            "ratio": round(self.ratio, 3),
            "range": [round(ratio, 3) for ratio in self.ratios],
            "must": self.must,
            "aim": self.aim,
            "verdict": self.verdict,
            "note": self.note,
            "faults": list(self.faults),
        }


def interleave(ours: Side, reference: Side, rounds: int) -> tuple[list[float], list[float]]:
    """Both sides by turns, each first in every other round: what else the machine does meets both alike."""
    own: list[float] = []
    bare: list[float] = []
    for number in range(rounds):
        pair = [(ours, own), (reference, bare)]
        for side, found in pair if number % 2 == 0 else reversed(pair):
            found.append(side())
    return own, bare


class Trees:
    """The process trees under some root processes."""

    def __init__(self, *pids: int) -> None:
        """`pids`: the roots."""
        self._roots = [psutil.Process(pid) for pid in pids]

    def cpu_s(self) -> float:
        """CPU seconds so far, user and system, of everything alive in the trees and of what they have waited for."""
        total = 0.0
        for process in self._all():
            with suppress(psutil.NoSuchProcess):
                times = process.cpu_times()
                total += times.user + times.system + times.children_user + times.children_system
        return total

    def spent(self, act: Callable[[], object]) -> float:
        """CPU seconds that the trees spend while `act` runs."""
        before = self.cpu_s()
        act()
        return self.cpu_s() - before

    def memory_mb(self) -> float:
        """Proportional set size: pages that processes share are counted once."""
        return sum(process.memory_full_info().pss for process in self._all()) / 1e6

    def _all(self) -> list[psutil.Process]:
        return [process for root in self._roots for process in (root, *root.children(recursive=True))]


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of `values` that at least `share` of them do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
