"""Questionnaires and effects as values: one JSON, one identity, equal after a round trip."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from survey.answers import Answer
from survey.engine import effects
from survey.engine import state as interview
from survey.engine.effects import Ask, Doubtful, LeftOpen
from survey.engine.state import Interview
from survey.form import questionnaire
from survey.form.plan import plan_of
from survey.form.questionnaire import Questionnaire, number_questions
from tests.survey.forms import (
    calculate,
    consent,
    form,
    level,
    long_form,
    note,
    report_form,
    several,
    small_form,
    whole,
)  # fmt: skip

WHOLE = form(
    consent(),
    replace(
        several("a"),
        audio={"vi": "a_vi.mp3"},
        choices=tuple(replace(c, audio={"vi": f"{c.value}.mp3"}) for c in several("a").choices),
    ),
    replace(level("b"), weight=Decimal("1.5"), required=False),
    calculate("c", "count-selected(${a})"),
)
"""A form that says everything a form can say."""


@pytest.mark.parametrize("form", [small_form(), long_form(), report_form(), WHOLE])
def test_a_questionnaire_is_equal_after_its_json(form: Questionnaire) -> None:
    again = questionnaire.from_dict(json.loads(json.dumps(form.to_dict())))
    assert again == form
    assert again.sha256 == form.sha256
    assert hash(again) == hash(form)
    assert questionnaire.from_dict(json.loads(form.canonical_json())) == form


def test_a_form_published_by_an_earlier_alo_keeps_its_digest() -> None:
    """Interviews and rounds pin it: what was added since is left out of the JSON where it says nothing."""
    assert small_form().sha256 == "5bad733defe75ed24fa510cb24325bf054f801f1cd6fb7dc641035463816427e"


@pytest.mark.parametrize(
    "change", [{"required": False}, {"weight": Decimal(2)}, {"audio": {"vi": "a.mp3"}}, {"kind": "select_multiple"}]
)
def test_what_was_added_is_part_of_the_identity(change: dict[str, Any]) -> None:
    assert form(consent(), replace(level("a"), **change)).sha256 != form(consent(), level("a")).sha256


def test_the_identity_changes_with_any_word() -> None:
    form = small_form()
    other = replace(form, title={**form.title, "en": "Another title"})
    assert other.sha256 != form.sha256
    assert plan_of(other) is not plan_of(form)


def test_a_form_is_compiled_once_however_often_it_is_read() -> None:
    assert plan_of(small_form()) is plan_of(small_form())


def test_numbers_count_what_wants_an_answer_but_consent() -> None:
    numbered = number_questions([note("n"), consent(), level("a"), note("m"), whole("b")])
    assert [q.number for q in numbered] == [None, None, 1, None, 2]


def test_a_state_is_equal_after_its_json() -> None:
    state = Interview("sha", "active", "en", 7, "q3", 2, {"q1": Answer("5", "sms", 4)}, ("q2",), 9, ("q2",))
    assert interview.from_dict(json.loads(json.dumps(state.to_dict()))) == state


@pytest.mark.parametrize(
    ("effect", "plain"),
    [
        (Ask("q1", 3, 1), {"effect": "Ask", "question": "q1", "turn": 3, "tries": 1}),
        (LeftOpen("q1"), {"effect": "LeftOpen", "question": "q1", "comes_back": True}),
        (Doubtful("words"), {"effect": "Doubtful", "code": "words", "understood": "", "question": None}),
    ],
)
def test_effects_are_plain_json(effect: effects.Effect, plain: dict[str, object]) -> None:
    assert effects.to_dict(effect) == plain
