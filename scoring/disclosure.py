"""Which figures of a breakdown may not be shown, so that no few raters can be singled out.

It must not know what the figures say: only how many answers stand behind each.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from typing import TypeVar

K = 5
"""Fewest answers a figure may stand on (our rule: the ratings are about the authorities)."""

Key = TypeVar("Key", bound=Hashable)


def hidden_parts(counts: Mapping[Key, int], k: int = K) -> frozenset[Key]:
    """The parts of a whole that may not be shown when the whole may be.

    Parts with fewer than `k` answers; and where what is hidden could be had by subtracting the shown parts from the
    whole (a single part with answers, or together fewer than `k`), the next smallest parts too. When the whole has
    fewer than `k`, everything is hidden.
    """
    if sum(counts.values()) < k:
        return frozenset(counts)
    small = {key for key, n in counts.items() if n < k}
    others = sorted((key for key in counts if key not in small), key=lambda key: counts[key])
    while others and _exposed([counts[key] for key in small if counts[key]], k):
        small.add(others.pop(0))
    return frozenset(small)


def _exposed(kept_back: list[int], k: int) -> bool:
    """Whether the answers kept back can be singled out by subtraction."""
    return bool(kept_back) and (len(kept_back) == 1 or sum(kept_back) < k)
