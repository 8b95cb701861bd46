"""vca-index: the points of everybody on the list, with the coefficients of a rule.

Exact arithmetic, rounded once at the end. It must not know rounds, offices, or what may be shown.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from scoring.answers import Sheets, counted_answers, rounded
from scoring.cube import Cube
from scoring.method import Method, Part, QuestionFigure, register
from scoring.points import ScoreSheet
from scoring.rules import Rule

_ZERO = Fraction(0)
_PARTS = (
    *("value", "points", "b", "n", "forms", "possible", "base", "k1", "k2", "k3"),
    *("members", "members_answered", "outsiders_answered"),
)


@dataclass(frozen=True, slots=True)
class Index:
    """The vca-index and everything behind it. `base` is S over possible points in %, before K; `b` questions a form."""

    value: Decimal
    base: Decimal
    points: Decimal
    possible: Decimal
    b: Decimal
    n: int
    forms: int
    k1: Decimal
    k2: Decimal
    k3: Decimal
    members: int
    members_answered: int
    outsiders_answered: int

    def parts(self) -> Iterator[Part]:
        """As `scoring.method.Figure`."""
        yield from (Part(f"score.{name}", (getattr(self, name),)) for name in _PARTS)

    def by_question(self) -> Mapping[tuple[str, str, str], QuestionFigure]:
        """None: it is a figure of the whole."""
        return {}


def vca_index(cube: Cube, sheets: Sheets, rule: Rule) -> Index:
    """I = S / (p_max · b · n) · 100 · K1 · K2 + K3, with b by form; two decimals, no cap at 100.

    n is the whole frame: an organisation without a counted form has no points and is held against its questions all
    the same. K1 and K3 look at complete forms only. The coefficients are the rule's.
    """
    parts = cube.split(lambda s: s.questionnaire)
    tallies = {q: _tally(part, sheets[q], rule) for q, part in parts.items()}
    points = sum((p for p, _ in tallies.values()), _ZERO)
    questions = sum((b for _, b in tallies.values()), _ZERO)
    possible = questions * Fraction(rule.p_max)
    n = cube.count()
    share = _pool(parts, tallies, rule)
    members, members_answered = cube.count(member=True), cube.count("complete", member=True)
    outsiders = cube.count("complete", member=False)
    k1 = participation(members, members_answered, rule)
    k2, k3 = rule.size_factor.at(members), rule.outsider_bonus.at(outsiders)
    return Index(
        value=rounded(share * 100 * k1 * Fraction(k2) + Fraction(k3)),
        base=rounded(share * 100),
        points=rounded(points),
        possible=rounded(possible),
        b=rounded(Fraction(questions, n)) if n else Decimal(0),
        n=n,
        forms=cube.count(*rule.counted_statuses),
        k1=rounded(k1, "0.0001"),
        k2=k2,
        k3=k3,
        members=members,
        members_answered=members_answered,
        outsiders_answered=outsiders,
    )


def participation(members: int, answered: int, rule: Rule) -> Fraction:
    """K1: the share of members that answered, 1 from the rule's share on; 1 where there is no member to ask."""
    if members == 0:
        return Fraction(1)
    share = Fraction(answered, members)
    return Fraction(1) if share >= Fraction(rule.full_participation.at(members)) else share


def _pool(parts: Mapping[str, Cube], tallies: Mapping[str, tuple[Fraction, Fraction]], rule: Rule) -> Fraction:
    """Points over possible points, of all questionnaires together or weighted by organisations (between 0 and 1)."""
    p_max = Fraction(rule.p_max)
    if rule.pooling == "points":
        possible = sum((b for _, b in tallies.values()), _ZERO) * p_max
        return sum((p for p, _ in tallies.values()), _ZERO) / possible if possible else _ZERO
    asked = {q: part.count() for q, part in parts.items() if tallies[q][1]}
    weights = sum(asked.values())
    shares = (tallies[q][0] / (tallies[q][1] * p_max) * n / weights for q, n in asked.items())
    return sum(shares, _ZERO)


def _tally(part: Cube, sheet: ScoreSheet, rule: Rule) -> tuple[Fraction, Fraction]:
    """Points of the counted forms of one questionnaire, and the questions all its organisations are held against,
    each with its weight."""
    counted = part.count(*rule.counted_statuses)
    everybody = Fraction(sheet.unconditional)
    silent_b = Fraction(sheet.whole) if rule.silent == "all" else everybody
    questions = counted * everybody + (part.count() - counted) * silent_b
    points = _ZERO
    for item, value, n in counted_answers(part, sheet, rule):
        worth = item.worth(value)
        weighed = n * Fraction(item.weight)
        points += weighed * Fraction(worth or 0)
        questions += weighed if item.conditional else 0
        if value is not None and worth is None and rule.no_opinion == "leaves":
            questions -= weighed
    return points, questions


register(Method("vca-index", vca_index, by_channel="mean-percent", has_classes=True))
