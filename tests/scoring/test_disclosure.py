"""Few raters cannot be singled out, not even by subtracting what is shown from the whole."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from scoring.disclosure import K, hidden_parts
from scoring.top_box import Share, TopBox, withhold

PARTS = st.dictionaries(st.integers(0, 20), st.integers(0, 30), max_size=8)


def test_a_single_small_part_takes_the_next_smallest_with_it() -> None:
    assert hidden_parts({"a": 3, "b": 9, "c": 40}) == {"a", "b"}


def test_two_small_parts_that_are_few_together_take_another() -> None:
    assert hidden_parts({"a": 2, "b": 2, "c": 9, "d": 40}) == {"a", "b", "c"}


def test_two_small_parts_that_are_enough_together_need_no_other() -> None:
    assert hidden_parts({"a": 3, "b": 2, "c": 9}) == {"a", "b"}


def test_parts_without_answers_protect_nobody() -> None:
    assert hidden_parts({"a": 4, "empty": 0, "b": 6}) == {"a", "empty", "b"}
    assert hidden_parts({"a": 7, "empty": 0}) == {"empty"}


def test_a_small_whole_hides_everything() -> None:
    assert hidden_parts({"a": 4}) == {"a"}
    assert hidden_parts({"a": 2, "b": 2}) == {"a", "b"}


@given(PARTS)
def test_what_is_hidden_cannot_be_had_by_subtraction(counts: dict[int, int]) -> None:
    kept_back = hidden_parts(counts)
    assert all(counts[key] >= K for key in counts.keys() - kept_back)
    answers = [counts[key] for key in kept_back if counts[key]]
    if sum(counts.values()) >= K and answers:
        assert sum(answers) >= K
        assert len(answers) > 1


def test_sections_and_questions_are_veiled_together() -> None:
    questions = {
        ("F", "A", "q1"): Share(30, 10, 20),
        ("F", "A", "q2"): Share(4, 1, 2),
        ("F", "A", "q3"): Share(12, 1, 2),
        ("F", "B", "q4"): Share(3, 1, 1),
        ("F", "C", "q5"): Share(20, 1, 1),
        ("F", "D", "q6"): Share(50, 1, 1),
    }
    sections = {"A": Share(46, 12, 24), "B": Share(3, 1, 1), "C": Share(20, 1, 1), "D": Share(50, 1, 1)}
    veiled = withhold(TopBox(None, Share(119, 15, 27), sections, questions, 60, 55))
    assert list(veiled.sections) == ["A", "D"]
    assert list(veiled.questions) == [("F", "A", "q1"), ("F", "D", "q6")]
    assert veiled.withheld == ("q2", "q3", "q4", "q5")
