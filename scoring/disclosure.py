"""Which figures of a breakdown may not be shown, so that no few raters can be singled out.

It must not know what the figures say: only how many answers stand behind each.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import replace
from typing import TypeVar

from scoring.index import Share, TopBox

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


def withhold(figure: TopBox, k: int = K) -> TopBox:
    """The figure without the sections and questions that stand on too few answers, or would give such ones away.

    A section that is kept back takes its questions with it: their sum would be the section.
    """
    closed = hidden_parts({name: share.answers for name, share in figure.sections.items()}, k)
    questions: dict[tuple[str, str, str], Share] = {}
    for section in figure.sections.keys() - closed:
        own = {key: share for key, share in figure.questions.items() if key[1] == section}
        kept_back = hidden_parts({key: share.answers for key, share in own.items()}, k)
        questions.update({key: share for key, share in own.items() if key not in kept_back})
    in_order = {key: share for key, share in figure.questions.items() if key in questions}
    sections = {name: share for name, share in figure.sections.items() if name not in closed}
    withheld = tuple(key[2] for key in figure.questions if key not in questions)
    return replace(figure, sections=sections, questions=in_order, withheld=withheld)
