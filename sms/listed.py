"""How an answer among several is written back: `C3: hai long`, or `C3=2` where a segment must be saved.

It must not know how much room a text has.
"""

from __future__ import annotations

from typing import TypeGuard

from survey.engine.effects import Doubtful, Echo, Effect
from survey.form.questionnaire import Questionnaire
from survey.form.values import shown


def name(form: Questionnaire, question: str | None) -> str:
    """The number a person knows a question by; what is no question of the form stands for itself."""
    found = form.question(question or "")
    return str(question) if found is None else f"C{found.number}"


def answer(form: Questionnaire, echo: Echo, language: str, *, brief: bool) -> str:
    """One stored answer with its question's number: in words, or as the key that was texted (`brief`)."""
    question = form.question(echo.question)
    if question is None:
        return ""
    if brief and question.choices:
        chosen = (question.choice(value) for value in echo.value.split())
        return f"{name(form, echo.question)}={''.join(choice.key for choice in chosen if choice is not None)}"
    words = shown(question, echo.value, language, form.default_language, written=True)
    return f"{name(form, echo.question)}: {words}"


def is_read_back(effect: Effect) -> bool:
    """Whether it reads back several answers that are not stored yet."""
    return isinstance(effect, Doubtful) and effect.code == "in_order"


def is_doubt(effect: Effect) -> TypeGuard[Doubtful]:
    """Whether it doubts one answer of several."""
    return isinstance(effect, Doubtful) and effect.question is not None
