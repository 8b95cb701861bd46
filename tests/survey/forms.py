"""Small questionnaires for tests, and a short way to speak to the engine. Used by the tests of other packages too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

from survey.answers import Channel, Entry, Heard, Key, Said
from survey.form.questionnaire import Choice, Question, Questionnaire, Words, number_questions

NOW = datetime(2026, 3, 16, 2, 30, tzinfo=UTC)
"""09:30 on a Monday in Vietnam."""

LEVELS: tuple[tuple[str, str, str, int], ...] = (
    ("5", "Rất hài lòng", "Very satisfied", 5),
    ("3", "Hài lòng", "Satisfied", 3),
    ("1", "Không hài lòng", "Not satisfied", 1),
)


def words(vi: str, en: str = "") -> Words:
    """Words in both languages; the English ones fall back to the Vietnamese."""
    return {"vi": vi, "en": en or vi}


def choices(no_opinion: bool = True) -> tuple[Choice, ...]:
    """The three levels at 5, 3 and 1 points under keys 1–3, and "no opinion" without points under key 4."""
    levels = tuple(
        Choice(value=value, label=words(vi, en), key=str(key), points=Decimal(points))
        for key, (value, vi, en, points) in enumerate(LEVELS, 1)
    )
    if not no_opinion:
        return levels
    return (*levels, Choice("none", words("Không có ý kiến", "No opinion"), "4", no_opinion=True))


def consent(name: str = "consent") -> Question:
    """The first question: key 1 agrees, key 2 refuses."""
    return Question(
        name=name,
        kind="select_one",
        role="consent",
        label=words("Ông/bà có đồng ý trả lời không?", "Do you agree to answer?"),
        choices=(Choice("yes", words("Đồng ý", "I agree"), "1"), Choice("no", words("Không", "No"), "2")),
    )


def level(name: str, relevant: str = "", section: str = "") -> Question:
    """A scored question with three levels and "no opinion"."""
    return Question(
        name=name,
        kind="select_one",
        label=words(f"Ông/bà có hài lòng về việc {name}?", f"Are you satisfied with {name}?"),
        choices=choices(),
        scored=True,
        relevant=relevant,
        section=section,
    )


def numbered(name: str, many: int = 12) -> Question:
    """One of more choices than there are keys: `v1` under 1, `v2` under 2 and so on."""
    choices = tuple(
        Choice(f"v{n}", words(f"Thôn {n}", f"Village {n}"), str(n), text=words(f"T{n}")) for n in range(1, many + 1)
    )
    return Question(name, "select_one", words(f"Ở thôn nào ({name})?", f"Which village ({name})?"), choices=choices)


def whole(name: str, constraint: str = "", relevant: str = "") -> Question:
    """A whole number."""
    return Question(
        name=name,
        kind="integer",
        label=words(f"Số {name} là bao nhiêu?", f"How many {name}?"),
        constraint=constraint,
        relevant=relevant,
        constraint_message=words("Con số này chưa hợp lý.", "This number is not possible.") if constraint else {},
    )


def several(name: str, relevant: str = "", required: bool = True) -> Question:
    """A question of which several choices may be picked."""
    three = tuple(Choice(v, words(f"Ý {v}", f"Idea {v}"), str(key)) for key, v in enumerate("abc", 1))
    none = Choice("none", words("Không có ý nào", "None of them"), "9", no_opinion=True)
    return Question(
        name, "select_multiple", words(f"Những gì về {name}?", f"What of {name}?"), (*three, none),
        relevant=relevant, required=required,
    )  # fmt: skip


def other(name: str, kind: str, constraint: str = "", relevant: str = "", required: bool = True) -> Question:
    """A question of another kind: decimal, date or text."""
    said = words(f"Xin cho biết {name}.", f"Please tell {name}.")
    wrong = words("Chưa hợp lý.", "Not possible.") if constraint else {}
    return Question(
        name, kind, said, constraint=constraint, constraint_message=wrong, relevant=relevant, required=required
    )


def calculate(name: str, calculation: str, relevant: str = "") -> Question:
    """A row worked out from earlier answers."""
    return Question(name, "calculate", {}, calculation=calculation, relevant=relevant)


def report_form() -> Questionnaire:
    """A question of every kind, required and optional ones, and a branch on a calculated row."""
    return form(
        consent(),
        several("what"),
        whole("members", constraint=". >= 1 and . <= 500"),
        whole("workers", relevant="not(selected(${what}, 'none'))"),
        other("income", "decimal", constraint=". < 1000"),
        calculate("each", "if(${workers} > 0, round(${income} div ${workers}, 2), '')"),
        level("much", relevant="${each} > 100"),
        other("founded", "date", constraint=". <= today()"),
        other("wish", "text", constraint="string-length(.) < 60", required=False),
        whole("branches", constraint=". < 50"),
        code="REPORT",
    )


def note(name: str, relevant: str = "") -> Question:
    """Something only told."""
    return Question(name=name, kind="note", label=words(f"Lời dẫn {name}.", f"Note {name}."), relevant=relevant)


def form(*questions: Question, code: str = "TEST", default_language: str = "vi") -> Questionnaire:
    """A questionnaire of these questions, numbered as respondents see them."""
    return Questionnaire(
        code=code,
        version="1",
        title=words("Phiếu thử", "Test form"),
        default_language=default_language,
        languages=("vi", "en"),
        questions=number_questions(questions),
    )


def small_form() -> Questionnaire:
    """Consent, a note, four levels (the third asked only after a low second), a whole number from 1 to 500."""
    return form(
        consent(),
        note("intro"),
        level("q1"),
        level("q2"),
        level("q3", relevant="${q2} = '1'"),
        level("q4"),
        whole("members", constraint=". >= 1 and . <= 500"),
    )


def long_form(scored: int = 20) -> Questionnaire:
    """Consent and `scored` levels, every fifth conditional on the one before it: about a real sample's size."""
    questions: list[Question] = [consent()]
    for n in range(1, scored + 1):
        questions.append(level(f"q{n}", relevant=f"${{q{n - 1}}} != '1'" if n % 5 == 0 else ""))
    return form(*questions, code="LONG")


def heard(
    said: Said | str,
    *,
    turn: int = 0,
    question: str | None = None,
    channel: Channel = "sms",
    source_id: str = "SM1",
    correction: bool = False,
) -> Heard:
    """An input; a bare text means digits."""
    return Heard(channel, source_id, Key(said) if isinstance(said, str) else said, turn, question, correction)


def entry(answers: Mapping[str, str], *, final: bool = False, channel: Channel = "online") -> Heard:
    """Several answers at once, bound to no turn."""
    return Heard(channel, "import-1", Entry(dict(answers), final))


def renamed(questions: Sequence[Question], prefix: str) -> tuple[Question, ...]:
    """The same questions under other names."""
    return tuple(replace(question, name=prefix + question.name) for question in questions)
