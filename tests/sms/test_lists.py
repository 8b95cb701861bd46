"""Several answers in one text, row by row, and what must hold for whatever stands in such a text."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sms import several_answers as lists
from sms.reading import replies
from sms.several_answers import Several
from survey.answers import Entry, Key, Unclear
from survey.form.values import from_keys
from tests import cases
from tests.survey import forms

TABLE: dict[str, list[dict[str, Any]]] = cases.load(Path(__file__).with_name("lists.yaml").read_text("utf-8"))
FORM = forms.form(
    forms.consent(), forms.level("a"), forms.level("b"), forms.level("c"), forms.whole("members"),
    forms.several("what"), forms.other("founded", "date"), forms.other("wish", "text"), forms.level("last"),
)  # fmt: skip
BY_NUMBER = {question.number: question for question in FORM.questions}
ROWS = [pytest.param(row, id=f"{group}-{row['body']!r}") for group, rows in TABLE.items() for row in rows]


def read(body: str, asked: int = 1, shown: tuple[int, ...] = ()) -> Several | None:
    """As a conversation reads it: an answer to what was asked is none of this."""
    question = BY_NUMBER[asked]
    if isinstance(replies.read(body, question).said, Key):
        return None
    return lists.read(body, FORM, question, {BY_NUMBER[number].name for number in (asked, *shown)}, "vi")


def values(keys: str) -> dict[str, str | None]:
    """`C1=2 C3=1` as values by name."""
    pairs = (pair.removeprefix("C").split("=") for pair in keys.split())
    return {BY_NUMBER[int(n)].name: from_keys(BY_NUMBER[int(n)], key) for n, key in pairs}


@cases.table("row", ROWS)
def test_list(row: dict[str, Any]) -> None:
    found = read(row["body"], row.get("asked", 1), tuple(row.get("shown", ())))
    if "none" in row:
        assert found is None
        return
    assert found is not None
    assert found.answers == values(row.get("reads", ""))
    assert list(found.doubts) == row.get("doubts", [])
    assert found.correction == row.get("correction", False)
    assert found.understood == row.get("understood", row.get("reads", ""))
    assert found.said == (Entry(found.answers) if "reads" in row else Unclear(row["code"], found.understood))


def test_both_tables_are_long_enough_to_mean_something() -> None:
    assert len(ROWS) >= 140
    rows = [row for rows in TABLE.values() for row in rows]
    bodies = [(row["body"], row.get("asked"), str(row.get("shown"))) for row in rows]
    assert len(set(bodies)) == len(bodies), "a row stands there twice"


PIECES = [*"12349ab=:, lOạ", "C1", "c2", "C9", "cau 3", "ba", "khong", "hai long"]


@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join) | st.text(), st.sampled_from([1, 3, 4, 5, 6, 8]))
def test_nothing_that_can_be_typed_raises_and_only_the_forms_values_are_stored(body: str, asked: int) -> None:
    found = lists.read(body, FORM, BY_NUMBER[asked], {"a", "b", "c"}, "vi")
    for name, value in (found.answers if found else {}).items():
        question = FORM.question(name)
        assert question is not None
        assert question.kind != "select_one" or question.choice(value)


LEVEL_KEYS = st.sampled_from("1234")


@given(LEVEL_KEYS, LEVEL_KEYS, st.sampled_from(["C{n}={k}", "cau {n}: {k}", "C{n} {k}", "{n}={k}"]), st.booleans())
def test_two_values_for_one_question_store_none_for_it(one: str, other: str, frame: str, last: bool) -> None:
    parts = [frame.format(n=1, k=one), frame.format(n=1, k=other)]
    parts.insert(2 if last else 0, frame.format(n=2, k="1"))
    found = read(" ".join(parts))
    assert found is not None
    assert ("a" in found.answers) == (one == other)
    assert found.answers["b"] == "5"


@given(
    st.dictionaries(st.sampled_from([1, 2, 3, 8]), LEVEL_KEYS, min_size=2),
    st.sampled_from(["C{n}={k}", "câu {n}: {k}", "C{n} {k}"]),
    st.sampled_from([" ", ", ", "; ", "\n", " và "]),
    st.sampled_from(["{}", "Dạ {} ạ", " {} nhé em ", "em chọn {}"]),
    st.sampled_from([str.upper, str.lower, str.title]),
    st.sampled_from(["NFC", "NFD", "NFKD"]),
)
def test_reading_is_the_same_in_any_case_form_and_padding_and_among_polite_words(
    keys: dict[int, str], frame: str, between: str, around: str, case: Any, form: Any
) -> None:
    plain = between.join(frame.format(n=n, k=k) for n, k in keys.items())
    body = unicodedata.normalize(form, case(around.format(plain)))
    found = read(body)
    assert found is not None
    assert found.answers == {BY_NUMBER[n].name: from_keys(BY_NUMBER[n], k) for n, k in keys.items()}
    assert found.doubts == ()
