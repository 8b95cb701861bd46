"""Headings and cells as pyxform takes them: what they say holds for the phone as it does for an ODK client."""

from __future__ import annotations

from pathlib import Path

import pytest

from files.xlsform import read_file
from survey.form.questionnaire import Question
from tests.files.test_xlsform import CONSENT, LEVEL, SETTINGS, VI, faults, path_of

BARE = ["type", "name", f"label::{VI}", "scored"]
AGREE, RATED = [*CONSENT[:3], ""], [*LEVEL[:3], "yes"]
CHOICES = [
    ["list_name", "name", f"label::{VI}", "points"],
    *(["agree", value, label, ""] for value, label in (("yes", "Có"), ("no", "Không"))),
    *(["level", value, label, points] for value, label, points in (("tot", "Tốt", 5), ("kem", "Kém", 1))),
]
PLAIN = [["form_title", "form_id", "version"], ["MẪU", "HTX-NN", "1"]]
NUMBER = ["integer", "n", "Bao nhiêu?", ""]


def path(tmp_path: Path, *survey: list[str], **sheets: object) -> Path:
    return path_of(tmp_path, survey=survey, **{"choices": CHOICES, "settings": PLAIN, **sheets})


def last(tmp_path: Path, *survey: list[str]) -> Question:
    return read_file(path(tmp_path, *survey)).form.questions[-1]


@pytest.mark.parametrize("heading", ["relevance", "bind::relevant", "bind:relevant", "Bind :: Relevant", "Relevant"])
def test_a_condition_is_one_whatever_its_heading(tmp_path: Path, heading: str) -> None:
    said = "${consent} = 'yes'"
    assert last(tmp_path, [*BARE, heading], [*AGREE, ""], [*RATED, said]).relevant == said


@pytest.mark.parametrize(
    "heading",
    [
        *("constraint_message", "constraint message", "constraining message", "bind::jr:constraintMsg"),
        *("constraint message::vi", f"Constraint Message::{VI}"),
    ],
)
@pytest.mark.parametrize("constraint", ["constraint", "bind::constraint"])
def test_a_limit_is_one_whatever_its_heading(tmp_path: Path, heading: str, constraint: str) -> None:
    found = last(tmp_path, [*BARE, constraint, heading], [*AGREE, "", ""], [*NUMBER, ". < 9", "Ít hơn 9."])
    assert (found.constraint, found.constraint_message) == (". < 9", {"vi": "Ít hơn 9."})


@pytest.mark.parametrize("heading", ["required", "bind::required", "Required"])
@pytest.mark.parametrize(("said", "holds"), [("true()", True), ("yes", True), ("false()", False), ("", False)])
def test_required_is_said_in_pyxforms_words_too(tmp_path: Path, heading: str, said: str, holds: bool) -> None:
    assert last(tmp_path, [*BARE, heading], [*AGREE, "yes"], [*NUMBER, said]).required is holds


@pytest.mark.parametrize("heading", ["calculate", "calculation", "bind::calculate"])
def test_a_calculation_is_one_whatever_its_heading(tmp_path: Path, heading: str) -> None:
    assert (
        last(tmp_path, [*BARE, heading], [*AGREE, ""], [*RATED, ""], ["calculate", "n", "", "", "2"]).calculation == "2"
    )


@pytest.mark.parametrize(
    ("heading", "code"),
    [
        ("choice filter", "form.choice_filter"), ("repeat count", "form.repeat_count"), ("count", "form.repeat_count"),
        ("jr:count", "form.repeat_count"), ("control::jr:count", "form.repeat_count"),
    ],
)  # fmt: skip
def test_what_changes_whom_is_asked_what_is_refused_in_every_spelling(tmp_path: Path, heading: str, code: str) -> None:
    found = faults(tmp_path, survey=[[*BARE, heading], [*AGREE, ""], [*RATED, "3"]], choices=CHOICES, settings=PLAIN)
    assert [(f.code, f.value) for f in found] == [(code, heading)]


@pytest.mark.parametrize("heading", ["guidance hint", "required message", "bind::jr:requiredMsg::vi", "read only",
                                     "body:appearance", f"guidance hint::{VI}"])  # fmt: skip
def test_columns_for_odk_clients_may_be_spelled_with_spaces(tmp_path: Path, heading: str) -> None:
    found = read_file(path(tmp_path, [*BARE, heading], [*AGREE, ""], [*RATED, "no"]))
    assert [(n.code, n.value) for n in found.notices] == [("form.column_unused", heading)]


@pytest.mark.parametrize("said", ["yes", "TRUE", "true()", "no", "false()", ""])
def test_a_disabled_row_is_asked_nowhere(tmp_path: Path, said: str) -> None:
    found = read_file(path(tmp_path, [*BARE, "disabled"], [*AGREE, ""], [*RATED, ""], [*NUMBER, said]))
    gone = said.lower() in ("yes", "true", "true()")
    assert [q.name for q in found.form.questions] == ["consent", "q1", *(() if gone else ("n",))]
    assert [n.code for n in found.notices] == (["form.disabled"] if gone else [])


def test_a_row_that_pyxform_would_ask_is_never_half_disabled(tmp_path: Path) -> None:
    rows = [[*BARE, "disabled"], [*AGREE, ""], [*RATED, ""], [*NUMBER, "có"]]
    assert [f.code for f in faults(tmp_path, survey=rows, choices=CHOICES, settings=PLAIN)] == ["form.yes_no"]


def test_a_whole_form_under_the_other_headings(tmp_path: Path) -> None:
    head = ["command", "tag", "caption", "scored"]
    choices = [["list name", "value", "caption", "points"], *CHOICES[1:]]
    settings = [["Form Title", "Form ID", "Version", "Default Language"], [*SETTINGS[1][:1], "X", "1", "vi"]]
    found = read_file(path(tmp_path, head, AGREE, RATED, choices=choices, settings=settings))
    assert [q.name for q in found.form.questions] == ["consent", "q1"]
