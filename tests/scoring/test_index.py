"""The figures against examples worked by hand, and properties no counts can break."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scoring import rules
from scoring.cube import Cube
from scoring.index import participation, vca_index
from scoring.mean import mean_percent
from scoring.rules import DEFAULT, Pooling, Silent, Steps
from scoring.top_box import top_box
from survey.form.questionnaire import Questionnaire
from tests.scoring.builders import Row, cube, form, sheets, stratum

TWENTY = form("HTX-NN", 20)
FOUR = form("HTX-NN", 3, conditional=1)
TWO = form("QTD", 2)
MEMBER, OUTSIDER, SILENT = stratum(FOUR), stratum(FOUR, member=False), stratum(FOUR, channel="")
PARTIAL_COUNTS = replace(DEFAULT, partial=True)


def mean_of_4_2() -> dict[str, str | None]:
    """20 answers whose mean is 4.2: 12 times 5, 8 times 3."""
    return {f"q{n + 1}": "rat" if n < 12 else "hai" for n in range(20)}


def test_the_published_check_gives_59_88() -> None:
    counts = cube(
        [
            (stratum(TWENTY), "complete", mean_of_4_2(), 120),
            (stratum(TWENTY, member=False), "complete", mean_of_4_2(), 20),
            (stratum(TWENTY, member=False, channel=""), "pending", {}, 10),
        ]
    )
    index = vca_index(counts, sheets(TWENTY), DEFAULT)
    assert index.value == Decimal("59.88")
    assert (index.n, index.forms, index.members, index.members_answered, index.outsiders_answered) == (
        *(150, 140, 120, 120),
        20,
    )
    assert (index.points, index.possible, index.b, index.base) == (
        *(Decimal(11760), Decimal(15000), Decimal(20)),
        Decimal("78.40"),
    )
    assert (index.k1, index.k2, index.k3) == (1, Decimal("0.7"), 5)


def test_a_skipped_question_is_no_question_for_that_form() -> None:
    """Form 1 answers q1–q3 and c1: 5+5+3+1 = 14 of 20. Form 2 rightly skips c1: 5+5+5 = 15 of 15.

    29 of 35 points; both are all the members: K1 = 1, K2 = 0.6 (2 members), K3 = 0 → 82.857… · 0.6 = 49.71.
    """
    counts = cube(
        [
            (MEMBER, "complete", {"q1": "rat", "q2": "rat", "q3": "hai", "c1": "khong"}, 1),
            (MEMBER, "complete", {"q1": "rat", "q2": "rat", "q3": "rat"}, 1),
        ]
    )
    index = vca_index(counts, sheets(FOUR), DEFAULT)
    assert (index.points, index.possible, index.b) == (29, 35, Decimal("3.50"))
    assert (index.base, index.value) == (Decimal("82.86"), Decimal("49.71"))


PARTIAL_ROWS = [
    (MEMBER, "complete", {"q1": "rat", "q2": "rat", "q3": "rat"}, 1),
    (MEMBER, "partial", {"q1": "hai", "c1": None}, 1),
]


def test_a_partial_form_is_silent_by_the_default_rule() -> None:
    """15 points of the complete form; possible: its 15, and 20 for the other (4 scored questions · 5).

    K1 = 1/2 (one of two members completed), K2 = 0.6: 15/35 · 100 · 0.5 · 0.6 = 12.857… → 12.86.
    """
    index = vca_index(cube(PARTIAL_ROWS), sheets(FOUR), DEFAULT)
    assert (index.points, index.possible, index.forms, index.k1) == (15, 35, 1, Decimal("0.5"))
    assert index.value == Decimal("12.86")


def test_a_partial_form_counts_where_the_rule_says_so_but_never_for_participation() -> None:
    """Now 15 + 3 = 18 points. The partial form's b: q1–q3 apply to everybody, c1 was asked and left open → 4.

    18/35 · 100 · 0.5 · 0.6 = 15.428… → 15.43.
    """
    index = vca_index(cube(PARTIAL_ROWS), sheets(FOUR), PARTIAL_COUNTS)
    assert (index.points, index.possible, index.forms, index.k1) == (18, 35, 2, Decimal("0.5"))
    assert index.value == Decimal("15.43")


def test_a_partial_form_that_never_met_the_conditional_question_is_not_held_against_it() -> None:
    index = vca_index(cube([(MEMBER, "partial", {"q1": "rat"}, 1)]), sheets(FOUR), PARTIAL_COUNTS)
    assert (index.points, index.possible) == (5, 15)


def test_no_opinion_counts_as_not_answered_unless_the_rule_lets_it_leave() -> None:
    counts = cube([(MEMBER, "complete", {"q1": "rat", "q2": "kyk", "q3": "rat"}, 1)])
    assert vca_index(counts, sheets(FOUR), DEFAULT).base == Decimal("66.67")
    leaves = vca_index(counts, sheets(FOUR), replace(DEFAULT, no_opinion="leaves"))
    assert (leaves.possible, leaves.base) == (10, 100)


def test_silence_counts_as_zero_against_all_questions_or_those_of_everybody() -> None:
    counts = cube([(MEMBER, "complete", {"q1": "rat", "q2": "rat", "q3": "rat"}, 1), (SILENT, "pending", {}, 1)])
    assert vca_index(counts, sheets(FOUR), DEFAULT).possible == 15 + 20
    assert vca_index(counts, sheets(FOUR), replace(DEFAULT, silent="unconditional")).possible == 15 + 15


def test_questionnaires_pool_points_or_weigh_by_organisations() -> None:
    """HTX: 15 of 15 by one organisation. QTD: 2 of 10 by one. Pooled 17/25 = 68; weighted (100 + 20)/2 = 60."""
    counts = cube(
        [
            (MEMBER, "complete", {"q1": "rat", "q2": "rat", "q3": "rat"}, 1),
            (stratum(TWO), "complete", {"q1": "khong", "q2": "khong"}, 1),
        ]
    )
    both = sheets(FOUR, TWO)
    assert vca_index(counts, both, DEFAULT).base == 68
    assert vca_index(counts, both, replace(DEFAULT, pooling="organisations")).base == 60


@pytest.mark.parametrize(
    ("members", "answered", "k1"),
    [
        (0, 0, 1),
        (499, 499, 1),
        (499, 498, Decimal(498) / 499),
        (500, 400, 1),
        (500, 399, Decimal("0.798")),
        (999, 800, 1),
        (1000, 700, 1),
        (1000, 699, Decimal("0.699")),
    ],
)
def test_k1(members: int, answered: int, k1: Decimal) -> None:
    assert float(participation(members, answered, DEFAULT)) == pytest.approx(float(k1))


@pytest.mark.parametrize(
    ("members", "k2"),
    [(0, "0.6"), (99, "0.6"), (100, "0.7"), (200, "0.8"), (300, "1.0"), (499, "1.0"), (500, "1.2"), (1000, "1.4")],
)
def test_k2(members: int, k2: str) -> None:
    assert DEFAULT.size_factor.at(members) == Decimal(k2)


@pytest.mark.parametrize(("answered", "k3"), [(0, 0), (1, 5), (99, 5), (100, 10), (199, 10), (200, 15), (900, 15)])
def test_k3(answered: int, k3: int) -> None:
    assert DEFAULT.outsider_bonus.at(answered) == k3


def test_nobody_answered_is_zero_and_no_error() -> None:
    index = vca_index(cube([(SILENT, "pending", {}, 3), (SILENT, "refused", {}, 1)]), sheets(FOUR), DEFAULT)
    assert (index.value, index.forms, index.n) == (0, 0, 4)
    empty = vca_index(Cube((), ()), sheets(FOUR), DEFAULT)
    assert (empty.value, empty.n, empty.b) == (0, 0, 0)
    assert mean_percent(Cube((), ()), {}, DEFAULT).value is None
    assert top_box(Cube((), ()), {}, DEFAULT).value is None


def test_no_cap_at_a_hundred() -> None:
    of_all = {f"q{n + 1}": "rat" for n in range(20)}
    counts = cube(
        [(stratum(TWENTY), "complete", of_all, 1000), (stratum(TWENTY, member=False), "complete", of_all, 200)]
    )
    assert vca_index(counts, sheets(TWENTY), DEFAULT).value == 155


MIXED = [
    (MEMBER, "complete", {"q1": "rat", "q2": "hai", "q3": "kyk"}, 2),
    (MEMBER, "complete", {"q1": "khong", "q2": "rat", "q3": "rat", "c1": "hai"}, 1),
    (MEMBER, "partial", {"q1": "khong"}, 1),
    (SILENT, "pending", {}, 5),
]


def test_mean_percent_knows_only_answers_with_points() -> None:
    """2·(5+3) + 1+5+5+3 = 30 of 5·(2·2 + 4) = 40."""
    mean = mean_percent(cube(MIXED), sheets(FOUR), DEFAULT)
    assert (mean.value, mean.points, mean.possible, mean.answers, mean.forms, mean.n) == (75, 30, 40, 8, 3, 9)
    assert mean_percent(cube(MIXED), sheets(FOUR), PARTIAL_COUNTS).answers == 9


def test_top_box_in_all_by_section_and_by_question() -> None:
    """Of 8 answers with points 4 are "rat" (q1 twice, q2 once, q3 once) and 3 "hai"."""
    figure = top_box(cube(MIXED), sheets(FOUR), DEFAULT)
    assert figure.value == 50
    assert (figure.share.answers, figure.share.top_one, figure.share.top_two) == (8, 4, 7)
    assert figure.share.percent(2) == Decimal("87.50")
    assert figure.sections["B"].percent(1) == 0
    assert figure.questions["HTX-NN", "A", "q1"].percent(1) == Decimal("66.67")
    assert top_box(cube(MIXED), sheets(FOUR), replace(DEFAULT, top_levels=2)).value == Decimal("87.50")


def test_classes_by_the_sample_thresholds() -> None:
    given_to = {Decimal(v): DEFAULT.classify(Decimal(v)) for v in ("155", "80", "79.99", "65", "50", "49.99", "0")}
    assert list(given_to.values()) == [
        *("class.good", "class.good", "class.fair", "class.fair"),
        *("class.average", "class.weak", "class.weak"),
    ]


def test_a_rule_survives_json_and_another_shape_is_refused() -> None:
    assert rules.from_dict(DEFAULT.to_dict()) == DEFAULT
    assert DEFAULT.sample
    with pytest.raises(ValueError, match="silent"):
        rules.from_dict({**DEFAULT.to_dict(), "silent": "loud"})
    for pairs in ((), ((100, Decimal(1)),), ((200, Decimal(1)), (100, Decimal(2)), (None, Decimal(3)))):
        with pytest.raises(ValueError, match="steps"):
            Steps(pairs)


ANSWERS = st.fixed_dictionaries(
    {q: st.sampled_from(["rat", "hai", "khong", "kyk"]) for q in ("q1", "q2", "q3")},
    optional={"c1": st.sampled_from(["rat", "khong", "kyk"])},
)
ROWS = st.lists(
    st.tuples(
        st.sampled_from([MEMBER, OUTSIDER]), st.sampled_from(["complete", "partial", "pending"]), ANSWERS, st.just(1)
    ).map(lambda row: row if row[1] != "pending" else (row[0], row[1], {}, 1)),
    max_size=12,
)


@given(ROWS, st.booleans(), st.sampled_from(["all", "unconditional"]), st.sampled_from(["points", "organisations"]))
def test_the_cube_gives_what_counting_form_by_form_gives(
    rows: list[Row], partial: bool, silent: Silent, pooling: Pooling
) -> None:
    rule = replace(DEFAULT, partial=partial, silent=silent, pooling=pooling)
    worth = {"rat": 5, "hai": 3, "khong": 1, "kyk": 0}
    points = possible = 0
    for _, status, answers, _ in rows:
        counts = status == "complete" or (partial and status == "partial")
        points += sum(worth[v or "kyk"] for v in answers.values()) if counts else 0
        possible += 5 * (len(answers) if counts else 4 if silent == "all" else 3)
    index = vca_index(cube(rows), sheets(FOUR), rule)
    assert (index.points, index.possible) == (points, possible)
    assert 0 <= index.base <= 100
    assert index.n == len(rows)


@given(ROWS)
def test_a_better_answer_never_lowers_the_index(rows: list[Row]) -> None:
    better = [(s, status, dict.fromkeys(answers, "rat"), n) for s, status, answers, n in rows]
    known = sheets(FOUR)
    assert vca_index(cube(better), known, DEFAULT).value >= vca_index(cube(rows), known, DEFAULT).value


def test_a_weighted_question_counts_as_so_many() -> None:
    """Twice the weight is the same as asking the question twice."""
    once, twice = form("X", 2), form("X", 3)
    heavy = replace(once, questions=(*once.questions[:-1], replace(once.questions[-1], weight=Decimal(2))))
    answers: dict[str, str | None] = {"q1": "rat", "q2": "khong"}

    def figures(questionnaire: Questionnaire, said: dict[str, str | None]) -> tuple[Decimal | None, ...]:
        silent = stratum(questionnaire, channel="")
        counts = cube([(stratum(questionnaire), "complete", said, 3), (silent, "pending", {}, 2)])
        known = sheets(questionnaire)
        return vca_index(counts, known, DEFAULT).base, mean_percent(counts, known, DEFAULT).value

    assert figures(heavy, answers) == figures(twice, {**answers, "q3": "khong"})
    assert figures(heavy, answers) != figures(once, answers)
