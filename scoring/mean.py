"""mean-percent: mean points in % of the maximum, over those who answered. It must not know rounds or offices."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from scoring.answers import Sheets, all_counted_answers, rounded
from scoring.cube import Cube
from scoring.method import Method, Part, QuestionFigure, register
from scoring.rules import Rule

_ZERO = Fraction(0)
_PARTS = ("value", "points", "possible", "answers", "forms", "n")


@dataclass(frozen=True, slots=True)
class Mean:
    """Mean points in % of the maximum, over answers that carry points; None when there is none."""

    value: Decimal | None
    points: Decimal
    possible: Decimal
    answers: int
    n: int
    forms: int

    def parts(self) -> Iterator[Part]:
        """As `scoring.method.Figure`."""
        yield from (Part(f"score.{name}", (getattr(self, name),)) for name in _PARTS)

    def by_question(self) -> Mapping[tuple[str, str, str], QuestionFigure]:
        """None: it is a figure of the whole."""
        return {}


def mean_percent(cube: Cube, sheets: Sheets, rule: Rule) -> Mean:
    """Mean points in % of the maximum over those who answered: no K, no silence; "no opinion" has no points."""
    points = possible = _ZERO
    answers = 0
    for _, item, given, n in all_counted_answers(cube, sheets, rule):
        worth = item.worth(given)
        if worth is not None:
            points += n * Fraction(worth) * Fraction(item.weight)
            possible += n * Fraction(item.highest) * Fraction(item.weight)
            answers += n
    value = rounded(points / possible * 100) if possible else None
    return Mean(value, rounded(points), rounded(possible), answers, cube.count(), cube.count(*rule.counted_statuses))


register(Method("mean-percent", mean_percent))
