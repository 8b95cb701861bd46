"""How long a call about a form takes, reckoned from its words: told in the opening, and to whoever writes the form.

It must not know a call's course: every question is taken as asked once and answered at once.
"""

from __future__ import annotations

from ivr.prompts import spoken_seconds
from survey.form.questionnaire import Question, Questionnaire

ANSWER_SECONDS = 4.0
"""From the end of the words to the key [assumed]."""
OPENING_SECONDS = 30.0
"""Until the first key, and the thanks at the end (docs/respondents.md measures it)."""
KEYED_SECONDS = 10.0
"""For an answer of several keys: a number, a day, more than one choice [assumed]."""


def seconds(form: Questionnaire, language: str) -> int:
    """Seconds of a call in `language` in which every question of `form` is asked and answered at once."""
    return round(sum(_seconds(question, language) for question in form.questions))


def minutes(form: Questionnaire, language: str) -> int:
    """The whole call in minutes, as one says it: the nearest, at least two."""
    spoken = language if language in form.languages else form.default_language
    return max(2, round((OPENING_SECONDS + seconds(form, spoken)) / 60))


def _seconds(question: Question, language: str) -> float:
    if not question.rules.in_calls:
        return 0.0  # never heard in a call
    options = sum(spoken_seconds(f"{c.label.get(language, '')} bấm phím {c.key}") for c in question.choices)
    keyed = ANSWER_SECONDS if question.rules.chosen == "one" and not question.numbered else KEYED_SECONDS
    answered = keyed if question.asked else 0.0
    words = (question.label.get(language, ""), question.hint.get(language, ""))
    return sum(map(spoken_seconds, words)) + options + answered
