"""The answers that count for a figure, questionnaire by questionnaire, and how a figure is rounded.

Exact arithmetic, rounded once at the end. It must not know what a method makes of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from scoring.cube import Cube
from scoring.points import ScoredQuestion, ScoreSheet
from scoring.rules import Rule

Sheets = Mapping[str, ScoreSheet]
"""sha256 of a questionnaire → its sheet."""


def rounded(value: Fraction, places: str = "0.01") -> Decimal:
    """Half up, as the published examples are rounded."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal(places), ROUND_HALF_UP)


def counted_answers(part: Cube, sheet: ScoreSheet, rule: Rule) -> list[tuple[ScoredQuestion, str | None, int]]:
    """(question, value, how many counted forms gave it) of one questionnaire: counted first, exact arithmetic after."""
    given: dict[tuple[str, str | None], int] = {}
    for cell in part.cells:
        if cell.status in rule.counted_statuses and cell.question in sheet.items:
            key = (cell.question, cell.value)
            given[key] = given.get(key, 0) + cell.n
    return [(sheet.items[question], value, n) for (question, value), n in given.items()]


def all_counted_answers(
    cube: Cube, sheets: Sheets, rule: Rule
) -> list[tuple[ScoreSheet, ScoredQuestion, str | None, int]]:
    """The same of all questionnaires, each with its sheet."""
    parts = cube.split(lambda s: s.questionnaire)
    return [(sheets[q], *counted) for q, part in parts.items() for counted in counted_answers(part, sheets[q], rule)]
