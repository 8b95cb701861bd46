"""One canonical text for each answer, whichever way it came; and shown to people again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.form.kinds import MAX_TEXT
from survey.form.questionnaire import Question
from survey.form.values import from_keys, from_value, shown
from tests.survey.forms import level, other, several, whole

WHAT, LEVEL, WHOLE = several("what"), level("q"), whole("n")
INCOME, DAY, WISH = other("income", "decimal"), other("day", "date"), other("wish", "text")


@pytest.mark.parametrize(
    ("question", "keys", "value"),
    [
        (LEVEL, "2", "3"),
        (LEVEL, "12", None),
        (WHAT, "31", "a c"),
        (WHAT, "1133", "a c"),
        (WHAT, "9", "none"),
        (WHAT, "19", None),
        (WHAT, "15", None),
        (WHAT, "", None),
        (WHOLE, "007", "7"),
        (WHOLE, "1.5", None),
        (WHOLE, "-1", None),
        (INCOME, "12#50#", "12.5"),
        (INCOME, "12#", "12"),
        (INCOME, "0#05", "0.05"),
        (INCOME, "#5", None),
        (INCOME, "1#2#3", None),
        (INCOME, "1#23456", None),
        (INCOME, "٣", None),
        (DAY, "05032026", "2026-03-05"),
        (DAY, "29022024", "2024-02-29"),
        (DAY, "29022026", None),
        (DAY, "5032026", None),
        (DAY, "050326", None),
    ],
)
def test_keys_mean_a_value_or_none(question: Question, keys: str, value: str | None) -> None:
    assert from_keys(question, keys) == value


@pytest.mark.parametrize(
    ("question", "given", "value"),
    [
        (LEVEL, "3", "3"),
        (LEVEL, "2", None),
        (WHAT, "c a", "a c"),
        (WHAT, "a none", None),
        (WHAT, "a x", None),
        (INCOME, "12,50", "12.5"),
        (INCOME, "012.0", "12"),
        (INCOME, "1e3", None),
        (INCOME, "-2", None),
        (DAY, "2026-03-05", "2026-03-05"),
        (DAY, "5/3/2026", "2026-03-05"),
        (DAY, "2026-3-5", None),
        (DAY, "0000-01-01", None),
        (WISH, "  Mở \n đường\x00 ", "Mở đường"),
        (WISH, "Mo\u031b\u0309 đường", "Mở đường"),
        (WISH, " \n ", None),
        (WISH, "x" * (MAX_TEXT + 1), None),
    ],
)
def test_values_of_staff_and_files_mean_a_value_or_none(question: Question, given: str, value: str | None) -> None:
    assert from_value(question, given) == value


@given(st.sampled_from([LEVEL, WHAT, WHOLE, INCOME, DAY, WISH]), st.text() | st.text("0123456789#,./- "))
def test_a_canonical_value_is_its_own_and_nothing_raises(question: Question, written: str) -> None:
    for read in (from_keys, from_value):
        value = read(question, written)
        if value is not None:
            assert from_value(question, value) == value
            assert value
            assert value == value.strip()
            assert shown(question, value, "vi", "vi")


@pytest.mark.parametrize(
    ("question", "value", "language", "words"),
    [
        (LEVEL, "3", "vi", "hài lòng"),
        (LEVEL, "3", "en", "satisfied"),
        (LEVEL, "3", "hmn", "hài lòng"),
        (WHAT, "a c", "vi", "ý a, ý c"),
        (INCOME, "12.5", "vi", "12,5"),
        (INCOME, "12.5", "en", "12.5"),
        (DAY, "2026-03-05", "vi", "05/03/2026"),
        (WHOLE, "7", "vi", "7"),
    ],
)
def test_values_are_shown_as_people_say_them(question: Question, value: str, language: str, words: str) -> None:
    assert shown(question, value, language, "vi") == words
