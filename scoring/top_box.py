"""top-box: the share of answers in the top levels, in all, by section and by question.

It must not know rounds or offices.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from scoring.answers import Sheets, all_counted_answers, rounded
from scoring.cube import Cube
from scoring.disclosure import K, hidden_parts
from scoring.method import Method, Part, QuestionFigure, register
from scoring.rules import Rule


@dataclass(frozen=True, slots=True)
class Share:
    """Of `answers` that carry points, how many lie in the top level and in the top two."""

    answers: int
    top_one: int
    top_two: int

    def percent(self, levels: int) -> Decimal | None:
        """The share of the top `levels` (1 or 2) in %; None without answers."""
        top = self.top_one if levels == 1 else self.top_two
        return rounded(Fraction(top * 100, self.answers)) if self.answers else None


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

    def parts(self) -> Iterator[Part]:
        """As `scoring.method.Figure`."""
        yield Part("score.value", (self.value,))
        yield Part("score.top", ())
        yield Part("score.whole", _both(self.share))
        for name, share in self.sections.items():
            yield Part("score.section", _both(share), {"section": name or "–"})
        for (code, _, question), share in self.questions.items():
            yield Part("score.question", _both(share), {"form": code, "question": question})

    def by_question(self) -> Mapping[tuple[str, str, str], QuestionFigure]:
        """The share of the top level by question."""
        return {key: QuestionFigure(share.percent(1), share.answers) for key, share in self.questions.items()}


def _both(share: Share) -> tuple[Decimal | None, Decimal | None]:
    return share.percent(1), share.percent(2)


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
    forms = cube.count(*rule.counted_statuses)
    return TopBox(whole.percent(rule.top_levels), whole, sections, questions, cube.count(), forms)


def _shares(cube: Cube, sheets: Sheets, rule: Rule) -> dict[tuple[str, str, str], Share]:
    """The share of each question that has answers, in the order of the forms."""
    found: dict[tuple[str, str, str], Share] = {}
    for sheet, item, value, n in all_counted_answers(cube, sheets, rule):
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


register(Method("top-box", top_box, withhold=withhold))
