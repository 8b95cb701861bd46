"""Patterns of forms take no longer than the answer is long; what only a backtracking engine can do is refused."""

from __future__ import annotations

import pytest

from survey.form.expressions import ExpressionFault, compile_expression


def fits(pattern: str, value: str) -> bool:
    return compile_expression(f"regex(., '{pattern}')").holds({}, value)


@pytest.mark.parametrize(
    "pattern",
    ["^([A-Za-z]+ ?)+$", "(a+)+", "(a|a)*b", "(a*)*b", "([a-z]+)*[0-9]", "(.*a){20}", "(a?){30}a{30}", "(x+x+)+y"],
)
@pytest.mark.parametrize("letter", ["a", "x", " "])
def test_no_answer_of_a_question_keeps_a_pattern_busy(pattern: str, letter: str) -> None:
    # A backtracking engine does not end within the age of the world: the test's own time-out is the red light.
    assert fits(pattern, letter * 500 + "!") is False


@pytest.mark.parametrize(
    ("pattern", "value", "expected"),
    [
        ("^([A-Za-z]+ ?)+$", "Nguyen Van A", True),
        ("[0-9]{10}", "0912345678", True),
        ("[0-9]{10}", "09123456789", False),
        ("^0[0-9]{9}$", "0912345678", True),
        ("(a|ab)(c|bcd)", "abcd", True),
        ("[à-ỹ]+", "ệ", True),
        (r"\\p{L}+( \\p{L}+)*".replace("\\\\", "\\"), "Đông Xuân", True),
        (r"\w+", "Đông", False),  # as in ODK: plain letters
        (r"\++", "++", True),
        ("[*+]+", "*+", True),
        (r"a\{,3", "a{,3", True),
        (".*", "\ud800", True),  # half a character is no crash
        (".*", "a\0b", True),
        ("", "", True),
    ],
)
def test_patterns_fit_the_whole_answer(pattern: str, value: str, expected: bool) -> None:
    assert fits(pattern, value) is expected


@pytest.mark.parametrize(
    ("pattern", "code"),
    [
        *((pattern, "expression_pattern_looks_around") for pattern in ("(?=a)b", "(?!a)b", "(?<=a)b", "(?<!a)b")),
        *((pattern, "expression_pattern_refers_back") for pattern in (r"(a)\1", r"(?<n>a)\k<n>")),
        *((pattern, "expression_pattern_possessive") for pattern in ("a++", "a*+", "a?+b", "a{2}+", "(?>a)b")),
        *((pattern, "expression_pattern_doubtful") for pattern in ("a{,3}", "[a-z&&[^b]]")),
        *((pattern, "expression_pattern") for pattern in ("[", "(", "a{2000}", "((a{50}){50}){50}", r"\u0041", r"a\Z")),
    ],
)
def test_what_the_engine_has_not_is_refused_by_its_name(pattern: str, code: str) -> None:
    with pytest.raises(ExpressionFault) as refused:
        compile_expression(f"regex(., '{pattern}')")
    assert (refused.value.code, refused.value.params["pattern"]) == (code, pattern)
