"""A questionnaire's check of itself: each fault is found, named and placed; sound forms have none."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from survey.form.checks import Fault, check
from survey.form.questionnaire import Choice, Question, Questionnaire
from tests.survey.forms import (
    calculate,
    choices,
    consent,
    form,
    level,
    long_form,
    note,
    numbered,
    several,
    small_form,
    whole,
    words,
)


@pytest.mark.parametrize("sound", [small_form(), long_form(), form(note("n"), consent(), level("a"))])
def test_sound_forms_have_no_faults(sound: Questionnaire) -> None:
    assert check(sound) == ()


def with_choices(*given: Choice) -> Question:
    """A question with other choices."""
    return replace(level("a"), choices=given)


def changed(**fields: Any) -> Question:
    """A level question that differs in `fields`."""
    return replace(level("a"), **fields)


TEN = tuple(Choice(str(n), words(f"Ý {n}"), str(n)) for n in range(1, 11))
YES, NO = consent().choices


@pytest.mark.parametrize(
    ("faulty", "fault"),
    [
        (form(level("a")), Fault("consent_missing")),
        (form(level("a"), consent()), Fault("consent_not_first", "consent", {"first": "a"})),
        (form(consent(), consent("again"), level("a")), Fault("consent_twice", "again")),
        (form(replace(consent(), choices=(YES,)), level("a")), Fault("consent_choices", "consent")),
        (form(replace(consent(), relevant="1 = 1"), level("a")), Fault("consent_conditional", "consent")),
        (form(consent()), Fault("form_empty")),
        (form(consent(), level("a"), default_language="fr"), Fault("form_default_language", "", {"language": "fr"})),
        (replace(small_form(), title={"en": "x"}), Fault("form_title_missing", "", {"language": "vi"})),
        (form(consent(), level("a"), level("a")), Fault("name_twice", "a", {"times": "2"})),
        (
            replace(small_form(), questions=(consent(), level("a"))),
            Fault("number_inconsistent", "a", {"expected": "1", "found": ""}),
        ),
        (
            replace(small_form(), questions=(replace(consent(), number=1), replace(level("a"), number=1))),
            Fault("number_inconsistent", "consent", {"expected": "", "found": "1"}),
        ),
        (form(consent(), changed(label={"vi": "A?"})), Fault("words_missing", "a", {"language": "en"})),
        (form(consent(), changed(label={"vi": " ", "en": "A?"})), Fault("words_missing", "a", {"language": "vi"})),
        (
            form(consent(), replace(whole("n", ". > 1"), constraint_message={"vi": "Sai."})),
            Fault("constraint_words_missing", "n", {"language": "en"}),
        ),
        (form(consent(), with_choices(YES)), Fault("choices_too_few", "a", {"count": "1"})),
        (
            form(consent(), replace(level("a"), kind="select_multiple", scored=False, choices=TEN)),
            Fault("choices_too_many", "a", {"count": "10", "most": "9"}),
        ),
        (form(consent(), numbered("a", 100)), Fault("choices_too_many", "a", {"count": "100", "most": "99"})),
        (form(consent(), numbered("a", 100)), Fault("choice_key", "a", {"key": "100", "value": "v100"})),
        (form(replace(consent(), required=False), level("a")), Fault("consent_conditional", "consent")),
        (form(consent(), changed(calculation="1")), Fault("calculation_misplaced", "a", {"kind": "select_one"})),
        (form(consent(), level("a"), calculate("c", "")), Fault("calculation_misplaced", "c", {"kind": "calculate"})),
        (form(consent(), replace(several("a"), scored=True)), Fault("scored_unfit", "a", {"kind": "select_multiple"})),
        (form(consent(), changed(weight=Decimal(0))), Fault("weight_unfit", "a", {"weight": "0"})),
        (
            form(consent(), level("a"), level("b", "today() > ${a}")),
            Fault("relevant_uses_today", "b", {"expression": "today() > ${a}"}),
        ),
        (
            form(consent(), whole("n"), calculate("c", "${n} + ${d}"), calculate("d", "1")),
            Fault("reference_not_earlier", "c", {"column": "calculation", "expression": "${n} + ${d}", "name": "d"}),
        ),
        (form(consent(), with_choices(YES, replace(NO, key="1"))), Fault("choice_key_twice", "a", {"key": "1"})),
        (
            form(consent(), with_choices(YES, replace(NO, value="yes"))),
            Fault("choice_value_twice", "a", {"value": "yes"}),
        ),
        (
            form(consent(), with_choices(YES, replace(NO, key="0"))),
            Fault("choice_key", "a", {"key": "0", "value": "no"}),
        ),
        (
            form(consent(), replace(with_choices(YES, replace(NO, key="12")), kind="select_multiple", scored=False)),
            Fault("choice_key", "a", {"key": "12", "value": "no"}),
        ),
        (form(consent(), with_choices(YES, replace(NO, value="n o"))), Fault("choice_value", "a", {"value": "n o"})),
        (
            form(consent(), with_choices(YES, replace(NO, label={"vi": "Không"}))),
            Fault("choice_words_missing", "a", {"value": "no", "language": "en"}),
        ),
        (
            form(consent(), replace(whole("n"), choices=choices())),
            Fault("choices_unexpected", "n", {"kind": "integer"}),
        ),
        (
            form(consent(), level("a", "${b} = '1'"), level("b")),
            Fault("reference_not_earlier", "a", {"column": "relevant", "expression": "${b} = '1'", "name": "b"}),
        ),
        (
            form(consent(), note("told"), level("a", "${told} = ''")),
            Fault("reference_not_earlier", "a", {"column": "relevant", "expression": "${told} = ''", "name": "told"}),
        ),
        (
            form(consent(), whole("n", ". > ${nowhere}")),
            Fault(
                "reference_not_earlier",
                "n",
                {"column": "constraint", "expression": ". > ${nowhere}", "name": "nowhere"},
            ),
        ),
        (form(consent(), level("a", ". = '1'")), Fault("relevant_uses_itself", "a", {"expression": ". = '1'"})),
        (
            form(consent(), level("a", "uuid() = 1")),
            Fault(
                "expression_function",
                "a",
                {"column": "relevant", "expression": "uuid() = 1", "function": "uuid"},
            ),
        ),
        (
            form(consent(), whole("n", "regex(., '[')")),
            Fault(
                "expression_pattern",
                "n",
                {"column": "constraint", "expression": "regex(., '[')", "pattern": "[", "detail": "missing ]: ["},
            ),
        ),
    ],
    ids=lambda value: value.code if isinstance(value, Fault) else "",
)
def test_each_fault_is_found_and_placed(faulty: Questionnaire, fault: Fault) -> None:
    assert fault in check(faulty)


def test_a_choice_for_every_key_is_few_enough() -> None:
    assert check(form(consent(), with_choices(*TEN[:9]))) == ()
    assert check(form(consent(), numbered("a", 12), numbered("b", 99))) == ()


def test_a_calculated_row_needs_no_words_and_may_be_looked_at() -> None:
    assert check(form(consent(), whole("n"), calculate("c", "${n} * 2"), level("b", "${c} > 10"))) == ()


def test_all_faults_are_found_in_one_reading() -> None:
    faulty = form(level("a", "${b}"), level("a", "1 ="), note("n", "nowhere()"))
    assert [fault.code for fault in check(faulty)] == [
        "name_twice",
        "consent_missing",
        "reference_not_earlier",
        "expression_syntax",
        "expression_function",
    ]
