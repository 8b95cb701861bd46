"""What people type in reply to each kind of question that is no choice: which reader finds the answer in a text.

It must not know which turn a text belongs to, nor the words that always work (`sms.reading.replies`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from sms.reading import numbers, numbers_and_dates
from survey.answers import Key, Said, Unclear
from survey.form.questionnaire import Question

Reader = Callable[[str, Question, str], Said]
"""(normal text without the question's number and the words that correct, question, language) → what it says."""


def _day(text: str, question: Question, language: str) -> Said:
    day = numbers_and_dates.day(text)
    return Unclear("date") if day is None else Key(day)


READERS: Final[Mapping[str, Reader]] = {"integer": numbers.counted, "decimal": numbers.counted, "date": _day}
"""Kind → its reader; kinds without one are read by their options (`sms.reading.options`)."""
