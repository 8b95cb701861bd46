"""The whole interview by text as a form would send it: each text we write, its length and segments, before any is sent.

Played with the engine, every question answered by its first choice. It must not know prices nor who is asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from sms import encoding, texting
from sms.texting import Text, TextContext
from survey.answers import Heard, Key
from survey.engine import engine
from survey.engine.effects import Ask, Effect
from survey.form.questionnaire import Question, Questionnaire

SAMPLE = TextContext("LM HTX Lao Cai", "02143840123")
"""Who writes in a measure: an office of usual length, as short as texts name it."""
WHEN = datetime(2026, 3, 16, 2, 30, tzinfo=UTC)
"""A business time for forms that look at the day: the measure must not change with the calendar."""


@dataclass(frozen=True, slots=True)
class InterviewText:
    """One text of the interview: the question it asks ("" at the end), its words, units and segments."""

    question: str
    body: str
    units: int
    segments: int


def text_interview(form: Questionnaire, language: str, context: TextContext = SAMPLE) -> tuple[InterviewText, ...]:
    """The texts of an interview in which each question is answered at once, and of those that its answers skip."""
    told = list(_played(form, language, context))
    asked = {each.question for each in told}
    skipped = [q for q in form.questions if q.asked and q.name not in asked]
    alone = [_interview_text(q.name, (Ask(q.name, 1),), form, language, context) for q in skipped]
    return (*told[:-1], *alone, *told[-1:])


def _played(form: Questionnaire, language: str, context: TextContext) -> Iterator[InterviewText]:
    step = engine.begin(form, engine.new_interview(form, language), "sms", WHEN)
    for _ in range(2 * len(form.questions)):
        question = form.question(step.interview.asked or "")
        yield _interview_text(question.name if question else "", step.effects, form, language, context)
        if question is None:
            return
        heard = Heard("sms", "measure", Key(_answer(question)), step.interview.turn, question.name)
        step = engine.hear(form, step.interview, heard, WHEN)


def _answer(question: Question) -> str:
    return question.choices[0].key if question.choices else question.rules.example


def _interview_text(
    name: str, effects: tuple[Effect, ...], form: Questionnaire, language: str, context: TextContext
) -> InterviewText:
    text: Text = texting.compose(form, effects, language, context)[0]
    return InterviewText(name, text.body, encoding.measure(text.body).units, text.segments)
