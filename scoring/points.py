"""What each answer of a published questionnaire is worth, and which of its questions count.

It must not know who answered, nor how points become an index.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from survey.form.questionnaire import Question, Questionnaire


@dataclass(frozen=True, slots=True)
class ScoredQuestion:
    """One scored question: points by stored value; values without points ("no opinion") are missing."""

    question: str
    section: str
    conditional: bool
    """Branching may skip it."""
    points: Mapping[str, Decimal]
    weight: Decimal = Decimal(1)
    """What its points count for beside those of other questions."""

    @property
    def highest(self) -> Decimal:
        """The most points this question can give."""
        return max(self.points.values())

    def worth(self, value: str | None) -> Decimal | None:
        """The points of a stored value; None for no opinion and for a question left open."""
        return None if value is None else self.points.get(value)

    def in_top(self, points: Decimal, levels: int) -> bool:
        """Whether `points` are among the `levels` highest levels of this question."""
        return points in sorted(set(self.points.values()), reverse=True)[:levels]


@dataclass(frozen=True, slots=True)
class ScoreSheet:
    """The scored questions of one questionnaire version, by name, in the order of the form."""

    questionnaire: str
    """sha256 of the form."""
    code: str
    items: Mapping[str, ScoredQuestion]
    consent: frozenset[str] = frozenset()
    """Names of what is no answer yet: agreeing to be asked, and what the form works out by itself."""

    @property
    def unconditional(self) -> Decimal:
        """The weight of the scored questions that apply to everybody: their number, where none is weighted."""
        return sum((item.weight for item in self.items.values() if not item.conditional), Decimal(0))

    @property
    def whole(self) -> Decimal:
        """The weight of all scored questions: their number, where none is weighted."""
        return sum((item.weight for item in self.items.values()), Decimal(0))


def sheet(form: Questionnaire) -> ScoreSheet:
    """The sheet of a published form: its scored questions with at least one choice that carries points."""
    items = {
        q.name: _scored_question(q) for q in form.questions if q.scored and any(c.points is not None for c in q.choices)
    }
    consent = frozenset(q.name for q in form.questions if q.role == "consent" or q.kind == "calculate")
    return ScoreSheet(form.sha256, form.code, items, consent)


def _scored_question(question: Question) -> ScoredQuestion:
    points = {c.value: c.points for c in question.choices if c.points is not None and not c.no_opinion}
    return ScoredQuestion(question.name, question.section, bool(question.relevant), points, question.weight)
