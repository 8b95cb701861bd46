"""A scoring method that Alo has not: registered by its own module, it is scored, printed and found by the command.

What the product would need for it is its module and the line of `scoring/methods.py` that imports it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal

import pytest

from cli.score_tables import report_lines
from runtime.catalogue import words
from scoring.answers import Sheets
from scoring.cube import Cube
from scoring.method import METHODS, Method, Part, QuestionFigure, register
from scoring.rules import Rule
from services.results.scores import score
from services.work import Work
from tests.services.test_scores import Village, fill_mixed, settle


@dataclass(frozen=True, slots=True)
class Silence:
    """The share of the list that nothing is known of."""

    value: Decimal | None
    n: int

    def parts(self) -> Iterator[Part]:
        yield Part("score.value", (self.value,))
        yield Part("score.n", (self.n,))

    def by_question(self) -> Mapping[tuple[str, str, str], QuestionFigure]:
        return {}


def silence(cube: Cube, sheets: Sheets, rule: Rule) -> Silence:
    return Silence(Decimal(cube.count("pending") * 100) / cube.count(), cube.count())


@pytest.fixture
def trial(monkeypatch: pytest.MonkeyPatch) -> Method:
    """As importing its module would do it."""
    made = Method("silence", silence)
    monkeypatch.setitem(METHODS, made.name, made)  # goes when the test ends
    register(made)
    return made


def test_a_trial_method_is_scored_and_printed(work: Work, trial: Method) -> None:
    with work.database.transaction() as conn:
        village = Village(conn)
        village.round()
    settle(work, village, fill_mixed)
    report = score(work, "2026", trial.name)
    assert report.whole.figure == Silence(Decimal(100) / 14, 14)
    lines = list(report_lines(report, lambda code, **params: words(code, "en", **params)))
    assert any(line.startswith("Figure") and "7.14" in line for line in lines)
    assert report.classification == ""


def test_two_methods_have_no_common_name(trial: Method) -> None:
    with pytest.raises(ValueError, match="silence"):
        register(Method("silence", METHODS["top-box"].compute))
