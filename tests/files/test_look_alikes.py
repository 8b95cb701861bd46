"""Options and questions that people would take for each other are named when the form is checked."""

from __future__ import annotations

import pytest

from files.look_alikes import look_alikes
from files.readiness import readiness
from survey.form.questionnaire import Choice, Question, Questionnaire
from tests.survey.forms import consent, form, level, other, small_form, words


def chosen(*labels: str) -> Questionnaire:
    choices = tuple(Choice(f"v{at}", words(label), str(at)) for at, label in enumerate(labels, 1))
    return form(consent(), Question("q", "select_one", words("Chọn gì?"), choices=choices))


@pytest.mark.parametrize(
    "labels",
    [
        ("Dừa", "Dứa"), ("Dưa", "DỪA"), ("Bò", "Bơ"), ("Tốt", "Tốt "), ("Tốt", "tốt."), ("Hoà", "Hòa"), ("Xã", "Хã"),
        ("Đá", "Da"), ("Tốt", "T\u200bốt"), ("Đồng ý", "Đồng-ý"), ("Có", "Co\u0301"),
    ],
)  # fmt: skip
def test_options_that_differ_by_little_are_named(labels: tuple[str, ...]) -> None:
    made = chosen(*labels, "Khác hẳn")
    notices = [notice for notice in look_alikes(made) if notice.code == "form.labels_alike"]
    assert [(n.value, n.weight) for n in notices] == [("q", "notice")]
    assert "Khác hẳn" not in str(notices[0].params["names"])
    assert notices[0] in readiness(made).notices


@pytest.mark.parametrize(
    "labels", [("Tốt", "Kém"), ("1 lần", "2 lần"), ("Có", "Không"), ("Hài lòng", "Không hài lòng")]
)
def test_options_that_differ_are_not(labels: tuple[str, ...]) -> None:
    assert list(look_alikes(chosen(*labels))) == []


def test_an_option_called_like_anothers_key_is_named() -> None:
    assert [n.code for n in look_alikes(chosen("2", "1"))] == ["form.label_is_a_key"] * 2
    assert list(look_alikes(chosen("1", "2"))) == []


def test_questions_with_the_same_words_are_named() -> None:
    twice = form(consent(), level("a"), Question("b", "integer", words("Ông/bà có hài lòng về việc A")))
    assert [(n.code, n.params["names"]) for n in look_alikes(twice)][:1] == [("form.questions_alike", "a, b")]
    assert list(look_alikes(small_form())) == []


def test_a_pattern_of_plain_letters_for_words_is_named() -> None:
    made = form(consent(), other("t", "text", constraint=r"regex(., '[A-Za-z ]+')"))
    assert "form.pattern_plain" in [n.code for n in readiness(made).notices]
    other_one = form(consent(), other("t", "text", constraint=r"regex(., '[\p{L} ]+')"))
    assert "form.pattern_plain" not in [n.code for n in readiness(other_one).notices]
