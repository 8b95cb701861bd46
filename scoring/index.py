"""The three figures of a satisfaction round from the count cube: vca-index, mean-percent, top-box.

Exact arithmetic, rounded once at the end. It must not know rounds, offices, or what may be shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from scoring.cube import Cube
from scoring.points import ScoredQuestion, ScoreSheet
from scoring.rules import Rule

Sheets = Mapping[str, ScoreSheet]
"""sha256 of a questionnaire → its sheet."""

_ZERO = Fraction(0)


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


@dataclass(frozen=True, slots=True)
class Mean:
    """Mean points in % of the maximum, over answers that carry points; None when there is none."""

    value: Decimal | None
    points: Decimal
    possible: Decimal
    answers: int
    n: int
    forms: int


@dataclass(frozen=True, slots=True)
class Share:
    """Of `answers` that carry points, how many lie in the top level and in the top two."""

    answers: int
    top_one: int
    top_two: int

    def percent(self, levels: int) -> Decimal | None:
        """The share of the top `levels` (1 or 2) in %; None without answers."""
        top = self.top_one if levels == 1 else self.top_two
        return _round(Fraction(top * 100, self.answers)) if self.answers else None


@dataclass(frozen=True, slots=True)
class TopBox:
    """Share of answers in the top levels: in all, by section, and by question within its section."""

    value: Decimal | None
    share: Share
    sections: Mapping[str, Share]
    questions: Mapping[tuple[str, str, str], Share]
    """(questionnaire code, section, question) → share."""
    n: int
    forms: int
    withheld: tuple[str, ...] = ()
    """Questions kept back because too few answered them."""


def _round(value: Fraction, places: str = "0.01") -> Decimal:
    """Half up, as the published examples are rounded."""
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return exact.quantize(Decimal(places), ROUND_HALF_UP)


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
        value=_round(share * 100 * k1 * Fraction(k2) + Fraction(k3)),
        base=_round(share * 100),
        points=_round(points),
        possible=_round(possible),
        b=_round(Fraction(questions, n)) if n else Decimal(0),
        n=n,
        forms=cube.count(*rule.counted),
        k1=_round(k1, "0.0001"),
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
    counted = part.count(*rule.counted)
    everybody = Fraction(sheet.unconditional)
    silent_b = Fraction(sheet.whole) if rule.silent == "all" else everybody
    questions = counted * everybody + (part.count() - counted) * silent_b
    points = _ZERO
    for item, value, n in _counted_answers(part, sheet, rule):
        worth = item.worth(value)
        weighed = n * Fraction(item.weight)
        points += weighed * Fraction(worth or 0)
        questions += weighed if item.conditional else 0
        if value is not None and worth is None and rule.no_opinion == "leaves":
            questions -= weighed
    return points, questions


def _counted_answers(part: Cube, sheet: ScoreSheet, rule: Rule) -> list[tuple[ScoredQuestion, str | None, int]]:
    """(question, value, how many counted forms gave it) of one questionnaire: counted first, exact arithmetic after."""
    given: dict[tuple[str, str | None], int] = {}
    for cell in part.cells:
        if cell.status in rule.counted and cell.question in sheet.items:
            key = (cell.question, cell.value)
            given[key] = given.get(key, 0) + cell.n
    return [(sheet.items[question], value, n) for (question, value), n in given.items()]


def _all_counted_answers(
    cube: Cube, sheets: Sheets, rule: Rule
) -> list[tuple[ScoreSheet, ScoredQuestion, str | None, int]]:
    parts = cube.split(lambda s: s.questionnaire)
    return [(sheets[q], *counted) for q, part in parts.items() for counted in _counted_answers(part, sheets[q], rule)]


def mean_percent(cube: Cube, sheets: Sheets, rule: Rule) -> Mean:
    """Mean points in % of the maximum over those who answered: no K, no silence; "no opinion" has no points."""
    points = possible = _ZERO
    answers = 0
    for _, item, given, n in _all_counted_answers(cube, sheets, rule):
        worth = item.worth(given)
        if worth is not None:
            points += n * Fraction(worth) * Fraction(item.weight)
            possible += n * Fraction(item.highest) * Fraction(item.weight)
            answers += n
    value = _round(points / possible * 100) if possible else None
    return Mean(value, _round(points), _round(possible), answers, cube.count(), cube.count(*rule.counted))


def top_box(cube: Cube, sheets: Sheets, rule: Rule) -> TopBox:
    """Share of answers in the top levels; "no opinion" is no answer here. `value` follows the rule's `top_levels`.

    A share counts people, so weights of questions do not enter it.
    """
    questions = _shares(cube, sheets, rule)
    sections: dict[str, Share] = {}
    for (_, section, _), share in questions.items():
        sections[section] = _add(sections.get(section), share)
    whole = Share(0, 0, 0)
    for share in sections.values():
        whole = _add(whole, share)
    forms = cube.count(*rule.counted)
    return TopBox(whole.percent(rule.top_levels), whole, sections, questions, cube.count(), forms)


def _shares(cube: Cube, sheets: Sheets, rule: Rule) -> dict[tuple[str, str, str], Share]:
    """The share of each question that has answers, in the order of the forms."""
    found: dict[tuple[str, str, str], Share] = {}
    for sheet, item, value, n in _all_counted_answers(cube, sheets, rule):
        worth = item.worth(value)
        if worth is not None:
            key = (sheet.code, item.section, item.question)
            one, two = (n * item.in_top(worth, levels) for levels in (1, 2))
            found[key] = _add(found.get(key), Share(n, one, two))
    in_order = [(s.code, i.section, i.question) for s in sheets.values() for i in s.items.values()]
    return {key: found[key] for key in in_order if key in found}


def _add(one: Share | None, other: Share) -> Share:
    if one is None:
        return other
    return Share(one.answers + other.answers, one.top_one + other.top_one, one.top_two + other.top_two)
