"""Conditions that nobody can meet are found; those that somebody can are not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from survey.form.checks import check
from survey.form.questionnaire import Question, Questionnaire
from tests.survey.forms import calculate, consent, form, level, note, other, several, whole


def asked(relevant: str = "", constraint: str = "", kind: str = "integer") -> Questionnaire:
    last = Question("last", kind, {"vi": "?", "en": "?"}, relevant=relevant, constraint=constraint)  # type: ignore[arg-type]
    return form(
        consent(), level("a"), several("m"), whole("n"), replace(whole("small"), constraint=". >= 1 and . <= 5"),
        other("d", "decimal"), other("day", "date"), other("t", "text"), calculate("c", "${n} * 2"), note("hello"),
        last,
    )  # fmt: skip


def codes(made: Questionnaire) -> list[str]:
    return [fault.code for fault in check(made)]


@pytest.mark.parametrize(
    "condition",
    [
        "${n} > 5 and ${n} < 3", "${n} > 5 and ${n} < 6", "${n} < 0", "${n} = 2.5", "${small} > 5", "${small} = 0",
        "${a} = '5' and ${a} = '3'", "${n} > ${small} and ${n} < 1", "${a} = '5' and not(${a} = '5')", "${n} = 'x'",
        "${day} > '2026-01-01' and ${day} < '2026-01-02'", "false()", "1 = 2", "${n} > 3 and (${n} < 2 or ${n} = 1)",
        "${t} = 'x' and ${t} = 'y'", "(${a} = '5') and (${a} != '5')", "${d} > 1 and ${d} < 0.5", "${n} != ${n}",
        "${consent} = 'yes' and ${consent} = 'no'", "${day} < 5 and ${day} > '2026-01-01'",
    ],
)  # fmt: skip
def test_a_question_that_nobody_can_be_asked_is_a_fault(condition: str) -> None:
    assert codes(asked(condition)) == ["question_unreachable"]


@pytest.mark.parametrize(
    "condition",
    [
        "${n} > 5 and ${n} < 7", "${n} > 5 or ${n} < 3", "${a} = '5'", "${a} != '5'", "${a} = 5",
        "${d} > 1 and ${d} < 2",
        "${small} > 4", "${small} > ${n}", "${n} > ${small} and ${small} > 3", "${t} = 'hello'", "${t} != ''",
        "${a} = ''",
        "not(selected(${m}, 'none'))", "${day} > '2026-01-01' and ${day} < '2026-01-03'", "${n} div 4 = 2.5",
        "${n} * 7 = 84", "${c} > 10", "regex(${t}, 'q+')", "string-length(${t}) > 20", "${n} mod 7 = 5", "true()",
        "${n} = 999999", "${n} > 100000000", "${d} = 0.25", "count-selected(${m}) > 1", "${consent} = 'yes'", "${n}",
        "${n} > 1 and ${n} < 3 and ${d} > 1.4 and ${d} < 1.6", "concat(${a}, 'x') = '5x'", "${day} > 20000",
        "${n} >= 0 and ${n} <= 0", "${d} > 1.2 and ${d} < 1.3",
        "${day} > 20000 and ${day} < 20002", "${d} > 1.2 and ${d} < 1.2002", "${t} > 5",
    ],
)  # fmt: skip
def test_a_condition_that_somebody_can_meet_is_none(condition: str) -> None:
    assert codes(asked(condition)) == []


@pytest.mark.parametrize(
    ("constraint", "kind"),
    [
        (". > 5 and . < 3", "integer"), (". < 0", "integer"), (". = 'x'", "integer"), (". > 1 and . < 2", "integer"),
        (". > '2026-01-02' and . < '2026-01-01'", "date"), ("false()", "text"),
        (". >= 5 and . <= 5 and . != 5", "decimal"),
        (". > ${small} and . < 1", "integer"),
    ],
)  # fmt: skip
def test_a_constraint_that_no_answer_can_meet_is_a_fault(constraint: str, kind: str) -> None:
    assert codes(asked(constraint=constraint, kind=kind)) == ["constraint_impossible"]


@pytest.mark.parametrize(
    ("constraint", "kind"),
    [
        (". >= 1 and . <= 500", "integer"), (". > 0.5 and . < 0.6", "decimal"), (". <= today()", "date"),
        ("string-length(.) < 60", "text"), (". > 1 and . < 2", "decimal"), (". = ${n}", "integer"),
        (". > ${n}", "integer"),
        ("regex(., '[0-9]{10}')", "text"), (". != ''", "text"), (". > '2026-01-01'", "date"), (". >= 2000", "integer"),
    ],
)  # fmt: skip
def test_a_constraint_that_some_answer_meets_is_none(constraint: str, kind: str) -> None:
    assert codes(asked(constraint=constraint, kind=kind)) == []


@pytest.mark.parametrize(
    "condition",
    [
        "${a} = 'x' or ${n} = 1", "${a} != 'tot'", "'tot' = ${a} or true()", "selected(${m}, 'vốn') or ${n} > 1",
        "${a} = 7 or ${n} = 1", "${consent} = 'có' or ${n} = 1", "not(${a} = '50')",
    ],
)  # fmt: skip
def test_what_is_no_choice_of_the_question_is_named(condition: str) -> None:
    assert codes(asked(condition)) == ["option_unknown"]


def test_notes_and_later_questions_are_named() -> None:
    assert codes(asked("${hello} = 'x'")) == ["reference_not_earlier"]
    assert codes(asked("${last} = 1")) == ["reference_not_earlier"]
