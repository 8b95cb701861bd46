"""Small questionnaires and cubes to score by hand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal

from scoring.cube import Cell, Cube, Forms, Stratum
from scoring.points import ScoreSheet, sheet
from survey.form.questionnaire import Choice, Question, Questionnaire

LEVELS = (
    Choice("rat", {"vi": "Rất hài lòng"}, "1", Decimal(5)),
    Choice("hai", {"vi": "Hài lòng"}, "2", Decimal(3)),
    Choice("khong", {"vi": "Không hài lòng"}, "3", Decimal(1)),
    Choice("kyk", {"vi": "Không ý kiến"}, "9", None, no_opinion=True),
)
CONSENT = Question("dongy", "select_one", {"vi": "Đồng ý?"}, (Choice("yes", {}, "1"), Choice("no", {}, "2")), "consent")


def form(code: str, plain: int, conditional: int = 0, section: str = "A") -> Questionnaire:
    """Consent, `plain` scored questions q1…, `conditional` ones c1…, and one number that is not scored."""
    questions = [CONSENT, Question("so", "integer", {"vi": "Bao nhiêu?"})]
    for name in [f"q{n + 1}" for n in range(plain)]:
        questions.append(Question(name, "select_one", {"vi": name}, LEVELS, section=section, scored=True))
    for name in [f"c{n + 1}" for n in range(conditional)]:
        questions.append(
            Question(name, "select_one", {"vi": name}, LEVELS, section="B", scored=True, relevant="${so} > 0")
        )
    return Questionnaire(code, "1", {"vi": code}, "vi", ("vi",), tuple(questions))


def sheets(*forms: Questionnaire) -> dict[str, ScoreSheet]:
    """Their sheets by digest."""
    return {f.sha256: sheet(f) for f in forms}


def stratum(of: Questionnaire, member: bool = True, channel: str = "voice", area: str = "31") -> Stratum:
    """A stratum of that form."""
    return Stratum(of.sha256, "HTX", "NN", member, area, channel)


Row = tuple[Stratum, str, Mapping[str, str | None], int]


def cube(rows: Sequence[Row]) -> Cube:
    """A cube from (stratum, status, answers of one form: None = left open, number of such forms)."""
    forms: Counter[tuple[Stratum, str]] = Counter()
    cells: Counter[tuple[Stratum, str, str, str | None]] = Counter()
    for where, status, answers, n in rows:
        forms[where, status] += n
        for question, value in answers.items():
            cells[where, status, question, value] += n
    return Cube(
        tuple(Forms(where, status, n) for (where, status), n in forms.items()),
        tuple(Cell(where, status, question, value, n) for (where, status, question, value), n in cells.items()),
    )
