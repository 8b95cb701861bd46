"""Before anybody is called: how long the call is, which texts take two parts; and what another edition changes."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from demo.samples.make_samples import QUESTIONNAIRES
from files.form_differences import form_changes
from files.readiness import readiness
from files.xlsform import read_form
from survey.form.checks import check
from survey.form.questionnaire import Questionnaire
from tests.survey.forms import calculate, consent, form, level, other, small_form, words


@pytest.mark.parametrize("code", ["HTX-NN", "HTX-PNN", "QTD"])
def test_the_samples_are_ready(code: str) -> None:
    ready = readiness(read_form(QUESTIONNAIRES / f"{code}.xlsx"))
    assert {n.code for n in ready.notices} <= {"form.text_missing"}
    assert all(30 < seconds < 600 for seconds in ready.seconds.values())


def spoken(words: str, text: str = "Ngan thoi") -> Questionnaire:
    return form(consent(), replace(level("a"), label={"vi": words, "en": "Short?"}, text={"vi": text, "en": "Short?"}))


def test_long_sentences_and_long_texts_are_named() -> None:
    codes = [(n.code, n.value, n.params["language"]) for n in readiness(spoken("rất " * 40, "dai " * 50)).notices]
    assert ("form.sentence_long", "a", "vi") in codes
    assert ("form.text_long", "a", "vi") in codes
    assert ("form.text_long", "a", "en") not in codes


def test_more_words_make_a_longer_call() -> None:
    short, long = readiness(spoken("ngắn")), readiness(spoken("rất " * 40))
    assert long.seconds["vi"] == short.seconds["vi"] + 13
    assert long.seconds["en"] == short.seconds["en"]


@pytest.mark.parametrize("condition", ["false()", "1 = 2", "'a' = 'b'", "not(true())"])
def test_a_question_that_nobody_can_be_asked_is_refused(condition: str) -> None:
    faults = check(form(consent(), level("a"), replace(level("b"), relevant=condition)))
    assert [(f.code, f.question) for f in faults] == [("question_unreachable", "b")]


def test_a_condition_that_can_hold_is_none() -> None:
    assert check(form(consent(), level("a"), replace(level("b"), relevant="${a} = '1' or true()"))) == ()


def test_the_same_form_has_no_changes() -> None:
    assert form_changes(small_form(), small_form()) == ()


def test_every_kind_of_change_is_named() -> None:
    old = form(consent(), level("a"), level("b"))
    first, *others = level("a").choices
    points = replace(first, points=Decimal(9))
    new = form(
        consent(), level("c"), replace(level("a"), choices=(points, *others[:-1]), label={"vi": "Khác", "en": "Other"})
    )
    changes = form_changes(old, new)
    assert [(c.code, c.params.get("question")) for c in changes if "number" not in c.code] == [
        ("form_change.question_removed", "b"),
        ("form_change.question_added", "c"),
        ("form_change.label", "a"),
        ("form_change.label", "a"),
        ("form_change.choice_removed", "a"),
        ("form_change.points", "a"),
    ]
    assert changes[-1].params["after"] == "9"


def test_order_counts(tmp_path: Path) -> None:
    changes = form_changes(form(consent(), level("a"), level("b")), form(consent(), level("b"), level("a")))
    assert [c.code for c in changes] == ["form_change.order"]


def test_changes_of_the_further_columns_are_named() -> None:
    old = form(consent(), level("a"), calculate("c", "${a} + 1"))
    first, *others = level("a").choices
    changed = replace(
        level("a"),
        required=False,
        weight=Decimal(2),
        audio={"vi": "a.wav"},
        choices=(replace(first, audio={"vi": "x.wav"}), *others),
    )
    new = form(consent(), changed, calculate("c", "${a} + 2"))
    assert [(c.code, c.params.get("after")) for c in form_changes(old, new)] == [
        ("form_change.required", "False"),
        ("form_change.weight", "2"),
        ("form_change.audio", "a.wav"),
        ("form_change.choice_audio", "x.wav"),
        ("form_change.calculation", "${a} + 2"),
    ]


def test_many_choices_and_a_question_no_call_can_ask_are_named() -> None:
    first = level("a").choices[0]
    many = tuple(replace(first, value=str(n), key=str(n), label=words(f"Mức {n}")) for n in range(1, 7))
    ready = readiness(form(consent(), replace(level("a"), choices=many), other("wish", "text")))
    codes = [(n.code, n.value) for n in ready.notices if n.code not in ("form.text_missing", "form.labels_alike")]
    assert codes == [("form.many_choices", "a"), ("form.not_in_calls", "wish")]


def test_a_text_or_a_calculated_row_takes_no_time_of_a_call() -> None:
    short = form(consent(), level("a"))
    longer = form(consent(), level("a"), other("wish", "text"), calculate("c", "${a} + 1"))
    assert readiness(longer).seconds == readiness(short).seconds
