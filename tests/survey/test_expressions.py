"""ODK expressions: values by XPath 1.0, faults found by compiling, nothing raised afterwards."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.answers import Answer
from survey.form.expressions import ExpressionFault, compile_expression
from tests import cases

GIVEN = {"a": "5", "b": "none", "n": "12", "neg": "-3", "many": "x y", "day": "2026-03-01"}
TODAY = "2026-03-16"
ANSWERS = {name: Answer(value, "sms", 1) for name, value in GIVEN.items()}


@cases.table(
    ("text", "value"),
    [
        # references: an unanswered question is empty text
        ("${a}", "5"),
        ("${ a }", "5"),
        ("${missing}", ""),
        ("${missing} = ''", True),
        ("${missing} < 5", False),
        ("${missing} >= 0", False),
        ("${missing} + 1", math.nan),
        # a stored text and a number compare as numbers, two texts as texts
        ("${a} = 5", True),
        ("${a} = '5'", True),
        ("'05' = '5'", False),
        ("'05' = 5", True),
        ("${b} = 5", False),
        ("${b} != 5", True),
        ("${a} != '5'", False),
        ("true() = 1", True),
        ("'x' = true()", True),
        ("'9' < '10'", True),
        # truth
        ("${a} = 5 and ${b} = 'none'", True),
        ("${a} = 1 or ${b} = 'none'", True),
        ("${a} = 1 or ${b} = 'x' and true()", False),
        ("not(${missing})", True),
        ("boolean(0)", False),
        ("boolean('0')", True),
        ("boolean(0 div 0)", False),
        ("(((${a})) = (5))", True),
        # arithmetic
        ("${n}-1", 11.0),
        ("${n} - ${a} * 2", 2.0),
        ("-${neg}", 3.0),
        ("+${a}", 5.0),
        ("- -1", 1.0),
        ("7 div 2", 3.5),
        ("1 div 0", math.inf),
        ("-1 div 0", -math.inf),
        ("0 div 0", math.nan),
        ("7 mod 3", 1.0),
        ("-7 mod 3", -1.0),
        ("5 mod 0", math.nan),
        ("9" * 400, math.inf),
        # functions
        ("selected(${b}, 'none')", True),
        ("selected('x none y', ${b})", True),
        ("selected(${b}, 'non')", False),
        ("selected(${missing}, '')", False),
        ("count-selected('x none  y')", 3.0),
        ("count-selected(${missing})", 0.0),
        ("if(${a} > 3, 'high', 'low')", "high"),
        ("if(${missing}, 1, 0)", 0.0),
        ("coalesce(${missing}, ${a})", "5"),
        ("coalesce(${b}, ${a})", "none"),
        ("regex(${n}, '[0-9]+')", True),
        ("regex(${n}, '[0-9]')", False),
        ("regex(., '^[0-9]{2}$')", True),
        ("contains(${b}, 'on')", True),
        ("starts-with(${b}, 'no')", True),
        ("string-length(${n})", 2.0),
        ("concat(${a}, '-', 3)", "5-3"),
        ("substring('12345', 2, 3)", "234"),
        ("substring('12345', 1.5, 2.6)", "234"),
        ("substring('12345', 0 div 0, 3)", ""),
        ("substring('12345', 4)", "45"),
        ("substring-before('1-2', '-')", "1"),
        ("substring-after('1-2', '-')", "2"),
        ("substring-after('12', '-')", ""),
        ("translate('bar', 'abr', 'AB')", "BA"),
        ("normalize-space('  a  b ')", "a b"),
        ("number('x')", math.nan),
        ("number(' 4 ')", 4.0),
        ("string(1 div 0)", "Infinity"),
        ("string(3.0)", "3"),
        ("string(false())", "false"),
        ("round(2.5)", 3.0),
        ("round(-2.5)", -2.0),
        ("round(3.14159, 2)", 3.14),
        ("round(0.125, 2)", 0.13),
        ("round(1250, -2)", 1300.0),
        ("round('x', 2)", math.nan),
        ("round(1, 99)", math.nan),
        ("int(3.9)", 3.0),
        ("int(-3.9)", -3.0),
        ("int('')", math.nan),
        ("abs(-2)", 2.0),
        ("min(3, ${a}, 4)", 3.0),
        ("max(3, ${a}, 4)", 5.0),
        ("max(3, ${missing})", math.nan),
        # several chosen: the values, with spaces between, in the order of the form
        ("selected(${many}, 'y')", True),
        ("selected(${many}, 'yz')", False),
        ("count-selected(${many})", 2.0),
        ("selected(${many}, 'x') and not(selected(${many}, 'z'))", True),
        # days: numbers since 1970-01-01 where a number is wanted
        ("today()", "2026-03-16"),
        ("today() = '2026-03-16'", True),
        ("${day} < today()", True),
        ("${day} > today()", False),
        ("today() - ${day}", 15.0),
        ("date(today() + 30)", "2026-04-15"),
        ("date('2026-03-16') - date('2026-03-01')", 15.0),
        ("date(0)", "1970-01-01"),
        ("date('2026-02-30')", ""),
        ("date('x')", ""),
        ("date(true())", ""),
        ("date(1 div 0)", ""),
        ("date(9999999)", ""),
        ("date(3900000)", ""),
        ("number('2026-02-30')", math.nan),
        ("int((today() - date('1990-06-01')) div 365.25)", 35.0),
        ("${missing} <= today()", False),
        ("floor(-1.5)", -2.0),
        ("ceiling(1.2)", 2.0),
        # the value being judged
        (".", "42"),
        (". >= 1 and .<=42", True),
        (". > ${n}", True),
        (".5 < .", True),
        ("'${a} . $x'", "${a} . $x"),
    ],
)
def test_values_follow_xpath_1(text: str, value: object) -> None:
    found = compile_expression(text).value(ANSWERS, "42", TODAY)
    if isinstance(value, float) and math.isnan(value):
        assert isinstance(found, float)
        assert math.isnan(found)
    else:
        assert (type(found), found) == (type(value), value)


@cases.table(
    ("text", "code", "param"),
    [
        ("${a} =", "expression_syntax", ("column", "6")),
        ("", "expression_syntax", ("column", "1")),
        ("(1", "expression_syntax", None),
        ("1 2", "expression_syntax", None),
        ("1 = 1 = 1", "expression_syntax", None),
        ("'open", "expression_syntax", None),
        ("$a = 1", "expression_syntax", ("column", "1")),
        ("${a} = ‘x’", "expression_curly_quotes", ("column", "8")),
        ("${a b} = 1", "expression_reference", ("name", "a b")),
        ("${} = 1", "expression_reference", ("name", "")),
        ("now() > 1", "expression_function", ("function", "now")),
        ("format-date(today(), '%Y')", "expression_function", ("function", "format-date")),
        ("jr:choice-name(${a}, 'a')", "expression_syntax", None),
        ("once(1)", "expression_function", ("function", "once")),
        ("sum(${a})", "expression_function", ("function", "sum")),
        ("selected-at(${a}, 0)", "expression_function", ("function", "selected-at")),
        ("indexed-repeat(${a}, ${b}, 1)", "expression_function", ("function", "indexed-repeat")),
        ("pow(2, 3)", "expression_function", ("function", "pow")),
        ("today(1)", "expression_arguments", None),
        ("round(1, 2, 3)", "expression_arguments", None),
        ("min()", "expression_arguments", None),
        ("count(${a}) > 1", "expression_function", ("function", "count")),
        ("position() = 1", "expression_function", ("function", "position")),
        ("pulldata('x', 'y')", "expression_function", ("function", "pulldata")),
        ("selected(${a})", "expression_arguments", None),
        ("if(1, 2)", "expression_arguments", None),
        ("not()", "expression_arguments", None),
        ("a = 1", "expression_bare_name", ("name", "a")),
        ("true", "expression_bare_name", ("name", "true")),
        ("${a}/b = 1", "expression_path", ("symbol", "/")),
        ("/data/a = 1", "expression_path", ("symbol", "/")),
        ("../a = 1", "expression_path", ("symbol", "/")),
        ("${a}[1]", "expression_path", ("symbol", "[")),
        ("${a} | ${b}", "expression_path", ("symbol", "|")),
        ("@a = 1", "expression_path", ("symbol", "@")),
        ("* = 1", "expression_path", ("symbol", "*")),
        ("text() = 1", "expression_path", ("symbol", "text")),
        ("regex(., '[')", "expression_pattern", ("pattern", "[")),
        ("regex(., ${a})", "expression_pattern", None),
        ("1" + "+1" * 2000, "expression_too_long", ("most", "2000")),
        ("not(" * 60 + "1" + ")" * 60, "expression_too_deep", None),
        ("(" * 900 + "1" + ")" * 900, "expression_too_deep", None),
    ],
)
def test_whatever_lies_outside_the_subset_is_a_named_fault(text: str, code: str, param: tuple[str, str] | None) -> None:
    with pytest.raises(ExpressionFault) as caught:
        compile_expression(text)
    assert caught.value.code == code
    assert "expression" in caught.value.params
    if param is not None:
        assert caught.value.params[param[0]] == param[1]


def test_references_and_dot_are_known_without_evaluating() -> None:
    expression = compile_expression("${a} = 1 and (selected(${q_2-b}, 'x') or . > 3)")
    assert expression.references == {"a", "q_2-b"}
    assert expression.uses_this
    assert not compile_expression("${a} = '.'").uses_this
    dated = compile_expression("${a} < today()")
    assert (dated.references, dated.uses_today, expression.uses_today) == ({"a"}, True, False)


def test_one_text_is_compiled_once() -> None:
    assert compile_expression("${a} = 1") is compile_expression("${a} = 1")


_ATOMS = st.sampled_from(
    ["${a}", "${b}", "${missing}", ".", "1", "0", "2.5", "'x'", "''", "'12'", "true()", "1 div 0", "today()"]
)


_OPERATORS = ["=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "div", "mod", "and", "or"]
_ONE = [
    "int",
    "abs",
    "date",
    "min",
    "not",
    "number",
    "string",
    "round",
    "floor",
    "ceiling",
    "count-selected",
    "string-length",
    "normalize-space",
]
_TWO = [
    "round",
    "max",
    "selected",
    "coalesce",
    "contains",
    "substring",
    "starts-with",
    "substring-before",
    "substring-after",
    "concat",
]
_THREE = ["if", "substring", "concat", "translate"]
_TEMPLATES = st.sampled_from(
    [f"({{0}}) {operator} ({{1}})" for operator in _OPERATORS]
    + [f"{function}({{0}})" for function in _ONE]
    + [f"{function}({{0}}, {{1}})" for function in _TWO]
    + [f"{function}({{0}}, {{1}}, {{2}})" for function in _THREE]
    + ["-({0})"]
)


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    """One more level of an expression around `inner` ones."""
    parts = st.lists(inner, min_size=3, max_size=3)
    return st.builds(lambda template, three: template.format(*three), _TEMPLATES, parts)


@given(
    st.recursive(_ATOMS, _grown, max_leaves=8),
    st.dictionaries(st.sampled_from(["a", "b"]), st.text(max_size=5)),
    st.text(max_size=5),
)
def test_a_compiled_expression_never_raises(text: str, values: dict[str, str], this: str) -> None:
    expression = compile_expression(text)
    answers = {name: Answer(value, "sms", 1) for name, value in values.items()}
    assert expression.holds(answers, this, TODAY) in (True, False)


@given(st.text(alphabet="${}ab()'\"=<>.+-*/[]@|!,: 10“” andornotselected", max_size=30))
def test_any_text_compiles_or_is_a_fault(text: str) -> None:
    try:
        compile_expression(text).holds(ANSWERS, "1")
    except ExpressionFault as fault:
        assert fault.code.startswith("expression_")  # noqa: PT017 - either way is right, a third is not


def test_every_function_a_form_may_use_is_tried_in_this_file() -> None:
    from pathlib import Path

    from survey.form.xpath import FUNCTIONS

    tried = Path(__file__).read_text("utf-8")
    assert [name for name in [*FUNCTIONS, "today"] if f"{name}(" not in tried] == []
